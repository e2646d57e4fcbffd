// Flags for the linker, for every program that krait's library is linked into: included by
// their build scripts.

/// Functions of libc that the heap and the snapshot replace, for the program's libraries and for libc
/// itself: those that allocate, the one that creates threads (`src/heap/c_interface.rs`), those that
/// change how a signal is treated (`src/snapshot/left_out.rs`), and `exit` (`src/snapshot/exit.rs`).
const OF_MEMORY: &[&str] = &[
    "aligned_alloc",
    "calloc",
    "exit",
    "free",
    "malloc",
    "malloc_usable_size",
    "memalign",
    "posix_memalign",
    "pthread_create",
    "pthread_sigmask",
    "realloc",
    "sigaction",
    "signal",
    "sigprocmask",
    "valloc",
];

/// Those that tell of the time and of files (`src/instance/world.rs`).
#[allow(dead_code, reason = "a program of the heap and the snapshot alone leaves them as they are")]
const OF_THE_WORLD: &[&str] = &[
    "clock_gettime",
    "gettimeofday",
    "open",
    "open64",
    "openat",
    "openat64",
    "opendir",
    "readlink",
    "time",
];

/// Tells cargo the flags for targets of a kind (`bins`, `tests`) that replace `functions`.
fn tell_linker(kind: &str, functions: &[&[&str]]) {
    for function in functions.iter().copied().flatten() {
        println!("cargo:rustc-link-arg-{kind}=-Wl,--wrap={function}");
    }
    // A snapshot belongs to one build, which this names.
    println!("cargo:rustc-link-arg-{kind}=-Wl,--build-id=sha1");
}
