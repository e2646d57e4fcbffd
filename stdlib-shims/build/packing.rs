//! The form in which compiled modules are in the program, and in a WebAssembly module.

use lz4::block::CompressionMode;
use rustpython_compiler_core::frozen::{FrozenLib, FrozenModule};
use std::{
    fs,
    io::{self, Read},
    path::Path,
};
use xz::{
    read::XzEncoder,
    stream::{Check, Filters, LzmaOptions, PRESET_EXTREME, Stream},
};

/// Modules that are imported while the interpreter is built, before krait can unpack anything.
pub(crate) const NOT_PACKED: &[&str] = &[
    "codecs",
    "encodings",
    "encodings.aliases",
    "encodings.ascii",
    "encodings.latin_1",
    "encodings.utf_8",
    "zipimport",
];

/// The stand-in code that the engine gets for every packed module.
pub(crate) const STAND_IN: &str = "_krait_packed.py";

/// How much code is compressed together, in bytes. A larger part compresses better, but the first
/// import from it takes longer.
const PART_SIZE: usize = 2 << 20;

/// Modules as the engine reads them.
pub(crate) fn encode(modules: &[(String, FrozenModule<&[u8]>)]) -> Vec<u8> {
    FrozenLib::encode(modules.iter().map(|(name, module)| (name.as_str(), *module))).bytes
}

/// Writes modules, which are in the order of their names, to compressed files, and gives the
/// source text that `src/packed.rs` includes: each file's first module and content, and the
/// names of all modules, with whether they are packages.
pub(crate) fn pack(
    modules: &[(String, FrozenModule<&'static [u8]>)],
    out: &Path,
) -> io::Result<String> {
    let mut parts = String::from("static PARTS: &[(&str, &[u8])] = &[\n");
    let mut rest = modules;
    while let Some(((first, _), _)) = rest.split_first() {
        let mut size = 0;
        let fits = |(_, module): &&(String, FrozenModule<&[u8]>)| {
            size += module.code.bytes.len();
            size <= PART_SIZE
        };
        let (part, after) = rest.split_at(rest.iter().take_while(fits).count().max(1));
        let file = out.join(format!("{first}.xz"));
        fs::write(&file, compress(&encode(part))?)?;
        parts += &format!("({first:?}, include_bytes!({file:?})),\n");
        rest = after;
    }
    let packages: Vec<_> =
        modules.iter().map(|(name, module)| (name.as_str(), module.package)).collect();
    Ok(format!("{parts}];\nstatic MODULES: &[(&str, bool)] = &{packages:?};\n"))
}

/// Like `xz --extreme`, but unpacking needs no more memory than the content.
fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut options = LzmaOptions::new_preset(9 | PRESET_EXTREME)?;
    options.dict_size(PART_SIZE as u32).literal_context_bits(4).position_bits(0);
    let stream = Stream::new_stream_encoder(Filters::new().lzma2(&options), Check::Crc32)?;
    let mut compressed = Vec::new();
    XzEncoder::new_stream(bytes, stream).read_to_end(&mut compressed)?;
    Ok(compressed)
}

/// Bytes in the form that the engine reads, as small as LZ4 makes them: a sixth less than the engine's own encoder,
/// which is made to be fast. Unpacking them takes no longer.
pub(crate) fn as_compressed(bytes: &[u8]) -> Vec<u8> {
    const SMALLEST: CompressionMode = CompressionMode::HIGHCOMPRESSION(12);
    lz4::block::compress(bytes, Some(SMALLEST), true).expect("a module's code is below 2 GB")
}

/// Bytes in the form that the engine reads, which is LZ4's with the size before it, but not
/// compressed, so that another compression finds more: one sequence of literals.
pub(crate) fn as_stored(bytes: &[u8]) -> Vec<u8> {
    let size = u32::try_from(bytes.len()).expect("a module's code is small");
    let mut stored = size.to_le_bytes().to_vec();
    let more = bytes.len().checked_sub(15).expect("a module's code is longer");
    stored.push(0xf0);
    stored.resize(stored.len() + more / 255, 255);
    stored.push((more % 255) as u8);
    stored.extend_from_slice(bytes);
    stored
}
