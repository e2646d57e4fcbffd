"""What `krait pack` writes, run whole: a zip by a runtime API, an image's files in a root of their
own, and a program. tests/cases/pack.md has which files they hold.

The program is named by KRAIT; tests/pack/run sets it."""

import contextlib
import gzip
import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import zipfile

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "bootstrap"), str(HERE.parent / "serve")]
import api  # noqa: E402
from server import PATIENCE, free_ports  # noqa: E402

KRAIT = os.environ["KRAIT"]
EVENT = '{"items": ["pen", "ink"]}'
ANSWER = {"total": 6, "currency": "EUR", "layer": True, "colour": None}
IN_COLOUR = {**ANSWER, "colour": "red"}
PASSED_ON = {key: os.environ[key] for key in ["PATH", "HOME", "KRAIT_SNAPSHOT"] if key in os.environ}


def pack(target, place, *options):
    command = [KRAIT, "pack", HERE / "orders", "--for", place, "--layer", HERE / "layer", "-o", target]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def exchange(command, folder, variables, answers):
    """What a runtime asks an API that gives these answers; then it gets SIGTERM."""
    listener = api.Listener()
    fill = {key: value.replace("PORT", str(listener.port)) for key, value in variables.items()}
    process = subprocess.Popen(command, cwd=folder, env={**PASSED_ON, **fill}, stdout=subprocess.PIPE)
    try:
        asked = []
        for answer in answers:
            asked.append(listener.request())
            listener.connection.answer(answer)
        asked.append(listener.request())
        process.terminate()
        stdout, _ = process.communicate(timeout=PATIENCE)
        return asked, stdout.decode()
    finally:
        process.kill()
        process.wait()
        listener.close()


SCF = {"SCF_RUNTIME_API": "127.0.0.1", "SCF_RUNTIME_API_PORT": "PORT", "_HANDLER": "index.main_handler"}
SCF_ANSWERS = ["200\n\n", f"200\nRequest_Id: 1\n\n{EVENT}", "200\n\n"]
LAMBDA = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:PORT", "_HANDLER": "index.main_handler"}
LAMBDA_ANSWERS = [
    f"200\nLambda-Runtime-Aws-Request-Id: 1\nLambda-Runtime-Deadline-Ms: 9999999999999\n\n{EVENT}",
    "202\n\n",
]


@contextlib.contextmanager
def served(command, variables, port):
    """The address of a server, when it is ready."""
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/readyz", timeout=PATIENCE).read()
                break
            if process.poll() is not None:
                raise AssertionError(process.communicate()[1].decode())
            time.sleep(0.05)
        yield address
    finally:
        # `unshare` passes no signal on.
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(children[0]) if command[0] == "unshare" and children else process.pid, signal.SIGTERM)
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise


def get(address):
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class InFolder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))


class Packages(InFolder):
    def unpacked(self, place):
        said = pack(self.folder / "out.zip", place)
        self.assertRegex(said, r"out\.zip: \d+\.\d MB; krait and 4 files are \d+\.\d MB unpacked\n")
        code = self.folder / "code"
        # As platforms do: with the modes that the zip has, and nothing that can be written.
        with zipfile.ZipFile(self.folder / "out.zip") as package:
            for member in package.infolist():
                os.chmod(package.extract(member, code), member.external_attr >> 16 & 0o555)
        return code

    def test_scf(self):
        code = self.unpacked("scf")
        asked, log = exchange([code / "bootstrap"], code, SCF, SCF_ANSWERS)
        self.assertEqual([each[1].rpartition("/")[2] for each in asked], ["ready", "next", "response", "next"])
        self.assertEqual(json.loads(asked[2][3]), ANSWER)
        self.assertEqual(log, "counting pen ink\n")

    def test_lambda(self):
        code = self.unpacked("lambda")
        variables = {**LAMBDA, "LAMBDA_TASK_ROOT": str(code), "COLOUR": "red"}
        asked, _ = exchange([code / "bootstrap"], "/", variables, LAMBDA_ANSWERS)
        self.assertEqual(json.loads(asked[1][3]), IN_COLOUR)


