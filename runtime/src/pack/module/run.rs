//! The loop over a function's steps.

use super::{
    code::{Code, step},
    fault::Fault,
    machine::{Machine, PAGE, System},
    numbers,
};
use std::{rc::Rc, time::Instant};

/// How many calls one may be within.
const DEEPEST: usize = 100_000;

/// How many branches and calls are made before the time is looked at.
const PATIENCE: u32 = 1 << 20;

/// A function that waits for one that it called.
struct Waiting {
    code: Rc<Code>,
    at: usize,
    base: usize,
}

/// The place in the memory that an instruction means.
fn place<const SIZE: usize>(memory: &[u8], address: u64, offset: u64) -> Result<[u8; SIZE], Fault> {
    let start = (address as u32 as u64 + offset) as usize;
    let bytes = memory.get(start..).and_then(|bytes| bytes.first_chunk());
    bytes.copied().ok_or(OUTSIDE)
}

fn store(memory: &mut [u8], address: u64, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
    let start = (address as u32 as u64 + offset) as usize;
    let into = memory.get_mut(start..start + bytes.len()).ok_or(OUTSIDE)?;
    into.copy_from_slice(bytes);
    Ok(())
}

const OUTSIDE: Fault = Fault::Trap("memory access out of bounds");

/// Where a copy of memory begins and ends.
fn range(start: u64, size: u64, whole: usize) -> Result<std::ops::Range<usize>, Fault> {
    let (start, size) = (start as u32 as usize, size as u32 as usize);
    if start + size > whole { Err(OUTSIDE) } else { Ok(start..start + size) }
}

