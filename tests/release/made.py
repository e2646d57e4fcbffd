"""A release, made once for all tests: of the program that KRAIT names, signed by a key of its own.

tests/release/run sets KRAIT, and perhaps MODULE."""

import atexit
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
TRIPLE = "x86_64-unknown-linux-gnu"
SCRATCH = pathlib.Path(tempfile.mkdtemp(prefix="krait-release-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)
MODULE = os.environ.get("MODULE")
EPOCH = "1795782765"


def run(*command, **more):
    """What a command did, with its output as text."""
    more = {"capture_output": True, "text": True, "timeout": 120, **more}
    return subprocess.run([str(word) for word in command], **more)


# What an xtask says when it fails is compared.
os.environ["RUST_BACKTRACE"] = "0"


def told(*command, **more):
    """What a command printed that must succeed."""
    done = run(*command, **more)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@functools.cache
def key():
    """The files of a public and a secret key, made by minisign itself."""
    public, secret = SCRATCH / "key.pub", SCRATCH / "key"
    told("minisign", "-G", "-W", "-p", public, "-s", secret)
    return public, secret


@functools.cache
def program():
    """The program, stripped, as what ships is."""
    copy = SCRATCH / "krait"
    symbols = run("readelf", "--wide", "--sections", os.environ["KRAIT"]).stdout
    shutil.copy(os.environ["KRAIT"], copy)
    if ".symtab" in symbols:
        told("strip", copy)
    return copy


def make(name, **environment):
    """Makes a release in a folder of this name, and gives what was printed."""
    folder = SCRATCH / name
    module = ["--module", MODULE] if MODULE else ["--without-module"]
    return told(
        "cargo", "xtask", "release", "--program", program(), *module, "--quick", "--out", folder,
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "KRAIT_SIGNING_KEY": str(key()[1]), **environment},
    )


@functools.cache
def made():
    """Why there is no release, or None. One that was not made is not tried again by each test."""
    try:
        make("one")
    except (AssertionError, subprocess.TimeoutExpired) as error:
        return error


def release():
    """The folder of a release."""
    if made():
        raise made()
    return SCRATCH / "one"


def file(end):
    """The release's one file with such an end."""
    found = sorted(path for path in release().iterdir() if path.name.endswith(end))
    assert len(found) == 1, (end, found)
    return found[0]
