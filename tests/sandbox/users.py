"""A user of its own for each function, in `krait serve` as root. Each test has its control: the same with
`--user-ids=off`. Plain Python, no packages."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time

from attempts import CREATE_RULESET, ENOSYS, FAILURES, Serving, World, check, install
from groups import invoke, is_there, wait_for

# What a function is, and what it can do with what is its own: `own` is a file beside it that only root may
# read, `secret` one that everybody may, in a folder that only root may enter.
ABOUT = """
import os, subprocess, sys, tempfile

def rights():
    with open("/proc/self/status") as file:
        lines = dict(line.split(":", 1) for line in file)
    return {lines[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")}

def tried(what):
    try:
        return what()
    except OSError as error:
        return type(error).__name__

def child(*command):
    ended = subprocess.run(command, capture_output=True, text=True)
    return ended.stdout.strip() if ended.returncode == 0 else f"{ended.returncode}: {ended.stderr}"

def written(path):
    with open(path, "w") as file:
        file.write("it wrote\\n")
    return "written"

def temporary(folder):
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        os.chmod(file.name, 0o600)
        return os.stat(file.name).st_uid == os.getuid()

def main_handler(event, context):
    own = os.path.join(os.path.dirname(__file__), "own")
    return {
        "ids": [os.getuid(), os.geteuid(), os.getgid(), os.getegid(), *os.getgroups()],
        "rights": sorted(rights()),
        "own": tried(lambda: open(own).read()),
        "by a child": child("/bin/cat", own),
        "python": child(sys.executable, "-c", "import os; print(os.getuid())"),
        "output": [tried(lambda: written(path)) for path in ("/dev/stdout", "/dev/stderr")],
        "itself": tried(lambda: len(os.listdir("/proc/self/fd")) > 0),
        "layers": tried(lambda: open("/opt/layer").read()),
        "temporary": [tried(lambda: temporary(folder)) for folder in ("/tmp", "/var/tmp")],
        "shadow": tried(lambda: len(open("/etc/shadow").read()) > 0),
        "secret": tried(lambda: open(event["secret"]).read()),
        "root again": tried(lambda: os.setuid(0)),
    }
"""

STAYS = """
import subprocess

def main_handler(event, context):
    return subprocess.Popen(["/bin/sleep", "300"], start_new_session=True).pid
"""

ENDLESS = """
import signal

def main_handler(event, context):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        pass
"""

CHILDREN = """
import os, time

def main_handler(event, context):
    held, children = bytearray(os.urandom(1) * (30 << 20)), []
    for _ in range(6):
        child = os.fork()
        if child == 0:
            time.sleep(60)
            os._exit(0)
        children.append(child)
    time.sleep(1)
    for child in children:
        os.kill(child, 9)
    return len(children)
"""

WRITES = """
import os

def main_handler(event, context):
    path = event["folder"] + "/made"
    with open(path, "w") as file:
        file.write("made")
    return [os.stat(path).st_uid, os.getuid()]
"""

BOOTSTRAP = """#!/usr/bin/python3
import http.client, os
port = int(os.environ["AWS_LAMBDA_RUNTIME_API"].rpartition(":")[2])
while True:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    call = connection.getresponse()
    call.read()
    where = "/2018-06-01/runtime/invocation/" + call.getheader("Lambda-Runtime-Aws-Request-Id") + "/response"
    connection.request("POST", where, str(os.getuid()))
    connection.getresponse().read()
"""

FIRST, LAST = 300_000, 300_999
CAP_DAC_READ_SEARCH, PR_CAPBSET_DROP = 2, 24


class Many(World):
    """A world with these functions; `wrap` is done in krait's process before it starts."""

    wrap = staticmethod(lambda: None)

    def __init__(self):
        super().__init__(None)
        self.written = self.folder / "written"
        self.written.mkdir()
        sources = {
            "about": ABOUT, "other": ABOUT, "ahead": ABOUT, "stays": STAYS, "endless": ENDLESS,
            "children": CHILDREN, "writes": WRITES,
        }
        for name, source in sources.items():
            (self.project / name).mkdir()
            (self.project / name / "index.py").write_text(source)
            (self.project / name / "own").write_text("its own")
            (self.project / name / "own").chmod(0o600)
        layer = self.project / "layer"
        layer.mkdir()
        (layer / "layer").write_text("a layer's")
        (self.project / "second").mkdir()
        (self.project / "brings").mkdir()
        (self.project / "brings/bootstrap").write_text(BOOTSTRAP)
        (self.project / "brings/bootstrap").chmod(0o755)
        settings = {
            "about": 'layers = ["layer"]', "other": 'layers = ["layer", "second"]',
            "ahead": 'layers = ["layer"]\nsnapshot = "init"', "endless": "timeout = 1", "children": "timeout = 20",
            "writes": f'sandbox = {{ write = ["{self.written}"] }}',
            "brings": 'runtime = "provided.al2023"\ntimeout = 20',
        }
        lines = [f"[functions.{name}]\n{settings.get(name, '')}\n" for name in [*sources, "brings"]]
        (self.project / "krait.toml").write_text("".join(lines))
        self.sources = ["--config", self.project / "krait.toml"]

    def start(self, command, environment, **streams):
        if "serve" not in command:
            return super().start(command, environment, **streams)
        command, environment = list(map(str, command)), {**self.environment, **environment}
        return subprocess.Popen(command, env=environment, cwd=self.folder, preexec_fn=self.wrap, **streams)


def asked(server, name, event=None):
    text = invoke(server, name, event or {})
    try:
        return json.loads(text)
    except ValueError:
        return text


def without_landlock():
    install([(CREATE_RULESET, ENOSYS, None)])


def without_right_to_read():
    """As in most containers."""
    assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH, 0, 0, 0) == 0


def what_it_is(world):
    event = {"secret": str(world.folder / "other/index.py")}
    seen = {}
    with Serving(world, f"--user-ids={FIRST}-{LAST}") as server:
        for name in ("about", "other", "ahead"):
            about = asked(server, name, event)
            own, *others = about.pop("ids")
            seen[name] = own
            check(f"{name}: its id", str(FIRST <= own <= LAST), "True")
            check(f"{name}: all its ids", str(set(others)), str({own}))
            expected = {
                "rights": ["0000000000000004"], "own": "its own", "by a child": "its own", "python": str(own),
                "output": ["written", "written"], "itself": True, "layers": "a layer's", "temporary": [True, True],
                "shadow": "PermissionError", "secret": "PermissionError", "root again": "PermissionError",
            }
            for what, value in expected.items():
                check(f"{name}: {what}", str(about[what]), str(value))
        check("once more, it is the same", str(asked(server, "about", event)["ids"][0]), str(seen["about"]))
        check("what it wrote is its log", str(any("| it wrote" in line for line in server.log)), "True")
        check("no two are the same", str(len(set(seen.values()))), "3")
        # Whose folder it may write to, that user it is.
        check("it may write to krait's folder", str(asked(server, "writes", {"folder": str(world.written)})), "[0, 0]")
        (world.written / "made").unlink()
        world.written.chmod(0o777)
    with Serving(world, f"--user-ids={FIRST}-{LAST}") as server:
        owner, user = asked(server, "writes", {"folder": str(world.written)})
        check("it may write to everybody's", str(owner == user and FIRST <= user <= LAST), "True")
    (world.written / "made").unlink()
    world.written.chmod(0o755)
    with Serving(world, "--user-ids=off") as server:
        check("the control", str(asked(server, "about", event)["ids"][:4]), "[0, 0, 0, 0]")
    with Serving(world, "--network=on") as server:
        check("a runtime of its own", str(asked(server, "brings") in (0, FIRST)), "False")


def how_it_ends(world):
    with Serving(world) as server:
        begun = time.monotonic()
        check("its time is over", str(asked(server, "endless")), "Invoking task timed out after 1 seconds")
        check("soon", str(time.monotonic() - begun < 5), "True")
        check("it shares its memory with children", str(asked(server, "children")), "6")
        left = asked(server, "stays")
        server.process.send_signal(signal.SIGKILL)
        wait_for(lambda: not is_there(left))
        check("nothing is left", str(is_there(left)), "False")


def lacking(world):
    """Where the kernel does not confine it, it is its own user only if it can read its code; what it was
    not to read, it cannot read by then."""
    event = {"secret": str(world.folder / "other/index.py")}
    world.wrap = without_landlock
    with Serving(world, f"--user-ids={FIRST}-{LAST}") as server:
        about = asked(server, "about", event)
        check("without Landlock, code of root's", str(about["ids"][0]), "0")
        check("what root can read is open", str(about["shadow"]), "True")
    world.folder.chmod(0o755)
    for name in ("about", "other"):
        (world.project / name / "own").chmod(0o644)
    with Serving(world, f"--user-ids={FIRST}-{LAST}") as server:
        about = asked(server, "about", event)
        own = about["ids"][0]
        check("without Landlock, everybody's code", str(FIRST <= own <= LAST), "True")
        for what, value in {
            "rights": ["0000000000000000"], "own": "its own", "by a child": "its own", "python": str(own),
            "shadow": "PermissionError", "output": ["written", "written"],
        }.items():
            check(f"without Landlock: {what}", str(about[what]), str(value))
    world.folder.chmod(0o700)
    world.wrap = without_right_to_read
    with Serving(world, f"--user-ids={FIRST}-{LAST}") as server:
        about = asked(server, "about", event)
        check("a container's root, code of root's", str(about["ids"][0]), "0")
        # It had all the others of root's.
        check("a container's root has no rights", str(about["rights"]), "['0000000000000000']")
    world.wrap = lambda: None


def main():
    if os.getuid() != 0:
        print("users of functions: not tried, which takes root")
        return 0
    with Many() as world:
        said = next(line for line in world.run("sandbox")[0].splitlines() if line.startswith("users"))[16:]
        print(f"users of functions: {said}", flush=True)
        if said.startswith("yes"):
            for test in (what_it_is, how_it_ends, lacking):
                test(world)
    for failure in FAILURES:
        print(f"*** {failure}")
    print(f"users of functions: {len(FAILURES)} that came out otherwise")
    return min(len(FAILURES), 1)


if __name__ == "__main__":
    sys.exit(main())
