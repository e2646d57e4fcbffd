//! Flags for the linker.

include!("linker.rs");

fn main() {
    println!("cargo:rerun-if-changed=linker.rs");
    tell_linker("bins");
    tell_linker("tests");
}
