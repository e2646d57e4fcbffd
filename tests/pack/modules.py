"""What `krait pack --for wasm` writes, in two hosts: modules.md has the functions.

KRAIT names the program, KRAIT_WASM a krait.wasm of the same build, and KRAIT_WASMTIME the host in
hosts/wasmtime; tests/pack/run finds the last two in target, if they are there. Without the host, Node alone runs
them."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
KRAIT = os.environ["KRAIT"]
WASM = os.environ.get("KRAIT_WASM", "")
WASMTIME = os.environ.get("KRAIT_WASMTIME", "")
PLATFORM = re.compile(r"(START|END|Report|ERROR|Init Report|Response)\b.*RequestId.*\n")


def sections(text):
    """The functions: their names, their blocks by what is behind the fence, and their files."""
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name, _, rest = part.partition("\n")
        blocks, files = {}, {}
        for info, content in re.findall(r"^```(\S.*)\n((?:.*\n)*?)```$", rest, re.MULTILINE):
            kind, _, path = info.partition(" ")
            if path:
                files[path] = content
            else:
                blocks[kind] = content
        yield name, blocks, files


CASES = {name: (blocks, files) for name, blocks, files in sections((HERE / "modules.md").read_text())}


def pack(folder, blocks):
    """Packs the function in a folder. Gives the exit code, and what is printed."""
    command = [KRAIT, "pack", "--for", "wasm", "code", "--name", "function", "--module", WASM]
    typed = shlex.split(blocks.get("options", ""))
    if "--name" in typed:
        command = [each for each in command if each not in ("--name", "function")]
    done = subprocess.run([*command, *typed], cwd=folder, capture_output=True, text=True, timeout=300)
    return done.returncode, re.sub(r"\d+\.\d MB", "<n> MB", done.stderr + done.stdout)


def in_wasmtime(module, lines):
    command = [WASMTIME, "call", module, *lines]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return done.stdout, done.stderr


def in_node(module, lines):
    command = ["node", "--no-warnings", HERE / "modules.mjs", module, *lines]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return done.stdout, done.stderr


HOSTS = [in_node, *([in_wasmtime] if WASMTIME else [])]


@unittest.skipUnless(WASM, "there is no krait.wasm")
class Modules(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def lay_out(self, name):
        blocks, files = CASES[name]
        for path, content in files.items():
            file = self.folder / "code" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        return blocks

    def check(self, name):
        blocks = self.lay_out(name)
        status, printed = pack(self.folder, blocks)
        self.assertEqual(status, int(blocks.get("exit", 0)), printed)
        if "packed" in blocks:
            self.assertEqual(printed[:len(blocks["packed"])], blocks["packed"], printed)
        modules = list(self.folder.glob("*.wasm"))
        self.assertEqual(len(modules), 0 if status else 1)
        for host in HOSTS if "events" in blocks else []:
            with self.subTest(host.__name__):
                answers, log = host(modules[0], blocks["events"].splitlines())
                answers = re.sub(r'"requestId":"[^"]*"', '"requestId":"<id>"', answers)
                if blocks["answers"] == "differ\n":
                    self.assertEqual(len(set(answers.splitlines())), len(blocks["events"].splitlines()))
                    self.assertNotEqual(host(modules[0], blocks["events"].splitlines())[0], answers)
                    continue
                self.assertEqual(answers, blocks["answers"], log)
                if "log" in blocks:
                    self.assertEqual(PLATFORM.sub("", log), blocks["log"])

    def test_the_same_bytes_by_each_host(self):
        blocks = self.lay_out("Its files go along: packages, data, and what is imported later")
        pack(self.folder, blocks)
        first = (self.folder / "function.wasm").read_bytes()
        pack(self.folder, blocks)
        self.assertTrue((self.folder / "function.wasm").read_bytes() == first)
        command = ["node", "--no-warnings", HERE / "modules.mjs", "pack", WASM, "code", "by-node.wasm"]
        subprocess.run(command, cwd=self.folder, check=True, timeout=300)
        self.assertTrue((self.folder / "by-node.wasm").read_bytes() == first)

    def test_a_module_of_another_version_and_none(self):
        self.lay_out("A function that is loaded")
        (self.folder / "none.wasm").write_bytes(b"\0asm\1\0\0\0")
        for module, message in [
            ("none.wasm", "none.wasm is no krait.wasm that a function can be packed into, and this is krait "),
            ("missing.wasm", "there is no missing.wasm; take krait.wasm of this release"),
        ]:
            command = [KRAIT, "pack", "--for", "wasm", "code", "--module", module]
            done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=300)
            self.assertEqual(done.returncode, 2)
            self.assertIn(message, done.stderr)

    def test_the_module_itself_is_not_replaced(self):
        self.lay_out("A function that is loaded")
        shutil.copy(WASM, self.folder / "krait.wasm")
        command = [KRAIT, "pack", "--for", "wasm", "code", "--name", "krait", "--module", "krait.wasm"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 2)
        self.assertIn("is the module that the function is packed into", done.stderr)


for name in CASES:
    method = "test_" + re.sub(r"\W+", "_", name).lower()
    setattr(Modules, method, lambda self, name=name: self.check(name))
