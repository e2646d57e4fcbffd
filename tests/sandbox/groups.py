"""What control groups keep, in `krait serve`. Each test has its control: the same without groups
(`--cgroups=off`). Plain Python, no packages.

With version 1, krait is started in this process's group. With version 2, as root, it is started in the
machine's first group, and in one that this makes, in which it is alone: as root, and as a user whom the
group was given. Where krait may make no groups, it must say why, and all comes out as in the control.
"""

import glob
import http.client
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

from attempts import FAILURES, NOBODY, PATIENCE, Serving, World, check, result

HIDDEN = """
import pathlib

def main_handler(event, context):
    # The machine's own: no process has it in its memory.
    with open(event["hidden"], "wb") as file:
        for _ in range(200):
            file.write(bytes(1 << 20))
    return "written"
"""

# A child that takes more than the instance may have, faster than it is looked at. A look has to find
# it among others.
CHILDREN = """
import os, time

def main_handler(event, context):
    for _ in range(6):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                held = bytearray(os.urandom(1) * (60 << 20))
                time.sleep(60)
            os._exit(0)
    time.sleep(15)
    return "they hold it"
"""

MANY = """
import os, signal, time

def main_handler(event, context):
    made = []
    try:
        for _ in range(30):
            child = os.fork()
            if child == 0:
                time.sleep(100)
                os._exit(0)
            made.append(child)
        time.sleep(1)
    finally:
        for child in made:
            os.kill(child, signal.SIGKILL)
    return len(made)
"""

# Each in a session of its own, since a kernel may divide the processors by sessions.
BUSY = """
import os, time

def main_handler(event, context):
    children = []
    for _ in range(event["processes"]):
        child = os.fork()
        if child == 0:
            os.setsid()
            while True:
                pass
        children.append(child)
    time.sleep(0.2)
    begun = time.process_time()
    until = time.monotonic() + 2
    if not children:
        while time.monotonic() < until:
            pass
        return time.process_time() - begun
    time.sleep(2)
    for child in children:
        os.kill(child, 9)
    for child in children:
        os.waitpid(child, 0)
    return os.times().children_user + os.times().children_system
"""

STAYS = """
import subprocess

def main_handler(event, context):
    return subprocess.Popen(["/bin/sleep", event["seconds"]], start_new_session=True).pid
"""

SOURCES = {"hidden": HIDDEN, "children": CHILDREN, "many": MANY, "busy": BUSY, "quiet": BUSY, "stays": STAYS}


ENTER = """
import os, sys
group, user, *command = sys.argv[1:]
with open(group + "/cgroup.procs", "w") as file:
    file.write("0")
os.setgroups([])
os.setgid(int(user))
os.setuid(int(user))
os.environ.pop("PYTHONHOME", None)
os.execv(command[0], command)
"""


class Crowd(World):
    """A world with these functions, whose krait serves in `group`, where one is given."""

    def __init__(self, user, group):
        self.group = group
        super().__init__(user)
        for name, source in SOURCES.items():
            folder = self.project / name
            folder.mkdir()
            (folder / "index.py").write_text(source)
        settings = [f"[functions.{name}]\ntimeout = {PATIENCE}\n" for name in SOURCES]
        (self.project / "krait.toml").write_text("".join(settings))
        self.sources = ["--config", self.project / "krait.toml"]

    def start(self, command, environment, **streams):
        if self.group is None or "serve" not in command:
            return super().start(command, environment, **streams)
        # Only root may put a process there.
        wrapped = [sys.executable, "-c", ENTER, self.group, self.user or 0, *command]
        environment = {**self.environment, **{name: os.environ[name] for name in ("PYTHONHOME",) if name in os.environ}}
        return subprocess.Popen(list(map(str, wrapped)), env=environment, cwd=self.folder, **streams)


def serving(world, *options):
    return Serving(world, "--spares=1", *options)


def folders():
    """Those of servers in groups."""
    found = (pathlib.Path(each) for each in glob.glob("/sys/fs/cgroup/**/krait-instances-*", recursive=True))
    return {each for each in found if each.is_dir()}


def is_there(process):
    try:
        stat = pathlib.Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def hidden_memory(world, with_groups):
    path = pathlib.Path(f"/dev/shm/krait-hidden-{os.getpid()}")
    for options, expected in (
        ([], "Task memory exceeded 128 MB" if with_groups else '"written"'),
        (["--cgroups=off"], '"written"'),
    ):
        try:
            with serving(world, "--files=all", *options) as server:
                seen = invoke(server, "hidden", {"hidden": str(path)})
                check(f"memory that no process has {options}", seen, expected)
                check("and then", str(invoke(server, "stays", {"seconds": "0"}).isdigit()), "True")
        finally:
            path.unlink(missing_ok=True)


def many_processes(world, user):
    # In a user namespace the kernel counts without groups, too.
    otherwise = "User process exit when running" if user is None else "BlockingIOError"
    for options, expected in (
        ([], "BlockingIOError"), (["--cgroups=off"], otherwise),
    ):
        with serving(world, "--max-processes=10", *options) as server:
            check(f"processes {options}", invoke(server, "many", {}), expected)


def detached_memory(world):
    """Without groups it comes out the same, by a look at each process (serve/walls.py)."""
    with serving(world) as server:
        check("memory of processes that detached", invoke(server, "children", {}), "Task memory exceeded 128 MB")