impl Machine<'_> {
    /// Calls a function.
    pub(super) fn run(
        &mut self,
        function: u32,
        arguments: &[u64],
        system: &mut dyn System,
    ) -> Result<u64, Fault> {
        // The stack is taken out while it runs: its numbers are then looked up directly.
        let mut stack = std::mem::take(&mut self.stack);
        let result = self.run_on(&mut stack, function, arguments, system);
        self.stack = stack;
        result
    }

    fn run_on(
        &mut self,
        stack: &mut Vec<u64>,
        function: u32,
        arguments: &[u64],
        system: &mut dyn System,
    ) -> Result<u64, Fault> {
        let mut waiting: Vec<Waiting> = Vec::new();
        let mut code = self.code(function as usize)?;
        let mut base = 0;
        enter(stack, base, &code);
        stack.get_mut(..arguments.len()).ok_or(OUTSIDE)?.copy_from_slice(arguments);
        let mut top = code.locals;
        let mut at = 0;
        let mut patience = PATIENCE;
        loop {
            let step = code.steps[at];
            at += 1;
            macro_rules! pop {
                () => {{
                    top -= 1;
                    stack[top]
                }};
            }
            macro_rules! push {
                ($value:expr) => {{
                    stack[top] = $value;
                    top += 1;
                }};
            }
            macro_rules! load {
                ($kind:ty as $wide:ty) => {{
                    let bytes = place(&self.memory, stack[top - 1], step.b)?;
                    stack[top - 1] = <$kind>::from_le_bytes(bytes) as $wide as u64;
                }};
            }
            macro_rules! store {
                ($kind:ty) => {{
                    top -= 2;
                    let value = stack[top + 1] as $kind;
                    store(&mut self.memory, stack[top], step.b, &value.to_le_bytes())?;
                }};
            }
            macro_rules! branch {
                ($step:expr) => {{
                    let step = $step;
                    let (keep, height) = (usize::from(step.keep), base + step.b as usize);
                    if keep > 0 && top - keep != height {
                        stack.copy_within(top - keep..top, height);
                    }
                    top = height + keep;
                    at = step.a as usize;
                    patience -= 1;
                }};
            }
            let mut called = None;
            match step.code {
                0x20 => push!(stack[base + step.a as usize]),
                0x21 => stack[base + step.a as usize] = pop!(),
                0x22 => stack[base + step.a as usize] = stack[top - 1],
                0x41 => push!(step.b),
                0x28 => load!(u32 as u64),
                0x29 | 0x2b => load!(u64 as u64),
                0x2a => load!(u32 as u64),
                0x2c => load!(i8 as u32),
                0x2d | 0x31 => load!(u8 as u64),
                0x2e => load!(i16 as u32),
                0x2f | 0x33 => load!(u16 as u64),
                0x30 => load!(i8 as i64),
                0x32 => load!(i16 as i64),
                0x34 => load!(i32 as i64),
                0x35 => load!(u32 as u64),
                0x36 | 0x38 | 0x3e => store!(u32),
                0x37 | 0x39 => store!(u64),
                0x3a | 0x3c => store!(u8),
                0x3b | 0x3d => store!(u16),
                step::BRANCH => branch!(step),
                step::BRANCH_IF => {
                    if pop!() as u32 != 0 {
                        branch!(step);
                    }
                }
                step::UNLESS => {
                    if pop!() as u32 == 0 {
                        at = step.a as usize;
                    }
                }
                step::BRANCH_TABLE => {
                    let which = (pop!() as u32 as u64).min(step.b);
                    branch!(code.tables[step.a as usize + which as usize]);
                }
                step::RETURN => {
                    let results = code.results;
                    stack.copy_within(top - results..top, base);
                    top = base + results;
                    let Some(caller) = waiting.pop() else {
                        return Ok(if results == 0 { 0 } else { stack[0] });
                    };
                    (code, at, base) = (caller.code, caller.at, caller.base);
                }
                0x10 => called = Some(step.a),
                0x11 => called = Some(self.in_table(pop!() as u32, step.a)?),
                0x1a => top -= 1,
                0x1b => {
                    top -= 2;
                    if stack[top + 1] as u32 == 0 {
                        stack[top - 1] = stack[top];
                    }
                }
                0x23 => push!(*self.globals.get(step.a as usize).ok_or(OUTSIDE)?),
                0x24 => *self.globals.get_mut(step.a as usize).ok_or(OUTSIDE)? = pop!(),
                0x3f => push!((self.memory.len() / PAGE) as u64),
                0x40 => {
                    let pages = pop!() as u32;
                    push!(self.grow(pages).into());
                }
                0 => return Err(Fault::Trap("unreachable")),
                step::MORE..=0x107 => {
                    stack[top - 1] = numbers::saturated(step.code, stack[top - 1]);
                }
                0x108 => {
                    top -= 3;
                    let data = *self.data.get(step.a as usize).ok_or(OUTSIDE)?;
                    let from = range(stack[top + 1], stack[top + 2], data.len())?;
                    let into = range(stack[top], stack[top + 2], self.memory.len())?;
                    self.memory[into].copy_from_slice(&data[from]);
                }
                0x109 => *self.data.get_mut(step.a as usize).ok_or(OUTSIDE)? = &[],
                0x10a => {
                    top -= 3;
                    let from = range(stack[top + 1], stack[top + 2], self.memory.len())?;
                    let into = range(stack[top], stack[top + 2], self.memory.len())?;
                    self.memory.copy_within(from, into.start);
                }
                0x10b => {
                    top -= 3;
                    let into = range(stack[top], stack[top + 2], self.memory.len())?;
                    self.memory[into].fill(stack[top + 1] as u8);
                }
                unary @ (0x45
                | 0x50
                | 0x67..=0x69
                | 0x79..=0x7b
                | 0x8b..=0x91
                | 0x99..=0x9f
                | 0xa7..=0xc4) => {
                    stack[top - 1] = numbers::of_one(unary, stack[top - 1])?;
                }
                binary => {
                    top -= 1;
                    stack[top - 1] = numbers::of_two(binary, stack[top - 1], stack[top])?;
                }
            }
            if let Some(function) = called {
                patience -= 1;
                if let Some(name) = self.definitions.imports.get(function as usize) {
                    let signature = self.definitions.signature_of(function)?;
                    let first = top - signature.parameters;
                    let answer = system.call(&mut self.memory, name, &stack[first..top])?;
                    top = first + signature.results;
                    if signature.results > 0 {
                        stack[first] = answer;
                    }
                } else {
                    if waiting.len() >= DEEPEST {
                        return Err(Fault::Trap("call stack exhausted"));
                    }
                    let next = self.code(function as usize)?;
                    let caller = std::mem::replace(&mut code, next);
                    waiting.push(Waiting { code: caller, at, base });
                    base = top - code.parameters;
                    at = 0;
                    enter(stack, base, &code);
                    top = base + code.locals;
                }
            }
            if patience < 2 {
                patience = PATIENCE;
                if Instant::now() > self.deadline {
                    return Err(Fault::Time);
                }
            }
        }
    }

    /// The function in the table, which must have a type.
    fn in_table(&self, entry: u32, kind: u32) -> Result<u32, Fault> {
        let function = self.table.get(entry as usize).copied().flatten();
        let function = function.ok_or(Fault::Trap("undefined element"))?;
        let wanted = self.definitions.types.get(kind as usize);
        if wanted != Some(self.definitions.signature_of(function)?) {
            return Err(Fault::Trap("indirect call type mismatch"));
        }
        Ok(function)
    }
}

/// Makes room on the stack for a function, whose locals beyond its parameters are zero.
fn enter(stack: &mut Vec<u64>, base: usize, code: &Code) {
    let most = base + code.deepest;
    if stack.len() < most {
        stack.resize(most.next_power_of_two(), 0);
    }
    stack[base + code.parameters..base + code.locals].fill(0);
}
