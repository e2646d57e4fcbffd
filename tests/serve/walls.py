"""The walls between functions, and around krait: what one that means harm cannot do to another, to
the server, or to who comes after it. Each attack succeeded once."""

import contextlib
import ctypes
import json
import os
import pathlib
import resource
import shutil
import signal
import sqlite3
import statistics
import struct
import subprocess
import textwrap
import time
import unittest

from server import (
    HELD,
    PATIENCE,
    PROGRAM,
    Background,
    Server,
    descendants_of,
    descriptors_of,
    is_there,
    project,
    resident_bytes,
    wait_until,
    zygote_of,
)

# What an attacker's source begins with: its own end of the socket to the server.
ATTACK = """
import json, os, struct, threading, time

def sockets():
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 3 and os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                yield int(name)
        except OSError:
            pass

def send(tag, payload, announced=None):
    length = len(payload) if announced is None else announced
    for socket in sockets():
        os.write(socket, tag + struct.pack("<I", length) + payload)

DURATION = {"secs": 0, "nanos": 1000}
INITIALIZED = json.dumps({"init_runtime": DURATION, "init_function": DURATION, "memory_bytes": 1}).encode()

def answer(text, proof=b""):
    head = json.dumps({"duration": DURATION, "memory_bytes": 1, "failure": None, "note": None}).encode()
    return proof + struct.pack("<I", len(head)) + head + json.dumps(text).encode()

def main_handler(event, context):
    return globals()[event["do"]](event)

def honest(event):
    return event.get("value")
"""

# Each: what it does within its call, of twenty seconds at most. None may be answered as it likes, and
# the server is to see through it at once.
WITHIN_A_CALL = {
    "renews": """
        def renews(event):
            for _ in range(90):
                send(b"I", event["proof"].encode() + INITIALIZED)
                time.sleep(0.2)
            return "never seen"
    """,
    "floods": """
        def floods(event):
            payload = event["proof"].encode() + b"x" * 16
            many = (b"N" + struct.pack("<I", len(payload)) + payload) * 4000
            end = time.time() + 60
            while time.time() < end:
                for socket in sockets():
                    os.write(socket, many)
    """,
    "announces": """
        def announces(event):
            send(b"A", b"x" * 100000, announced=60 << 20)
            time.sleep(60)
    """,
    "is_no_kind": """
        def is_no_kind(event):
            send(b"Z", b"")
            time.sleep(60)
    """,
}

# Each: what it leaves for the call that comes next.
BETWEEN_CALLS = {
    "early": """
        def early(event):
            def later():
                time.sleep(0.05)
                send(b"A", answer("forged", event["proof"].encode()))
                open(event["sent"], "w").close()
            threading.Thread(target=later).start()
            return os.getpid()
    """,
    "shifted": """
        def shifted(event):
            send(b"A", answer("first", event["proof"].encode()) )
            return "second"
    """,
}


def attacker(attacks):
    return ATTACK + "".join(textwrap.dedent(each) for each in attacks.values())


class Forged(unittest.TestCase):
    """What an instance writes into its socket itself."""

    def setUp(self):
        sources = {"attacker": attacker({**WITHIN_A_CALL, **BETWEEN_CALLS}), "bystander": attacker({})}
        self.server = Server(project(sources, {"attacker": "timeout = 20"}))
        self.addCleanup(self.server.close)

    def test_within_a_call(self):
        for attack in WITHIN_A_CALL:
            for proof in ["", "\0" * 8]:
                with self.subTest(attack, proof=proof):
                    begun = time.monotonic()
                    answer = self.server.returned("attacker", {"do": attack, "proof": proof})
                    self.assertEqual(answer["statusCode"], 439)
                    self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual(self.server.returned("bystander", {"do": "honest", "value": 1}), 1)

    def test_between_calls(self):
        for attack in BETWEEN_CALLS:
            for proof in ["", "\0" * 8]:
                with self.subTest(attack, proof=proof):
                    sent = self.server.folder / f"sent {attack} {len(proof)}"
                    event = {"do": attack, "proof": proof, "sent": str(sent)}
                    given = self.server.returned("attacker", event)
                    self.assertNotEqual(given, "first")
                    if attack == "early":
                        wait_until(lambda: sent.exists() or not is_there(given), PATIENCE, "the forgery")
                    values = [self.server.returned("attacker", {"do": "honest", "value": n}) for n in [1, 2]]
                    # The one that found the forgery may be lost with the instance.
                    lost = isinstance(values[0], dict) and values[0]["statusCode"] == 439
                    self.assertTrue(lost or values[0] == 1, values)
                    self.assertEqual(values[1], 2)