class Image(InFolder):
    def test_its_files_are_a_system_of_their_own(self):
        pack(self.folder / "image", "oci", "--env", "COLOUR=red")
        config, root = self.laid_out(self.folder / "image")
        as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        user = ["--userspec", config["User"]] if os.geteuid() == 0 else []
        new_root = ["unshare", *as_root, "--mount", "--pid", "--fork", "--kill-child"]
        if subprocess.run([*new_root, "true"], capture_output=True).returncode:
            self.skipTest("this machine gives no namespaces")
        # What every container has, and a root that cannot be written to.
        (root / "proc").mkdir()
        (root / "dev").mkdir()
        mounts = " && ".join([
            f"mount --bind {root} {root}",
            f"mount -o remount,ro,bind {root}",
            f"mount -t tmpfs -o mode=1777 tmpfs {root}/tmp",
            f"mount -t proc proc {root}/proc",
            f"mount --rbind /dev {root}/dev",
        ])
        run = " ".join(["exec", "chroot", *user, str(root), *config["Entrypoint"]])
        [port] = free_ports(1)
        variables = dict(each.split("=", 1) for each in config["Env"])
        variables = {**variables, "PATH": os.environ["PATH"], "PORT": str(port)}
        with served([*new_root, "sh", "-c", f"{mounts} && {run}"], variables, port) as address:
            status, body = get(f"{address}/pen/ink")
            self.assertEqual((status, json.loads(body)), (200, IN_COLOUR))
            # There is nothing else.
            self.assertEqual(json.loads(get(f"{address}/ui")[1])["total"], 2)
            self.assertEqual(get(f"{address}/healthz"), (200, "ok\n"))

    def test_a_tar_holds_the_same_layout(self):
        pack(self.folder / "image", "oci")
        pack(self.folder / "image.tar", "oci")
        with tarfile.open(self.folder / "image.tar") as tar:
            for member in tar:
                if member.isfile():
                    path = self.folder / "image" / member.name
                    self.assertEqual(tar.extractfile(member).read(), path.read_bytes())
            docker, = json.load(tar.extractfile("manifest.json"))
            self.assertEqual(docker["RepoTags"], ["orders:latest"])
            for named in [docker["Config"], *docker["Layers"]]:
                self.assertTrue(tar.getmember(named).isfile())

    def laid_out(self, image):
        read = lambda described: (image / "blobs" / described["digest"].replace(":", "/")).read_bytes()
        index = json.loads((image / "index.json").read_text())
        manifest = json.loads(read(index["manifests"][0]))
        root = self.folder / "root"
        for layer in manifest["layers"]:
            with tarfile.open(fileobj=io.BytesIO(gzip.decompress(read(layer)))) as tar:
                tar.extractall(root, filter="tar")
        # A tar's open folder is closed by the umask.
        (root / "tmp").chmod(0o1777)
        self.folder.chmod(0o755)
        return json.loads(read(manifest["config"]))["config"], root


class Executable(InFolder):
    def setUp(self):
        super().setUp()
        self.program = self.folder / "orders"
        pack(self.program, "exe", "--env", "COLOUR=red")
        self.addCleanup(forget, "orders")
        self.variables = {**PASSED_ON, "XDG_CACHE_HOME": str(self.folder / "cache")}

    def invoke(self, *options):
        done = subprocess.run(
            [self.program, "invoke", "-e", EVENT, *options],
            env=self.variables, cwd="/", capture_output=True, text=True, timeout=60,
        )
        return done.stdout, done.stderr

    def test_invoke(self):
        for _ in range(2):
            answer, log = self.invoke()
            self.assertEqual(json.loads(answer), IN_COLOUR)
            self.assertIn("counting pen ink", log)
        self.assertEqual(json.loads(self.invoke("--env", "COLOUR=blue")[0])["colour"], "blue")

    def test_changed_files_are_unpacked_again(self):
        self.invoke()
        changed, = pathlib.Path("/var/tmp").glob("orders-*/code/currency.txt")
        changed.chmod(0o644)
        changed.write_text("DEM")
        self.assertEqual(json.loads(self.invoke()[0]), IN_COLOUR)

    def test_serve(self):
        [port] = free_ports(1)
        command = [self.program, "serve", "--listen", f"127.0.0.1:{port}", "--data-dir", self.folder / "data"]
        with served([*command, "--only-url"], self.variables, port) as address:
            self.assertEqual(json.loads(get(f"{address}/pen/ink")[1]), IN_COLOUR)
        with served(command, self.variables, port) as address:
            self.assertEqual(json.loads(get(f"{address}/url/orders/pen/ink")[1]), IN_COLOUR)
        command = [self.program, "--listen", f"127.0.0.1:{port}", "--data-dir", self.folder / "data"]
        with served(command, self.variables, port) as address:
            self.assertEqual(json.loads(get(f"{address}/pen/ink")[1]), IN_COLOUR)

    def test_bootstrap(self):
        variables = {**SCF, "XDG_CACHE_HOME": str(self.folder / "cache")}
        asked, _ = exchange([self.program, "bootstrap"], "/", variables, SCF_ANSWERS)
        self.assertEqual(json.loads(asked[2][3]), ANSWER)
        # Under that name it needs no command.
        shutil.copy(self.program, self.folder / "bootstrap")
        asked, _ = exchange([self.folder / "bootstrap"], "/", variables, SCF_ANSWERS)
        self.assertEqual(json.loads(asked[2][3]), ANSWER)


