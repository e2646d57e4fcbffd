"""Chaos: a mixed load on a real server while its instances, and then its zygotes, are killed.

Every request whose client stays gets exactly one right answer, and runs once. The function's own
result is a right answer. So is 439, if this test killed the call's instance, or a process that the
instance depends on, before the answer. Each function first notes the process that runs the call. A
call that no process noted was killed while its instance started: it needs a kill by this test
during the call that explains no other 439.

Afterwards nothing is left behind: no process except idle instances, no descriptor, no temporary
file, no memory.

    python3 tests/serve/chaos.py [SEED]

exits with 0 and prints `N passed, 0 failed` if everything passes.
"""

import collections
import json
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time

from chaos_functions import FUNCTIONS, KINDS, SAID, SETTINGS
from server import (
    PATIENCE,
    Server,
    children_of,
    command_of,
    descendants_of,
    descriptors_of,
    project,
    resident_bytes,
    wait_until,
    zygote_of,
)

WORKERS = 12
SPARES = 2
LOAD_SECONDS = 12
# How long a load goes on at most, so that enough is killed on a busy machine, too.
LONGEST_LOAD_SECONDS = 60
# What all of it may take.
BOUND_SECONDS = 400
# So that what is left behind can be found, whoever its parent is.
MARK = f"KRAIT_CHAOS_MARK={os.getpid()}-{time.time_ns()}"


class Tally:
    """The results: passed and failed checks."""

    def __init__(self):
        self.lock = threading.Lock()
        self.passed = 0
        self.failures = []
        self.answers = collections.Counter()
        # The calls that ended in a 439 by no doing of their function's: name, number, and when
        # each began and ended.
        self.disturbed = []
        # How long honest calls took, beside the adversary.
        self.times = []
        # The numbers of those that were answered.
        self.called = set()

    def check(self, right, text):
        with self.lock:
            if right:
                self.passed += 1
            else:
                self.failures.append(text)
                print(f"FAILED: {text}", flush=True)


class Killer(threading.Thread):
    """Kills instances, and zygotes if told to, until it is stopped."""

    def __init__(self, server, seed, zygotes):
        super().__init__()
        self.server, self.random, self.zygotes = server, random.Random(seed), zygotes
        self.stopped = threading.Event()
        # When each process was killed, by its id.
        self.killed = {}
        # For each zygote, when it or its starter was killed, and when both had gone, and all that hung on them.
        self.zygotes_killed = []

    def has_done_enough(self):
        return len(self.killed) > 50 and (not self.zygotes or len(self.zygotes_killed) > 2)

    def run(self):
        next_zygote = time.monotonic() + 2.0
        while not self.stopped.wait(self.random.uniform(0.01, 0.08)):
            found = zygote_of(self.server.pid)
            if not found:
                continue
            starter, zygote = found
            if self.zygotes and time.monotonic() >= next_zygote:
                next_zygote = time.monotonic() + 2.0
                # Which of the two dies first is chance; the other goes with it.
                with_it = [starter, *descendants_of(starter)]
                self.killed[starter] = self.killed[zygote] = time.monotonic()
                kill(self.random.choice([starter, zygote]))
                gone = lambda: not any(map(command_of, with_it))
                wait_until(gone, PATIENCE, "an end of the zygote and its starter")
                self.zygotes_killed.append((self.killed[zygote], time.monotonic()))
                continue
            # Instances, spares, what has loaded a function, and what functions have left.
            below = descendants_of(zygote)
            if below:
                victim = self.random.choice(below)
                self.killed.setdefault(victim, time.monotonic())
                kill(victim)


