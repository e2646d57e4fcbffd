#!/usr/bin/env python3
"""initramfs.py TARGET PATH=FILE...: a root directory for a kernel, with files at these paths; `init` is the
first process.

The format is cpio's ("newc"), as the kernel's Documentation/driver-api/early-userspace/buffer-format.rst has it."""

import pathlib
import sys


def root(files):
    """The archive with the contents `files`, by their paths. All of them can be executed."""
    folders = {str(folder) for path in files for folder in pathlib.PurePosixPath(path).parents}
    parts = [member(folder, 0o40755) for folder in sorted((folders | {"dev"}) - {"."})]
    parts.append(member("dev/console", 0o20600, device=(5, 1)))
    parts += [member(path, 0o100755, content) for path, content in files.items()]
    return b"".join([*parts, member("TRAILER!!!", 0)])


def member(name, mode, content=b"", device=(0, 0)):
    """A file, folder or device of the archive."""
    name = name.encode() + b"\0"
    numbers = [0, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name), 0]
    head = b"070701" + b"".join(b"%08x" % number for number in numbers) + name
    return padded(head) + padded(content)


def padded(data):
    """As long as a multiple of four bytes."""
    return data + bytes(-len(data) % 4)


if __name__ == "__main__":
    target, *named = sys.argv[1:]
    pairs = (each.split("=", 1) for each in named)
    pathlib.Path(target).write_bytes(root({path: pathlib.Path(file).read_bytes() for path, file in pairs}))
