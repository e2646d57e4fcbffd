//! Flags for the linker: those of krait itself.

include!("../runtime/linker.rs");

fn main() {
    println!("cargo:rerun-if-changed=../runtime/linker.rs");
    tell_linker("bins", &[OF_MEMORY, OF_THE_WORLD]);
}