def kill(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


def code_of(status, headers, body):
    """The platform's status code of an answer, and the number it carries."""
    text = body.decode()
    try:
        value = json.loads(text)
    except ValueError:
        return None, text
    if isinstance(value, dict) and "Response" in value:
        result = value["Response"].get("Result")
        if result is None:
            return None, text
        value = json.loads(result["RetMsg"])
    if isinstance(value, dict) and "statusCode" in value:
        if value["statusCode"] == 200:
            return 200, value["body"]
        trace = [f": {each}" for each in value.get("stackTrace", "").splitlines()[-1:]]
        return value["statusCode"], value["errorMessage"] + "".join(trace)
    return (200, str(value)) if status == 200 else (None, text)


class Worker(threading.Thread):
    """Makes random calls, one after the other."""

    def __init__(self, server, tally, seed, is_over):
        super().__init__()
        self.server, self.tally = server, tally
        self.random, self.is_over = random.Random(seed), is_over

    def run(self):
        names = list(KINDS)
        weights = [KINDS[name][0] for name in names]
        while not self.is_over():
            name = self.random.choices(names, weights)[0]
            # `ahead` ends by itself where 7 divides it.
            number = self.random.randrange(1 << 40) * 7 + (0 if name == "ahead-exiting" else 1)
            if self.random.random() < 0.05:
                self.leave(name, number)
            else:
                self.call(name, number)

    def target(self, name, number):
        """One of the three ways to a function."""
        way = self.random.randrange(3)
        if way == 0:
            event = json.dumps({"number": number})
            body = json.dumps({"FunctionName": name, "ClientContext": event})
            headers = {"X-TC-Action": "Invoke", "X-TC-Version": "2018-04-16"}
            return "POST", "/", body, {**headers, "Content-Type": "application/json"}
        face = ("url", "apigw")[way - 1]
        return "GET", f"/{face}/{name}/path?number={number}", None, {}

    def call(self, name, number):
        began = time.monotonic()
        try:
            answer = self.server.request(*self.target(name, number), timeout=60)
        except OSError as error:
            self.tally.check(False, f"{name}: no answer: {error!r}")
            return
        code, said = code_of(*answer)
        expected = KINDS[name][1]
        with self.tally.lock:
            self.tally.answers[name, code] += 1
            self.tally.called.add(number)
            if name == "good":
                self.tally.times.append(time.monotonic() - began)
            if name == "adversary":
                # However it ends, unless it was believed.
                believed = code == 200 and said != str(number)
                if believed:
                    self.tally.failures.append(f"{name} {number}: {answer}")
                return
            if code == 439 and expected != 439:
                self.tally.disturbed.append((name, number, began, time.monotonic()))
        right = code in (expected, 439) and said == SAID[code].format(number)
        self.tally.check(right, f"{name} {number}: {answer}")

    def leave(self, name, number):
        """A client that leaves before the answer, with or without closing properly."""
        method, path, body, headers = self.target(name, number)
        text = f"{method} {path} HTTP/1.1\r\nHost: krait\r\n"
        body = (body or "").encode()
        for key, value in {**headers, "Content-Length": len(body)}.items():
            text += f"{key}: {value}\r\n"
        whole = text.encode() + b"\r\n" + body
        with self.server.connect() as client:
            client.sendall(whole[: self.random.randrange(1, len(whole) + 1)])
            if self.random.random() < 0.5:
                # With a reset.
                client.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
                )


