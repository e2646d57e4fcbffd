//! A machine that runs `krait.wasm`: WebAssembly's first version, with what the compiler uses beyond it
//! (numbers with a sign of 8 and 16 bits, conversions that do not trap, copies of memory). The module is
//! krait's own and was checked when it was built. What it does is the same on each machine and each time.
//!
//! It is small before fast. The crates for this, wasmi 2.0 and tinywasm 0.10, make a program 0.9 to 1.0 MB larger,
//! compiled for size; there was room for 0.7.

use super::{
    binary::{Reader, section},
    code::{self, Code},
    definitions::{Definitions, Signature},
    fault::Fault,
};
use std::{collections::HashMap, rc::Rc, time::Instant};

/// The size of a page of memory.
pub(super) const PAGE: usize = 1 << 16;

/// The most pages that a module may have.
const PAGES: usize = 1 << 14;

/// The system that a module asks: it gets the memory, and the function's name and arguments.
pub(super) trait System {
    /// Answers a call. The result of most is the number of an error.
    ///
    /// # Errors
    /// When the module is not to go on.
    fn call(&mut self, memory: &mut [u8], name: &str, arguments: &[u64]) -> Result<u64, Fault>;
}

/// An instance of a module.
#[derive(Debug)]
pub(super) struct Machine<'a> {
    pub(super) definitions: Definitions,
    bodies: Vec<&'a [u8]>,
    codes: Vec<Option<Rc<Code>>>,
    pub memory: Vec<u8>,
    pub(super) globals: Vec<u64>,
    pub(super) table: Vec<Option<u32>>,
    pub(super) data: Vec<&'a [u8]>,
    exports: HashMap<&'a str, u32>,
    start: Option<u32>,
    /// The numbers of all functions that run.
    pub(super) stack: Vec<u64>,
    /// When it must have come to its end.
    pub(super) deadline: Instant,
}

impl<'a> Machine<'a> {
    /// Makes an instance, whose start has not run.
    ///
    /// # Errors
    /// When the module is none that this machine runs.
    pub(super) fn new(module: &'a [u8], deadline: Instant) -> Result<Self, Fault> {
        let mut machine = Self {
            definitions: Definitions::default(),
            bodies: Vec::new(),
            codes: Vec::new(),
            memory: Vec::new(),
            globals: Vec::new(),
            table: Vec::new(),
            data: Vec::new(),
            exports: HashMap::new(),
            start: None,
            stack: Vec::new(),
            deadline,
        };
        for (id, content) in Reader::sections(module)? {
            machine.read(id, content)?;
        }
        machine.codes.resize(machine.bodies.len(), None);
        Ok(machine)
    }

    /// Runs what is to run first.
    ///
    /// # Errors
    /// When the module does not come to its end.
    pub(super) fn begin(&mut self, system: &mut dyn System) -> Result<(), Fault> {
        match self.start {
            Some(function) => self.run(function, &[], system).map(drop),
            None => Ok(()),
        }
    }

    /// Calls what is exported by a name. A function without a result gives 0.
    ///
    /// # Errors
    /// When there is no such function, or it does not come to its end.
    pub(super) fn call(
        &mut self,
        name: &str,
        arguments: &[u32],
        system: &mut dyn System,
    ) -> Result<u32, Fault> {
        let function = *self.exports.get(name).ok_or(Fault::Module("it lacks an export"))?;
        let arguments: Vec<u64> = arguments.iter().copied().map(u64::from).collect();
        self.run(function, &arguments, system).map(|result| result as u32)
    }

    /// A function's code, which is translated when it is first called.
    pub(super) fn code(&mut self, function: usize) -> Result<Rc<Code>, Fault> {
        let index = function.wrapping_sub(self.definitions.imports.len());
        let known = self.codes.get(index).ok_or(Fault::Module("a function has no code"))?;
        if let Some(code) = known {
            return Ok(Rc::clone(code));
        }
        let signature = self.definitions.signature_of(function as u32)?;
        let code = Rc::new(code::translate(self.bodies[index], signature, &self.definitions)?);
        self.codes[index] = Some(Rc::clone(&code));
        Ok(code)
    }

