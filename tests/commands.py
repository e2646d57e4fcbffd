#!/usr/bin/env python3
"""Runs the commands that README.md and docs/*.md show.

    tests/commands.py PROGRAM        # the program that the documents call krait

- `console` blocks of README.md: a line that starts with `$ ` is a command; the lines below it are its output,
  standard error included. Ids, times and sizes differ from run to run and are not compared.
- Indented blocks: each line is a command that must succeed. A block's lines run in one folder, which has the files
  that they name. A server must say that it listens, and is ended then. `NOT_RUN` says which lines are not run, and why.
- `toml` blocks: `krait serve --print-config` must take them as a krait.toml.

Ports 8000 and 9000 must be free.
"""

import difflib
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
END = "=== end of a command ==="
SERVES = re.compile(r"krait serve(?!.*--print-config)|\./orders --listen")
# What is not run here, and why.
NOT_RUN = {
    r"cargo |npm |nats-server|curl ": "other steps of CI run it",
    r"krait serve .*--cluster": "it needs NATS: tests/cluster",
    r"krait install|pip install|krait python -m pytest": "it needs a package index: tests/install",
    r"krait pack .*--for oci": "it takes seconds, and tests/pack runs it",
    r"krait-wasmtime ": "it is a program of its own, in hosts/wasmtime: tests/pack",
    r"\./orders bootstrap": "it needs a runtime API: tests/bootstrap",
    r"(aws|docker|skopeo|kubectl|dpkg|systemctl|npx) ": "it changes this machine, or needs what is elsewhere",
    r"install |sh install.sh|minisign": "it changes this machine, or needs a release: tests/release",
    r"krait invoke --sandbox=require": "not every machine has all of the sandbox: tests/sandbox",
    r".*( \.\.\.|\[CODE\])": "it is not a whole command",
    r"krait: ": "it is a line of the log",
}
FUNCTION = "def main_handler(event, context):\n    return event\n"
TEMPLATE = """
Resources:
  default:
    Type: TencentCloud::Serverless::Namespace
    hello:
      Type: TencentCloud::Serverless::Function
      Properties: {CodeUri: ./my-function, Handler: index.main_handler, Runtime: Python3.6}
"""


def masked(text):
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)
    return re.sub(r"\b\d+(\.\d+)?(ms|MB)\b", r"<n>\2", text)


def environment(folder, program):
    """A home of its own, in which `krait` is the program."""
    home = Path(folder, "home")
    (home / "bin").mkdir(parents=True)
    (home / "models").mkdir()
    os.symlink(program, home / "bin/krait")
    (home / ".curlrc").write_text("silent\n")
    places = {"HOME": home, "XDG_CACHE_HOME": home / "cache", "XDG_STATE_HOME": home / "state"}
    return {**os.environ, **{name: str(path) for name, path in places.items()},
            "PATH": f"{home}/bin:{os.environ['PATH']}"}


def script(commands):
    """A shell script that runs a console block's commands, and ends what they left in the background."""
    lines = ["trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"]
    for command in commands:
        if command.endswith("&"):
            # Until it answers where servers do, and has said so.
            answers = "curl -s -o /dev/null http://127.0.0.1:9000/healthz"
            lines += [command, f"for _ in {{1..300}}; do {answers} && break; sleep 0.1; done; sleep 1", f"echo '{END}'"]
        else:
            # The exit code stays for `echo $?`.
            lines += [command, f"(code=$?; echo '{END}'; exit $code)"]
    return "\n".join(lines)


def run_console(block, program):
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
    commands, expected = parts[::2], parts[1::2]
    with tempfile.TemporaryDirectory() as folder:
        shell = subprocess.run(
            ["bash", "-c", script(commands)], cwd=ROOT, env=environment(folder, program), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=200,
        )
    printed = shell.stdout.split(END + "\n")
    for command, wanted, got in zip(commands, expected, printed):
        # An answer over HTTP has no newline.
        got = got if not got or got.endswith("\n") else got + "\n"
        if masked(wanted) != masked(got):
            yield command, "\n".join(difflib.unified_diff(
                masked(wanted).splitlines(), masked(got).splitlines(), "the document", "krait", lineterm=""
            ))


def commands_of(text):
    """A document's indented blocks, as lists of commands: what a `\\` continues is one."""
    outside = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
    for block in re.findall(r"(?:(?<=\n\n)|(?<=-->\n))((?: {4,}\S.*\n)+)", outside):
        yield [line.strip() for line in block.replace("\\\n", "").splitlines()]


