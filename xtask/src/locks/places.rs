//! Where the interpreter's lock prefixes are: by disassembly, function by function.

use super::names;
use anyhow::{Context, Result, bail, ensure};
use iced_x86::{Decoder, DecoderOptions, Instruction};
use object::{
    Object, ObjectSection, ObjectSegment, ObjectSymbol, SectionKind, SegmentFlags, SymbolKind,
};
use std::collections::{BTreeMap, HashMap};

/// The lock prefix.
pub(super) const LOCK: u8 = 0xf0;

/// What stands in its place: the prefix of the data segment, which means nothing to a 64-bit
/// processor.
pub(super) const NOTHING: u8 = 0x3e;

/// A lock prefix that is to be taken out.
pub(super) struct Place {
    /// Where it is in the file.
    pub offset: usize,
    /// Where it is in a process.
    pub address: u64,
}

/// The program's code.
pub(super) struct Text<'a> {
    address: u64,
    offset: usize,
    bytes: &'a [u8],
}

impl Text<'_> {
    pub(super) fn offset_of(&self, address: u64) -> Option<usize> {
        let within = usize::try_from(address.checked_sub(self.address)?).ok()?;
        (within < self.bytes.len()).then_some(self.offset + within)
    }

    fn get(&self, address: u64, bytes: u64) -> Option<&[u8]> {
        let start = usize::try_from(address.checked_sub(self.address)?).ok()?;
        self.bytes.get(start..start.checked_add(usize::try_from(bytes).ok()?)?)
    }
}

pub(super) fn text(program: &[u8]) -> Result<Text<'_>> {
    let file = object::File::parse(program)?;
    let section = file.section_by_name(".text").context("the program has no code")?;
    let (offset, bytes) = section.file_range().context("the program's code is not in the file")?;
    let offset = offset as usize;
    let bytes = program.get(offset..offset + bytes as usize).context("the program is cut")?;
    Ok(Text { address: section.address(), offset, bytes })
}

/// What is mapped of a program: where, how, and its bytes.
pub(super) fn segments(program: &[u8]) -> Result<Vec<(u64, SegmentFlags, Vec<u8>)>> {
    let file = object::File::parse(program)?;
    let segments = file.segments().map(|segment| {
        let bytes = segment.data()?;
        // The file's own headers are at the start of the first one, and tell of its symbols.
        let headers = if segment.file_range().0 == 0 { 64.min(bytes.len()) } else { 0 };
        Ok((segment.address(), segment.flags(), bytes[headers..].to_vec()))
    });
    segments.collect()
}

/// A function: its bytes have these names.
struct Function<'a> {
    bytes: u64,
    names: Vec<&'a str>,
}

/// The lock prefixes of the interpreter's functions, in their order.
///
/// # Errors
/// When something is not as it must be for them to be taken out.
pub(super) fn find(program: &[u8]) -> Result<Vec<Place>> {
    let text = text(program)?;
    let file = object::File::parse(program)?;
    let functions = functions(&file, &text);
    ensure!(!functions.is_empty(), "the program has no symbols");
    check_makers(&file, &text, &functions)?;
    let mut places = Vec::new();
    let mut end_before = 0;
    let mut next = functions.keys().skip(1);
    for (address, function) in &functions {
        let next = next.next().copied().unwrap_or(u64::MAX);
        let end = address + function.bytes;
        // Where functions share bytes or a place, all that do must be the interpreter's.
        let alone = end_before <= *address && end <= next;
        end_before = end_before.max(end);
        if alone && function.names.iter().all(|name| names::is_interpreters(name)) {
            let bytes = text.get(*address, function.bytes).context("a function has no bytes")?;
            locks_of(*address, bytes, |address| {
                let offset = text.offset_of(address).context("a prefix is not in the code")?;
                places.push(Place { offset, address });
                Ok(())
            })
            .with_context(|| format!("in {}", function.names[0]))?;
        }
    }
    Ok(places)
}

fn functions<'a>(file: &object::File<'a>, text: &Text) -> BTreeMap<u64, Function<'a>> {
    let mut functions = BTreeMap::<u64, Function>::new();
    for symbol in file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text) {
        let (address, bytes) = (symbol.address(), symbol.size());
        let Ok(name) = symbol.name() else { continue };
        if bytes == 0 || text.get(address, bytes).is_none() {
            continue;
        }
        let function = functions.entry(address).or_insert(Function { bytes, names: Vec::new() });
        function.bytes = function.bytes.max(bytes);
        function.names.push(name);
    }
    functions
}