def fill_caches(server, tally, seconds):
    """Good calls only, as fast as possible, until the store's caches are full."""
    until = time.monotonic() + seconds

    def call(first):
        number = first
        while time.monotonic() < until:
            number += WORKERS
            said = code_of(*server.request("GET", f"/url/good?number={number}"))
            tally.check(said == (200, str(number)), f"good {number}: {said}")

    workers = [threading.Thread(target=call, args=[each]) for each in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def load(server, tally, seed, seconds, kills=None):
    """A round of the same load; `kills` is `instances` or `zygotes`."""
    killer = Killer(server, seed, kills == "zygotes") if kills else None
    until = time.monotonic() + seconds
    longest = until - seconds + LONGEST_LOAD_SECONDS

    def is_over():
        now = time.monotonic()
        return now >= until and (not killer or killer.has_done_enough() or now >= longest or not killer.is_alive())

    tally.disturbed = []
    workers = [Worker(server, tally, f"{seed}/{each}", is_over) for each in range(WORKERS)]
    if killer:
        killer.start()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if killer:
        killer.stopped.set()
        killer.join()
    check_disturbed(server, tally, killer)
    if killer:
        killed = f"{len(killer.killed)} were killed, {len(killer.zygotes_killed)} zygotes"
        tally.check(killer.has_done_enough(), f"it is too few: {killed}")


def check_disturbed(server, tally, killer):
    """Each 439 of a function that does not end by itself has its kill."""
    killed = dict(killer.killed) if killer else {}
    noted = {}
    for line in (server.folder / "noted").read_text().splitlines():
        number, *processes = map(int, line.split())
        noted.setdefault(number, []).append(processes)
    for number in tally.called:
        tally.check(len(noted.get(number, [])) <= 1, f"{number} was worked on twice: {noted.get(number)}")
    tally.called = set()

    zygotes = killer.zygotes_killed if killer else []

    def lost_zygote(began, ended):
        return any(killed_at <= ended and began <= gone_at for killed_at, gone_at in zygotes)

    unnoted, explaining = [], set()
    for name, number, began, ended in tally.disturbed:
        if number not in noted:
            unnoted.append((ended, began, name, number))
            continue
        [processes] = noted[number]
        [*by] = [each for each in processes if each in killed and killed[each] <= ended]
        explaining.update(by)
        # What hung on the server itself, when it was noted, had just lost its zygote.
        orphaned = server.pid in processes and lost_zygote(began, ended)
        tally.check(by or orphaned, f"{name} {number}: a 439, and nobody killed any of {processes}")
    # With a zygote go all that begin. Else the earliest that ended takes the earliest kill that it
    # can: if they can all have one, they do.
    left = sorted((time, each) for each, time in killed.items() if each not in explaining)
    for ended, began, name, number in sorted(unnoted):
        if lost_zygote(began, ended):
            continue
        fitting = next((kill for kill in left if began <= kill[0] <= ended), None)
        if fitting:
            left.remove(fitting)
        tally.check(fitting, f"{name} {number}: a 439 of a call that nobody began, {ended - began:.3f} s")
    print(
        f"  {len(tally.disturbed)} calls ended in 439 by {len(killed)} kills, {len(unnoted)} of them "
        f"before they began; zygotes killed: {len(zygotes)}",
        flush=True,
    )


def marked_processes():
    """Every process that has the mark in its environment or works in the test's folder."""
    found = []
    for each in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{each}/environ", "rb") as file:
                if MARK.encode() in file.read():
                    found.append(int(each))
                    continue
            if FOLDER and os.readlink(f"/proc/{each}/cwd").startswith(FOLDER):
                found.append(int(each))
        except OSError:
            pass
    return found


FOLDER = None


def settled(server):
    """Whether the server is by itself: it, the zygote's two processes, at most the spares (one
    that was killed is replaced with the next instance) and one for each function that is loaded
    ahead, and nothing else, of whatever parent."""
    everything = {server.pid, *descendants_of(server.pid), *marked_processes()}
    return zygote_of(server.pid) and len(everything) <= 3 + SPARES + 2


def at_rest(server):
    """Waits until idle instances have been ended."""
    wait_until(lambda: settled(server), PATIENCE, "an end of all processes but the server's own")


def shape(server):
    """How many descriptors of each kind the server has."""
    kinds = collections.Counter()
    for target in descriptors_of(server.pid).values():
        kinds[target.split(":")[0] if not target.startswith("/") else target] += 1
    return dict(kinds)


def main():
    global FOLDER
    seed = sys.argv[1] if len(sys.argv) > 1 else "20261125"
    print(f"seed {seed}", flush=True)
    began = time.monotonic()
    threading.Thread(target=give_up, daemon=True).start()
    tally = Tally()
    name, _, value = MARK.partition("=")
    # A folder of their own: other tests have their files in the machine's.
    tempfile.tempdir = folder = tempfile.mkdtemp(prefix="krait-chaos-")
    # What a function hangs on is noted by looking at processes, which the sandbox has closed.
    options = ["--log", "quiet", "--concurrency", "50", "--idle", "2", "--spares", str(SPARES)]
    options += ["--allow-read", "/proc"]
    environment = {name: value, "TMPDIR": folder}
    with Server(project(FUNCTIONS, SETTINGS), options, environment) as server:
        FOLDER = str(server.folder)
        print("warm-up", flush=True)
        fill_caches(server, tally, 8)
        load(server, tally, f"{seed}/warm", LOAD_SECONDS)
        at_rest(server)
        memory, descriptors = resident_bytes(server.pid), shape(server)
        print(f"  {memory >> 10} KiB, {descriptors}", flush=True)

        print("instances are killed", flush=True)
        load(server, tally, f"{seed}/instances", LOAD_SECONDS, "instances")
        print("instances and zygotes are killed", flush=True)
        load(server, tally, f"{seed}/zygotes", LOAD_SECONDS, "zygotes")

        wait_until(lambda: zygote_of(server.pid), PATIENCE, "a zygote")
        try:
            at_rest(server)
            tally.check(True, "")
        except AssertionError as error:
            left = [(each, command_of(each)) for each in descendants_of(server.pid)]
            tally.check(False, f"{error}: {left}, {marked_processes()}")
        try:
            # Those of instances that ended with their zygote are closed within a second.
            more = lambda: collections.Counter(shape(server)) - collections.Counter(descriptors)
            wait_until(lambda: not more(), PATIENCE, "an end of descriptors")
            tally.check(True, "")
        except AssertionError as error:
            tally.check(False, f"{error}: {descriptors}, then {shape(server)}")
        after = resident_bytes(server.pid)
        print(f"  {after >> 10} KiB, {shape(server)}", flush=True)
        tally.check(after <= memory * 1.1, f"memory: {memory}, then {after}")
        answer = server.returned("good", {"number": 7})
        tally.check(answer["body"] == "7", f"the server answers {answer}")
        tally.check(server.process.poll() is None, "the server has ended")
        status = server.terminate()
        tally.check(status == 0, f"the server ended with {status}")
        tally.check(not marked_processes(), f"left at the end: {marked_processes()}")
        for line in server.log:
            print(f"  said: {line}")
    left = os.listdir(folder)
    shutil.rmtree(folder)
    tally.check(not left, f"temporary files: {left}")
    print(dict(sorted(tally.answers.items(), key=str)))
    times = sorted(tally.times)
    half, most = times[len(times) // 2], times[len(times) * 99 // 100]
    print(f"honest calls: half within {half:.3f} s, 99 of 100 within {most:.3f} s")
    tally.check(half < 1 and most < 6, f"honest calls took {half} and {most} s")
    for name, (_, code) in KINDS.items():
        tally.check(tally.answers[name, code] > 0, f"{name} never gave {code}")
    print(f"{time.monotonic() - began:.0f} s")
    print(f"{tally.passed} passed, {len(tally.failures)} failed")
    return 1 if tally.failures else 0


def give_up():
    """Ends everything if it takes too long."""
    time.sleep(BOUND_SECONDS)
    print(f"FAILED: not done after {BOUND_SECONDS} s", flush=True)
    for process in marked_processes():
        if process != os.getpid():
            kill(process)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