class Stolen(unittest.TestCase):
    """The socket of an instance, taken from it by another process of the same user."""

    PIDFD_GETFD = 438

    def steal(self, process):
        libc = ctypes.CDLL(None, use_errno=True)
        [socket] = [number for number, what in descriptors_of(process).items() if what.startswith("socket")]
        descriptor = os.pidfd_open(process)
        try:
            stolen = libc.syscall(self.PIDFD_GETFD, descriptor, socket, 0)
        finally:
            os.close(descriptor)
        if stolen < 0:
            self.skipTest("here nobody may take another's descriptor")
        self.addCleanup(os.close, stolen)
        return stolen

    def forged(self, proof):
        duration = {"secs": 0, "nanos": 1000}
        head = json.dumps({"duration": duration, "memory_bytes": 1, "failure": None, "note": None}).encode()
        payload = proof + struct.pack("<I", len(head)) + head + b'"forged"'
        return b"A" + struct.pack("<I", len(payload)) + payload

    def test_who_took_it_answers_for_nobody(self):
        source = "import os, time\ndef main_handler(event, context):\n    time.sleep(event.get('seconds', 0))\n    return os.getpid()\n"
        server = Server(project({"victim": source}))
        self.addCleanup(server.close)
        for proof in [b"", bytes(8)]:
            # While it is idle, and while it works.
            stolen = self.steal(server.returned("victim"))
            os.write(stolen, self.forged(proof))
            self.assertNotEqual(server.returned("victim"), "forged")
            stolen = self.steal(server.returned("victim"))
            call = Background(server.returned, "victim", {"seconds": 2})
            server.until_busy("victim")
            os.write(stolen, self.forged(proof))
            self.assertNotEqual(call.result(), "forged")
        self.assertIsInstance(server.returned("victim"), int)


class Stopped(unittest.TestCase):
    """A zygote that somebody stopped."""

    SOURCES = {
        "loop": "def main_handler(event, context):\n    while event.get('loop'): pass\n",
        "daemon": """
            import os, time
            def main_handler(event, context):
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        time.sleep(1000)
                    os._exit(0)
        """,
    }

    def setUp(self):
        self.server = Server(project(self.SOURCES, {"loop": "timeout = 1"}), ["--spares", "0"])
        self.addCleanup(self.server.close)
        self.server.returned("loop")

    def stop(self):
        _, zygote = zygote_of(self.server.pid)
        os.kill(zygote, signal.SIGSTOP)

    def test_time_limits_hold_and_it_goes_on(self):
        self.stop()
        begun = time.monotonic()
        self.assertEqual(self.server.returned("loop", {"loop": True})["statusCode"], 433)
        # Its limit is one second. It would go on for ever.
        self.assertLess(time.monotonic() - begun, 10)
        # Another instance is needed now.
        self.assertIsNone(self.server.returned("loop"))

    def test_nothing_stays_behind(self):
        self.server.returned("daemon")
        left = descendants_of(self.server.pid)
        self.assertGreaterEqual(len(left), 5)
        self.stop()
        self.assertEqual(self.server.terminate(), 0)
        wait_until(lambda: not any(map(is_there, left)), PATIENCE, "their end")

    def test_nothing_stays_behind_a_server_that_was_killed(self):
        self.server.returned("daemon")
        left = descendants_of(self.server.pid)
        self.stop()
        self.server.kill()
        wait_until(lambda: not any(map(is_there, left)), PATIENCE, "their end")


