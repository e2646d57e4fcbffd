#!/usr/bin/env python3
"""initramfs.py PROGRAM TARGET: a root directory for a kernel, with one program as its first process.

The format is cpio's ("newc"), as the kernel's Documentation/driver-api/early-userspace/buffer-format.rst has it."""

import pathlib
import sys


def member(name, mode, content=b"", device=(0, 0)):
    """A file, folder or device of the archive."""
    name = name.encode() + b"\0"
    numbers = [0, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name), 0]
    head = b"070701" + b"".join(b"%08x" % number for number in numbers) + name
    return padded(head) + padded(content)


def padded(data):
    """As long as a multiple of four bytes."""
    return data + bytes(-len(data) % 4)


program, target = map(pathlib.Path, sys.argv[1:])
target.write_bytes(
    member("dev", 0o40755)
    + member("dev/console", 0o20600, device=(5, 1))
    + member("init", 0o100755, program.read_bytes())
    + member("TRAILER!!!", 0)
)
