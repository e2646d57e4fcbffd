//! Assembles and compiles the Python half of the standard library, which krait freezes.
//!
//! It is `rustpython-pylib`'s `Lib` without what no handler can use, plus the files under
//! `python/`. Files in `replace/` replace the library's files or add new ones. Files in `append/`
//! are added to the end of the module of the same name. A WebAssembly module also gets the files
//! under `python/module/`, and most of its library is packed: see `src/packed.rs`.

use rustpython_compiler::{CompileOpts, Mode, compile};
use rustpython_compiler_core::{
    bytecode::{CodeObject, ConstantData},
    frozen::{FrozenCodeObject, FrozenLib, FrozenModule},
    marshal::serialize_code,
};
use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};
use xz::{
    read::XzEncoder,
    stream::{Check, Filters, LzmaOptions, PRESET_EXTREME, Stream},
};

/// Entries of `Lib` that are not frozen, by path from `Lib`. Each needs a screen, a terminal, a
/// package index, another operating system, or is a tool for developers.
const LEFT_OUT: &[&str] = &[
    "__hello__.py",
    "__phello__",
    "_aix_support.py",
    "_android_support.py",
    "_apple_support.py",
    "_ios_support.py",
    "_osx_support.py",
    "_pyrepl/__main__.py",
    "_pyrepl/windows_console.py",
    "_pyrepl/windows_eventqueue.py",
    "asyncio/windows_events.py",
    "asyncio/windows_utils.py",
    "ctypes/macholib",
    "idlelib",
    "lib2to3",
    "msilib",
    "pydoc_data/topics.py",
    "site-packages",
    "tkinter",
    "turtle.py",
    "turtledemo",
];

/// What is left out of a WebAssembly module too: what needs processes, sockets to listen on,
/// or a native module that is not there, such modules themselves, what only works on Python code itself, and what stands
/// in for native modules that are there. Whoever imports one is told so; what has a reason to
/// tell has a file of its own under `python/module/replace/`.
const LEFT_OUT_IN_MODULE: &[&str] = &[
    "_ctypes.py",
    "_krait_install.py",
    "_krait_lock.py",
    "_krait_pip.py",
    "_krait_program.py",
    "_pydatetime.py",
    "_pydecimal.py",
    "_pyio.py",
    "_pyrepl",
    "antigravity.py",
    "asyncio/proactor_events.py",
    "asyncio/tools.py",
    "bdb.py",
    "cmd.py",
    "code.py",
    "compileall.py",
    "compression/zstd",
    "concurrent/futures/process.py",
    "concurrent/interpreters",
    "ctypes",
    "dbm",
    "doctest.py",
    "ensurepip",
    "ftplib.py",
    "grp.py",
    "http/server.py",
    "imaplib.py",
    "importlib/_bootstrap.py",
    "importlib/_bootstrap_external.py",
    "mailbox.py",
    "mmap.py",
    "modulefinder.py",
    "multiprocessing",
    "pdb.py",
    "pickletools.py",
    "poplib.py",
    "profile.py",
    "pstats.py",
    "pty.py",
    "pwd.py",
    "pyclbr.py",
    "pydoc.py",
    "pydoc_data",
    "resource.py",
    "rlcompleter.py",
    "sqlite3",
    "ssl.py",
    "symtable.py",
    "syslog.py",
    "tabnanny.py",
    "termios.py",
    "trace.py",
    "tracemalloc.py",
    "unittest",
    "venv",
    "webbrowser.py",
    "wsgiref",
    "xmlrpc",
    "zipapp.py",
];

/// Encodings of mainframes, of DOS, and of the old Macintosh, which a WebAssembly module does
/// not know.
const LEFT_OUT_ENCODINGS: &[&str] = &[
    "cp037",
    "cp1006",
    "cp1026",
    "cp1125",
    "cp1140",
    "cp273",
    "cp424",
    "cp500",
    "cp720",
    "cp737",
    "cp775",
    "cp852",
    "cp855",
    "cp856",
    "cp857",
    "cp858",
    "cp860",
    "cp861",
    "cp862",
    "cp863",
    "cp864",
    "cp865",
    "cp869",
    "cp875",
    "hp_roman8",
    "kz1048",
    "mac_arabic",
    "mac_croatian",
    "mac_cyrillic",
    "mac_farsi",
    "mac_greek",
    "mac_iceland",
    "mac_latin2",
    "mac_roman",
    "mac_romanian",
    "mac_turkish",
    "palmos",
    "ptcp154",
];

/// The flags of `re` by name. The library's modules use them while they are imported, which would
/// import `enum`. So they are replaced by numbers.
const PATTERN_FLAGS: &[(&str, &str)] = &[
    ("ASCII", "256"),
    ("IGNORECASE", "2"),
    ("MULTILINE", "8"),
    ("DOTALL", "16"),
    ("VERBOSE", "64"),
    ("UNICODE", "32"),
    ("LOCALE", "4"),
    ("A", "256"),
    ("I", "2"),
    ("M", "8"),
    ("S", "16"),
    ("X", "64"),
    ("U", "32"),
    ("L", "4"),
];