/// Gives each lock prefix of a function that can be taken out.
pub(super) fn locks_of(
    address: u64,
    bytes: &[u8],
    mut found: impl FnMut(u64) -> Result<()>,
) -> Result<()> {
    let mut decoder = Decoder::with_ip(64, bytes, address, DecoderOptions::NONE);
    let mut instruction = Instruction::default();
    while decoder.can_decode() {
        decoder.decode_out(&mut instruction);
        ensure!(!instruction.is_invalid(), "no instruction at {:#x}", instruction.ip());
        if !instruction.has_lock_prefix() {
            continue;
        }
        let start = (instruction.ip() - address) as usize;
        let own = &bytes[start..start + instruction.len()];
        if let Some(at) = prefix(own, &instruction)? {
            found(instruction.ip() + at as u64)?;
        }
    }
    ensure!(decoder.position() == bytes.len(), "the last instruction is cut");
    Ok(())
}

/// Where in an instruction its lock prefix is; none where it has other prefixes that the one in
/// its place could change the meaning of.
fn prefix(bytes: &[u8], instruction: &Instruction) -> Result<Option<usize>> {
    /// The prefix of 16-bit operands.
    const SHORT: u8 = 0x66;
    const OTHERS: [u8; 9] = [0xf2, 0xf3, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65, 0x67];
    let prefixes = bytes.iter().take_while(|byte| **byte == LOCK || **byte == SHORT);
    let count = prefixes.count();
    if bytes.get(count).is_some_and(|byte| OTHERS.contains(byte)) {
        return Ok(None);
    }
    let mut at = (0..count).filter(|at| bytes[*at] == LOCK);
    let (Some(at), None) = (at.next(), at.next()) else {
        bail!("the lock prefix at {:#x} is not where it must be", instruction.ip());
    };
    let mut without = bytes.to_vec();
    without[at] = NOTHING;
    let mut decoder = Decoder::with_ip(64, &without, instruction.ip(), DecoderOptions::NONE);
    let mut after = decoder.decode();
    let same_length = after.len() == instruction.len();
    after.set_has_lock_prefix(true);
    // iced tells of the other prefix, too; everything else must be the same.
    after.set_segment_prefix(instruction.segment_prefix());
    ensure!(
        same_length && after == *instruction,
        "the instruction at {:#x} would be another",
        instruction.ip()
    );
    Ok(Some(at))
}

/// Who makes threads comes to krait's `pthread_create` for it, which puts the locks in.
fn check_makers(
    file: &object::File,
    text: &Text,
    functions: &BTreeMap<u64, Function>,
) -> Result<()> {
    let unwanted = |symbol: &str| names::UNWANTED.contains(&symbol.trim_start_matches('_'));
    if let Some(name) = functions.values().flat_map(|each| &each.names).find(|name| unwanted(name))
    {
        bail!("{name} makes threads by itself");
    }
    let mut makers = HashMap::new();
    for maker in names::makers() {
        let symbol = file.symbols().find(|symbol| symbol.name() == Ok(maker));
        match symbol {
            Some(symbol) => makers.entry(symbol.address()).or_insert(maker),
            None if maker == "pthread_create" => bail!("the program has no {maker}"),
            None => continue,
        };
    }
    for (address, function) in functions {
        let Some(bytes) = text.get(*address, function.bytes) else { continue };
        let mut decoder = Decoder::with_ip(64, bytes, *address, DecoderOptions::NONE);
        for instruction in &mut decoder {
            let called = if instruction.near_branch_target() != 0 {
                instruction.near_branch_target()
            } else if instruction.is_ip_rel_memory_operand() {
                // Its address, to be called later.
                instruction.ip_rel_memory_address()
            } else {
                (0..instruction.op_count())
                    .filter_map(|operand| instruction.try_immediate(operand).ok())
                    .find(|number| makers.contains_key(number))
                    .unwrap_or(0)
            };
            let Some(maker) = makers.get(&called) else { continue };
            let known = function.names.iter().any(|name| names::may_call(maker, name));
            let own = *address == called;
            ensure!(known || own, "{} makes threads by {maker}", function.names[0]);
        }
    }
    // Or by a pointer to it among the program's constants and variables.
    for section in file.sections() {
        if !matches!(
            section.kind(),
            SectionKind::Data | SectionKind::ReadOnlyData | SectionKind::ReadOnlyDataWithRel
        ) {
            continue;
        }
        let (words, _) = section.data()?.as_chunks::<8>();
        for word in words {
            if let Some(maker) = makers.get(&u64::from_le_bytes(*word)) {
                bail!("there is a pointer to {maker} in {}", section.name()?);
            }
        }
    }
    Ok(())
}
