"""Runs the attempts of escapes.md; see there. Plain Python, no packages."""

import ctypes
import http.client
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import types

HERE = pathlib.Path(__file__).resolve().parent
NOBODY = 65534
PATIENCE = 60
FAILURES = []


class Attempt:
    def __init__(self, number, text):
        self.name, _, body = text.partition("\n")
        prose = body.partition("```")[0]
        blocks = dict(re.findall(r"^```(\w+)\n(.*?)^```", body, re.M | re.S))
        self.source, self.on, self.off = blocks["python"], blocks["on"].strip(), blocks["off"].strip()
        self.folder = f"attempt{number}"
        self.only = next((each for each in ("serve", "invoke") if f"In {each}." in prose), None)
        self.roots_control = "Root's control." in prose
        self.options = re.findall(r"With (\S+)\.", prose)
        self.options_of_invoke = self.options + re.findall(r"With (\S+) in invoke\.", prose)
        self.files = "Files." in prose
        self.landlock = int((re.findall(r"Landlock (\d+)\.", prose) or [0])[0])
        self.namespaces = "Namespaces." in prose
        self.users = "Users." in prose

    def missing(self, machine):
        """What of the machine it needs and has not."""
        if machine["Landlock"] < self.landlock:
            return f"Landlock {self.landlock}"
        if self.namespaces and not machine["own /tmp"]:
            return "namespaces"
        if self.users and machine["root"] and not machine["users"]:
            return "users of functions"
        return None


def attempts():
    _, *texts = (HERE / "escapes.md").read_text().split("\n## ")
    return [Attempt(number, text) for number, text in enumerate(texts)]


