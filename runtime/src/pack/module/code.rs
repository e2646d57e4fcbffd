//! Translating a function's code into steps: branches are resolved to places, and what cannot be reached is
//! left out. Modules were checked when they were built, so only what would lead astray is looked at here.

use super::{
    binary::Reader,
    definitions::{Definitions, Signature},
    fault::Fault,
};

/// One instruction. `code` is WebAssembly's number, or one of [`step`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub code: u16,
    pub keep: u16,
    pub a: u32,
    pub b: u64,
}

/// Numbers of steps that are not WebAssembly's own.
pub(super) mod step {
    pub(in super::super) const BRANCH: u16 = 0x0c;
    pub(in super::super) const BRANCH_IF: u16 = 0x0d;
    pub(in super::super) const BRANCH_TABLE: u16 = 0x0e;
    pub(in super::super) const RETURN: u16 = 0x0f;
    /// A branch if a number is zero, which leaves the stack as it is: an `if`.
    pub(in super::super) const UNLESS: u16 = 0x04;
    /// Instructions with the prefix 0xfc.
    pub(in super::super) const MORE: u16 = 0x100;
}

/// A function, ready to run.
#[derive(Debug)]
pub(super) struct Code {
    pub steps: Vec<Step>,
    /// Where the branches of tables lead to.
    pub tables: Vec<Step>,
    pub parameters: usize,
    pub results: usize,
    /// How many numbers are on the stack before the first step: parameters and other locals.
    pub locals: usize,
    /// How many there are at most.
    pub deepest: usize,
}

/// A block that is being translated.
struct Block {
    /// Where a branch to it leads, if that is known already: for a loop.
    start: Option<usize>,
    /// What was on the stack below it.
    height: usize,
    parameters: usize,
    results: usize,
    /// Branches to its end: in the steps, or in the tables.
    to_end: Vec<Place>,
    /// The branch to its `else`.
    to_else: Option<usize>,
}

enum Place {
    Step(usize),
    Table(usize),
}

struct Translation<'a> {
    reader: Reader<'a>,
    definitions: &'a Definitions,
    code: Code,
    blocks: Vec<Block>,
    height: usize,
}

/// Translates the body of a function.
pub(super) fn translate(
    body: &[u8],
    signature: &Signature,
    definitions: &Definitions,
) -> Result<Code, Fault> {
    let mut reader = Reader::new(body);
    let mut locals = signature.parameters;
    for _ in 0..reader.number()? {
        locals += reader.number()? as usize;
        reader.byte()?;
    }
    let code = Code {
        steps: Vec::new(),
        tables: Vec::new(),
        parameters: signature.parameters,
        results: signature.results,
        locals,
        deepest: locals,
    };
    let mut translation =
        Translation { reader, definitions, code, blocks: Vec::new(), height: locals };
    translation.blocks.push(Block {
        start: None,
        height: locals,
        parameters: 0,
        results: signature.results,
        to_end: Vec::new(),
        to_else: None,
    });
    while !translation.blocks.is_empty() {
        translation.next()?;
    }
    Ok(translation.code)
}