/// Modules that are imported while the interpreter is built, before krait can unpack anything.
const NOT_PACKED: &[&str] = &[
    "codecs",
    "encodings",
    "encodings.aliases",
    "encodings.ascii",
    "encodings.latin_1",
    "encodings.utf_8",
    "zipimport",
];

/// The stand-in code that the engine gets for every packed module.
const STAND_IN: &str = "_krait_packed.py";

/// How much code is compressed together, in bytes. A larger part compresses better, but the first
/// import from it takes longer.
const PART_SIZE: usize = 2 << 20;

/// The changes of the library's modules: see `engine/README.md`.
const LIBRARY_CHANGES: &str = "../engine/changes/rustpython-pylib";

/// The variable that names a folder of the engine's sources to use as they are, and where the
/// library's modules are in it.
const EDITED_ENGINE: &str = "KRAIT_ENGINE_SOURCES";
const LIBRARY: &str = "rustpython-pylib/Lib";

/// What to use instead of packages with compiled extensions: of ASCII, with no escapes that Python
/// has not.
const EXTENSIONS: &str = "extensions.toml";

/// Where krait's own Python files are.
const SHIMS: &str = "python";

/// Where stand-ins of Python are, and the package that they make.
const STAND_INS: &str = "../stand-ins/python";
const STAND_INS_PACKAGE: &str = "_krait_stand_ins";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={SHIMS}");
    let mut sources = library()?;
    for (name, source) in &mut sources {
        if !name.starts_with("re") {
            *source = with_flags_as_numbers(source);
        }
    }
    if is_module() {
        for name in LEFT_OUT_IN_MODULE {
            sources.insert(PathBuf::from(name).with_extension("py"), refusal(name));
        }
    }
    // What stands in for it asks it where a program has a terminal.
    let colours = sources.get(Path::new("_colorize.py")).filter(|_| !is_module()).cloned();
    sources.extend(colours.map(|colours| (PathBuf::from("_krait_colours.py"), colours)));
    let everywhere = Path::new(SHIMS);
    let in_module = everywhere.join("module");
    let folders = if is_module() { vec![everywhere, &in_module] } else { vec![everywhere] };
    for folder in folders {
        for (file, name) in python_files(&folder.join("replace"))? {
            if folder == everywhere && is_left_out(&name) {
                continue;
            }
            sources.insert(name, fs::read_to_string(file)?);
        }
        for (file, name) in python_files(&folder.join("append"))? {
            if is_left_out(&name) {
                continue;
            }
            let source = sources.get_mut(&name).unwrap_or_else(|| panic!("no module at {name:?}"));
            source.push('\n');
            source.push_str(&fs::read_to_string(file)?);
        }
    }
    println!("cargo:rerun-if-changed={EXTENSIONS}");
    let extensions = fs::read_to_string(EXTENSIONS)?;
    let module = format!("TEXT = {extensions:?}\n");
    sources.insert(PathBuf::from("_krait_instead.py"), module);
    if env::var_os("CARGO_FEATURE_STAND_INS").is_some() {
        println!("cargo:rerun-if-changed={STAND_INS}");
        for (file, name) in python_files(Path::new(STAND_INS))? {
            sources.insert(Path::new(STAND_INS_PACKAGE).join(name), fs::read_to_string(file)?);
        }
    }
    let sources: Vec<_> = sources.into_iter().collect();
    let frozen = freeze(&sources);
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    if is_module() {
        let (mut packed, mut kept): (Vec<_>, Vec<_>) =
            frozen.into_iter().partition(|(name, _)| !NOT_PACKED.contains(&name.as_str()));
        packed.sort_by(|(one, _), (other, _)| one.cmp(other));
        kept.extend(freeze_one(Path::new(STAND_IN), "raise ImportError('not unpacked')"));
        fs::write(out.join("packed.rs"), pack(&packed, &out)?)?;
        fs::write(out.join("frozen.bin"), encode(&kept))?;
    } else {
        fs::write(out.join("frozen.bin"), encode(&frozen))?;
    }
    Ok(())
}

/// The library's modules by their path from `Lib`, as the engine's changes have them, less what is
/// left out.
fn library() -> Result<BTreeMap<PathBuf, String>, Box<dyn Error>> {
    println!("cargo:rerun-if-changed={LIBRARY_CHANGES}");
    println!("cargo:rerun-if-env-changed={EDITED_ENGINE}");
    let mut folder = PathBuf::from(rustpython_pylib::LIB_PATH);
    let edited = env::var_os(EDITED_ENGINE).map(|engine| Path::new(&engine).join(LIBRARY));
    let mut changed = BTreeMap::new();
    if let Some(edited) = edited.filter(|edited| edited.is_dir()) {
        folder = edited;
        println!("cargo:rerun-if-changed={}", folder.display());
    } else if let Some(library_crate) = folder.parent() {
        changed = krait_engine::changed_files(library_crate, Path::new(LIBRARY_CHANGES))?;
    }
    let mut sources = BTreeMap::new();
    for (file, name) in python_files(&folder)? {
        sources.insert(name, fs::read_to_string(file)?);
    }
    for (name, text) in changed {
        sources.insert(name.strip_prefix("Lib")?.to_path_buf(), text);
    }
    sources.retain(|name, _| !is_left_out(name));
    if !is_module() {
        sources.insert(PathBuf::from("_krait_venv.py"), scripts_of_venv(&folder)?);
    }
    Ok(sources)
}