DETACHING = """
import os, time
def detach(body):
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            held = b"x" * event_bytes
            os.write(writer, b"%d\\n" % os.getpid())
            body()
        os._exit(0)
    os.wait()
    return int(os.read(reader, 20))

def main_handler(event, context):
    global event_bytes
    event_bytes = event.get("bytes", 0)
    if event.get("exit"):
        os._exit(1)
    made = [detach(lambda: time.sleep(1000)) for _ in range(event.get("count", 0))]
    time.sleep(event.get("seconds", 0))
    return made
"""


class Detached(unittest.TestCase):
    """Processes that a function detached from itself."""

    def setUp(self):
        sources = {"detaching": DETACHING, "other": DETACHING}
        self.server = Server(project(sources, {"detaching": "timeout = 20\nmemory = 128"}))
        self.addCleanup(self.server.close)

    def test_their_memory_is_counted(self):
        answer = self.server.returned("detaching", {"count": 4, "bytes": 50 << 20, "seconds": 3})
        self.assertEqual(answer["statusCode"], 434)

    def test_they_live_and_end_with_their_instance(self):
        made = self.server.returned("detaching", {"count": 2})
        # Another's end ends them not.
        self.assertEqual(self.server.returned("other", {"exit": True})["statusCode"], 439)
        self.server.returned("other")
        self.assertTrue(all(map(is_there, made)))
        self.assertEqual(self.server.returned("detaching", {"exit": True})["statusCode"], 439)
        wait_until(lambda: not any(map(is_there, made)), PATIENCE, "their end")


HIDING = """
import subprocess, sys, time

CHILD = "import ctypes, time; ctypes.CDLL(None).prctl(4, 0); held = bytearray(60 << 20); print(1, flush=True); time.sleep(60)"

def main_handler(event, context):
    command = [event["python"], "-c", CHILD]
    made = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    for each in made:
        each.stdout.readline()
    time.sleep(5)
    for each in made:
        each.kill()
    return "not seen"
"""


class Hiding(unittest.TestCase):
    def test_memory_that_nobody_may_look_at_is_counted(self):
        """As another user, who may not look into processes that let nobody. They are taken to share nothing."""
        python = shutil.which("python3", path="/usr/bin:/usr/local/bin:/bin")
        if os.geteuid() != 0 or not is_everybodys(PROGRAM) or python is None:
            self.skipTest("it takes root, the machine's Python, and a program that everybody may run")
        functions = project({"hiding": HIDING}, {"hiding": "timeout = 20\nmemory = 128"})
        server = OpenServer(functions, [], {"HOME": "/nonexistent"}, user=61234)
        self.addCleanup(server.close)
        self.assertEqual(server.returned("hiding", {"python": python})["statusCode"], 434)


class Crowd(unittest.TestCase):
    def test_children_slow_nobody_else(self):
        """Where the kernel counts their memory, and where krait looks at each."""
        for cgroups in ["auto", "off"]:
            with self.subTest(cgroups=cgroups):
                self.children_slow_nobody_else(cgroups)

    def children_slow_nobody_else(self, cgroups):
        crowd = HELD + """
import signal
def main_handler(event, context):
    made = []
    for _ in range(event["children"]):
        child = os.fork()
        if child == 0:
            time.sleep(1000)
            os._exit(0)
        made.append(child)
    hold(event)
    for child in made:
        os.kill(child, signal.SIGKILL)
"""
        bystander = "def main_handler(event, context):\n    return 1\n"
        functions = project({"crowd": crowd, "bystander": bystander}, {"crowd": "timeout = 60\nmemory = 3072"})
        server = Server(functions, ["--cgroups", cgroups])
        self.addCleanup(server.close)
        server.returned("bystander")

        def asked():
            begun = time.monotonic()
            server.returned("bystander")
            return time.monotonic() - begun

        alone = statistics.median(asked() for _ in range(60))
        with server.held("crowd", event={"children": 200}) as [running]:
            wait_until(lambda: len(descendants_of(server.pid)) > 200, PATIENCE, "its children")
            times = [asked() for _ in range(60)]
        self.assertIsNone(running.result())
        # It was a hundred times as long, and more.
        self.assertLess(statistics.median(times), max(0.1, 20 * alone), times)


