//! Flags for the linker: krait's own.

include!("../../../runtime/linker.rs");

fn main() {
    tell_linker("bins", &[OF_MEMORY]);
}
