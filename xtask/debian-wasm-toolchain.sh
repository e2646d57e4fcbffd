#!/usr/bin/env bash
#
# Makes a toolchain for wasm32-wasip1 out of Debian's packages and PyPI's `ziglang`, for
# machines where `rustup target add wasm32-wasip1` cannot be had. Run it from anywhere:
#
#     eval "$(xtask/debian-wasm-toolchain.sh)"
#     cargo build --ignore-rust-version -p krait --bin krait \
#         --target wasm32-wasip1 --target-dir target/wasm $KRAIT_WASM_CARGO_ARGUMENTS
#
# Its standard output is that environment and nothing else; what it does goes to standard
# error. Run again, it finds everything there and answers at once. Four parts:
#
#   rustc-web, rust-web-src   Debian's newest Rust (debian-rust.sh).
#   lld-NN                    the linker of the LLVM that this Rust uses. Version 19 is too
#                             old: it does not define `__wasm_first_page_end`.
#   wasi-libc                 out of `ziglang`, which carries its source, and compiles it
#                             when it first links a C program. Debian's is of 2022, too old
#                             for Rust's standard library. Six functions are added.
#   wasm-ld                   a script of a few lines that adds this libc to what the linker
#                             is given, where rustup's Rust would add its own.
#
# No C compiler is needed: no crate in krait's module compiles C.
set -euo pipefail

# From 0.16 on, wasi-libc's malloc is not its own, written in C, but one of Zig's that grows
# the memory without calling sbrk: krait's limit on a function's memory would never be looked
# at (runtime/src/instance/in_module/hooks.rs).
readonly ZIGLANG=0.15.2

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
toolchain=${CARGO_TARGET_DIR:-$root/target}/wasm/toolchain
mkdir -p "$toolchain"
toolchain=$(cd "$toolchain" && pwd)
readonly root toolchain

source "$root/xtask/debian-rust.sh"

# Prints the path of the linker.
install_linker() {
    local llvm
    llvm=$("$RUSTC" --version --verbose | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
    if [[ ! -x /usr/bin/wasm-ld-$llvm ]]; then
        apt_install "lld-$llvm"
    fi
    echo "/usr/bin/wasm-ld-$llvm"
}

# Prints a Python that can make virtual environments: the caller's, or Debian's.
find_python() {
    local python
    for python in python3 /usr/bin/python3; do
        if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    apt_install python3 python3-venv
    echo /usr/bin/python3
}

# Prints the functions for threads that Rust's library calls and Zig's wasi-libc lacks, in C.
# wasi-libc's own say the same: there are none.
write_threads() {
    cat <<'END'
#include <errno.h>
#include <stddef.h>
int pthread_attr_init(void *attributes) { return 0; }
int pthread_attr_setstacksize(void *attributes, size_t size) { return 0; }
int pthread_attr_destroy(void *attributes) { return 0; }
int pthread_create(void *thread, const void *attributes, void *(*run)(void *), void *argument) {
    return ENOTSUP;
}
int pthread_detach(void *thread) { return 0; }
int pthread_join(void *thread, void **result) { return ENOTSUP; }
END
}

# Has `ziglang` compile its wasi-libc, and keeps it in $toolchain/lib.
install_libc() {
    local lib=$toolchain/lib
    # What made it is noted last, so what was broken off, or made otherwise, is made anew.
    local recipe
    recipe=$(cksum <"${BASH_SOURCE[0]}")
    [[ $(cat "$lib/recipe" 2>/dev/null) == "$recipe" ]] && return

    # All of it is thrown away afterwards: Zig is 400 megabytes, its libc 4.
    local work=$toolchain/work python name found
    rm -rf "$work" "$lib"
    mkdir -p "$work" "$lib"
    say "installing ziglang $ZIGLANG"
    python=$(find_python)
    "$python" -m venv "$work/venv" >&2
    "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir \
        "ziglang==$ZIGLANG" >&2

    say "compiling wasi-libc (half a minute)"
    # A cache of its own, not the user's, holds nothing else by these names.
    local -x ZIG_GLOBAL_CACHE_DIR=$work/cache ZIG_LOCAL_CACHE_DIR=$work/cache
    local cc=("$work/venv/bin/python" -m ziglang cc -target wasm32-wasi-musl -O2)
    echo 'int main(void) { return 0; }' >"$work/empty.c"
    "${cc[@]}" "$work/empty.c" -o "$work/empty.wasm" >&2
    for name in crt1-command.o libc.a libzigc.a libcompiler_rt.a; do
        # crt1-command.o is there twice, byte for byte.
        found=$(find "$work/cache" -name "$name" -print -quit)
        [[ -n $found ]] || fail "ziglang $ZIGLANG made no $name"
        cp "$found" "$lib/"
    done
    write_threads >"$work/threads.c"
    "${cc[@]}" -c "$work/threads.c" -o "$lib/threads.o" >&2
    rm -rf "$work"
    echo "$recipe" >"$lib/recipe"
}

# Writes the script that cargo's Rust links with: rustc goes by its name, `wasm-ld`. The
# libc is named here, not in RUSTFLAGS: those are split at spaces, and everything would be
# compiled anew for a repository that was moved.
write_linker() {
    local script
    script=$(cat <<END
#!/bin/bash
# Written by xtask/debian-wasm-toolchain.sh.
lib=$(printf %q "$toolchain/lib")
exec $1 "\$@" "\$lib/crt1-command.o" "\$lib/threads.o" -L "\$lib" -lc -lzigc -lcompiler_rt
END
    )
    # Left alone if it is the same, as tools go by a file's time.
    if [[ $(cat "$toolchain/wasm-ld" 2>/dev/null) != "$script" ]]; then
        echo "$script" >"$toolchain/wasm-ld"
    fi
    chmod +x "$toolchain/wasm-ld"
}

install_rust
linker=$(install_linker)
install_libc
write_linker "$linker"
say "Rust $(rust_version), $(basename "$linker"), wasi-libc of ziglang $ZIGLANG in $toolchain"

export_rust
export_line CARGO_TARGET_WASM32_WASIP1_LINKER "$toolchain/wasm-ld"
# A libc that rustup's Rust has beside its library is not there.
export_line CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS '-C link-self-contained=no'
export_line KRAIT_WASM_CARGO_ARGUMENTS '-Z build-std=std,panic_abort'
