#!/usr/bin/env bash
#
# Makes a toolchain for aarch64-unknown-linux-gnu out of Debian's packages, for machines of
# another processor where `rustup target add aarch64-unknown-linux-gnu` cannot be had. Run it
# from anywhere:
#
#     eval "$(xtask/debian-arm-toolchain.sh)"
#     cargo build --release --ignore-rust-version -p krait --bin krait \
#         --target aarch64-unknown-linux-gnu --target-dir target/aarch64 $KRAIT_ARM_CARGO_ARGUMENTS
#
# Its standard output is that environment and nothing else; what it does goes to standard
# error. Run again, it finds everything there and answers at once. Two parts:
#
#   rustc-web, rust-web-src   Debian's newest Rust (debian-rust.sh).
#   gcc-aarch64-linux-gnu     the C compiler and linker, with libc6-dev-arm64-cross: a static libc.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root
source "$root/xtask/debian-rust.sh"

readonly GCC=/usr/bin/aarch64-linux-gnu-gcc

install_rust
if [[ ! -x $GCC || ! -e /usr/aarch64-linux-gnu/lib/libc.a ]]; then
    apt_install gcc-aarch64-linux-gnu libc6-dev-arm64-cross
fi
say "Rust $(rust_version), gcc $("$GCC" -dumpversion)"

export_rust
# The compiler for C is found by its name.
export_line CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER "$GCC"
export_line KRAIT_ARM_CARGO_ARGUMENTS '-Z build-std=std,panic_abort'
