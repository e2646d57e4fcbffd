//! What a module declares: the types of its functions.

use super::{binary::Reader, fault::Fault};

/// How many numbers a function takes, and how many it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    pub parameters: usize,
    pub results: usize,
    /// The bytes that say so: types are the same if these are.
    text: Vec<u8>,
}

impl Signature {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let start = reader.at;
        reader.byte()?;
        let parameters = reader.number()? as usize;
        reader.take(parameters)?;
        let results = reader.number()? as usize;
        reader.take(results)?;
        Ok(Self { parameters, results, text: reader.bytes[start..reader.at].to_vec() })
    }
}

/// What a module declares.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    pub types: Vec<Signature>,
    /// The names of the functions that it imports, which come first among all.
    pub imports: Vec<String>,
    /// The types of all functions.
    pub functions: Vec<u32>,
}

impl Definitions {
    pub(super) fn signature_of(&self, function: u32) -> Result<&Signature, Fault> {
        let kind = self.functions.get(function as usize);
        let signature = kind.and_then(|kind| self.types.get(*kind as usize));
        signature.ok_or(Fault::Module("a function has no type"))
    }
}
