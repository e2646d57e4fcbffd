"""What `krait install` does, against an index on loopback.

    krait python tests/install/run.py PROGRAM [NAME ...]

pip's own wheel is asked of the index that pip is configured for, or taken from `PIP_WHEELS`, a folder;
without it nothing is tested, and that is said.
"""

import base64
import contextlib
import hashlib
import http.server
import io
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zipfile

PROGRAM = os.path.abspath(sys.argv.pop(1))
WHEELS = pathlib.Path(tempfile.mkdtemp(prefix="krait-wheels-"))


def wheel(name, version, files, needs=(), tag="py3-none-any", extras=()):
    """Writes a wheel into the index."""
    info = f"{name}-{version}.dist-info"
    lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    lines += [f"Provides-Extra: {each}" for each in extras] + [f"Requires-Dist: {each}" for each in needs]
    members = {**files, f"{info}/METADATA": "\n".join(lines) + "\n"}
    members[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: krait\nRoot-Is-Purelib: true\nTag: {tag}\n"
    record = []
    for path, text in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record.append(f"{path},sha256={digest},{len(text.encode())}")
    record.append(f"{info}/RECORD,,")
    with zipfile.ZipFile(WHEELS / f"{name}-{version}-{tag}.whl", "w") as archive:
        for path, text in members.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", "\n".join(record) + "\n")


class Index(http.server.BaseHTTPRequestHandler):
    slow = 0.0
    asked = threading.Event()

    def do_GET(self):
        parts = self.path.strip("/").split("/")
        if parts[0] == "files":
            if Index.slow:
                Index.asked.set()
            time.sleep(Index.slow)
            self.answer((WHEELS / parts[1]).read_bytes(), "application/octet-stream")
            return
        name = parts[-1].replace("-", "_")
        packages = [*WHEELS.glob("*.whl"), *WHEELS.glob("*.tar.gz")]
        files = [each.name for each in packages if each.name.lower().startswith(name + "-")]
        if not files:
            self.send_error(404)
            return
        page = "".join(f'<a href="/files/{each}">{each}</a>\n' for each in files)
        self.answer(page.encode(), "text/html")

    def answer(self, content, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class Install(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.index = f"http://127.0.0.1:{cls.server.server_port}/simple"
        cls.home = tempfile.mkdtemp(prefix="krait-home-")

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def environment(self, **more):
        return {"HOME": self.home, "PATH": os.environ["PATH"], "PIP_INDEX_URL": self.index, **more}

    def krait(self, *arguments, **environment):
        done = subprocess.run(
            [PROGRAM, *arguments], cwd=self.folder, env=self.environment(**environment),
            capture_output=True, text=True, timeout=300,
        )
        return done.returncode, done.stdout, done.stderr

    def names(self):
        return sorted(str(each.relative_to(self.folder)) for each in self.folder.rglob("*") if each.is_file())

    def test_a_package_and_what_it_needs(self):
        self.assertEqual(
            self.krait("install", "first"),
            (0, "first 1.0  610 B\nsecond 2.0  492 B\n2 packages, 1 kB, in .\n", ""),
        )
        self.assertIn("first/__init__.py", self.names())
        self.assertIn("second.py", self.names())
        (self.folder / "index.py").write_text(
            "import first\ndef main_handler(event, context):\n    return first.TWO\n"
        )
        self.assertEqual(self.krait("invoke", "--log", "none")[:2], (0, "2\n"))

    def test_what_the_folder_says(self):
        (self.folder / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["second"]\n')
        self.assertEqual(self.krait("install")[0], 0)
        self.assertIn("second.py", self.names())
        (self.folder / "requirements.txt").write_text("first == 1.0\n")
        self.assertEqual(self.krait("install")[0], 0)
        self.assertIn("first/__init__.py", self.names())

    def test_nothing_to_install(self):
        code, _, errors = self.krait("install")
        self.assertEqual(
            (code, errors),
            (1, "error: nothing to install: . has no requirements.txt and no pyproject.toml\n"),
        )

    def test_another_version_takes_the_place(self):
        self.assertEqual(self.krait("install", "second==1.0")[0], 0)
        self.assertIn("old_second.py", self.names())
        self.assertEqual(self.krait("install", "second")[0], 0)
        self.assertNotIn("old_second.py", self.names())
        self.assertEqual([each for each in self.names() if "1.0" in each], [])

    def test_a_package_beside_another_of_its_name(self):
        self.assertEqual(self.krait("install", "shared_one")[0], 0)
        self.assertEqual(self.krait("install", "shared_two")[0], 0)
        self.assertTrue({"shared/one.py", "shared/two.py"} <= set(self.names()))

    def test_what_is_not_there_changes_nothing(self):
        (self.folder / "index.py").write_text("")
        code, output, errors = self.krait("install", "first", "nothing-of-that-name")
        self.assertEqual((code, output), (1, ""))
        self.assertIn("No matching distribution found for nothing-of-that-name", errors)
        self.assertIn("nothing was installed", errors)
        self.assertEqual(os.listdir(self.folder), ["index.py"])

    def test_what_cannot_be_together(self):
        code, _, errors = self.krait("install", "first", "second<2")
        self.assertEqual(
            (code, errors),
            (
                1,
                "error: Cannot install first==1.0 and second<2 because these package versions have conflicting "
                "dependencies.\n"
                "The conflict is caused by:\n"
                "  The user requested second<2\n"
                "  first 1.0 depends on second>=2\n"
                "Additionally, some packages in these conflicts have no matching distributions available for your "
                "environment:\n  second\n"
                "nothing was installed\n",
            ),
        )

    def test_so_many_versions_and_none_that_fits(self):
        code, _, errors = self.krait("install", "many==99")
        self.assertEqual(
            (code, errors),
            (
                1,
                "error: Could not find a version that satisfies the requirement many==99 "
                "(from versions: 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, ..., 15.0, 16.0, 17.0, 18.0, 19.0, 20.0)\n"
                "No matching distribution found for many==99\n"
                "nothing was installed\n",
            ),
        )

    def test_in_a_terminal_pip_is_seen_and_the_remedy_too(self):
        here, there = os.openpty()
        self.addCleanup(os.close, here)
        started = subprocess.Popen(
            [PROGRAM, "install", "asyncpg<2"], cwd=self.folder, env=self.environment(), stdout=there, stderr=there
        )
        os.close(there)
        said = b""
        with contextlib.suppress(OSError):
            while part := os.read(here, 1 << 16):
                said += part
        self.assertEqual(started.wait(60), 1)
        self.assertIn(b"No matching distribution found for asyncpg<2", said)
        self.assertEqual(
            said.decode().splitlines()[-5:],
            [
                "error: pip failed; it has told why",
                "asyncpg is a compiled extension for CPython, which krait cannot load",
                "  tip: use pg8000",
                "  tip: --for cloud installs it for the cloud's Python",
                "nothing was installed",
            ],
        )

    def test_without_network(self):
        code, _, errors = self.krait("install", "first", PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="0")
        self.assertEqual(code, 1)
        self.assertIn("nothing was installed", errors)
        self.assertEqual(os.listdir(self.folder), [])

    def test_pip_is_not_what_krait_knows(self):
        with tempfile.TemporaryDirectory() as links:
            name = next(WHEELS.glob("pip-*")).name
            (pathlib.Path(links) / name).write_bytes(b"another")
            code, _, errors = self.krait("install", "first", HOME=links, PIP_FIND_LINKS=links)
        self.assertEqual(code, 1)
        self.assertIn("is not the pip that krait knows", errors)

    def test_interrupted(self):
        Index.slow = 20.0
        self.addCleanup(setattr, Index, "slow", 0.0)
        started = subprocess.Popen(
            [PROGRAM, "install", "slow"], cwd=self.folder, env=self.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        self.assertTrue(Index.asked.wait(100), "it asked for nothing")
        self.assertNotEqual(os.listdir(self.folder), [])
        started.send_signal(signal.SIGINT)
        _, errors = started.communicate(timeout=60)
        self.assertEqual((started.returncode, os.listdir(self.folder)), (130, []), errors)

    def test_a_compiled_package(self):
        for package, by in (("asyncpg", ""), ("wants_asyncpg", ", which wants-asyncpg asks for,")):
            code, _, errors = self.krait("install", package)
            self.assertEqual(
                (code, errors),
                (
                    1,
                    f"error: asyncpg{by} is a compiled extension for CPython, which krait cannot load\n"
                    "  tip: use pg8000\n  tip: --for cloud installs it for the cloud's Python\n",
                ),
            )
            self.assertEqual(os.listdir(self.folder), [])

    def test_what_there_is_in_place_of_a_package_that_needs_a_compiled_one(self):
        for package, by in (("xhtml2pdf", "xhtml2pdf"), ("prints", "xhtml2pdf")):
            code, _, errors = self.krait("install", package)
            self.assertEqual(
                (code, errors),
                (
                    1,
                    f"error: pillow, which {by} asks for, is a compiled extension for CPython, which krait cannot load\n"
                    "  tip: in place of xhtml2pdf, use fpdf2\n"
                    "  tip: --for cloud installs it for the cloud's Python\n",
                ),
            )
            self.assertEqual(os.listdir(self.folder), [])

    def test_an_older_version_that_is_of_python_alone(self):
        code, _, errors = self.krait("install", "cbor2")
        self.assertEqual((code, errors.splitlines()[1]), (1, "  tip: use cbor2 below 6, which is Python alone"))
        code, _, errors = self.krait("install", "cbor2>5")
        self.assertEqual((code, errors.splitlines()[1]), (1, "  tip: use cbor2 below 6, which is Python alone"))
        self.assertEqual(self.krait("install", "cbor2<6")[::2], (0, ""))
        self.assertEqual(self.krait("python", "-c", "import cbor2; print(cbor2.HOW)")[1], "by Python\n")

    def test_a_compiled_package_that_is_optional_is_left_out(self):
        note = (
            "note: hiredis is left out: it is a compiled extension for CPython, and redis can be imported without it\n"
        )
        code, output, errors = self.krait("install", "redis[hiredis]", "second")
        self.assertEqual((code, output.splitlines()[-1][:10], errors), (0, "2 packages", note))
        self.assertEqual([each for each in self.names() if "hiredis" in each], [])
        self.assertEqual(self.krait("python", "-c", "import redis; print(redis.FAST)")[1], "False\n")
        self.assertEqual(self.krait("install", "redis")[2], "")
        code, _, errors = self.krait("install", "hiredis")
        self.assertEqual((code, errors.splitlines()[1]), (1, "  tip: use redis, which does without"))

    def test_what_a_package_asks_for_in_one_python_or_another(self):
        code, output, errors = self.krait("install", "by_python[fast]")
        self.assertEqual((code, errors), (0, ""))
        packages = [line.partition(" ")[0] for line in output.splitlines()[:-1]]
        # In place of asyncpg and brotlicffi, which are compiled.
        self.assertEqual(packages, ["brotli", "by_python", "second"])

    def test_a_layer_that_is_a_folder(self):
        os.mkdir(f"{self.folder}/layer")
        code, _, errors = self.krait("install", "second", "--layer", "layer")
        words = "error: layer is a folder, and a layer is a zip\n  tip: --into layer installs into it\n"
        self.assertEqual((code, errors, os.listdir(f"{self.folder}/layer")), (1, words, []))

    def test_a_package_that_krait_stands_in_for(self):
        self.assertEqual(self.krait("install", "orjson")[::2], (0, ""))
        program = "import orjson; print(orjson.loads(b'[1]'), orjson.__version__, orjson.orjson.__file__[-11:])"
        self.assertEqual(self.krait("python", "-c", program), (0, "[1] 3.0 inux-gnu.so\n", ""))

    def test_what_a_stand_in_does_without_is_left_out(self):
        self.assertEqual(self.krait("install", "cryptography")[::2], (0, ""))
        self.assertNotIn("cffi.py", self.names())
        program = "from cryptography.hazmat.bindings import _rust; print(_rust.Encoding.PEM)"
        self.assertEqual(self.krait("python", "-c", program), (0, "Encoding.PEM\n", ""))

    def test_one_for_another_python(self):
        self.assertEqual(self.krait("install", "rpds-py")[::2], (0, ""))
        self.assertIn("rpds/rpds.cpython-39-x86_64-linux-gnu.so", self.names())
        program = "import rpds; print(rpds.List([1, 2]))"
        self.assertEqual(self.krait("python", "-c", program)[1], "List([1, 2])\n")

    def test_one_whose_newest_version_has_to_be_built(self):
        code, output, errors = self.krait("install", "lz4")
        self.assertEqual((code, output.partition("  ")[0], errors), (0, "lz4 1.0", ""))
        # A package that krait knows nothing of may be of Python alone in any form.
        code, _, errors = self.krait("install", "newer")
        self.assertEqual((code, errors.splitlines()[-1]), (1, "nothing was installed"))
        self.assertIn("ReadError", errors.splitlines()[-2])

    def test_what_only_a_part_of_a_package_wants_is_left_out(self):
        note = (
            "note: python-snappy is left out: it is a compiled extension for CPython, and "
            "tencentcloud-cls-sdk-python can be imported without it\n"
        )
        code, output, errors = self.krait("install", "tencentcloud-cls-sdk-python")
        self.assertEqual((code, output.splitlines()[-1][:9], errors), (0, "1 package", note))

    def test_a_package_that_can_do_without_its_compiled_part(self):
        code, _, errors = self.krait("install", "faster")
        warning = "warning: faster's compiled part is not loaded; most such packages do without\n"
        self.assertEqual((code, errors), (0, warning))
        self.assertEqual(self.krait("python", "-c", "import faster; print(faster.HOW)")[1], "by Python\n")

    def test_one_that_needs_a_library_of_c(self):
        code, _, errors = self.krait("install", "asks_psycopg")
        self.assertEqual(
            (code, errors),
            (
                1,
                "error: psycopg, which asks-psycopg asks for, needs the library libpq, which krait cannot load\n"
                "  tip: use psycopg2-binary, or pg8000\n  tip: --for cloud installs it for the cloud's Python\n",
            ),
        )
        self.assertEqual(os.listdir(self.folder), [])

    def test_one_whose_compiled_module_is_beside_its_code(self):
        code, _, errors = self.krait("install", "mysql-connector-python")
        warning = "warning: mysql-connector-python's compiled part is not loaded; most such packages do without\n"
        self.assertEqual((code, errors), (0, warning))
        program = "import mysql.connector; print(mysql.connector.HAVE_CEXT)"
        self.assertEqual(self.krait("python", "-c", program)[1], "False\n")

    def test_one_of_which_nothing_is_known_and_that_cannot_do_without_its_compiled_part(self):
        words = (
            "sorter cannot be imported: its module sorter.engine._native is compiled for CPython, and krait cannot load "
            "it (sorter/engine/__init__.py:5)\n"
        )
        code, _, errors = self.krait("install", "sorter")
        self.assertEqual((code, errors), (1, f"error: {words}  tip: --for cloud installs it for the cloud's Python\n"))
        self.assertEqual(os.listdir(self.folder), [])
        # Who asks for it may do without.
        self.assertEqual(self.krait("install", "may_sort")[::2], (0, f"warning: {words}"))
        (self.folder / "requirements.txt").write_text("may_sort\n")
        self.assertEqual(self.krait("install", "--lock")[::2], (0, f"warning: {words}"))
        self.assertEqual(self.krait("install")[::2], (0, f"warning: {words}"))

    def test_for_the_cloud(self):
        code, _, errors = self.krait("install", "asyncpg", "--for", "cloud", "--python", "3.9")
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("asyncpg/asyncpg.cpython-39-x86_64-linux-gnu.so", self.names())

    def test_a_layer_has_the_same_bytes_each_time(self):
        made = []
        for name in ("a.zip", "b.zip"):
            self.assertEqual(self.krait("install", "first", "--layer", name)[0], 0)
            made.append((self.folder / name).read_bytes())
            time.sleep(1.1)
        self.assertEqual(*made)
        with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
            self.assertIn("second.py", archive.namelist())
        self.assertEqual(sorted(os.listdir(self.folder)), ["a.zip", "b.zip"])

    def test_a_lock(self):
        (self.folder / "requirements.txt").write_text("first\n")
        code, output, errors = self.krait("install", "--lock")
        self.assertEqual((code, errors), (0, ""))
        self.assertEqual(output.splitlines()[-1], "2 packages, 1 kB, in ., by requirements.lock")
        listed = hashlib.sha256(b"first\n").hexdigest()
        lock = (
            "# `krait install --lock` made this from requirements.txt, for krait.\n"
            f"# sha256 of that: {listed}\n"
            f"first==1.0 --hash=sha256:{hash_of('first-1.0')}\n"
            f"second==2.0 --hash=sha256:{hash_of('second-2.0')}\n"
        )
        self.assertEqual((self.folder / "requirements.lock").read_text(), lock)
        self.assertEqual([each for each in os.listdir(self.folder) if each.startswith(".")], [])

    def test_a_lock_holds_what_it_has(self):
        (self.folder / "requirements.txt").write_text("second\n")
        about = "# sha256 of that: " + hashlib.sha256(b"second\n").hexdigest() + "\n"
        lock = self.folder / "requirements.lock"
        lock.write_text(f"{about}second==1.0 --hash=sha256:{hash_of('second-1.0')}\n")
        self.assertEqual(
            self.krait("install"), (0, "second 1.0  645 B\n1 package, 645 B, in ., by requirements.lock\n", "")
        )
        self.assertIn("old_second.py", self.names())
        lock.write_text(f"{about}second==2.0 --hash=sha256:{hash_of('second-1.0')}\n")
        code, output, errors = self.krait("install")
        self.assertEqual((code, output), (1, ""))
        self.assertIn("THESE PACKAGES DO NOT MATCH THE HASHES", errors)
        self.assertIn(f"Expected sha256 {hash_of('second-1.0')}", errors)
        self.assertIn("old_second.py", self.names())

    def test_a_list_that_changed_since_its_lock(self):
        (self.folder / "all.txt").write_text("second\n-r more.txt\n")
        (self.folder / "more.txt").write_text("shared_one\n")
        self.assertEqual(self.krait("install", "-r", "all.txt", "--lock")[0], 0)
        self.assertEqual(self.krait("install", "-r", "all.txt")[0], 0)
        (self.folder / "more.txt").write_text("shared_two\n")
        code, _, errors = self.krait("install", "-r", "all.txt")
        self.assertEqual(
            (code, errors),
            (
                1,
                "error: all.txt has changed since all.lock was made from it\n"
                "  tip: krait install --lock makes it anew\n",
            ),
        )

    def test_a_lock_is_for_one_python(self):
        (self.folder / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["asyncpg"]\n')
        code, _, errors = self.krait("install", "--lock", "--for", "cloud", "--python", "3.9")
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("pyproject.cloud-3.9.lock", self.names())
        self.assertEqual(self.krait("install")[0], 1)

    def test_what_no_lock_can_hold(self):
        own = self.folder / "own"
        own.mkdir()
        (own / "pyproject.toml").write_text('[project]\nname = "own"\nversion = "1"\n')
        (self.folder / "requirements.txt").write_text("./own\n")
        before = self.names()
        code, _, errors = self.krait("install", "--lock", "--no-index", "--find-links", str(WHEELS))
        self.assertEqual(code, 1)
        self.assertNotEqual(errors, "")
        self.assertEqual([each for each in self.names() if not each.startswith("own/")], before[-1:])
        code, _, errors = self.krait("install", "--lock", "-r", "a.txt", "-r", "b.txt")
        self.assertEqual(
            (code, errors),
            (1, "error: a lock is made from one list\n  tip: name one with -r, and no packages\n"),
        )

    def test_the_same_folder_each_time(self):
        (self.folder / "requirements.txt").write_text("first\n")
        self.assertEqual(self.krait("install", "--lock")[0], 0)
        made = []
        for name in ("a", "b"):
            (self.folder / name).mkdir()
            for file in ("requirements.txt", "requirements.lock"):
                (self.folder / name / file).write_bytes((self.folder / file).read_bytes())
            self.assertEqual(self.krait("install", "--into", name)[0], 0)
            files = sorted((self.folder / name).rglob("*"))
            made.append([(each.relative_to(self.folder / name), each.read_bytes()) for each in files if each.is_file()])
        self.assertEqual(*made)

    def test_no_index(self):
        code, _, errors = self.krait("install", "--no-index", "--find-links", str(WHEELS), "first", PIP_INDEX_URL="http://127.0.0.1:9")
        self.assertEqual((code, errors), (0, ""))

    def test_a_virtual_environment(self):
        code, _, errors = self.krait("python", "-m", "venv", "environment")
        self.assertEqual((code, errors), (0, ""))
        python = self.folder / "environment/bin/python"
        done = subprocess.run(
            [python, "-m", "pip", "install", "-q", "first"], env=self.environment(), capture_output=True, text=True
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        done = subprocess.run(
            [python, "-c", "import first, sys; print(first.TWO, sys.prefix != sys.base_prefix)"],
            env=self.environment(), capture_output=True, text=True,
        )
        self.assertEqual((done.stdout, done.stderr), ("2 True\n", ""))


def hash_of(start):
    """The SHA-256 of the index's wheel whose name starts so."""
    return hashlib.sha256(next(WHEELS.glob(f"{start}-*")).read_bytes()).hexdigest()


def compiled(name, module, number, version, code=None):
    """Writes a wheel with an extension for a version of CPython, as `314`."""
    files = {
        f"{module}/__init__.py": code or f"from .{module} import *\n",
        f"{module}/{module}.cpython-{version}-x86_64-linux-gnu.so": "",
    }
    wheel(name, number, files, tag=f"cp{version}-cp{version}-manylinux_2_17_x86_64")


def fill():
    wheel("second", "1.0", {"second.py": "NAME = 'second'\n", "old_second.py": ""})
    wheel("second", "2.0", {"second.py": "NAME = 'second'\n"})
    wheel("first", "1.0", {"first/__init__.py": "import second\nTWO = 2\n"}, ["second>=2"])
    wheel("slow", "1.0", {"slow.py": ""})
    wheel("shared_one", "1.0", {"shared/one.py": ""})
    wheel("shared_two", "1.0", {"shared/two.py": ""})
    wheel("wants_asyncpg", "1.0", {"wants_asyncpg.py": "import asyncpg\n"}, ["asyncpg"])
    wheel("xhtml2pdf", "0.3", {"xhtml2pdf.py": "import PIL\n"}, ["pillow"])
    wheel("prints", "1.0", {"prints.py": "import xhtml2pdf\n"}, ["xhtml2pdf"])
    compiled("pillow", "PIL", "12.0", "314")
    redis = "try:\n    import hiredis\nexcept ImportError:\n    FAST = False\n"
    wheel("redis", "7.0", {"redis.py": redis}, ["hiredis>=3; extra == 'hiredis'"], extras=["hiredis"])
    compiled("hiredis", "hiredis", "3.0", "314")
    compiled("cbor2", "cbor2", "6.0", "314")
    wheel("cbor2", "5.9", {"cbor2.py": "HOW = 'by Python'\n"})
    for version in ("314", "39"):
        compiled("asyncpg", "asyncpg", "3.0", version)
    orjson = "from .orjson import *\nfrom .orjson import __version__\n"
    compiled("orjson", "orjson", "3.0", "314", orjson)
    compiled("rpds_py", "rpds", "0.9", "39")
    for number in range(1, 21):
        wheel("many", f"{number}.0", {"many.py": ""})
    needs = [
        "second; implementation_name == 'pypy'",
        "asyncpg; implementation_name == 'cpython'",
        "brotli; platform_python_implementation == 'CPython' and extra == 'fast'",
        "brotlicffi; platform_python_implementation != 'CPython' and extra == 'fast'",
        "slow; platform_python_implementation == 'PyPy' and extra == 'other'",
    ]
    wheel("by_python", "1.0", {"by_python.py": ""}, needs, extras=["fast", "other"])
    compiled("brotli", "_brotli", "1.0", "314")
    compiled("brotlicffi", "brotlicffi", "1.0", "314")
    compiled("lz4", "lz4", "1.0", "39")
    wheel("newer", "1.0", {"newer.py": ""})
    for built in ("lz4-2.0", "newer-2.0"):
        (WHEELS / f"{built}.tar.gz").write_bytes(b"not looked into")
    wheel("tencentcloud_cls_sdk_python", "1.0", {"tencentcloud/log/__init__.py": ""}, ["python-snappy"])
    files = {
        "sorter/__init__.py": "try:\n    from ._faster import sort\nexcept ImportError:\n    from .engine import sort\n"
        "from . import engine\n",
        "sorter/engine/__init__.py": "import json\nif json:\n    from ._other import sort\ntry:\n    from ._native import sort\n"
        "finally:\n    pass\n",
        **{f"sorter/{each}.cpython-314-x86_64-linux-gnu.so": "" for each in ("_faster", "engine/_other", "engine/_native")},
    }
    wheel("sorter", "1.0", files, tag="cp314-cp314-manylinux_2_17_x86_64")
    wheel("psycopg", "3.3", {"psycopg/__init__.py": ""})
    wheel("asks_psycopg", "1.0", {"asks_psycopg.py": ""}, ["psycopg"])
    tried = "try:\n    import _mysql_connector\nexcept ImportError:\n    HAVE_CEXT = False\nelse:\n    HAVE_CEXT = True\n"
    files = {
        "mysql/__init__.py": "", "mysql/connector/__init__.py": tried,
        "_mysql_connector.cpython-314-x86_64-linux-gnu.so": "",
    }
    wheel("mysql_connector_python", "9.0", files, tag="cp314-cp314-manylinux_2_17_x86_64")
    wheel("may_sort", "1.0", {"may_sort.py": ""}, ["sorter"])
    wheel("cffi", "2.0", {"cffi.py": ""})
    bindings = {"cryptography/__init__.py": "", "cryptography/hazmat/bindings/_rust.abi3.so": ""}
    wheel("cryptography", "50.0.2", bindings, ["cffi>=2"], tag="cp311-abi3-manylinux_2_17_x86_64")
    faster = "try:\n    from ._fast import HOW\nexcept ImportError:\n    HOW = 'by Python'\n"
    files = {"faster/__init__.py": faster, "faster/_fast.cpython-314-x86_64-linux-gnu.so": ""}
    wheel("faster", "1.0", files, tag="cp314-cp314-manylinux_2_17_x86_64")


def fetch_pip():
    """Puts pip's wheel into the index, as krait fetches it."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "XDG_CACHE_HOME": cache}
        if "PIP_WHEELS" in os.environ:
            environment["PIP_FIND_LINKS"] = os.environ["PIP_WHEELS"]
        code = "import sys, _krait_pip; _krait_pip.folder(sys.argv[1])"
        done = subprocess.run([PROGRAM, "python", "-c", code, cache], env=environment, capture_output=True, text=True)
        found = next(pathlib.Path(cache).glob("pip-*.whl"), None)
        if found is None:
            print(f"not tested: there is no pip: {done.stderr.splitlines()[-1:]}")
            raise SystemExit(0)
        (WHEELS / found.name).write_bytes(found.read_bytes())


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        fetch_pip()
        fill()
        unittest.main()