class Flood(unittest.TestCase):
    def test_bodies_have_so_much_memory_together(self):
        server = Server(project({"who": "def main_handler(event, context):\n    return 1\n"}))
        self.addCleanup(server.close)
        server.returned("who")
        before = resident_bytes(server.pid)
        piece = b" " * (5 << 20)
        head = b"POST /url/who HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n" % (6 << 20)
        opened = []
        for number in range(70):
            connection = server.connect()
            # From some on it is not read.
            connection.settimeout(0.5 if number < 40 else 0.02)
            opened.append(connection)
            try:
                connection.sendall(head + piece)
            except TimeoutError:
                pass
        self.assertLess(resident_bytes(server.pid) - before, 330 << 20)
        self.assertEqual(server.returned("who"), 1)
        for connection in opened:
            connection.close()
        given_back = lambda: resident_bytes(server.pid) < before * 1.2
        wait_until(given_back, PATIENCE, "the memory")


class Unfinished(unittest.TestCase):
    """Answers that hold the memory of all answers, and never end."""

    HOLDS = """
def holds(event):
    send(b"A", b"x" * 100, announced=(16 << 20) - 100)
    time.sleep(0.1)
    for socket in sockets():
        os.write(socket, b"x")
    time.sleep(60)
"""
    LONG = "def main_handler(event, context):\n    return 'x' * (2 << 20)\n"

    def test_others_are_answered(self):
        hostile = [f"hostile{number}" for number in range(5)]
        sources = {"bystander": self.LONG, **{name: ATTACK + self.HOLDS for name in hostile}}
        server = Server(project(sources, {name: "timeout = 4" for name in hostile}))
        self.addCleanup(server.close)
        server.returned("bystander")
        # One function has a part of it, and several have it for a second.
        for attackers, within in [(hostile[:1] * 10, 2), (hostile * 2, 3)]:
            calls = [Background(server.returned, name, {"do": "holds"}) for name in attackers]
            time.sleep(0.7)
            begun = time.monotonic()
            self.assertEqual(server.returned("bystander"), "x" * (2 << 20), len(set(attackers)))
            self.assertLess(time.monotonic() - begun, within)
            for call in calls:
                self.assertIn(call.result()["statusCode"], [433, 439])


class Scarce(unittest.TestCase):
    def test_a_machine_without_processes_has_calls_wait(self):
        """As another user: root may have as many as it likes."""
        sleeper = "import time\ndef main_handler(event, context):\n    time.sleep(0.1)\n    return 1\n"
        limit = lambda: resource.setrlimit(resource.RLIMIT_NPROC, (14, 14))
        if os.geteuid() != 0 or not is_everybodys(PROGRAM):
            self.skipTest("it takes root, and a program that everybody may run")
        functions = project({"sleeper": sleeper, "other": sleeper})
        server = OpenServer(functions, ["--spares", "2"], {"HOME": "/nonexistent"}, user=61234, preexec_fn=limit)
        self.addCleanup(server.close)
        calls = [Background(server.returned, name) for _ in range(20) for name in ["sleeper", "other"]]
        self.assertEqual([call.result() for call in calls], [1] * len(calls))


def is_everybodys(program):
    """Whether everybody may run it."""
    path = pathlib.Path(program).resolve()
    return all(each.stat().st_mode & 0o001 for each in [path, *path.parents])


class OpenServer(Server):
    """A server whose folders everybody may use."""

    def start(self):
        for path in [self.folder, self.project, *self.project.rglob("*")]:
            path.chmod(0o777)
        super().start()


