//! A package for Debian and its kin (deb(5)): an `ar` of two tars.

use super::{
    Facts, Parts, Program,
    archive::{self, Compression, File},
};
use anyhow::{Context, Result};
use std::{fs, path::Path};

const DESCRIPTION: &str = "\
Description: runs Tencent Cloud SCF's Python functions locally
 krait runs Python serverless handlers as Tencent Cloud's Serverless Cloud
 Function does: the answer, the log and the error, in a few milliseconds. It is
 one static program, and needs no Python.
";

/// Writes `krait_VERSION_ARCHITECTURE.deb`.
pub(super) fn write(
    folder: &Path,
    program: &Program,
    parts: &Parts,
    facts: &Facts,
    compression: Compression,
) -> Result<()> {
    let files = files(program, parts, compression)?;
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    let architecture = program.target.debian;
    let control = format!(
        "Package: krait\n\
         Version: {}\n\
         Architecture: {architecture}\n\
         Maintainer: the maintainers of krait\n\
         Installed-Size: {}\n\
         Section: devel\n\
         Priority: optional\n\
         {DESCRIPTION}",
        facts.version,
        bytes.div_ceil(1024)
    );
    let control = archive::tar(vec![File::new("control", control.into_bytes())], "./", facts.time)?;
    let data = archive::tar(files, "./", facts.time)?;
    let mut package = b"!<arch>\n".to_vec();
    member(&mut package, "debian-binary", facts.time, b"2.0\n");
    // Every dpkg knows gzip; zstd came later.
    member(&mut package, "control.tar.gz", facts.time, &archive::gzip(&control, compression)?);
    member(&mut package, "data.tar.gz", facts.time, &archive::gzip(&data, compression)?);
    let path = folder.join(format!("krait_{}_{architecture}.deb", facts.version));
    fs::write(&path, package).with_context(|| path.display().to_string())
}

fn files(program: &Program, parts: &Parts, compression: Compression) -> Result<Vec<File>> {
    let mut copyright = Vec::new();
    for (name, text) in &parts.licences {
        copyright.extend_from_slice(format!("==== {name}\n\n").as_bytes());
        copyright.extend_from_slice(text);
        copyright.push(b'\n');
    }
    let mut files = vec![
        File::program("usr/bin/krait", program),
        File::new("usr/share/doc/krait/copyright", copyright),
    ];
    let places = [
        ("bash", "usr/share/bash-completion/completions/krait"),
        ("zsh", "usr/share/zsh/vendor-completions/_krait"),
        ("fish", "usr/share/fish/vendor_completions.d/krait.fish"),
    ];
    for (shell, place) in places {
        files.push(File::new(place, parts.completions_of(shell)?));
    }
    for (name, page) in &parts.manual {
        let page = archive::gzip(page, compression)?;
        files.push(File::new(format!("usr/share/man/man1/{name}.gz"), page));
    }
    Ok(files)
}

/// Adds a file to an `ar`: a header of sixty letters, and a byte where the length is odd.
fn member(package: &mut Vec<u8>, name: &str, time: u64, bytes: &[u8]) {
    let length = bytes.len();
    let header = format!("{name:<16}{time:<12}{:<6}{:<6}{:<8}{length:<10}`\n", 0, 0, 100_644);
    package.extend_from_slice(header.as_bytes());
    package.extend_from_slice(bytes);
    if length % 2 == 1 {
        package.push(b'\n');
    }
}
