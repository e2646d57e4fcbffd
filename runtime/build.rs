//! Flags for the linker.

/// Functions of libc's that the program puts its own in place of, for its libraries and for
/// libc itself: those that allocate, and the one that makes threads
/// (`src/snapshot/heap/c_interface.rs`), and those that change how a signal is treated
/// (`src/snapshot/left_out.rs`).
const REPLACED: &[&str] = &[
    "aligned_alloc",
    "calloc",
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

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for function in REPLACED {
        println!("cargo:rustc-link-arg-bins=-Wl,--wrap={function}");
    }
    // A snapshot belongs to one build, which this names.
    println!("cargo:rustc-link-arg-bins=-Wl,--build-id=sha1");
}
