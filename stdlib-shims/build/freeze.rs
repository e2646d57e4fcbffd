//! Compiles Python files.

use crate::{
    is_module,
    packing::{NOT_PACKED, as_compressed, as_stored},
};
use rustpython_compiler::{CompileOpts, Mode, compile};
use rustpython_compiler_core::{
    bytecode::{CodeObject, ConstantData},
    frozen::{FrozenCodeObject, FrozenModule},
    marshal::serialize_code,
};
use std::path::{Path, PathBuf};

/// Compiled modules by their names.
pub(crate) type Frozen = Vec<(String, FrozenModule<&'static [u8]>)>;

/// Compiles every source, on all processors. This takes most of the build script's time.
pub(crate) fn freeze(sources: &[(PathBuf, String)]) -> Frozen {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let parts: Vec<_> = sources
            .chunks(sources.len().div_ceil(threads))
            .map(|part| {
                // The compiler recurses deeper than a spawned thread's usual stack.
                let builder = std::thread::Builder::new().stack_size(64 << 20);
                let freeze_part =
                    || part.iter().filter_map(|(name, source)| freeze_one(name, source)).collect();
                builder.spawn_scoped(scope, freeze_part).expect("a thread")
            })
            .collect();
        parts.into_iter().flat_map(|part| -> Frozen { part.join().expect("no panic") }).collect()
    })
}

/// Compiles one file under its module's name; `<frozen NAME>` is what tracebacks show, as
/// CPython's do for modules that it freezes.
pub(crate) fn freeze_one(
    name: &Path,
    source: &str,
) -> Option<(String, FrozenModule<&'static [u8]>)> {
    let package = name.file_name()? == "__init__.py";
    let parts = if package { name.parent()?.to_path_buf() } else { name.with_extension("") };
    let module = parts.to_str()?.replace('/', ".");
    // Columns are only needed for carets, which krait's stack traces do not have. Without
    // docstrings and assertions, the download is smaller.
    let optimize = if is_module() { 2 } else { 0 };
    let options = CompileOpts { optimize, debug_ranges: false, ..CompileOpts::default() };
    let source = source.trim_start_matches('\u{feff}');
    let mut code = compile(source, Mode::Exec, &format!("<frozen {module}>"), options)
        .unwrap_or_else(|error| panic!("{} does not compile: {error}", name.display()));
    if is_module() {
        join_lines(&mut code);
    }
    let mut bytes = Vec::new();
    serialize_code(&mut bytes, &code);
    let bytes = if is_module() && !NOT_PACKED.contains(&module.as_str()) {
        as_stored(&bytes)
    } else {
        as_compressed(&bytes)
    };
    Some((module, FrozenModule { code: FrozenCodeObject { bytes: bytes.leak() }, package }))
}

/// Shortens the line tables of code and of the code within it. The compiler writes an entry for
/// each instruction, but one entry can cover 8 instructions of a line.
fn join_lines(code: &mut CodeObject) {
    // An entry's first byte has its kind and the number of its instructions less 1. The kinds
    // that code without columns has, as CPython's Objects/locations.md tells of them:
    const LINE: u8 = 13;
    const NO_LINE: u8 = 15;
    const MOST: usize = 8;
    // Runs of instructions: the bytes that tell how far their line is from that of the run
    // before, and how many they are.
    let mut runs: Vec<(Option<Vec<u8>>, usize)> = Vec::new();
    let mut rest = &*code.linetable;
    while let Some((first, after)) = rest.split_first() {
        let size = usize::from(first & 7) + 1;
        let delta = match first >> 3 & 15 {
            LINE => {
                let more = after.iter().take_while(|byte| **byte & 64 != 0).count();
                let (delta, after) = after.split_at(more + 1);
                rest = after;
                Some(delta.to_vec())
            }
            NO_LINE => {
                rest = after;
                None
            }
            kind => panic!("the compiler writes lines of kind {kind}"),
        };
        match runs.last_mut() {
            Some((Some(_), count)) if delta.as_deref() == Some(&[0]) => *count += size,
            _ => runs.push((delta, size)),
        }
    }
    let mut joined = Vec::new();
    for (mut delta, mut count) in runs {
        while count > 0 {
            let size = count.min(MOST);
            count -= size;
            let kind = if delta.is_some() { LINE } else { NO_LINE };
            joined.push(0x80 | kind << 3 | (size - 1) as u8);
            joined.extend(delta.iter_mut().flat_map(|delta| std::mem::replace(delta, vec![0])));
        }
    }
    code.linetable = joined.into();
    for constant in code.constants.iter_mut() {
        if let ConstantData::Code { code } = constant {
            join_lines(code);
        }
    }
}