impl Translation<'_> {
    fn push(&mut self, code: u16, a: u32, b: u64) {
        self.code.steps.push(Step { code, keep: 0, a, b });
    }

    /// So many numbers are taken from the stack, and so many put there.
    fn moves(&mut self, taken: usize, put: usize) -> Result<(), Fault> {
        let left = self.height.checked_sub(taken).ok_or(Fault::Module("its stack is too low"))?;
        self.height = left + put;
        self.code.deepest = self.code.deepest.max(self.height);
        Ok(())
    }

    fn signature_of_block(&mut self) -> Result<(usize, usize), Fault> {
        let kind = self.reader.signed()?;
        if kind == -64 {
            return Ok((0, 0));
        }
        if kind < 0 {
            return Ok((0, 1));
        }
        let signature = self.definitions.types.get(kind as usize);
        let signature = signature.ok_or(Fault::Module("a block has an unknown type"))?;
        Ok((signature.parameters, signature.results))
    }

    fn begin(&mut self, is_loop: bool, to_else: Option<usize>) -> Result<(), Fault> {
        let (parameters, results) = self.signature_of_block()?;
        let height =
            self.height.checked_sub(parameters).ok_or(Fault::Module("its stack is too low"))?;
        self.blocks.push(Block {
            start: is_loop.then_some(self.code.steps.len()),
            height,
            parameters,
            results,
            to_end: Vec::new(),
            to_else,
        });
        Ok(())
    }

    /// A step that branches to the block that is so many blocks out. `place` is where it will be.
    fn branch(&mut self, code: u16, depth: u32, place: Place) -> Result<Step, Fault> {
        let index = self.blocks.len().checked_sub(1 + depth as usize);
        let block = index.and_then(|index| self.blocks.get_mut(index));
        let block = block.ok_or(Fault::Module("a branch leads nowhere"))?;
        let (target, keep) = match block.start {
            Some(start) => (start, block.parameters),
            None => {
                block.to_end.push(place);
                (0, block.results)
            }
        };
        Ok(Step { code, keep: keep as u16, a: target as u32, b: block.height as u64 })
    }

    /// Ends the innermost block, at the next step.
    fn end(&mut self) -> Result<(), Fault> {
        let Some(block) = self.blocks.pop() else {
            return Err(Fault::Module("an end is too much"));
        };
        let here = self.code.steps.len() as u32;
        if let Some(step) = block.to_else {
            self.code.steps[step].a = here;
        }
        for place in block.to_end {
            match place {
                Place::Step(at) => self.code.steps[at].a = here,
                Place::Table(at) => self.code.tables[at].a = here,
            }
        }
        self.height = block.height + block.results;
        if self.blocks.is_empty() {
            self.push(step::RETURN, 0, 0);
        }
        Ok(())
    }

    /// What follows cannot be reached: skips to the end or `else` of the block, which is taken.
    fn skip(&mut self) -> Result<(), Fault> {
        let mut depth = 0;
        loop {
            match self.reader.byte()? {
                0x02..=0x04 => {
                    self.reader.signed()?;
                    depth += 1;
                }
                0x05 if depth == 0 => return self.otherwise(),
                0x0b if depth == 0 => return self.end(),
                0x0b => depth -= 1,
                0x0e => {
                    for _ in 0..=self.reader.number()? {
                        self.reader.number()?;
                    }
                }
                0x1c => {
                    for _ in 0..self.reader.number()? {
                        self.reader.byte()?;
                    }
                }
                0x0c | 0x0d | 0x10 | 0x20..=0x24 | 0x3f | 0x40 => {
                    self.reader.number()?;
                }
                0x11 | 0x28..=0x3e => {
                    self.reader.number()?;
                    self.reader.number()?;
                }
                0x41 | 0x42 => {
                    self.reader.signed()?;
                }
                0x43 => {
                    self.reader.take(4)?;
                }
                0x44 => {
                    self.reader.take(8)?;
                }
                0xfc => match self.reader.number()? {
                    0..=7 => {}
                    9 | 11 => {
                        self.reader.number()?;
                    }
                    8 | 10 => {
                        self.reader.number()?;
                        self.reader.number()?;
                    }
                    other => return Err(Fault::Instruction(0xfc00 | other)),
                },
                _ => {}
            }
        }
    }

    /// An `else`: the part before it goes on at the end.
    fn otherwise(&mut self) -> Result<(), Fault> {
        let here = self.code.steps.len();
        let Some(block) = self.blocks.last_mut() else {
            return Err(Fault::Module("an else is alone"));
        };
        if let Some(step) = block.to_else.take() {
            self.code.steps[step].a = here as u32;
        }
        self.height = block.height + block.parameters;
        Ok(())
    }

    fn next(&mut self) -> Result<(), Fault> {
        let code = self.reader.byte()?;
        match code {
            // nop
            0x01 => {}
            0x00 => {
                self.push(0, 0, 0);
                self.skip()?;
            }
            0x02 => self.begin(false, None)?,
            0x03 => self.begin(true, None)?,
            0x04 => {
                self.moves(1, 0)?;
                let at = self.code.steps.len();
                self.push(step::UNLESS, 0, 0);
                self.begin(false, Some(at))?;
            }
            0x05 => {
                let at = self.code.steps.len();
                let step = self.branch(step::BRANCH, 0, Place::Step(at))?;
                self.code.steps.push(step);
                self.otherwise()?;
            }
            0x0b => self.end()?,
            0x0c => {
                let depth = self.reader.number()?;
                let at = self.code.steps.len();
                let step = self.branch(step::BRANCH, depth, Place::Step(at))?;
                self.code.steps.push(step);
                self.skip()?;
            }
            0x0d => {
                self.moves(1, 0)?;
                let depth = self.reader.number()?;
                let at = self.code.steps.len();
                let step = self.branch(step::BRANCH_IF, depth, Place::Step(at))?;
                self.code.steps.push(step);
            }
            0x0e => {
                self.moves(1, 0)?;
                let count = self.reader.number()?;
                let first = self.code.tables.len();
                for _ in 0..=count {
                    let depth = self.reader.number()?;
                    let at = self.code.tables.len();
                    let step = self.branch(step::BRANCH, depth, Place::Table(at))?;
                    self.code.tables.push(step);
                }
                self.push(step::BRANCH_TABLE, first as u32, count.into());
                self.skip()?;
            }
            0x0f => {
                self.push(step::RETURN, 0, 0);
                self.skip()?;
            }
            0x10 => {
                let function = self.reader.number()?;
                let signature = self.definitions.signature_of(function)?;
                let (taken, put) = (signature.parameters, signature.results);
                self.moves(taken, put)?;
                self.push(0x10, function, 0);
            }
            0x11 => {
                let kind = self.reader.number()?;
                self.reader.number()?;
                let signature = self.definitions.types.get(kind as usize);
                let signature = signature.ok_or(Fault::Module("a call has an unknown type"))?;
                let (taken, put) = (1 + signature.parameters, signature.results);
                self.moves(taken, put)?;
                self.push(0x11, kind, 0);
            }
            0x1a => {
                self.moves(1, 0)?;
                self.push(0x1a, 0, 0);
            }
            0x1b | 0x1c => {
                if code == 0x1c {
                    for _ in 0..self.reader.number()? {
                        self.reader.byte()?;
                    }
                }
                self.moves(3, 1)?;
                self.push(0x1b, 0, 0);
            }
            0x20..=0x24 => {
                let which = self.reader.number()?;
                match code {
                    0x20 | 0x23 => self.moves(0, 1)?,
                    0x22 => self.moves(1, 1)?,
                    _ => self.moves(1, 0)?,
                }
                self.push(code.into(), which, 0);
            }
            0x28..=0x3e => {
                self.reader.number()?;
                let offset = self.reader.number()?;
                if code < 0x36 {
                    self.moves(1, 1)?
                } else {
                    self.moves(2, 0)?
                }
                self.push(code.into(), 0, offset.into());
            }
            0x3f | 0x40 => {
                self.reader.number()?;
                if code == 0x3f {
                    self.moves(0, 1)?
                } else {
                    self.moves(1, 1)?
                }
                self.push(code.into(), 0, 0);
            }
            0x41 => {
                let number = self.reader.signed()? as u32;
                self.moves(0, 1)?;
                self.push(0x41, 0, number.into());
            }
            0x42 => {
                let number = self.reader.signed()? as u64;
                self.moves(0, 1)?;
                self.push(0x41, 0, number);
            }
            0x43 => {
                let number = u32::from_le_bytes(self.reader.fixed()?);
                self.moves(0, 1)?;
                self.push(0x41, 0, number.into());
            }
            0x44 => {
                let number = u64::from_le_bytes(self.reader.fixed()?);
                self.moves(0, 1)?;
                self.push(0x41, 0, number);
            }
            // Of one number: tests, counts, square roots and so on, and all conversions.
            0x45 | 0x50 | 0x67..=0x69 | 0x79..=0x7b | 0x8b..=0x91 | 0x99..=0x9f | 0xa7..=0xc4 => {
                self.moves(1, 1)?;
                self.push(code.into(), 0, 0);
            }
            0x46..=0xa6 => {
                self.moves(2, 1)?;
                self.push(code.into(), 0, 0);
            }
            0xfc => {
                let more = self.reader.number()?;
                let mut which = 0;
                match more {
                    0..=7 => self.moves(1, 1)?,
                    8 => {
                        which = self.reader.number()?;
                        self.reader.number()?;
                        self.moves(3, 0)?;
                    }
                    9 => which = self.reader.number()?,
                    10 => {
                        self.reader.number()?;
                        self.reader.number()?;
                        self.moves(3, 0)?;
                    }
                    11 => {
                        self.reader.number()?;
                        self.moves(3, 0)?;
                    }
                    other => return Err(Fault::Instruction(0xfc00 | other)),
                }
                self.push(step::MORE | more as u16, which, 0);
            }
            other => return Err(Fault::Instruction(other.into())),
        }
        Ok(())
    }
}
