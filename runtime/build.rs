//! Flags for the linker.

/// libc's allocation functions, and the one that makes threads: the program puts its own in
/// their place (`src/snapshot/heap/c_interface.rs`), for its libraries and for libc itself.
const REPLACED: &[&str] = &[
    "aligned_alloc",
    "calloc",
    "free",
    "malloc",
    "malloc_usable_size",
    "memalign",
    "posix_memalign",
    "pthread_create",
    "realloc",
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
