#!/bin/sh
# Links what ships, without the Rust code's tables for unwinding. rustc leaves them out if it is told
# (xtask/src/profile.rs). LLVM writes them all the same where link-time optimisation takes in the standard library,
# which comes with debug information. The C library's own tables stay: its threads end by them.
set -e
for word in "$@"; do
    case $word in
    *.rcgu.o) objcopy --remove-section=.eh_frame "$word" ;;
    esac
done
exec cc "$@"
