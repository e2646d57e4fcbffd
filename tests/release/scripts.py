"""install.sh of a release, from a server on loopback: a right file, a changed one, and machines it does not know."""

import functools
import hashlib
import http.server
import os
import shutil
import stat
import threading
import unittest

import yaml
from made import ROOT, SCRATCH, TRIPLE, VERSION, key, release, run

NAME = f"krait-{VERSION}-{TRIPLE}"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Scripts(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = SCRATCH / "served"
        shutil.copytree(release(), cls.folder)
        handler = functools.partial(Quiet, directory=cls.folder)
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.url = f"http://127.0.0.1:{cls.server.server_port}"

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        self.home = SCRATCH / f"home-{self.id()}"
        self.home.mkdir()
        self.public = key()[0].read_text().splitlines()[-1]

    def install(self, *options, script=None, path=os.environ["PATH"], **environment):
        script = script or release() / "install.sh"
        environment = {"PATH": path, "HOME": str(self.home), **environment}
        return run("sh", script, *(options or ["--from", self.url]), env=environment)

    def changed(self, name, text):
        """A served file with something behind its end, until the test is over."""
        path = self.folder / name
        before = path.read_bytes()
        self.addCleanup(path.write_bytes, before)
        path.write_bytes(before + text)

    def fake(self, **programs):
        """A PATH that has these programs first."""
        folder = self.home / "fake"
        folder.mkdir()
        for name, text in programs.items():
            (folder / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / name).chmod(0o755)
        return f"{folder}:{os.environ['PATH']}"

    def test_it_installs_and_says_what_it_does(self):
        done = self.install()
        place = self.home / ".local/bin"
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.stdout.splitlines(), [
            f"krait: fetching {self.url}/SHA256SUMS",
            f"krait: fetching {self.url}/SHA256SUMS.minisig",
            f"krait: SHA256SUMS is signed by {self.public}",
            f"krait: fetching {self.url}/{NAME}",
            f"krait: {NAME} has the right SHA-256 sum",
            f"krait: krait {VERSION} is installed as {place}/krait",
            f'krait: {place} is not in your PATH; add it: export PATH="{place}:$PATH"',
        ])
        self.assertEqual(sorted(path.name for path in place.iterdir()), ["krait"])
        self.assertEqual(stat.S_IMODE((place / "krait").stat().st_mode), 0o755)
        # Again, over the one that is there, and with the folder in PATH.
        done = self.install("--from", self.url, path=f"{place}:{os.environ['PATH']}")
        self.assertEqual(done.stdout.splitlines()[-1], f"krait: krait {VERSION} is installed as {place}/krait")

    def test_a_changed_program_is_not_installed(self):
        self.changed(NAME, b"x")
        done = self.install()
        self.assertEqual((done.returncode, done.stderr), (1,
            f"krait: error: {NAME} does not have the sum that SHA256SUMS lists\n"
            "  tip: it was changed on its way: nothing is installed; try again, or from another place\n"))
        self.assertFalse((self.home / ".local/bin/krait").exists())

    def test_changed_sums_are_not_believed(self):
        self.changed("SHA256SUMS", b"\n")
        done = self.install()
        self.assertEqual((done.returncode, done.stderr), (1,
            f"krait: error: SHA256SUMS is not signed by {self.public}\n"
            "  tip: nothing is installed: get this script from a place that you trust\n"))
        self.assertFalse((self.home / ".local/bin/krait").exists())

    def test_machines_that_it_does_not_know(self):
        done = self.install(path=self.fake(uname='[ "$1" = -s ] && echo Linux || echo riscv64'))
        self.assertEqual((done.returncode, done.stderr), (1,
            "krait: error: there is no program for the processor riscv64, only for: x86_64\n"
            '  tip: krait.wasm runs there: npx krait invoke (README.md, "Elsewhere")\n'))

    def test_systems_that_it_does_not_know(self):
        done = self.install(path=self.fake(uname="echo Darwin"))
        self.assertEqual((done.returncode, done.stderr), (1,
            "krait: error: there is no program for Darwin\n"
            '  tip: krait.wasm runs there: npx krait invoke (README.md, "Elsewhere")\n'))

    def test_what_is_missing_is_said(self):
        done = self.install("--from", self.url + "/nowhere")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"krait: error: {self.url}/nowhere/SHA256SUMS was not fetched\n", done.stderr)
        self.assertEqual(self.install("--into", self.home).stderr,
            "krait: error: where the release's files are is not known\n  tip: say so with --from URL\n")
        self.assertEqual(self.install("--nonsense").stderr,
            "krait: error: --nonsense is no option\n  tip: --into FOLDER and --from URL are\n")
        self.assertEqual(self.install(script=ROOT / "install.sh").stderr,
            "krait: error: this script belongs to no release\n  tip: take the install.sh of a release\n")
        self.assertEqual(self.install(HOME="").stderr,
            "krait: error: HOME is not set\n  tip: say where to install with --into FOLDER\n")

    def act(self, function, **inputs):
        """What the steps of action.yml print, each run as a workflow would."""
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        given = {name: str(about.get("default", "")) for name, about in action["inputs"].items()}
        given |= {"release": self.url, "sha256": hashlib.sha256((release() / "install.sh").read_bytes()).hexdigest()}
        given |= {"code": str(function), **inputs}
        temporary = self.home / "runner"
        temporary.mkdir(exist_ok=True)
        path = temporary / "path"
        path.touch()
        printed = []
        for step in action["runs"]["steps"]:
            if "if" in step and given[step["if"].split(".")[1].split(" ")[0]] == "off":
                continue
            environment = {"HOME": str(self.home), "RUNNER_TEMP": str(temporary), "GITHUB_PATH": str(path)}
            for name, value in step["env"].items():
                environment[name] = given[value.removeprefix("${{ inputs.").removesuffix(" }}")]
            environment["PATH"] = ":".join([*path.read_text().splitlines(), os.environ["PATH"]])
            done = run("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"], env=environment)
            printed.append(done.stdout)
            if done.returncode != 0:
                return step["name"], done.returncode, done.stdout + done.stderr
        return printed

    def test_the_action_checks_and_invokes(self):
        function = self.home / "function"
        function.mkdir()
        code = function / "index.py"
        code.write_text("def main_handler(event, context):\n    return event['key']\n")
        _, checked, answer = self.act(function, invoke="--event {\"key\":7} --log none")
        self.assertEqual(answer, "7\n")
        # A function that fails, fails the step; one with an error is not invoked.
        name, status, told = self.act(function, invoke="--log none")
        self.assertEqual((name, status), ("Invoke", 1))
        self.assertIn("'key'", told)
        code.write_text("import nowhere\ndef main_handler(event, context):\n    return 1\n")
        name, status, told = self.act(function)
        self.assertEqual((name, status), ("Check", 1))
        self.assertIn("::error file=", told)
        name, status, told = self.act(function, check="off", invoke="off", sha256="0" * 64)
        self.assertEqual((name, status), ("Install krait", 1))