def share(world, *options):
    """How much a quiet function has of a processor beside one with eight busy processes, against all
    of those."""
    results = {}
    here = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(here)})
    try:
        with serving(world, *options) as server:
            def ask(name, processes):
                results[name] = invoke(server, name, {"processes": processes})
            threads = [threading.Thread(target=ask, args=each) for each in (("busy", 8), ("quiet", 0))]
            for each in threads:
                each.start()
            for each in threads:
                each.join()
    finally:
        os.sched_setaffinity(0, here)
    try:
        return float(results["quiet"]) / float(results["busy"])
    except ValueError:
        return str(results)


def invoke(server, name, event):
    body = {"FunctionName": name, "ClientContext": json.dumps(event)}
    headers = {"X-TC-Action": "Invoke", "X-TC-Version": "2018-04-16", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request("POST", "/", json.dumps(body), headers)
    answer = json.loads(connection.getresponse().read())["Response"]
    connection.close()
    return result(answer["Result"]["RetMsg"]) if "Result" in answer else str(answer)


def processors(world):
    shared, unshared = share(world), share(world, "--cgroups=off")
    print(f"  a quiet function against eight busy processes of another: {shared}; without groups {unshared}")
    check("the processors are shared by instance", str(isinstance(shared, float) and shared > 0.35), "True")
    check("and not without groups", str(isinstance(unshared, float) and unshared < 0.25), "True")


def ends(world, with_groups):
    """Nothing is left behind, and what was is removed, but not what belongs to the living."""
    before, event = folders(), {"seconds": "300"}
    with serving(world) as living:
        stays = int(invoke(living, "stays", event))
        of_living = folders() - before
        check("it has groups", str(bool(of_living)), str(with_groups))
        with serving_beside(world) as killed:
            left = int(invoke(killed, "stays", event))
            of_killed = folders() - before - of_living
            end_at_once(killed.process.pid)
            killed.process.wait()
        check("what it started outlives that", str(is_there(left)), "True")
        with serving_beside(world):
            if with_groups:
                wait_for(lambda: not is_there(left))
                check("the next one ends it", str(is_there(left)), "False")
                check("and removes its groups", str(of_killed & folders()), "set()")
            check("the living one's stays", str(is_there(stays)), "True")
            check("and its groups", str(of_living <= folders()), "True")
        check("it goes on", str(invoke(living, "stays", {"seconds": "0"}).isdigit()), "True")
    if is_there(left):
        os.kill(left, signal.SIGKILL)
    wait_for(lambda: not is_there(stays))
    check("its end is the end of what it started", str(is_there(stays)), "False")
    check("no groups are left", str(folders() - before), "set()")


def serving_beside(world):
    """Another server, with data of its own."""
    data = world.data
    world.data = world.folder / "beside"
    world.data.mkdir(exist_ok=True)
    if world.user is not None:
        os.chown(world.data, world.user, world.user)
    try:
        return serving(world)
    finally:
        world.data = data


def end_at_once(server):
    """The server, its zygotes and their instances: all stopped first, so that none can clean up for another.

    Then they are killed from below: a group of processes that loses its parent while one of it is
    stopped gets a SIGHUP from the kernel, and what is to outlive them would end by it.
    """
    processes = [server]
    for process in processes[:]:
        children = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()
        for starter in map(int, children):
            processes.append(starter)
            more = pathlib.Path(f"/proc/{starter}/task/{starter}/children").read_text().split()
            processes += map(int, more)
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    for process in reversed(processes):
        os.kill(process, signal.SIGKILL)


def wait_for(what):
    until = time.monotonic() + PATIENCE
    while not what() and time.monotonic() < until:
        time.sleep(0.05)


FIRST = pathlib.Path("/sys/fs/cgroup")
CONTROLLERS = ("memory", "pids", "cpu")


def made_group(user):
    """A group of version 2 that belongs to a user."""
    group = FIRST / f"krait-test-{os.getpid()}-{user}"
    group.mkdir()
    if user is not None:
        for each in ("", "cgroup.procs", "cgroup.subtree_control"):
            os.chown(group / each, user, user)
    return group


def remove_group(group):
    for each in sorted(group.glob("**/"), reverse=True):
        each.rmdir()


def places():
    """Who krait is, in which group, and whether it is to have groups there: None where it is to say."""
    users = {"root": None, "a user": NOBODY} if os.getuid() == 0 else {"this user": None}
    for name, user in users.items():
        yield name, user, None, None
    given = FIRST / "cgroup.subtree_control"
    if os.getuid() == 0 and given.exists():
        for controller in CONTROLLERS:
            given.write_text(f"+{controller}")
        yield "root, in the first group", None, FIRST, True
        for user in (None, NOBODY):
            group = made_group(user)
            try:
                yield f"{user or 'root'}, in a group of its own", user, group, True
            finally:
                remove_group(group)


def main():
    for name, user, group, with_groups in places():
        print(f"as {name}", flush=True)
        with Crowd(user, group) as world:
            if with_groups is None:
                said = next(line for line in world.run("sandbox")[0].splitlines() if line.startswith("cgroups"))[16:]
                print(f"  {said}", flush=True)
                with_groups = said.startswith("yes, version ")
                check("it says why", str(with_groups or said.startswith("none: ")), "True")
            hidden_memory(world, with_groups)
            if with_groups:
                many_processes(world, user)
                detached_memory(world)
                processors(world)
            # Beside a server that is alone in its group there is no other.
            if group in (None, FIRST) and (with_groups or os.getuid() != 0):
                ends(world, with_groups)
    for failure in FAILURES:
        print(f"*** {failure}")
    print(f"control groups: {len(FAILURES)} that came out otherwise")
    return min(len(FAILURES), 1)


if __name__ == "__main__":
    sys.exit(main())
