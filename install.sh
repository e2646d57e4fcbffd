#!/bin/sh
# Installs krait: fetches one program, checks its SHA-256 sum, and puts it into a folder of yours. It needs no
# root, and changes nothing else.
#
#   sh install.sh [--into FOLDER] [--from URL]
#
# --into FOLDER   where the program goes [default: $KRAIT_INSTALL, or ~/.local/bin]
# --from URL      the folder with the release's files [default: $KRAIT_RELEASE_URL, or where this script is from]
#
# `cargo xtask release` fills in the next four lines.
version=''
machines=''
url=''
key=''

set -eu

say() { printf 'krait: %s\n' "$*"; }

# fail WHAT [TIP]: says what is wrong and what to do, and ends.
fail() {
    printf 'krait: error: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '  tip: %s\n' "$2" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# fetch NAME: the release's file, into $work.
fetch() {
    say "fetching $from/$1"
    if has curl; then
        curl --fail --silent --show-error --location --proto '=http,https' --output "$work/$1" "$from/$1"
    elif has wget; then
        wget --quiet --output-document="$work/$1" "$from/$1"
    else
        fail "neither curl nor wget is installed" "install one of them"
    fi || fail "$from/$1 was not fetched" "check the address (--from) and the network"
}

# The sum of a file in $work, in hexadecimal digits.
sum_of() {
    if has sha256sum; then
        sha256sum "$work/$1"
    elif has shasum; then
        shasum -a 256 "$work/$1"
    else
        fail "neither sha256sum nor shasum is installed" "install coreutils"
    fi | cut -d ' ' -f 1
}

# check NAME: whether the file has the sum that the list has for it.
check() {
    wanted=$(awk -v name="$1" '$2 == name { print $1 }' "$work/SHA256SUMS")
    [ -n "$wanted" ] || fail "SHA256SUMS does not list $1" "the release is not whole: tell its maintainers"
    [ "$(sum_of "$1")" = "$wanted" ] || fail "$1 does not have the sum that SHA256SUMS lists" \
        "it was changed on its way: nothing is installed; try again, or from another place"
    say "$1 has the right SHA-256 sum"
}

# check_signature: whether the list of sums is signed, where that can be told here.
check_signature() {
    if [ -z "$key" ]; then
        say "the release is not signed: its sums are all there is to check"
    elif has minisign; then
        fetch SHA256SUMS.minisig
        minisign -V -q -P "$key" -m "$work/SHA256SUMS" >/dev/null 2>&1 ||
            fail "SHA256SUMS is not signed by $key" "nothing is installed: get this script from a place that you trust"
        say "SHA256SUMS is signed by $key"
    else
        say "the signature is not checked: minisign is not installed"
    fi
}

# The name of the program for this machine.
program() {
    [ "$(uname -s)" = Linux ] || fail "there is no program for $(uname -s)" \
        "krait.wasm runs there: npx krait invoke (README.md, \"Elsewhere\")"
    machine=$(uname -m)
    case $machine in
        amd64) machine=x86_64 ;;
        arm64) machine=aarch64 ;;
    esac
    case " $machines " in
        *" $machine "*) echo "krait-$version-$machine-unknown-linux-gnu" ;;
        *) fail "there is no program for the processor $machine, only for: $machines" \
            "krait.wasm runs there: npx krait invoke (README.md, \"Elsewhere\")" ;;
    esac
}

main() {
    into=${KRAIT_INSTALL:-${HOME:-}/.local/bin}
    from=${KRAIT_RELEASE_URL:-$url}
    while [ $# -gt 0 ]; do
        case $1 in
            --into | --from)
                [ $# -ge 2 ] || fail "$1 needs a value"
                if [ "$1" = --into ]; then into=$2; else from=$2; fi
                shift 2 ;;
            *) fail "$1 is no option" "--into FOLDER and --from URL are" ;;
        esac
    done
    [ -n "$version" ] || fail "this script belongs to no release" "take the install.sh of a release"
    [ -n "$from" ] || fail "where the release's files are is not known" "say so with --from URL"
    from=${from%/}
    case $into in
        /.local/bin) fail "HOME is not set" "say where to install with --into FOLDER" ;;
    esac
    name=$(program)
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    fetch SHA256SUMS
    check_signature
    fetch "$name"
    check "$name"
    mkdir -p "$into" || fail "$into cannot be made" "say where to install with --into FOLDER"
    chmod 755 "$work/$name"
    # Beside its place first: a program that runs is replaced, and not written to.
    cp "$work/$name" "$into/.krait.new" && mv -f "$into/.krait.new" "$into/krait" ||
        fail "$into/krait cannot be written" "say where to install with --into FOLDER"
    "$into/krait" --version >/dev/null || fail "$into/krait does not run" "tell the maintainers: uname -a says $(uname -a)"
    say "$("$into/krait" --version) is installed as $into/krait"
    case ":${PATH:-}:" in
        *":$into:"*) ;;
        *) say "$into is not in your PATH; add it: export PATH=\"$into:\$PATH\"" ;;
    esac
}

# Nothing runs before the whole script is here.
main "$@"