class World:
    """What there is to be attacked, of one user: files, a process, servers; and how krait is run."""

    def __init__(self, user, refused=None):
        self.user, self.refused = user, refused
        # Not below /tmp or /var/tmp, which functions have.
        place = "/srv" if os.access("/srv", os.W_OK) else pathlib.Path.home()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="krait-sandbox-", dir=place))
        self.program = self.folder / "krait"
        shutil.copy(os.environ["KRAIT_UNDER_TEST"], self.program)
        self.home, self.data, self.project = (self.folder / each for each in ("home", "data", "project"))
        self.sources = [self.project]
        for each in (self.home, self.data, self.project, self.folder / "other"):
            each.mkdir()
        (self.data / "something").write_text("")
        (self.home / "secret").write_text("the caller's secret")
        (self.folder / "other/index.py").write_text("other code")
        handle, shared = tempfile.mkstemp(prefix="krait-sandbox-", dir="/tmp")
        os.close(handle)
        self.shared = pathlib.Path(shared)
        for attempt in attempts():
            folder = self.project / attempt.folder
            folder.mkdir()
            (folder / "index.py").write_text(attempt.source)
        self.tcp, self.unix = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)
        self.unix.bind(str(self.folder / "socket"))
        self.abstract = socket.socket(socket.AF_UNIX)
        self.abstract.bind(f"\0krait-sandbox-{self.folder.name}")
        for each in (self.tcp, self.unix, self.abstract):
            each.listen(64)
        if user is not None:
            for path in [self.folder, self.shared, *self.folder.rglob("*")]:
                os.chown(path, user, user)
        self.environment = {"HOME": str(self.home), "PATH": "/usr/bin:/bin"}
        # It makes its snapshot once.
        self.run("snapshot", "--rebuild")
        self.victim_process = self.start(["/bin/sleep", "600"], {"KEY": "of the caller"})

    def close(self):
        self.victim_process.kill()
        self.victim_process.wait()
        for each in (self.tcp, self.unix, self.abstract):
            each.close()
        self.shared.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def start(self, command, environment, **streams):
        who = {} if self.user is None else dict(user=self.user, group=self.user, extra_groups=[])
        refuse = None if self.refused is None else lambda: install(self.refused)
        return subprocess.Popen(
            list(map(str, command)), env={**self.environment, **environment}, cwd=self.folder,
            preexec_fn=refuse, **who, **streams,
        )

    def run(self, *arguments, environment=None):
        """What krait printed, and its exit code."""
        process = self.start(
            [self.program, *arguments], environment or {}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        out, errors = process.communicate(timeout=PATIENCE)
        return out, errors, process.returncode

    def event(self, server=0):
        """Of one attempt: its victims are its own."""
        victim = self.home / "victim"
        victim.write_text("victim")
        if self.user is not None:
            os.chown(victim, self.user, self.user)
        return {
            "secret": str(self.home / "secret"), "home": str(self.home), "victim": str(victim),
            "data": str(self.data), "other": str(self.folder / "other/index.py"),
            "shared": str(self.shared), "process": self.victim_process.pid,
            "port": self.tcp.getsockname()[1], "socket": str(self.folder / "socket"),
            "abstract": f"krait-sandbox-{self.folder.name}", "server": server,
            "python": shutil.which("python3", path="/usr/bin:/usr/local/bin:/bin"),
        }

    def invoke(self, attempt, *options):
        """With files closed, where it is about them, unless the options say otherwise."""
        if attempt.files and not options:
            options = ("--files=own",)
        event = json.dumps(self.event())
        out, errors, _ = self.run(
            "invoke", self.project / attempt.folder, "--log=none", "--timeout=20", "-e", event, *options
        )
        return result(out) if out else f"nothing: {errors}"

    def machine(self):
        """What `krait sandbox` says."""
        lines = self.run("sandbox")[0].splitlines()
        said = {line[:16].strip(): line[16:] for line in lines}
        landlock = re.match(r"\d+", said["Landlock"])
        return {
            "Landlock": int(landlock[0]) if landlock else 0,
            "seccomp": said["seccomp"] == "yes",
            "own /tmp": said["own /tmp"].startswith("yes"),
            "users": said["users"].startswith("yes"),
            "root": said["root"].startswith("yes"),
        }


class Serving:
    """krait serve of a world's attempts."""

    def __init__(self, world, *options):
        command = [world.program, "serve", *world.sources, "--listen=127.0.0.1:0", f"--data-dir={world.data}"]
        self.world = world
        self.process = world.start(
            [*command, *options], {}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )
        self.log = []
        reader = lambda: self.log.extend(self.process.stderr)
        self.reader = threading.Thread(target=reader, daemon=True)
        self.reader.start()
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if readable else "nothing"
        assert line.startswith("krait listens"), (line, self.log)
        self.port = int(line.rpartition(":")[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()

    def invoke(self, attempt):
        body = {"FunctionName": attempt.folder, "ClientContext": json.dumps(self.world.event(self.port))}
        headers = {"X-TC-Action": "Invoke", "X-TC-Version": "2018-04-16", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("POST", "/", json.dumps(body), headers)
        answer = json.loads(connection.getresponse().read())["Response"]
        connection.close()
        return result(answer["Result"]["RetMsg"]) if "Result" in answer else str(answer)


def result(ret_msg):
    """What a handler returned, as JSON, or the name of its error."""
    value = json.loads(ret_msg)
    if isinstance(value, dict) and "errorCode" in value:
        trace = value.get("stackTrace")
        return trace.strip().splitlines()[-1].partition(":")[0] if trace else value["errorMessage"]
    return json.dumps(value)


def check(what, seen, expected):
    if seen not in expected.split("|"):
        FAILURES.append(f"{what}: {seen}, and not {expected}")


def install(filters):
    """Has the kernel refuse system calls: (number, error, first argument or None)."""
    code = [(0x20, 0, 0, 0)]
    for number, error, argument in filters:
        if argument is None:
            code += [(0x15, 0, 1, number), (0x06, 0, 0, 0x50000 | error)]
        else:
            code += [(0x15, 0, 4, number), (0x20, 0, 0, 16), (0x15, 0, 1, argument)]
            code += [(0x06, 0, 0, 0x50000 | error), (0x20, 0, 0, 0)]
    code.append((0x06, 0, 0, 0x7FFF0000))
    program = b"".join(struct.pack("HBBI", *each) for each in code)
    buffer = ctypes.create_string_buffer(program)
    address = struct.pack("HxxxxxxQ", len(code), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None)
    libc.prctl(38, 1, 0, 0, 0)
    assert libc.prctl(22, 2, address) == 0


def everything(world, user):
    machine = world.machine()
    print(f"as {user}: {machine}")
    told = set()

    def expected(attempt):
        missing = attempt.missing(machine)
        if missing and missing not in told:
            told.add(missing)
            print(f"  this machine has no {missing}: what rests on it is not kept, and not tested")
        return attempt.off if missing else attempt.on

    with_serve = [attempt for attempt in attempts() if attempt.only != "invoke"]
    for attempt in attempts():
        if attempt.only == "serve":
            continue
        check(f"{user}, invoke: {attempt.name}", world.invoke(attempt, *attempt.options_of_invoke), expected(attempt))
        if user == "root" or not attempt.roots_control:
            open_ones = ["--sandbox=off", "--files=all"] if attempt.files else ["--sandbox=off"]
            for option in open_ones:
                check(f"{user}, invoke, {option}: {attempt.name}", world.invoke(attempt, option), attempt.off)
    for options in sorted({tuple(attempt.options) for attempt in with_serve}):
        with Serving(world, *options) as serving:
            for attempt in with_serve:
                if tuple(attempt.options) == options:
                    check(f"{user}, serve: {attempt.name}", serving.invoke(attempt), expected(attempt))
    with Serving(world, "--sandbox=off") as serving:
        for attempt in with_serve:
            if user == "root" or not attempt.roots_control:
                check(f"{user}, serve, off: {attempt.name}", serving.invoke(attempt), attempt.off)


PLANTS = """
import os

def main_handler(event, context):
    folder = os.path.dirname(event["home"]) + "/planted"
    inside = folder + "/inside"
    if os.path.islink(inside):
        return open(inside + "/secret").read()
    os.rename(inside, folder + "/moved")
    os.symlink(event["home"], inside)
    return "planted"
"""


def planted(world, user):
    """A link that the function put in the place of what another rule opens, in a folder that it may write to."""
    function, folder = types.SimpleNamespace(folder="plants", files=True), world.folder / "planted"
    options = (f"--allow-write={folder}", f"--allow-read={folder}/inside")
    source = world.project / "plants"
    source.mkdir()
    (source / "index.py").write_text(PLANTS)

    def anew():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "inside").mkdir(parents=True)
        for path in (folder, folder / "inside"):
            os.chown(path, world.user or os.getuid(), world.user or os.getgid())

    anew()
    with Serving(world, *options, "--max-invocations=1") as serving:
        check(f"{user}, serve: a link is planted", serving.invoke(function), '"planted"')
        check(f"{user}, serve: it is not followed", serving.invoke(function), "PermissionError")
    anew()
    check(f"{user}, invoke: a link is planted", world.invoke(function, *options), '"planted"')
    check(f"{user}, invoke: it is not followed", world.invoke(function, *options), "PermissionError")


# Numbers of system calls on x86_64, and of errors.
PRCTL, UNSHARE, SECCOMP, CREATE_RULESET = 157, 272, 317, 444
PR_SET_SECCOMP = 22
EPERM, EINVAL, ENOSYS = 1, 22, 38
LACKING = {
    "Landlock": [(CREATE_RULESET, ENOSYS, None)],
    "seccomp": [(SECCOMP, EINVAL, None), (PRCTL, EINVAL, PR_SET_SECCOMP)],
    "own /tmp": [(UNSHARE, EPERM, None)],
}


def lacking(what, user, number):
    """On a machine without a part: it says so, runs all the same, and is refused where it is
    required."""
    named = {attempt.name: attempt for attempt in attempts()}
    secret, memory = named["read a file of the caller's"], named["memory that no process has"]
    shared = named["leave a file in /tmp for another function"]
    with World(number, LACKING[what]) as world:
        where = f"{user}, without {what}"
        check(f"{where}: krait sandbox", str(bool(world.machine()[what])), "False")
        open_now = {"Landlock": secret, "seccomp": memory, "own /tmp": shared}[what]
        closed = memory if what == "Landlock" else secret
        if world.machine()["Landlock"] or closed is memory:
            check(f"{where}: the rest", world.invoke(closed), closed.on)
        if what != "own /tmp":
            check(f"{where}: invoke", world.invoke(open_now), open_now.off)
            out, errors, code = world.run("invoke", world.project / secret.folder, "--sandbox=require")
            check(f"{where}: require", f"{code} {out}", "2 ")
            check(f"{where}: require", str(f"this machine has no {what}" in errors), "True")
        with Serving(world) as serving:
            check(f"{where}: serve", serving.invoke(open_now), open_now.off)
        said = "mount namespaces" if what == "own /tmp" else what
        log = "".join(serving.log)
        if log.count(f"this machine has no {said}") != 1:
            FAILURES.append(f"{where}: it is not said once: {log}")


def main():
    users = {"root": None, "a user": NOBODY} if os.getuid() == 0 else {"a user": None}
    if "root" not in users:
        print("not run as root: only as this user")
    for user, number in users.items():
        with World(number) as world:
            everything(world, user)
            planted(world, user)
        for what in LACKING:
            lacking(what, user, number)
    for failure in FAILURES:
        print(f"*** {failure}")
    print(f"{len(attempts())} attempts, {len(FAILURES)} that came out otherwise")
    return min(len(FAILURES), 1)


if __name__ == "__main__":
    sys.exit(main())
