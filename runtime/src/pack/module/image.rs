//! Writing a module that starts with another memory.

use super::{
    binary::{Reader, section},
    fault::Fault,
    machine::{PAGE, constant},
};

/// How many zeros are left out at least: a part of its own costs a dozen bytes.
const ZEROS: usize = 32;

/// How many parts a memory may have: browsers take 100 000.
const PARTS: usize = 90_000;

/// The module `wasm`, which starts with `memory`, and without a start of its own. What is in its stack, the
/// lowest part of the memory, is left out.
pub(super) fn with_memory(wasm: &[u8], memory: &[u8]) -> Result<Vec<u8>, Fault> {
    let sections = Reader::sections(wasm)?;
    let stack = stack_of(&sections)?;
    let mut zeros = ZEROS;
    let mut parts = parts(memory, stack, zeros);
    while parts.len() > PARTS {
        zeros *= 2;
        parts = self::parts(memory, stack, zeros);
    }
    let mut module = wasm.get(..8).unwrap_or_default().to_vec();
    for (id, content) in sections {
        match id {
            section::CUSTOM | section::START => {}
            section::MEMORY => {
                let mut changed = vec![1, 0];
                number(&mut changed, memory.len().div_ceil(PAGE));
                put(&mut module, id, &changed);
            }
            section::DATA_COUNT => {
                let mut changed = Vec::new();
                number(&mut changed, parts.len());
                put(&mut module, id, &changed);
            }
            section::DATA => {
                let mut changed = Vec::new();
                number(&mut changed, parts.len());
                for part in &parts {
                    changed.extend([0, 0x41]);
                    signed(&mut changed, part.start as i64);
                    changed.push(0x0b);
                    number(&mut changed, part.len());
                    changed.extend(&memory[part.clone()]);
                }
                put(&mut module, id, &changed);
            }
            other => put(&mut module, other, content),
        }
    }
    Ok(module)
}

/// Where the stack begins, growing down: the first of the globals.
fn stack_of(sections: &[(u8, &[u8])]) -> Result<usize, Fault> {
    let globals = sections.iter().find(|(id, _)| *id == section::GLOBALS);
    let mut reader = Reader::new(globals.ok_or(Fault::Module("it has no stack"))?.1);
    reader.number()?;
    reader.take(2)?;
    Ok(constant(&mut reader)? as usize)
}

/// The parts of a memory that are not zero.
fn parts(memory: &[u8], stack: usize, zeros: usize) -> Vec<std::ops::Range<usize>> {
    let mut parts: Vec<std::ops::Range<usize>> = Vec::new();
    let mut at = stack;
    while at < memory.len() {
        // Most of it is looked at by eight bytes.
        if at.is_multiple_of(8) && memory[at..].first_chunk() == Some(&[0; 8]) {
            at += 8;
            continue;
        }
        if memory[at] == 0 {
            at += 1;
            continue;
        }
        match parts.last_mut() {
            Some(last) if at - last.end < zeros => last.end = at + 1,
            _ => parts.push(at..at + 1),
        }
        at += 1;
    }
    parts
}

fn put(module: &mut Vec<u8>, id: u8, content: &[u8]) {
    module.push(id);
    number(module, content.len());
    module.extend(content);
}

/// A number without a sign, in LEB128.
fn number(into: &mut Vec<u8>, mut number: usize) {
    while number > 127 {
        into.push((number & 127 | 128) as u8);
        number >>= 7;
    }
    into.push(number as u8);
}

/// A number with a sign, in LEB128. A place is none below zero, up to two gigabytes.
fn signed(into: &mut Vec<u8>, mut number: i64) {
    while !(-64..64).contains(&number) {
        into.push((number & 127 | 128) as u8);
        number >>= 7;
    }
    into.push((number & 127) as u8);
}
