//! Reading a module's bytes.

use super::fault::Fault;

/// What is read, and how far.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn byte(&mut self) -> Result<u8, Fault> {
        let byte = *self.bytes.get(self.at).ok_or(Fault::Module("it ends too early"))?;
        self.at += 1;
        Ok(byte)
    }

    pub(super) fn take(&mut self, size: usize) -> Result<&'a [u8], Fault> {
        let end = self.at.checked_add(size);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        self.at += size;
        taken.ok_or(Fault::Module("it ends too early"))
    }

    /// A number without a sign, in LEB128.
    pub(super) fn number(&mut self) -> Result<u32, Fault> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            number |= u64::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                return u32::try_from(number).map_err(|_| Fault::Module("a number is too large"));
            }
            if shift > 28 {
                return Err(Fault::Module("a number is too long"));
            }
        }
    }

    /// A number with a sign, in LEB128.
    pub(super) fn signed(&mut self) -> Result<i64, Fault> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            number |= i64::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                let unused = 64_u32.saturating_sub(shift);
                return Ok(number << unused >> unused);
            }
            if shift > 63 {
                return Err(Fault::Module("a number is too long"));
            }
        }
    }

    pub(super) fn fixed<const SIZE: usize>(&mut self) -> Result<[u8; SIZE], Fault> {
        self.take(SIZE)?.try_into().map_err(|_| Fault::Module("it ends too early"))
    }

    pub(super) fn name(&mut self) -> Result<&'a str, Fault> {
        let size = self.number()? as usize;
        std::str::from_utf8(self.take(size)?).map_err(|_| Fault::Module("a name is no text"))
    }

    /// The sections of a module: their numbers and contents.
    pub(super) fn sections(bytes: &'a [u8]) -> Result<Vec<(u8, &'a [u8])>, Fault> {
        let mut reader = Self::new(bytes);
        if reader.take(8)? != b"\0asm\x01\0\0\0" {
            return Err(Fault::Module("it does not begin as a module of WebAssembly"));
        }
        let mut sections = Vec::new();
        while !reader.is_done() {
            let id = reader.byte()?;
            let size = reader.number()? as usize;
            sections.push((id, reader.take(size)?));
        }
        Ok(sections)
    }
}

/// The numbers of sections.
pub(super) mod section {
    pub(in super::super) const CUSTOM: u8 = 0;
    pub(in super::super) const TYPES: u8 = 1;
    pub(in super::super) const IMPORTS: u8 = 2;
    pub(in super::super) const FUNCTIONS: u8 = 3;
    pub(in super::super) const TABLES: u8 = 4;
    pub(in super::super) const MEMORY: u8 = 5;
    pub(in super::super) const GLOBALS: u8 = 6;
    pub(in super::super) const EXPORTS: u8 = 7;
    pub(in super::super) const START: u8 = 8;
    pub(in super::super) const ELEMENTS: u8 = 9;
    pub(in super::super) const CODE: u8 = 10;
    pub(in super::super) const DATA: u8 = 11;
    pub(in super::super) const DATA_COUNT: u8 = 12;
}
