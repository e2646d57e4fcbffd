#!/usr/bin/env python3
"""Runs the commands of README.md's `console` blocks, and compares what they print.

    tests/readme.py PROGRAM        # the program that the blocks call krait

A line that starts with `$ ` is a command; the lines below it are its output, standard error included.
Ids, times and sizes differ from run to run and are not compared. Port 9000 must be free.
"""

import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
END = "=== end of a command ==="


def masked(text):
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)
    return re.sub(r"\b\d+(\.\d+)?(ms|MB)\b", r"<n>\2", text)


def script(commands):
    """A shell script that runs a block's commands, and ends what they left in the background."""
    lines = ["trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"]
    for command in commands:
        if command.endswith("&"):
            lines += [command, "sleep 3", f"echo '{END}'"]
        else:
            # The exit code stays for `echo $?`.
            lines += [command, f"(code=$?; echo '{END}'; exit $code)"]
    return "\n".join(lines)


def run(block, program):
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
    commands, expected = parts[::2], parts[1::2]
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(program, f"{folder}/krait")
        Path(folder, ".curlrc").write_text("silent\n")
        home = {"HOME": folder, "XDG_CACHE_HOME": f"{folder}/cache", "XDG_STATE_HOME": f"{folder}/state"}
        environment = {**os.environ, **home, "PATH": f"{folder}:{os.environ['PATH']}"}
        shell = subprocess.run(
            ["bash", "-c", script(commands)], cwd=ROOT, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
        )
    printed = shell.stdout.split(END + "\n")
    for command, wanted, got in zip(commands, expected, printed):
        # An answer over HTTP has no newline.
        got = got if not got or got.endswith("\n") else got + "\n"
        if masked(wanted) != masked(got):
            yield command, difflib.unified_diff(
                masked(wanted).splitlines(), masked(got).splitlines(), "README.md", "krait", lineterm=""
            )


def main():
    program = Path(sys.argv[1]).resolve()
    blocks = re.findall(r"^```console\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    failed = 0
    for block in blocks:
        for command, difference in run(block, program):
            failed += 1
            print(f"$ {command}", *difference, sep="\n")
    print(f"{len(blocks)} blocks, {failed} commands with another output")
    return 1 if failed or not blocks else 0


if __name__ == "__main__":
    sys.exit(main())
