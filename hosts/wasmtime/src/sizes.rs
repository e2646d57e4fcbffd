//! How large a module is, by part.

use super::read;
use anyhow::{Context, Result, bail};
use std::{fs, path::Path, process::Command};
use wasmparser::{Parser, Payload};

/// Prints a table of the module and of its two large parts, as they are and by brotli at level
/// 11, each by itself. `scratch` is a folder to write into.
pub(super) fn print(name: &str, module: &Path, scratch: &Path) -> Result<()> {
    let wasm = read(module)?;
    let mut parts = vec![(name, &wasm[..])];
    for payload in Parser::new(0).parse_all(&wasm) {
        match payload? {
            Payload::CodeSectionStart { range, .. } => parts.push(("its code", &wasm[range])),
            Payload::DataSection(data) => parts.push(("its data", &wasm[data.range()])),
            _ => {}
        }
    }
    println!("\n| MB | as it is | brotli |\n| --- | --- | --- |");
    for (name, bytes) in parts {
        let compressed = brotli(bytes, &scratch.join("part"))?;
        println!("| {name} | {:.2} | {:.2} |", megabytes(bytes.len()), megabytes(compressed));
    }
    Ok(())
}

fn brotli(bytes: &[u8], file: &Path) -> Result<usize> {
    fs::write(file, bytes)?;
    let output = Command::new("brotli").args(["--quality=11", "--stdout"]).arg(file).output();
    let output = output.context("brotli does not run: install Debian's package brotli")?;
    if !output.status.success() {
        bail!("brotli failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.stdout.len())
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
