//! Zips for cases: well-formed ones, and those that must be refused.
//!
//! A `zip` block names its members, one a line: the path of a file of the case, or
//! `NAME < FILE` for another name, `NAME -> TARGET` for a link, `NAME zeros MB` for so many
//! megabytes of zeros. A line `!damaged` or `!encrypted` spoils the finished zip, and `!method N`
//! has it say that its members are compressed by another method.

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
};
use zip::{ZipWriter, write::SimpleFileOptions};

pub(crate) fn make(path: &Path, members: &str, folder: &Path) {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for line in members.lines().filter(|line| !line.starts_with('!')) {
        if let Some((name, target)) = line.split_once(" -> ") {
            zip.add_symlink(name, target, options).expect("a link");
        } else if let Some((name, megabytes)) = line.split_once(" zeros ") {
            zip.start_file(name, options.large_file(true)).expect("a member");
            let zeros = vec![0; 1 << 20];
            for _ in 0..megabytes.parse().expect("a number") {
                zip.write_all(&zeros).expect("written");
            }
        } else {
            let (name, file) = line.split_once(" < ").unwrap_or((line, line));
            zip.start_file(name, options).expect("a member");
            zip.write_all(&fs::read(folder.join(file)).expect("a file of the case"))
                .expect("written");
        }
    }
    let mut bytes = zip.finish().expect("finished").into_inner();
    if members.lines().any(|line| line == "!damaged") {
        bytes.truncate(bytes.len() / 2);
    }
    if members.lines().any(|line| line == "!encrypted") {
        set_encrypted_flag(&mut bytes);
    }
    if let Some(method) = members.lines().find_map(|line| line.strip_prefix("!method ")) {
        set_method(&mut bytes, method.parse().expect("a number"));
    }
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("writable");
    fs::write(path, bytes).expect("writable");
}

/// Sets the first flag of every local and central header.
fn set_encrypted_flag(bytes: &mut [u8]) {
    for at in 0..bytes.len().saturating_sub(10) {
        match &bytes[at..at + 4] {
            b"PK\x03\x04" => bytes[at + 6] |= 1,
            b"PK\x01\x02" => bytes[at + 8] |= 1,
            _ => {}
        }
    }
}

/// Sets the method of every local and central header.
fn set_method(bytes: &mut [u8], method: u8) {
    for at in 0..bytes.len().saturating_sub(12) {
        match &bytes[at..at + 4] {
            b"PK\x03\x04" => bytes[at + 8] = method,
            b"PK\x01\x02" => bytes[at + 10] = method,
            _ => {}
        }
    }
}
