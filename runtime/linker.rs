// Flags for the linker, for every program that krait's library is linked into: included by
// their build scripts.

/// Functions of libc that the program replaces, for its libraries and for libc itself: those that
/// allocate, the one that creates threads (`src/heap/c_interface.rs`), those that change
/// how a signal is treated (`src/snapshot/left_out.rs`), `exit` (`src/snapshot/exit.rs`), and those that tell
/// of the time and of files (`src/instance/world.rs`).
const REPLACED: &[&str] = &[
    "aligned_alloc",
    "calloc",
    "clock_gettime",
    "exit",
    "free",
    "gettimeofday",
    "malloc",
    "malloc_usable_size",
    "memalign",
    "open",
    "open64",
    "openat",
    "openat64",
    "opendir",
    "posix_memalign",
    "pthread_create",
    "pthread_sigmask",
    "readlink",
    "realloc",
    "sigaction",
    "signal",
    "sigprocmask",
    "time",
    "valloc",
];

/// Tells cargo the flags for targets of a kind: `bins`, `tests`.
fn tell_linker(kind: &str) {
    for function in REPLACED {
        println!("cargo:rustc-link-arg-{kind}=-Wl,--wrap={function}");
    }
    // A snapshot belongs to one build, which this names.
    println!("cargo:rustc-link-arg-{kind}=-Wl,--build-id=sha1");
}