/// The scripts that a virtual environment gets, as a module of Python: they have no characters that
/// Rust writes otherwise than Python.
fn scripts_of_venv(library: &Path) -> io::Result<String> {
    let mut text = "SCRIPTS = {\n".to_owned();
    for name in
        ["common/activate", "common/activate.fish", "common/Activate.ps1", "posix/activate.csh"]
    {
        let script = fs::read_to_string(library.join("venv/scripts").join(name))?;
        assert!(script.is_ascii(), "{name} has other characters");
        text += &format!("{name:?}: {script:?},\n");
    }
    Ok(text + "}\n")
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

fn encode(modules: &[(String, FrozenModule<&[u8]>)]) -> Vec<u8> {
    FrozenLib::encode(modules.iter().map(|(name, module)| (name.as_str(), *module))).bytes
}

/// Writes modules, which are in the order of their names, to compressed files, and gives the
/// source text that `src/packed.rs` includes: each file's first module and content, and the
/// names of all modules, with whether they are packages.
fn pack(modules: &[(String, FrozenModule<&'static [u8]>)], out: &Path) -> io::Result<String> {
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

/// Replaces `re.FLAG` by its number, where that is a whole expression of its own.
fn with_flags_as_numbers(source: &str) -> String {
    let is_word = |each: char| each.is_alphanumeric() || each == '_' || each == '.';
    let mut result = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find("re.") {
        let (before, after) = rest.split_at(at);
        result.push_str(before);
        let name: String = after["re.".len()..].chars().take_while(|each| is_word(*each)).collect();
        let number = PATTERN_FLAGS.iter().find(|(flag, _)| *flag == name);
        match number.filter(|_| !result.ends_with(is_word)) {
            Some((_, number)) => result.push_str(number),
            None => result.push_str(&after[.."re.".len() + name.len()]),
        }
        rest = &after["re.".len() + name.len()..];
    }
    result + rest
}

/// Whether the library is for a WebAssembly module.
fn is_module() -> bool {
    env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm")
}

/// The source that replaces a left-out module, or a folder of them.
fn refusal(file: &str) -> String {
    let module = file.trim_end_matches(".py").replace('/', ".");
    format!(
        "raise ModuleNotFoundError(\"No module named '{module}': krait.wasm leaves it out\", \
         name='{module}')"
    )
}

/// Whether a file of `Lib`, or a folder above it, is not frozen.
fn is_left_out(name: &Path) -> bool {
    let is_encoding = name.parent() == Some(Path::new("encodings"));
    let stem = name.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if is_module() && is_encoding && LEFT_OUT_ENCODINGS.contains(&stem) {
        return true;
    }
    name.ancestors().any(|each| {
        let left_out_here = if is_module() { LEFT_OUT_IN_MODULE } else { &[] };
        LEFT_OUT.iter().chain(left_out_here).any(|left_out| each == Path::new(left_out))
            || matches!(each.file_name().and_then(|name| name.to_str()), Some("test" | "tests"))
    })
}

type Frozen = Vec<(String, FrozenModule<&'static [u8]>)>;

/// Compiles every source, on all processors. This takes most of the build script's time.
fn freeze(sources: &[(PathBuf, String)]) -> Frozen {
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
fn freeze_one(name: &Path, source: &str) -> Option<(String, FrozenModule<&'static [u8]>)> {
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
    let bytes = if is_module() && !NOT_PACKED.contains(&module.as_str()) {
        let mut bytes = Vec::new();
        serialize_code(&mut bytes, &code);
        as_stored(&bytes)
    } else {
        FrozenCodeObject::encode(&code).bytes
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

/// Bytes in the form that the engine reads, which is LZ4's with the size before it, but not
/// compressed, so that another compression finds more: one sequence of literals.
fn as_stored(bytes: &[u8]) -> Vec<u8> {
    let size = u32::try_from(bytes.len()).expect("a module's code is small");
    let mut stored = size.to_le_bytes().to_vec();
    let more = bytes.len().checked_sub(15).expect("a module's code is longer");
    stored.push(0xf0);
    stored.resize(stored.len() + more / 255, 255);
    stored.push((more % 255) as u8);
    stored.extend_from_slice(bytes);
    stored
}

/// Every `.py` file under `folder`, with its path from there, in order of name.
fn python_files(folder: &Path) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                let name = path.strip_prefix(folder).expect("below folder").to_path_buf();
                found.push((path, name));
            }
        }
    }
    found.sort();
    Ok(found)
}
