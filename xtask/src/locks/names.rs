//! Which functions are the interpreter's, by their names.

/// What a function of the interpreter's has in its name: a crate that nothing but the interpreter
/// uses, or krait's room for it. For a function that is generic, what it was made for counts.
const INTERPRETER: &[&str] = &[
    "krait::python::",
    "krait_expat::",
    "krait_stdlib_shims::",
    "malachite_",
    "pymath::",
    "rustpython_",
];

/// What has one of these in its name is left as it is, whatever else is there: it has to do with
/// other threads or other processes, or belongs to a room that has no interpreter.
const OTHERS: &[&str] = &[
    "async_nats",
    "crossbeam",
    "hyper",
    "krait::cli",
    "krait::instance",
    "krait::locks",
    "krait::platform",
    "krait::server",
    "krait::snapshot",
    "notify::",
    "prometheus",
    "rusqlite",
    "std::sync::mp",
    "std::thread",
    "tokio",
];

/// The compiler, which counts next to nothing: its code need not be copied for a first thread.
const COMPILER: &[&str] = &["ruff_python_", "rustpython_codegen::", "rustpython_compiler::"];

/// Whether a function is the interpreter's, and is to do without locks: `symbol` is its name for the linker.
pub(super) fn is_interpreters(symbol: &str) -> bool {
    // Functions of C have names that rustc does not write.
    let Ok(name) = rustc_demangle::try_demangle(symbol) else { return false };
    let name = format!("{name:#}");
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    has(INTERPRETER) && !has(COMPILER) && !has(OTHERS)
}

/// Who may call what makes threads, by what is called. All other code must come to krait's own
/// `pthread_create` (`heap/c_interface.rs`), which puts the locks in first.
///
/// libc's own `posix_spawn`, `system` and `vfork` share memory with the caller, which waits.
const MAKERS: &[(&str, &[&str])] = &[
    (
        "pthread_create",
        &[
            "__wrap_pthread_create",
            // The thread that `fork_with_fixed_stack` makes only forks; its maker waits for it.
            "krait::snapshot::thread",
            "krait::instance::prewarmed",
            // For `timer_create`, which the program has not.
            "timer_helper_thread",
            "__timer_start_helper_thread",
        ],
    ),
    ("create_thread", &["__pthread_create"]),
    ("__clone_internal", &["create_thread", "__spawni", "do_system"]),
    ("__clone", &["__clone_internal"]),
    ("__clone3", &["__clone_internal"]),
];

/// Functions of libc's that have it make threads by itself: the program must not have them.
pub(super) const UNWANTED: &[&str] =
    &["aio_read", "aio_write", "getaddrinfo_a", "lio_listio", "mq_notify", "timer_create"];

/// The functions that make threads, by symbol.
pub(super) fn makers() -> impl Iterator<Item = &'static str> {
    MAKERS.iter().map(|(maker, _)| *maker)
}

/// Whether a function may call `maker`.
pub(super) fn may_call(maker: &str, caller: &str) -> bool {
    let name = format!("{:#}", rustc_demangle::demangle(caller));
    let callers =
        MAKERS.iter().find(|(each, _)| *each == maker).map_or(&[][..], |(_, names)| names);
    callers.iter().any(|each| name.contains(each))
}
