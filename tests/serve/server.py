"""A running `krait serve` for tests: the real program, on a free port of loopback, with a folder of
its own. Plain Python, no packages.

KRAIT_UNDER_TEST names the program, else it is the one that `cargo build --release` makes.
"""

import contextlib
import errno
import http.client
import json
import os
import pathlib
import random
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import textwrap
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT = ROOT / "target/x86_64-unknown-linux-gnu/release/krait"
PROGRAM = os.environ.get("KRAIT_UNDER_TEST") or str(BUILT)
READY = "krait listens on http://"
# How long anything may take that is waited for, in seconds: the machine may be busy with other work.
PATIENCE = 30
# The start of a function that lasts as long as its test wants: see `Server.held`.
HELD = """
import os, time
def hold(event):
    while os.path.exists(event.get("while", "")):
        time.sleep(0.01)
"""


def project(functions, settings=None):
    """The files of a project: `functions` are sources by name, `settings` the lines that each has
    in krait.toml."""
    lines = [f"[functions.{name}]\n{(settings or {}).get(name, '')}\n" for name in functions]
    files = {f"{name}/index.py": textwrap.dedent(source) for name, source in functions.items()}
    return {"krait.toml": "".join(lines), **files}


class Server:
    """`files` are what is in its `project` folder, text by path; FOLDER in them and in options
    stands for the server's own folder. It works in `project`, so that krait.toml there is read, and has its data
    in `data`."""

    def __init__(self, files, options=(), environment=None, **process):
        # A name as a user's may be.
        self.folder = pathlib.Path(os.path.realpath(tempfile.mkdtemp(prefix="krait test ")))
        self.project, self.data = self.folder / "project", self.folder / "data"
        self.project.mkdir()
        self.options, self.environment = list(options), environment or {}
        # More of what `subprocess.Popen` takes.
        self.as_process = process
        # The lines of its log, of all its lives.
        self.log = []
        self._grown = threading.Condition()
        self.process = None
        self.write({"krait.toml": "", **files})
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def write(self, files):
        """Puts files into the project."""
        for path, text in files.items():
            path = self.project / path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("FOLDER", str(self.folder)))
            if text.startswith("#!"):
                path.chmod(0o755)

    def start(self):
        options = [str(each).replace("FOLDER", str(self.folder)) for each in self.options]
        if "--listen" not in options:
            options += ["--listen", "127.0.0.1:0"]
        # Functions meet their tests in files and pipes of the server's folder.
        options += ["--allow-write", self.folder]
        command = [PROGRAM, "serve", "--data-dir", self.data, *options]
        self.process = subprocess.Popen(
            command,
            cwd=self.project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **self.environment},
            text=True,
            **self.as_process,
        )
        # Its log would hold it up if nobody took it.
        self._reader = threading.Thread(target=self._read_log, args=[self.process.stderr], daemon=True)
        self._reader.start()
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if readable else "nothing in time"
        if not line.startswith(READY):
            self.kill()
            raise AssertionError(f"krait said {line!r}, and {self.log}")
        self.address = line.strip().removeprefix(READY)
        self.host, _, port = self.address.rpartition(":")
        self.port = int(port)

    def _read_log(self, stream):
        for line in stream:
            with self._grown:
                self.log.append(line.rstrip("\n"))
                self._grown.notify_all()

    def says(self, found, after=0, seconds=PATIENCE):
        """Waits for a line of the log, after so many others, for which `found` holds or that has
        that text in it."""
        holds = found if callable(found) else lambda line: found in line
        end = time.monotonic() + seconds
        with self._grown:
            while True:
                for line in self.log[after:]:
                    if holds(line):
                        return line
                if not self._grown.wait(end - time.monotonic()) and time.monotonic() >= end:
                    raise AssertionError(f"not said in {seconds} s: {found}; but {self.log[after:]}")

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def connect(self, timeout=PATIENCE):
        return socket.create_connection((self.host, self.port), timeout)

    def request(self, method, path, body=None, headers=None, timeout=PATIENCE):
        """One request on a new connection: status, headers in lower case, body."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, names, answer.read()
        finally:
            connection.close()

    def invoke(self, name, event, timeout=PATIENCE, **parameters):
        """The cloud API's Invoke: its `Response`."""
        body = {"FunctionName": name, "ClientContext": json.dumps(event), **parameters}
        headers = {
            "X-TC-Action": "Invoke",
            "X-TC-Version": "2018-04-16",
            "X-TC-Region": "ap-guangzhou",
            "Content-Type": "application/json",
        }
        status, _, answer = self.request("POST", "/", json.dumps(body), headers, timeout)
        assert status == 200, (status, answer)
        return json.loads(answer)["Response"]

    def returned(self, name, event=None, timeout=PATIENCE):
        """What a function returned, or its envelope."""
        answer = self.invoke(name, {} if event is None else event, timeout)
        assert "Result" in answer, answer
        return json.loads(answer["Result"]["RetMsg"])

    def metric(self, name, **labels):
        """The sum of what /metrics has by that name and those labels."""
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        _, _, text = self.request("GET", "/metrics")
        total = 0.0
        for line in text.decode().splitlines():
            key, _, value = line.rpartition(" ")
            if key.split("{")[0] == name and all(each in key for each in wanted):
                total += float(value)
        return total

    def until_busy(self, name, count=1):
        """Waits until this many instances of a function are busy."""
        busy = lambda: self.metric("krait_instances", function=name, state="busy") == count
        wait_until(busy, PATIENCE, f"work for {count} of {name}")

    @contextlib.contextmanager
    def held(self, name, count=1, others=0, event=None):
        """Calls of a function that begins with HELD and calls `hold(event)`. So many have an instance
        each, and so many `others` wait for one. They go on when the block is over."""
        handle, path = tempfile.mkstemp(prefix="held", dir=self.folder)
        os.close(handle)
        calls = []
        before = int(self.metric("krait_instances", function=name, state="busy"))
        try:
            for _ in range(count):
                calls.append(Background(self.returned, name, {"while": path, **(event or {})}))
            self.until_busy(name, before + count)
            calls += [Background(self.returned, name, event) for _ in range(others)]
            self.until_waiting(others)
            yield calls
        finally:
            os.unlink(path)

    def until_waiting(self, count):
        """Waits until this many calls wait for an instance."""
        wait_until(lambda: self.metric("krait_waiting_calls") == count, PATIENCE, f"a line of {count}")

    def terminate(self):
        """Sends SIGTERM and returns the exit status."""
        return self.stop(signal.SIGTERM)

    def kill(self):
        """SIGKILL."""
        return self.stop(signal.SIGKILL)

    def stop(self, number):
        """Ends the server and returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            # Its zygote may have it open a moment longer.
            self._reader.join(PATIENCE)
            self.process.stdout.close()
            if not self._reader.is_alive():
                self.process.stderr.close()

    def close(self):
        if self.is_running:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def ended(*arguments, folder, environment=None):
    """`krait serve` that is to end by itself: its exit status, and what it wrote to stdout and
    stderr."""
    done = subprocess.run(
        [PROGRAM, "serve", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        env={**os.environ, **(environment or {})},
        text=True,
        timeout=PATIENCE,
    )
    return done.returncode, done.stdout, done.stderr


class Background(threading.Thread):
    """A call in a thread, started at once; `result()` returns or raises its result."""

    def __init__(self, call, *arguments):
        super().__init__(daemon=True)
        self._call, self._arguments, self._error, self._value = call, arguments, None, None
        self.start()

    def run(self):
        try:
            self._value = self._call(*self._arguments)
        except Exception as error:
            self._error = error

    def result(self, seconds=PATIENCE):
        self.join(seconds)
        assert not self.is_alive(), f"not over in {seconds} s"
        if self._error:
            raise self._error
        return self._value


def free_ports(count):
    """Ports that nobody has, and that no connection gets meanwhile: those are from the kernel's range."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        first = int(file.read().split()[0])
    found = {}
    try:
        while len(found) < count:
            port = random.randrange(first // 2, first)
            if port in found:
                continue
            try:
                found[port] = socket.create_server(("127.0.0.1", port))
            except OSError:
                pass
    finally:
        for each in found.values():
            each.close()
    return list(found)


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


def is_there(process):
    return os.path.exists(f"/proc/{process}")


def zygote_of(server):
    """The process that was started to make the zygote, and the zygote; None where either is
    not there (yet). A function's own zygote, which falls to the server when the other ends, has a
    session of its own."""
    for starter in children_of(server):
        if command_of(starter)[1:2] == ["zygote"] and session_of(starter) == session_of(server):
            for zygote in children_of(starter):
                return starter, zygote
    return None


def session_of(process):
    try:
        return os.getsid(process)
    except ProcessLookupError:
        return None


def command_of(process):
    try:
        with open(f"/proc/{process}/cmdline") as file:
            return file.read().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def descriptors_of(process):
    """A process's descriptors: the target of each, by number."""
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


def wait_until(condition, seconds=PATIENCE, what="it"):
    """Polls until a condition holds, and returns its value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"{what} has not come within {seconds} s")
        time.sleep(0.01)


def opened(pipe):
    """Opens a pipe for writing once a function has opened it for reading."""

    def writing():
        try:
            return os.fdopen(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK), "w")
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise

    return wait_until(writing, PATIENCE, "a reader")
