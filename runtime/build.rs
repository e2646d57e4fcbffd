//! Flags for the linker.

include!("linker.rs");

fn main() {
    println!("cargo:rerun-if-changed=linker.rs");
    // `krait --version --verbose` tells it.
    let target = std::env::var("TARGET").unwrap_or_default();
    println!("cargo:rustc-env=KRAIT_TARGET={target}");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        tell_module_linker();
    } else {
        tell_linker("bins", &[OF_MEMORY, OF_THE_WORLD]);
        tell_linker("tests", &[OF_MEMORY, OF_THE_WORLD]);
    }
}

/// Calls of libc that the linker redirects to krait in a WebAssembly module (`files.rs`,
/// `hooks.rs` and `tidy.rs` in `src/instance/in_module`).
const HOOKED: &[&str] = &[
    "__wasi_fd_close",
    "__wasi_fd_fdstat_get",
    "__wasi_fd_filestat_get",
    "__wasi_fd_read",
    "__wasi_fd_readdir",
    "__wasi_fd_seek",
    "__wasi_fd_write",
    "__wasi_path_create_directory",
    "__wasi_path_filestat_get",
    "__wasi_path_open",
    "__wasi_path_readlink",
    "__wasi_path_remove_directory",
    "__wasi_path_rename",
    "__wasi_path_unlink_file",
    "__wasi_proc_exit",
    "free",
    "isatty",
    "realloc",
    "sbrk",
];

/// Tells cargo the flags for WebAssembly's linker. The stack is as large as a thread's.
fn tell_module_linker() {
    for function in HOOKED {
        println!("cargo:rustc-link-arg-bins=--wrap={function}");
    }
    println!("cargo:rustc-link-arg-bins=-zstack-size=8388608");
}
