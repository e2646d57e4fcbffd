"""A krait server for tests: the real program, on a free port of loopback, with functions of
their own folder. Plain Python, no packages."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import textwrap
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get(
    "KRAIT_UNDER_TEST", os.path.join(ROOT, "target/x86_64-unknown-linux-gnu/release/krait")
)


class Server:
    """`functions` are sources by name, `settings` the lines of each in krait.toml."""

    def __init__(self, functions, settings=None, options=(), environment=None):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="krait-test-"))
        self.data = os.path.join(self.folder, "data")
        self.errors = []
        self.options = list(options)
        self.functions = {}
        self.settings = {}
        for name, source in functions.items():
            self.write(name, source, (settings or {}).get(name, ""))
        self.process = None
        self.start(environment)

    def write(self, name, source, settings=""):
        """Puts a function into the folder and the configuration."""
        folder = os.path.join(self.folder, name)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "index.py"), "w") as file:
            file.write(textwrap.dedent(source))
        self.functions[name], self.settings[name] = source, settings
        with open(os.path.join(self.folder, "krait.toml"), "w") as file:
            for each in self.functions:
                file.write(f"[functions.{each}]\n{self.settings[each]}\n")

    def start(self, environment=None):
        command = [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--data-dir", self.data]
        command += ["--config", os.path.join(self.folder, "krait.toml"), *self.options]
        self.process = subprocess.Popen(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
            text=True,
        )
        line = self.process.stdout.readline()
        said = re.fullmatch(r"krait listens on http://(\S+):(\d+)\n", line)
        if not said:
            self.process.kill()
            raise AssertionError(f"krait said {line!r}: {self.process.stderr.read()}")
        self.host, self.port = said[1], int(said[2])
        # Its log would hold it up if nobody took it.
        self.reader = threading.Thread(target=self._read_errors, daemon=True)
        self.reader.start()

    def _read_errors(self):
        for line in self.process.stderr:
            self.errors.append(line.rstrip("\n"))

    @property
    def pid(self):
        return self.process.pid

    def request(self, method, path, body=None, headers=None, timeout=20):
        """One request on a connection of its own: status, headers in lower case, body."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, names, answer.read()
        finally:
            connection.close()

    def invoke(self, name, event, timeout=20, **parameters):
        """The cloud API's Invoke: its `Response`."""
        body = json.dumps(
            {"FunctionName": name, "ClientContext": json.dumps(event), **parameters}
        )
        headers = {
            "X-TC-Action": "Invoke",
            "X-TC-Version": "2018-04-16",
            "X-TC-Region": "ap-guangzhou",
            "Content-Type": "application/json",
        }
        status, _, answer = self.request("POST", "/", body, headers, timeout)
        assert status == 200, (status, answer)
        return json.loads(answer)["Response"]

    def returned(self, name, event, timeout=20):
        """What a function returned, or its envelope."""
        answer = self.invoke(name, event, timeout)
        assert "Result" in answer, answer
        return json.loads(answer["Result"]["RetMsg"])

    def stop(self, number=signal.SIGTERM, timeout=20):
        """Has the server end, and gives its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.reader.join(5)
            self.process.stdout.close()
            self.process.stderr.close()
        return status

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def children_of(process):
    """The children of a process, whichever of its threads made them."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{thread}/children") as file:
                found += [int(each) for each in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def descendants_of(process):
    found, pending = [], [process]
    while pending:
        children = children_of(pending.pop())
        found += children
        pending += children
    return found


def zygote_of(server):
    """The process that was started to make the zygote, and the zygote; None where either is
    not there (yet)."""
    for starter in children_of(server):
        if command_of(starter)[1:2] == ["zygote"]:
            for zygote in children_of(starter):
                return starter, zygote
    return None


def command_of(process):
    try:
        with open(f"/proc/{process}/cmdline") as file:
            return file.read().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def descriptors_of(process):
    """What a process has open: what each descriptor is, by number."""
    found = {}
    for each in os.listdir(f"/proc/{process}/fd"):
        try:
            found[int(each)] = os.readlink(f"/proc/{process}/fd/{each}")
        except FileNotFoundError:
            pass
    return found


def resident_bytes(process):
    with open(f"/proc/{process}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def wait_until(condition, seconds=10.0, what="it"):
    """Waits until a condition holds, and gives what it gave."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"{what} has not come within {seconds} s")
        time.sleep(0.01)
