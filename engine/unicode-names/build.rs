//! Compresses the names.

use std::{
    env, fs,
    io::{self, Read},
    path::PathBuf,
};
use xz::{
    read::XzEncoder,
    stream::{Check, Filters, LzmaOptions, PRESET_EXTREME, Stream},
};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=names.txt");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("names.xz"), compress(&fs::read("names.txt")?)?)
}

/// As `xz --extreme` does, but whoever unpacks it needs no more memory than the content's.
fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut options = LzmaOptions::new_preset(9 | PRESET_EXTREME)?;
    options.dict_size(2 << 20).literal_context_bits(4).position_bits(0);
    let stream = Stream::new_stream_encoder(Filters::new().lzma2(&options), Check::Crc32)?;
    let mut compressed = Vec::new();
    XzEncoder::new_stream(bytes, stream).read_to_end(&mut compressed)?;
    Ok(compressed)
}
