//! Making a module whose memory is packed (`lz.rs`), and unpacked by its start.

use super::lz;
use anyhow::{Result, bail};
use std::iter;
use wasm_encoder::{
    ConstExpr, DataCountSection, DataSection, ExportKind, ExportSection, MemorySection, MemoryType,
    Module, RawSection, StartSection,
};
use wasmparser::{DataKind, ExternalKind, Operator, Parser, Payload};

/// The module's function that unpacks, which finds the packed memory here:
/// `runtime/src/exports/unpack.rs`. That is in the stack, the lowest part of the memory, of
/// which it uses the end.
const UNPACK: &str = "krait_unpack";
const PACKED_AT: usize = 1 << 16;
pub(super) const STACK_END: usize = 8 << 20;
const STACK_IN_USE: usize = 1 << 16;

/// Zeros after the memory: unpacking writes up to 7 bytes too many before it comes to its end.
const MARGIN: usize = 8;

const PAGE: u64 = 1 << 16;

/// Packs the memory that `wasm` starts with.
pub(super) fn pack(wasm: &[u8]) -> Result<Vec<u8>> {
    let memory = memory(wasm)?;
    let mut module = Module::new();
    let mut unpack = None;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        match &payload {
            Payload::MemorySection(memories) => {
                let mut kept = MemorySection::new();
                for each in memories.clone() {
                    let mut size = MemoryType::from(each?);
                    let used = (STACK_END + memory.len()) as u64;
                    // One page more where the memory was used to its end.
                    size.minimum = size.minimum.max(used.div_ceil(PAGE));
                    kept.memory(size);
                }
                module.section(&kept);
            }
            Payload::ExportSection(exports) => {
                let mut kept = ExportSection::new();
                for export in exports.clone() {
                    let export = export?;
                    let kind = match export.kind {
                        ExternalKind::Func => ExportKind::Func,
                        ExternalKind::Memory => ExportKind::Memory,
                        other => bail!("it exports a {other:?}"),
                    };
                    if export.name == UNPACK {
                        unpack = Some(export.index);
                    } else {
                        kept.export(export.name, kind, export.index);
                    }
                }
                module.section(&kept);
                let Some(function_index) = unpack else { bail!("it does not export {UNPACK}") };
                module.section(&StartSection { function_index });
            }
            Payload::StartSection { .. } => bail!("it has a start already"),
            Payload::DataCountSection { .. } => {
                module.section(&DataCountSection { count: 1 });
            }
            Payload::DataSection(_) => {
                let mut data = DataSection::new();
                let place = ConstExpr::i32_const(PACKED_AT as i32);
                data.active(0, &place, packed(&memory)?);
                module.section(&data);
            }
            Payload::CustomSection(_) => {}
            other => {
                if let Some((id, range)) = other.as_section() {
                    module.section(&RawSection { id, data: &wasm[range] });
                }
            }
        }
    }
    Ok(module.finish())
}

/// The memory above the stack, up to the last byte that is not zero, and a margin.
fn memory(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut memory = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::DataSection(segments) = payload? else { continue };
        for segment in segments {
            let segment = segment?;
            if segment.data.is_empty() {
                continue;
            }
            let DataKind::Active { memory_index: 0, offset_expr } = segment.kind else {
                bail!("it has data that is not in its memory from the start");
            };
            let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
                bail!("it has data at a place that is no number");
            };
            // What preparing left in the stack, nobody reads.
            let place = value as u32 as usize;
            let data = segment.data.get(STACK_END.saturating_sub(place)..).unwrap_or_default();
            let place = place.saturating_sub(STACK_END);
            let end = place + data.len();
            if memory.len() < end + MARGIN {
                memory.resize(end + MARGIN, 0);
            }
            memory[place..end].copy_from_slice(data);
        }
    }
    Ok(memory)
}

/// What lies at [`PACKED_AT`]: where to unpack to, where the packed parts are, and these.
fn packed(memory: &[u8]) -> Result<Vec<u8>> {
    let lz::Packed { tokens, literals, lengths, distances: [low, middle, high] } = lz::pack(memory);
    // The tokens' end is told by an empty part after them.
    let parts = [tokens, Vec::new(), literals, lengths, low, middle, high];
    let mut place = PACKED_AT + (1 + parts.len()) * size_of::<u32>();
    let places = parts.iter().map(|part| {
        let start = place;
        place += part.len();
        start
    });
    let header: Vec<u8> = iter::once(STACK_END)
        .chain(places)
        .flat_map(|place| (place as u32).to_le_bytes())
        .collect();
    if place > STACK_END - STACK_IN_USE {
        bail!("its memory does not fit into its stack, packed");
    }
    Ok([header, parts.concat()].concat())
}
