//! What of the library is not frozen.

use crate::is_module;
use std::path::Path;

/// Whether a file of `Lib`, or a folder above it, is not frozen.
pub(crate) fn is_left_out(name: &Path) -> bool {
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

/// The source that replaces a left-out module, or a folder of them.
pub(crate) fn refusal(file: &str) -> String {
    let module = file.trim_end_matches(".py").replace('/', ".");
    format!(
        "raise ModuleNotFoundError(\"No module named '{module}': krait.wasm leaves it out\", \
         name='{module}')"
    )
}

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
pub(crate) const LEFT_OUT_IN_MODULE: &[&str] = &[
    "_ctypes.py",
    "_krait_ctypes",
    "_krait_install.py",
    "_krait_lock.py",
    "_krait_pip.py",
    "_krait_pip_words.py",
    "_krait_program.py",
    "_pydatetime.py",
    "_pydecimal.py",
    "_pyio.py",
    "_pyrepl",
    "antigravity.py",
    "asyncio/proactor_events.py",
    "asyncio/tools.py",
    "bdb.py",
    "cProfile.py",
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
