//! Measures krait beside CPython, in one run, and prints the tables of BENCHMARKS.md.
//!
//! `krait-benches KRAIT` measures the program KRAIT. `krait-benches profile FILE [EVENT]`
//! does one cold invocation in this process, for a profiler to watch, and
//! `krait-benches convert BYTES` reads and writes one event of that size.
//! `krait-benches serve KRAIT ENVIRONMENT FOLDER` measures `krait serve` beside
//! functions-framework in a virtual environment, with its data in FOLDER.

mod conversions;
mod pages;
mod peers;
mod served;
mod snapshot;
mod starts;
mod statistics;
mod warm;

use anyhow::{Context, Result};
use krait::{
    contract::{Dialect, Function, Handler},
    python::{CodePaths, Ended, Entry, Interpreter},
};
use std::{
    env,
    path::{Path, PathBuf},
};

#[global_allocator]
static ALLOCATOR: krait::instance::allocator::Allocator = krait::instance::allocator::Allocator;

fn main() -> Result<()> {
    // As in an instance: the memory that is measured is the heap's.
    krait::heap::activate().context("the heap's place is taken")?;
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [mode, file, event @ ..] if mode == "profile" => profile(Path::new(file), event.first()),
        [mode, bytes] if mode == "convert" => conversions::profile(bytes.parse()?),
        [mode, program, environment, folder] if mode == "serve" => {
            served::run(Path::new(program), Path::new(environment), Path::new(folder))
        }
        [program] => measure(Path::new(program)),
        _ => anyhow::bail!(
            "usage: krait-benches KRAIT | profile FILE [EVENT] | convert BYTES | serve KRAIT \
             ENVIRONMENT FOLDER"
        ),
    }
}

fn measure(program: &Path) -> Result<()> {
    let program = program.canonicalize().context("the program to be measured")?;
    let peers = peers::find();
    println!("{}\n", statistics::machine());
    snapshot::run(&program, &peers)?;
    pages::run(&program)?;
    starts::run(&program, &peers)?;
    // These run in this process, after all that starts others: they grow it.
    warm::run()?;
    conversions::run(&peers)
}

fn profile(file: &Path, event: Option<&String>) -> Result<()> {
    let interpreter = Interpreter::build();
    let entry = load(&interpreter, file)?;
    let event = event.map_or("{}", String::as_str);
    let context = krait::contract::Context::new(&Function::default(), "profile").to_json();
    let arguments = interpreter.read(event.as_bytes(), context.as_bytes())?;
    println!("{:?}", interpreter.invoke(&entry, arguments));
    Ok(())
}

/// Loads a `.py` file as `krait invoke` would.
fn load(interpreter: &Interpreter, file: &Path) -> Result<Entry> {
    let file = file.canonicalize()?;
    let folder = file.parent().context("a file has a folder")?.to_path_buf();
    let module = file.file_stem().context("a file has a name")?.to_string_lossy().into_owned();
    let handler = Handler { module, ..Handler::default() };
    match interpreter.load(CodePaths { code: folder, layers: Vec::new() }, &handler, Dialect::Scf) {
        Ended::Well(entry) => Ok(entry),
        other => anyhow::bail!("{} does not load: {:?}", file.display(), describe(other)),
    }
}

fn describe(ended: Ended<Entry>) -> String {
    match ended {
        Ended::Failed(failure) => failure.message(),
        Ended::Exit => "it exits".to_owned(),
        Ended::Well(_) => String::new(),
    }
}

/// A file of the benches' own folder.
fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}