def reason_not_to_run(command):
    return next((why for pattern, why in NOT_RUN.items() if re.match(pattern, command)), None)


def write_files(folder, commands):
    """Writes the files that commands name, and a function in the folder itself."""
    named = "\n".join(commands)
    os.symlink(ROOT / "examples", folder / "examples")
    # `krait init` makes its own.
    for place in [folder] if "krait init" in named else [folder, folder / "my-function"]:
        place.mkdir(exist_ok=True)
        (place / "index.py").write_text(FUNCTION)
    (folder / "app.py").write_text(FUNCTION)
    (folder / "event.json").write_text("{}")
    (folder / "out").mkdir()
    for name in ("package.zip", "libs.zip"):
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr("index.py" if name == "package.zip" else "library.py", FUNCTION)
            archive.writestr("src/app.py", FUNCTION.replace("main_handler", "handle"))
    if "krait.toml" in named:
        (folder / "krait.toml").write_text('[functions.hello]\ncode = "my-function"\n')
    if "template.yaml" in named:
        (folder / "template.yaml").write_text(TEMPLATE)


def run_server(command, folder, variables):
    """Waits until a server listens, and ends it. Gives what it printed if it did not."""
    server = subprocess.Popen(
        ["bash", "-c", "exec " + command], cwd=folder, env=variables, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    lines = []
    for line in server.stdout:
        lines.append(line)
        if " listens on " in line:
            break
    server.terminate()
    lines += server.stdout.readlines()
    code = server.wait(timeout=30)
    if code or not any(" listens on " in line for line in lines):
        return f"exit code {code}\n{''.join(lines)}"
    return None


def run_commands(commands, program):
    """Runs a block's commands in a folder of their own; gives those that failed, and how."""
    with tempfile.TemporaryDirectory() as folder:
        variables = environment(folder, program)
        here = Path(folder, "here")
        here.mkdir()
        write_files(here, commands)
        for command in commands:
            if reason_not_to_run(command):
                continue
            if command.startswith("cd "):
                here = here / command.removeprefix("cd ")
            elif SERVES.match(command):
                if failure := run_server(command, here, variables):
                    yield command, failure
            else:
                done = subprocess.run(
                    ["bash", "-c", command], cwd=here, env=variables, text=True, stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=200,
                )
                if done.returncode:
                    yield command, f"exit code {done.returncode}\n{done.stdout}"


def run_configuration(block, program):
    with tempfile.TemporaryDirectory() as folder:
        for name in set(re.findall(r"functions\.(\w+)", block)):
            Path(folder, name).mkdir()
            Path(folder, name, "index.py").write_text(FUNCTION)
            # A function of a custom runtime has its own program.
            Path(folder, name, "bootstrap").write_text("#!/bin/sh\n")
            Path(folder, name, "bootstrap").chmod(0o755)
        with zipfile.ZipFile(Path(folder, "libs.zip"), "w") as archive:
            archive.writestr("library.py", FUNCTION)
        Path(folder, "krait.toml").write_text(block)
        done = subprocess.run(
            ["krait", "serve", "--print-config"], cwd=folder, env=environment(folder, program), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=200,
        )
        if done.returncode:
            yield "krait serve --print-config", f"exit code {done.returncode}\n{done.stdout}\n{block}"


def main():
    begun = time.monotonic()
    program = Path(sys.argv[1]).resolve()
    counts, failures = {"console": 0, "run": 0, "not run": 0, "toml": 0}, 0
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = document.read_text()
        consoles = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        blocks = list(commands_of(text))
        configurations = re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        skipped = sum(reason_not_to_run(each) is not None for block in blocks for each in block)
        counts["console"] += len(consoles)
        counts["not run"] += skipped
        counts["run"] += sum(map(len, blocks)) - skipped
        counts["toml"] += len(configurations)
        for kind, run in [(consoles, run_console), (blocks, run_commands), (configurations, run_configuration)]:
            for block in kind:
                for command, failure in run(block, program):
                    failures += 1
                    print(f"{document.relative_to(ROOT)}: $ {command}\n{failure}")
    found = ", ".join(f"{name}: {count}" for name, count in counts.items())
    print(f"{found}; failed: {failures}; {time.monotonic() - begun:.0f} s")
    return 1 if failures or not all(counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
