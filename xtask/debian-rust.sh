# Debian's newest Rust, for targets whose standard library rustup cannot fetch. Sourced by
# debian-wasm-toolchain.sh and debian-arm-toolchain.sh.
#
#   rustc-web, rust-web-src   which Debian keeps beside its own release for building browsers, and
#                             the source of the standard library, which cargo compiles
#                             (`-Z build-std`). Bookworm's are in bookworm-security.

# What the workspace's Cargo.toml asks for.
readonly OLDEST_RUST=1.95
readonly RUSTC=/usr/bin/rustc

say() { echo "$(basename "$0" .sh): $*" >&2; }
fail() { say "$*"; exit 1; }

# Installs Debian's packages, but never at the cost of others: rustc-web takes the place of
# Debian's own rustc, which somebody may have meant to have.
apt_lists_are_new=
apt_install() {
    say "installing $*"
    command -v apt-get >/dev/null || fail "no apt-get here: this is for Debian"
    local as_root=()
    if [[ $(id -u) != 0 ]]; then
        as_root=(sudo)
    fi
    if [[ -z $apt_lists_are_new ]]; then
        "${as_root[@]}" apt-get update >&2
        apt_lists_are_new=yes
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends --no-remove "$@" >&2
}

# The version, such as 1.96.0, of Debian's Rust, or nothing.
rust_version() { "$RUSTC" --version 2>/dev/null | cut -d ' ' -f 2; }

# Whether Debian's Rust is there and new enough, and its library's source beside it.
has_rust() {
    local version source
    version=$(rust_version) && [[ -n $version ]] || return 1
    [[ $(printf '%s\n' "$OLDEST_RUST" "$version" | sort --version-sort | head -n 1) \
        == "$OLDEST_RUST" ]] || return 1
    source=$("$RUSTC" --print sysroot)/lib/rustlib/src/rust
    [[ -e $source/library/Cargo.lock ]] || return 1
    # The two packages can be upgraded one without the other, and the source is a link to a
    # folder that tells its version.
    [[ $(readlink -f "$source") == *"$version"* ]]
}

install_rust() {
    has_rust && return
    # The compiler is held to its library's version, not to its source's: naming both
    # upgrades both.
    apt_install rustc-web rust-web-src
    has_rust || fail "needs rustc-web and rust-web-src of one version, $OLDEST_RUST or later;" \
        "Debian has '$(rust_version)' here. Are its security updates among apt's sources?"
}

# Prints a variable as a line for the shell, its value in single quotes.
export_line() { printf "export %s='%s'\n" "$1" "${2//\'/\'\\\'\'}"; }

# Prints the variables that have cargo use this Rust.
export_rust() {
    export_line KRAIT_RUSTC "$RUSTC"
    # Debian's Rust is a release, which takes -Z and compiles its library only when told so.
    export_line RUSTC_BOOTSTRAP 1
}
