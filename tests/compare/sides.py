"""The two sides: a batch of programs is run on CPython or on krait, and each program's result comes
back, whatever became of the process."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

HANDLER = pathlib.Path(__file__).resolve().parent / "handler.py"
# Seconds and megabytes that a process of either side has. A batch takes a second or two, where
# nothing else is done; what goes on for ever is ended by LIMIT. A machine that is too busy can make
# one late: what differs is run once more.
TIME = 60
MEMORY = 1536
# Seconds of the processor's time that a program has.
LIMIT = 1.0
# What a process gets of the environment. The seed of CPython's hashes is another once more, so that
# what depends on the order of texts in a set is known by that.
ENVIRONMENT = {"TZ": "UTC", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
HASH_SEEDS = ("1", "2")


class CPython:
    name = "CPython"

    def __init__(self, program, hash_seed=HASH_SEEDS[0]):
        self.program = str(program)
        self.environment = {**ENVIRONMENT, "PYTHONHASHSEED": hash_seed}

    def command(self, batch):
        return [self.program, "-s", "-P", str(HANDLER), batch]

    def end(self, code, answer):
        return f"dies with {signal.Signals(-code).name}" if code < 0 else f"ends with {code}"


class Krait:
    name = "krait"

    def __init__(self, program):
        self.program = str(program)
        self.environment = {**ENVIRONMENT, "HOME": os.environ.get("HOME", "/")}

    def command(self, batch):
        event = json.dumps({"batch": batch})
        limits = ["--timeout", str(TIME), "--memory", str(MEMORY), "--log", "none"]
        options = ["--handler", "handler.main_handler", "--event", event]
        return [self.program, "invoke", str(HANDLER), *options, *limits]

    def end(self, code, answer):
        try:
            envelope = json.loads(answer)
            return f"dies with {envelope['statusCode']}"
        except (ValueError, KeyError, TypeError):
            return f"ends with {code}"


class Batch:
    """Programs that run on a side now. `results` waits for them."""

    def __init__(self, side, prelude, programs, limit=LIMIT):
        self.side, self.prelude, self.programs, self.limit = side, prelude, programs, limit
        self.done = []
        self.start()

    def start(self):
        self.folder = tempfile.TemporaryDirectory(prefix="krait compare ")
        batch, results = (os.path.join(self.folder.name, name) for name in ("batch", "results"))
        rest = self.programs[len(self.done):]
        todo = {"prelude": self.prelude, "programs": rest, "results": results, "limit": self.limit}
        with open(batch, "w", encoding="ascii") as file:
            json.dump(todo, file)
        self.started = time.time()
        self.process = subprocess.Popen(
            self.side.command(batch),
            cwd=self.folder.name,
            env=self.side.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def results(self):
        """A line for each program: JSON, or how the process ended that ran it."""
        while True:
            answer, errors = self.wait()
            lines, silent = self.lines()
            self.folder.cleanup()
            self.done += lines
            if len(self.done) == len(self.programs):
                return self.done
            code = self.process.returncode
            if code == 1 and self.side.name == "CPython":
                raise RuntimeError(f"{self.side.name}: {errors.decode(errors='replace')}")
            # The first without a line is the one that the process did not survive.
            late = silent >= self.limit * 0.95
            self.done.append("does not end" if late else self.side.end(code, answer))
            if len(self.done) == len(self.programs):
                return self.done
            self.start()

    def wait(self):
        try:
            return self.process.communicate(timeout=TIME + 10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.communicate()

    def lines(self):
        """The lines that were written, and for how long none was."""
        path = os.path.join(self.folder.name, "results")
        if not os.path.exists(path):
            return [], 0
        with open(path, encoding="ascii") as file:
            text = file.read()
        written = os.stat(path).st_mtime if text else self.started
        # A line that a dying process wrote in part is none.
        return text.split("\n")[:-1], time.time() - written


def run(side, prelude, programs, limit=LIMIT):
    return Batch(side, prelude, programs, limit).results() if programs else []


def run_both(sides, prelude, programs, limit=LIMIT):
    """The results of both sides, which run at once."""
    if not programs:
        return [], []
    first, second = (Batch(side, prelude, programs, limit) for side in sides)
    return first.results(), second.results()