# Its import does what must not stay as it was when the program was packed.
AT_IMPORT = """
import logging, os, pathlib, random, sys, time
print("imported")
print("badly", file=sys.stderr)
COLOUR = os.environ.get("COLOUR")
os.environ["SET"] = "by the function"
os.environ.pop("LANG")
LOADS = []

def main_handler(event, context):
    LOADS.append(1)
    return {
        "colour": COLOUR, "now": os.environ.get("COLOUR"), "other": os.environ.get("OTHER"),
        "set": os.environ["SET"], "in C": os.popen("echo $SET").read().strip(),
        "lang": os.environ.get("LANG"), "region": os.environ["TENCENTCLOUD_REGION"],
        "random": random.random(), "since": logging.LogRecord("", 0, "", 0, "", (), None).relativeCreated < 60_000,
        "zone": time.tzname[0], "file": pathlib.Path(__file__).read_text()[:7], "loads": len(LOADS),
    }
"""


def forget(name):
    """Removes the files of packed programs of this name."""
    for folder in pathlib.Path("/var/tmp").glob(f"{name}-*"):
        shutil.rmtree(folder)


class Loaded(InFolder):
    """A program with its function loaded."""

    NAME = "loaded-when-packed"

    def setUp(self):
        super().setUp()
        self.addCleanup(forget, self.NAME)
        self.variables = {**PASSED_ON, "XDG_CACHE_HOME": str(self.folder / "cache"), "KRAIT_LOG": "debug"}

    def pack(self, source, *options, name="program"):
        """What packing a function says on standard error, and its exit code."""
        (self.folder / "code").mkdir(exist_ok=True)
        (self.folder / "code" / "index.py").write_text(source)
        command = [KRAIT, "pack", self.folder / "code", "--for", "exe", "--name", self.NAME, "-o", self.folder / name]
        done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=120)
        return done.stderr, done.returncode

    def invoke(self, *options, **variables):
        """The answer, the log, and whether the function was there when the program started."""
        done = subprocess.run(
            [self.folder / "program", "invoke", *options],
            env={**self.variables, **variables}, cwd="/", capture_output=True, text=True, timeout=60,
        )
        answer = json.loads(done.stdout) if done.returncode == 0 else None
        return answer, done.stderr, "taken from a snapshot with the function in" in done.stderr

    def test_what_it_keeps_and_what_not(self):
        self.assertEqual(self.pack(AT_IMPORT, "--env", "COLOUR=red", "--env", "OTHER=1"), ("", 0))
        (one, log, was_there), (other, _, _) = self.invoke(), self.invoke()
        self.assertTrue(was_there)
        # It was printed when it was packed, and is in the log of each load.
        self.assertIn("imported\nbadly\n", log)
        self.assertNotEqual(one.pop("random"), other.pop("random"))
        self.assertEqual(one, other)
        self.assertEqual(one, {
            "colour": "red", "now": "red", "other": "1", "set": "by the function", "in C": "by the function",
            "lang": None, "region": "ap-guangzhou", "since": True, "zone": "UTC", "file": "\nimport", "loads": 1,
        })
        # Its import did not look at these.
        answer, _, was_there = self.invoke("--env", "OTHER=2", "--region", "ap-tokyo", "--env", "TZ=Etc/UTC")
        self.assertTrue(was_there)
        self.assertEqual([answer["other"], answer["region"], answer["zone"]], ["2", "ap-tokyo", "UTC"])
        # libc tells it of the zone, so nobody knows whether it looked at that.
        answer, _, was_there = self.invoke("--env", "TZ=Asia/Tokyo")
        self.assertEqual([was_there, answer["zone"]], [False, "JST"])
        # It did at this.
        answer, log, was_there = self.invoke("--env", "COLOUR=blue")
        self.assertFalse(was_there)
        self.assertEqual([answer["colour"], answer["now"]], ["blue", "blue"])
        self.assertIn("imported\nbadly\n", log)
        # Whoever wants to see the imports, or no loaded function, gets it loaded.
        self.assertIn("  function\n", self.invoke("--import-time")[1])
        self.assertFalse(self.invoke(KRAIT_LOADED="off")[2])
        self.assertFalse(self.invoke(KRAIT_SNAPSHOT="off")[2])
        # Where its files cannot be where they were.
        forget(self.NAME)
        folder, = [each for each in self.folder_of_files()]
        folder.write_text("taken")
        self.addCleanup(folder.unlink, missing_ok=True)
        answer, _, was_there = self.invoke()
        self.assertEqual([was_there, answer["colour"]], [False, "red"])

    def folder_of_files(self):
        """Where the program has its files."""
        packed = (self.folder / "program").read_bytes()
        at = packed.rindex(b'{"folder":"')
        yield pathlib.Path(json.JSONDecoder().raw_decode(packed[at:at + 4096].decode(errors="replace"))[0]["folder"])

    def test_two_packs_give_the_same_bytes(self):
        source = "import json, logging, platform, random, re, urllib.request, zoneinfo\n" + AT_IMPORT + """
SYSTEM, CHINA = platform.system(), zoneinfo.ZoneInfo("Asia/Shanghai")
"""
        self.assertEqual(self.pack(source), ("", 0))
        forget(self.NAME)
        self.assertEqual(self.pack(source, name="again"), ("", 0))
        same = (self.folder / "program").read_bytes() == (self.folder / "again").read_bytes()
        self.assertTrue(same)

    def test_what_cannot_be_kept_is_loaded_at_each_start(self):
        handler = "\ndef main_handler(event, context):\n    return 'ran'\n"
        said = "warning: the program loads the function at each start: "
        differs = "what it keeps differs from one load to the next, as a time, an id or a random value does: "
        state = "it changes its process: its folder, limits, rights, timers or streams while it is imported\n"
        for source, reason in [
            ("import datetime, random, time\nTODAY, HOUR = datetime.date.today(), int(time.time()) // 3600\n"
             "UP, ONE, GENERATOR = int(time.monotonic()), random.random(), random.Random()",
             f"{differs}index.GENERATOR, index.HOUR, index.ONE, index.TODAY, index.UP\n"),
            ("import os, platform, secrets, socket\nHOST, NODE = socket.gethostname(), platform.node()\n"
             "KEY, PROCESS, SYSTEM = secrets.token_hex(), os.getpid(), platform.system()",
             f"{differs}index.HOST, index.KEY, index.NODE, index.PROCESS\n"),
            ("import mmap\nMEMORY = mmap.mmap(-1, 4096)", "it keeps memory of its process, as mmap gives it\n"),
            ("HOST = open('/etc/hostname').read()", "it reads /etc/hostname while it is imported\n"),
            ("import os\nNAMES = os.listdir('/etc')", "it reads /etc while it is imported\n"),
            ("import os\nPROGRAM = os.readlink('/proc/self/exe')", "it reads /proc/self/exe while it is imported\n"),
            (f"import os\nos.makedirs('{self.folder}/made', exist_ok=True)", "it changes files while it is imported\n"),
            (f"with open('{self.folder}/opened', 'w'): pass", "it changes files while it is imported\n"),
            ("import socket\ntry: socket.create_connection(('127.0.0.1', 9))\nexcept OSError: pass",
             "it uses the network while it is imported\n"),
            ("import subprocess\nNAME = subprocess.run(['uname'], capture_output=True).stdout",
             "it starts a process while it is imported\n"),
            ("import os\nos.chdir('/')", state),
            ("import signal\nsignal.alarm(300)", state),
            ("import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])",
             "it blocks signals while it is imported\n"),
            ("import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
             "it starts a thread while it is imported\n"),
            ("import concurrent.futures\nwith concurrent.futures.ThreadPoolExecutor(2) as pool: pool.map(abs, [1])",
             "it starts a thread while it is imported\n"),
            ("FILE = open(__file__)",
             f"it keeps a file or a connection open: /var/tmp/{self.NAME}-DIGEST/code/index.py\n"),
            ("import socket\nSOCKET = socket.create_server(('127.0.0.1', 0))",
             "it keeps a file or a connection open: socket:[N]\n"),
            ("import asyncio\nLOOP = asyncio.new_event_loop()",
             "it keeps a file or a connection open: anon_inode:[eventpoll]\n"),
            ("import time, uuid\nSTARTED, ID, SAME = time.time_ns(), uuid.uuid4(), 1",
             f"{differs}index.ID, index.STARTED\n"),
        ]:
            with self.subTest(reason=reason):
                told, status = self.pack(source + handler)
                told = re.sub(r"-[0-9a-f]{16}/", "-DIGEST/", re.sub(r":\[\d+\]", ":[N]", told))
                self.assertEqual((told, status), (said + reason, 0))
                self.assertEqual(self.invoke()[::2], ("ran", False))
        self.assertEqual(self.pack(source + handler, "--no-load"), ("", 0))
        self.assertEqual(self.invoke()[::2], ("ran", False))

    def test_a_file_with_the_name_of_a_module_of_the_library(self):
        handler = "\ndef main_handler(event, context):\n    return COLOUR\n"
        (self.folder / "code").mkdir()
        (self.folder / "code" / "queue.py").write_text("")
        self.assertEqual(self.pack("import os\nCOLOUR = os.environ.get('COLOUR')" + handler), (
            f"{self.folder}/code/queue.py:1:1: warning: it hides the standard library's queue from all that imports "
            "that\n  tip: call it otherwise, such as my_queue\n"
            "warning: the program loads the function at each start: "
            "it cannot be found out what it reads of its environment\n", 0,
        ))
        self.assertEqual(self.invoke("--env", "COLOUR=blue")[::2], ("blue", False))

    def test_nothing_secret_is_the_same_in_two_processes(self):
        """Keys that modules of the library make for their process, when they are imported or later."""
        self.assertEqual(self.pack("""
import multiprocessing, random, secrets, tempfile, uuid, zoneinfo
CHINA = zoneinfo.ZoneInfo("Asia/Shanghai")
SYSTEM = random.SystemRandom()

def main_handler(event, context):
    return {
        "key": multiprocessing.current_process().authkey.hex(), "random": random.random(),
        "system": SYSTEM.random(), "token": secrets.token_hex(), "uuid1": str(uuid.uuid1()), "uuid4": str(uuid.uuid4()),
        "file": tempfile.mktemp(dir="/"),
    }
"""), ("", 0))
        (one, _, was_there), (other, _, _) = self.invoke(), self.invoke()
        self.assertTrue(was_there)
        self.assertEqual([name for name, value in one.items() if value == other[name]], [])
        self.assertNotIn("0" * 64, [one["key"], other["key"]])

    def test_the_year_that_dateutil_keeps(self):
        """It is a package of the function's own, so this one is as that is, to what is looked at."""
        parser = self.folder / "code" / "dateutil" / "parser"
        parser.mkdir(parents=True)
        for folder in (parser.parent, parser):
            (folder / "__init__.py").write_text("")
        (parser / "_parser.py").write_text("""
import time

class Info:
    def __init__(self):
        self._year = time.localtime().tm_year
        self._century = self._year // 100 * 100

class Parser:
    info = Info()

DEFAULTPARSER = Parser()
""")
        self.assertEqual(self.pack("""
import time
from dateutil.parser._parser import DEFAULTPARSER

def main_handler(event, context):
    info = DEFAULTPARSER.info
    return [info._year - time.localtime().tm_year, info._year - info._century == info._year % 100]
"""), ("", 0))
        self.assertEqual(self.invoke()[::2], ([0, True], True))

    def test_eight_imports(self):
        eight = (HERE.parents[1] / "benches" / "handlers" / "eight.py").read_text()
        self.assertEqual(self.pack(eight), ("", 0))
        self.assertEqual(self.invoke("-e", '{"a": 1}')[::2], ({"event": {"a": 1}}, True))

    def test_threads_signals_and_loops_after_the_start(self):
        self.assertEqual(self.pack("""
import asyncio, concurrent.futures, gc, os, signal, subprocess, threading
GOT = []
signal.signal(signal.SIGUSR1, lambda number, frame: GOT.append(number))
LOCK = threading.Lock()

async def waited():
    await asyncio.sleep(0.01)
    return "waited"

def main_handler(event, context):
    os.kill(os.getpid(), signal.SIGUSR1)
    with LOCK, concurrent.futures.ThreadPoolExecutor(2) as pool:
        squares = list(pool.map(lambda number: number * number, range(3)))
    return [
        len(GOT), squares, asyncio.run(waited()), subprocess.run(["echo", "run"], capture_output=True).stdout.decode(),
        threading.main_thread().native_id == os.getpid(), gc.get_threshold()[0],
    ]
"""), ("", 0))
        answer, _, was_there = self.invoke()
        self.assertTrue(was_there)
        self.assertEqual(answer, [1, [0, 1, 4], "waited", "run\n", True, 2000])

    def test_what_cannot_be_loaded_is_not_packed(self):
        handler = "\ndef main_handler(event, context):\n    return KEY\n"
        source = "import os\nprint('before')\nKEY = int(os.environ['KEY'])" + handler
        told, status = self.pack(source, "--env", "KEY=one")
        self.assertEqual(status, 1)
        self.assertEqual(told, """before
error: the function cannot be loaded, so nothing is written
Traceback (most recent call last):
  File "/var/user/index.py", line 3, in <module>
    KEY = int(os.environ['KEY'])
ValueError: invalid literal for int() with base 10: 'one'
  tip: --no-load packs it all the same; --env sets what it looks for in its environment
""")
        self.assertEqual(sorted(each.name for each in self.folder.iterdir()), ["code"])
        self.assertEqual(self.pack(source, "--env", "KEY=1"), ("", 0))
        self.assertEqual(self.invoke()[::2], (1, True))
        self.assertEqual(self.invoke("--env", "KEY=2")[::2], (2, False))
        told, status = self.pack("import os\nos.abort()" + handler)
        self.assertEqual((status, told.splitlines()[1][:51]), (1, "its process ended while it was imported: signal: 6 "))

    def test_bootstrap(self):
        self.assertEqual(self.pack(AT_IMPORT), ("", 0))
        variables = {**SCF, "XDG_CACHE_HOME": str(self.folder / "cache"), "TENCENTCLOUD_REGION": "here"}
        for language in ["en_US.UTF8", "C"]:
            # The import looks at it: with another one than when it was packed, the function is loaded.
            variables["LANG"] = language
            asked, log = exchange([self.folder / "program", "bootstrap"], "/", variables, SCF_ANSWERS)
            answer = json.loads(asked[2][3])
            self.assertEqual([answer["loads"], answer["region"], answer["lang"]], [1, "here", None])
            self.assertEqual(log, "imported\nbadly\n")
        self.assertEqual(log, "imported\nbadly\n")
        variables = {**LAMBDA, "XDG_CACHE_HOME": str(self.folder / "cache"), "TENCENTCLOUD_REGION": "here", "LANG": "C"}
        asked, log = exchange([self.folder / "program", "bootstrap"], "/", variables, LAMBDA_ANSWERS)
        self.assertEqual(json.loads(asked[1][3])["region"], "here")
        self.assertEqual(log, "imported\nbadly\n")


if __name__ == "__main__":
    unittest.main()
