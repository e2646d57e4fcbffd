//! What changes make of a crate, and what is said where they cannot be made.

use krait_engine::{changed_files, lay};
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

const FILE: &str = "one\ntwo\nthree\nfour\n";
/// What `sha256sum` says of it.
const CHECKSUM: &str = "c45d3a272228cc542168164ba961fa622e95260bfd107eb1276940cb5209433e";

const HEAD: &str = "# A title\n\nWhy.\n\nCase: none\n\nOffer: yes\n\n";

/// A crate with one file, and a folder of changes with what is given.
fn crate_with(changes: &[(&str, String)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("to make a folder");
        fs::write(path, text).expect("to write");
    };
    write("crate/Cargo.toml", "[package]\n");
    write("crate/src/lib.rs", FILE);
    for (name, text) in changes {
        write(&format!("changes/{name}"), text);
    }
    folder
}

fn change(edits: &str) -> String {
    format!("{HEAD}## src/lib.rs {CHECKSUM}\n\n{edits}")
}

/// The file with the changes made, or what is said instead, without the folder's name.
fn changed(folder: &TempDir) -> String {
    let root = folder.path();
    match changed_files(&root.join("crate"), &root.join("changes")) {
        Ok(files) => files[Path::new("src/lib.rs")].clone(),
        Err(error) => error.to_string().replace(&*root.to_string_lossy(), ""),
    }
}

#[test]
fn lines_are_replaced_put_in_and_left_out() {
    let first = change("### 2-3\n```rust\nnew\n```\n\n### after 4\n```rust\nlast\n```\n");
    let second = change("### without 1\n");
    let folder = crate_with(&[("first.md", first), ("second.md", second)]);
    assert_eq!(changed(&folder), "new\nfour\nlast\n");
}

#[test]
fn a_file_is_added() {
    let folder = crate_with(&[("src/own.rs", "own\n".to_owned())]);
    let target = folder.path().join("target");
    lay(&folder.path().join("crate"), &folder.path().join("changes"), &target).expect("to lay");
    assert_eq!(fs::read_to_string(target.join("src/own.rs")).expect("to read"), "own\n");
    assert_eq!(fs::read_to_string(target.join("src/lib.rs")).expect("to read"), FILE);
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).expect("a time");
    let manifest = folder.path().join("crate/Cargo.toml");
    assert_eq!(time(&target.join("src/own.rs")), time(&manifest));
}

#[test]
fn another_file_is_refused() {
    let text = format!("{HEAD}## src/lib.rs 0123\n\n### 1\n```rust\nnew\n```\n");
    assert_eq!(
        changed(&crate_with(&[("first.md", text)])),
        format!(
            "the change /changes/first.md was written for another /crate/src/lib.rs: it names \
             the checksum 0123, and the file's is {CHECKSUM}. Look at what is new in the file, \
             write the change for it, and name its checksum."
        )
    );
}

#[test]
fn what_cannot_be_made_is_refused() {
    let twice = "### 2\n```rust\nnew\n```\n";
    for (changes, said) in [
        (
            vec![("first.md", change(twice)), ("second.md", change(twice))],
            "the change /changes/second.md cannot be made at line 2 of /crate/src/lib.rs: \
             another edit replaces this line",
        ),
        (
            vec![("first.md", change("### without 4-5\n"))],
            "the change /changes/first.md cannot be made at line 4 of /crate/src/lib.rs: \
             the file has 4 lines",
        ),
        (
            vec![("src/lib.rs", "own\n".to_owned())],
            "/changes/src/lib.rs is to be added, and is there already",
        ),
        (
            vec![("first.md", "no title\n".to_owned())],
            "/changes/first.md:1: the first line must be `# ` and a title",
        ),
        (
            vec![("first.md", "# A title\n\nOffer: yes\n".to_owned())],
            "/changes/first.md:1: there is no line that begins with \"Case: \"",
        ),
        (
            vec![("first.md", change("### before 7\n"))],
            "/changes/first.md:11: expected `### after N`, `### N`, `### N-M` or \
             `### without N-M`",
        ),
        (
            vec![("first.md", change("### 1\n"))],
            "/changes/first.md:11: no fenced block follows",
        ),
        (
            vec![("first.md", format!("{HEAD}## src/lib.rs\n"))],
            "/changes/first.md:9: expected `## FILE SHA256`",
        ),
    ] {
        assert_eq!(changed(&crate_with(&changes)), said);
    }
}

/// The library's Python half is no compiler's: `stdlib-shims/build.rs` changes it.
#[test]
fn the_compiler_knows_all_crates_with_changes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = fs::read_dir(folder.join("changes")).expect("changes");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string());
    let mut crates: Vec<String> = names.map(|name| name.expect("text")).collect();
    crates.retain(|name| name != "rustpython-pylib");
    crates.sort();
    let said = Command::new(folder.join("rustc")).arg("-vV").output().expect("it runs").stdout;
    let said = String::from_utf8(said).expect("text");
    assert_eq!(said.lines().last(), Some(&*format!("changed: {}", crates.join(" "))));
}