    fn read(&mut self, id: u8, content: &'a [u8]) -> Result<(), Fault> {
        let mut reader = Reader::new(content);
        let reader = &mut reader;
        match id {
            section::CUSTOM | section::DATA_COUNT => Ok(()),
            section::START => {
                self.start = Some(reader.number()?);
                Ok(())
            }
            section::TYPES => each(reader, |reader| {
                let signature = Signature::read(reader)?;
                self.definitions.types.push(signature);
                Ok(())
            }),
            section::IMPORTS => each(reader, |reader| {
                reader.name()?;
                let name = reader.name()?.to_owned();
                if reader.byte()? != 0 {
                    return Err(Fault::Module("it imports what is no function"));
                }
                self.definitions.imports.push(name);
                self.definitions.functions.push(reader.number()?);
                Ok(())
            }),
            section::FUNCTIONS => each(reader, |reader| {
                self.definitions.functions.push(reader.number()?);
                Ok(())
            }),
            section::TABLES => each(reader, |reader| {
                reader.byte()?;
                let size = least(reader)?;
                self.table = vec![None; size];
                Ok(())
            }),
            section::MEMORY => each(reader, |reader| {
                let pages = least(reader)?;
                if pages > PAGES {
                    return Err(Fault::Module("it has too much memory"));
                }
                self.memory = vec![0; pages * PAGE];
                Ok(())
            }),
            section::GLOBALS => each(reader, |reader| {
                reader.take(2)?;
                let value = constant(reader)?;
                self.globals.push(value.into());
                Ok(())
            }),
            section::EXPORTS => each(reader, |reader| {
                let name = reader.name()?;
                let kind = reader.byte()?;
                let index = reader.number()?;
                if kind == 0 {
                    self.exports.insert(name, index);
                }
                Ok(())
            }),
            section::ELEMENTS => each(reader, |reader| self.read_elements(reader)),
            section::CODE => each(reader, |reader| {
                let size = reader.number()? as usize;
                self.bodies.push(reader.take(size)?);
                Ok(())
            }),
            section::DATA => each(reader, |reader| self.read_data(reader)),
            _ => Err(Fault::Module("it has an unknown section")),
        }
    }

    fn read_elements(&mut self, reader: &mut Reader<'a>) -> Result<(), Fault> {
        if reader.number()? != 0 {
            return Err(Fault::Module("it has elements of another kind"));
        }
        let mut place = constant(reader)? as usize;
        each(reader, |reader| {
            let function = reader.number()?;
            let entry = self.table.get_mut(place).ok_or(Fault::Module("its table is too small"))?;
            *entry = Some(function);
            place += 1;
            Ok(())
        })
    }

    fn read_data(&mut self, reader: &mut Reader<'a>) -> Result<(), Fault> {
        let kind = reader.number()?;
        let place = match kind {
            0 => Some(constant(reader)? as usize),
            1 => None,
            _ => return Err(Fault::Module("it has data of another kind")),
        };
        let size = reader.number()? as usize;
        let bytes = reader.take(size)?;
        self.data.push(if place.is_none() { bytes } else { &[] });
        if let Some(place) = place {
            let end = place.checked_add(size);
            let into = end.and_then(|end| self.memory.get_mut(place..end));
            into.ok_or(Fault::Module("its data is outside its memory"))?.copy_from_slice(bytes);
        }
        Ok(())
    }

    /// More memory, in pages. Gives how many there were, or what says that there is no more.
    pub(super) fn grow(&mut self, pages: u32) -> u32 {
        let before = self.memory.len() / PAGE;
        let after = before + pages as usize;
        if after > PAGES {
            return u32::MAX;
        }
        self.memory.resize(after * PAGE, 0);
        before as u32
    }
}

/// Reads as many things as a number before them says.
fn each<'a>(
    reader: &mut Reader<'a>,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    for _ in 0..reader.number()? {
        read(reader)?;
    }
    Ok(())
}

/// The least size of a table or memory; the most is only read.
fn least(reader: &mut Reader<'_>) -> Result<usize, Fault> {
    let has_most = reader.byte()? & 1 == 1;
    let least = reader.number()? as usize;
    if has_most {
        reader.number()?;
    }
    Ok(least)
}

/// A constant of 32 bits, by its expression.
pub(super) fn constant(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    const CONSTANT: u8 = 0x41;
    const END: u8 = 0x0b;
    if reader.byte()? != CONSTANT {
        return Err(Fault::Module("a place is no number"));
    }
    let number = reader.signed()? as u32;
    if reader.byte()? != END {
        return Err(Fault::Module("a place is no number"));
    }
    Ok(number)
}