class Places(unittest.TestCase):
    """Where the machine gives instances a namespace of their own."""

    SOURCE = (
        "import os\ndef main_handler(event, context):\n"
        "    with open('/var/user/index.py') as there, open(__file__) as here:\n"
        "        same = there.read() == here.read()\n"
        "    files = {name: open(f'/opt/{name}').read() for name in sorted(os.listdir('/opt'))}\n"
        "    refused = []\n"
        "    for path in ['/var/user/new', '/opt/new']:\n"
        "        try:\n"
        "            open(path, 'w')\n"
        "        except OSError as error:\n"
        "            refused.append(error.errno in (1, 13, 30))\n"
        "    return [same, files, refused]\n"
    )

    def test_code_and_layers_are_where_the_platform_has_them(self):
        said = subprocess.run([PROGRAM, "sandbox"], capture_output=True, text=True, check=True).stdout
        if "own /tmp        yes" not in said:
            self.skipTest("this machine has no mount namespaces for this user")
        files = {
            "one/index.py": self.SOURCE, "two/index.py": self.SOURCE,
            "first/both": "first", "first/only": "first", "second/both": "second",
            "krait.toml": '[functions.one]\nlayers = ["first"]\n'
            '[functions.two]\nlayers = ["first", "second"]\n',
        }
        server = Server(files)
        self.addCleanup(server.close)
        self.assertEqual(server.returned("one"), [True, {"both": "first", "only": "first"}, [True, True]])
        if "overlay" in pathlib.Path("/proc/filesystems").read_text():
            expected = [True, {"both": "second", "only": "first"}, [True, True]]
            self.assertEqual(server.returned("two"), expected)


class UnreadServer(Server):
    """A server whose log nobody reads."""

    def _read_log(self, stream):
        pass


class Lines(unittest.TestCase):
    def test_the_log_is_json_to_the_last_line(self):
        source = "print('at import')\ndef main_handler(event, context):\n    return 1\n"
        server = Server(project({"ahead": source}, {"ahead": 'snapshot = "init"'}), ["--log-format", "json"])
        self.addCleanup(server.close)
        self.assertEqual(server.returned("ahead"), 1)
        server.says("at import")
        for line in list(server.log):
            self.assertIsInstance(json.loads(line), dict, line)

    def test_no_line_of_a_function_passes_for_another(self):
        source = r"""
print('\rahead')
def main_handler(event, context):
    print('a\rb\x1b[2K\x9bc\tdé\r')
"""
        server = Server(project({"ahead": source, "plain": source}, {"ahead": 'snapshot = "init"'}))
        self.addCleanup(server.close)
        for name in ["ahead", "plain"]:
            server.returned(name)
            server.says(r"| a\rb\u{1b}[2K\u{9b}c" + "\tdé")
        # Krait's own lines say whose they are.
        self.assertTrue(server.says("/ahead | ").endswith(r" krait: default/ahead | \rahead"))

    def test_millions_of_lines_hold_nobody_up(self):
        flooding = "import os\ndef main_handler(event, context):\n    for _ in range(4):\n        os.write(1, b'\\n' * (1 << 20))\n"
        functions = {"flooding": flooding, "bystander": "def main_handler(event, context):\n    return 1\n"}
        server = Server(project(functions, {"flooding": "timeout = 20"}))
        self.addCleanup(server.close)
        for name in functions:
            server.returned(name)
        running = [Background(server.returned, "flooding") for _ in range(2)]
        times = []
        while any(call.is_alive() for call in running):
            begun = time.monotonic()
            self.assertEqual(server.returned("bystander"), 1)
            times.append(time.monotonic() - begun)
        # It was some seconds.
        self.assertLess(max(times), 1)
        server.says("this log has no more of the invocation's output")
        self.assertLess(len(server.log), 400_000)

    def test_a_log_that_nobody_reads_costs_so_much(self):
        source = "def main_handler(event, context):\n    print('x' * (4 << 20))\n"
        server = UnreadServer(project({"long": source}))
        self.addCleanup(server.close)
        server.returned("long")
        before = resident_bytes(server.pid)
        # Nor are the records written: that is what a slow disk does.
        with contextlib.closing(sqlite3.connect(server.data / "records.sqlite")) as records:
            records.execute("BEGIN IMMEDIATE")
            for _ in range(60):
                server.returned("long")
            self.assertLess(resident_bytes(server.pid) - before, 100 << 20)


if __name__ == "__main__":
    unittest.main()
