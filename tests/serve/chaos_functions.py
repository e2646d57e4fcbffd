"""The functions that chaos.py calls, and their own answers."""

# A call's number is in the API's event, or in the query of a request to a trigger. The function notes
# its process, its parent and its grandparent, on which it depends.
NUMBER = """
import os
def parent(process):
    with open(f"/proc/{process}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])

def number_of(event):
    query = event.get("queryString") or {}
    number = int(event["number"] if "number" in event else query["number"])
    above = os.getppid()
    line = f"{number} {os.getpid()} {above} {parent(above)}\\n"
    noted = os.open("FOLDER/noted", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(noted, line.encode())
    os.close(noted)
    return number

def answer(number):
    return {"isBase64Encoded": False, "statusCode": 200, "headers": {}, "body": str(number)}
"""

FUNCTIONS = {
    "good": NUMBER
    + """
import json, logging
def main_handler(event, context):
    number = number_of(event)
    print("number", number)
    return answer(number)
""",
    "slow": NUMBER
    + """
import time
def main_handler(event, context):
    number = number_of(event)
    time.sleep(0.2)
    return answer(number)
""",
    "raising": NUMBER
    + """
def main_handler(event, context):
    raise ValueError(f"number {number_of(event)}")
""",
    "looping": NUMBER
    + """
def main_handler(event, context):
    number_of(event)
    while True:
        pass
""",
    "eating": NUMBER
    + """
def main_handler(event, context):
    number_of(event)
    held, piece = [], b"x" * (1 << 20)
    while True:
        held.append(bytearray(piece))
""",
    "exiting": NUMBER
    + """
def main_handler(event, context):
    number_of(event)
    os._exit(3)
""",
    "crashing": NUMBER
    + """
import signal
def main_handler(event, context):
    number_of(event)
    os.kill(os.getpid(), signal.SIGSEGV)
""",
    "leaving": NUMBER
    + """
import time
def main_handler(event, context):
    number = number_of(event)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(0)
    os.wait()
    return answer(number)
""",
}
# One that means harm: an attack at random in each call, and then its answer, or none.
FUNCTIONS["adversary"] = NUMBER + """
import random, signal, socket, struct, sys, tempfile, time
def others():
    return [int(each) for each in os.listdir("/proc") if each.isdigit() and int(each) != os.getpid()]

def signals():
    for process in others():
        for number in [signal.SIGSTOP, signal.SIGKILL]:
            try:
                os.kill(process, number)
            except OSError:
                pass

def looks():
    for process in others():
        for name in ["environ", "mem", "fd", "cwd/.."]:
            try:
                open(f"/proc/{process}/{name}", "r+b")
            except OSError:
                pass

def forges():
    frame = b"A" + struct.pack("<I", 40) + bytes(8) + struct.pack("<I", 2) + b"{}" + b"9" * 26
    for descriptor in range(3, 1100):
        try:
            os.write(descriptor, frame * random.randrange(1, 100))
        except OSError:
            pass

def eats():
    held = [bytearray(1 << 20) for _ in range(300)]

def crowds():
    while True:
        if os.fork() == 0:
            time.sleep(3)
            os._exit(0)

def detaches():
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                held = bytearray(50 << 20)
                time.sleep(1000)
            os._exit(0)
        os.wait()

def floods():
    for _ in range(30):
        sys.stdout.write("x" * (1 << 18))

def fills():
    with tempfile.TemporaryFile(dir="/tmp", buffering=0) as file:
        for _ in range(100):
            file.write(bytes(1 << 20))

def opens():
    held = [open("/dev/null") for _ in range(2000)]

def connects():
    for family, address in [(socket.AF_INET, ("127.0.0.1", 22)), (socket.AF_UNIX, "/run/systemd/private")]:
        try:
            socket.socket(family).connect(address)
        except OSError:
            pass

def lasts():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(1000)

ATTACKS = [signals, looks, forges, eats, crowds, detaches, floods, fills, opens, connects, lasts]
def main_handler(event, context):
    number = number_of(event)
    try:
        ATTACKS[number // 7 % len(ATTACKS)]()
    except Exception:
        pass
    return answer(number)
"""
# Those whose instances are forked from a process that has loaded them.
LOADED_AHEAD = """
import random, uuid
loaded = [random.random(), uuid.uuid4()]
seen = set()
def main_handler(event, context):
    number = number_of(event)
    fresh = (random.random(), uuid.uuid4())
    # An instance has randomness of its own, and no other's state.
    assert not seen & set(fresh) and not set(loaded) & set(fresh)
    seen.update(fresh)
    if number % 7 == 0:
        os._exit(3)
    return answer(number)
"""
FUNCTIONS["ahead"] = NUMBER + LOADED_AHEAD
FUNCTIONS["ahead-exiting"] = FUNCTIONS["ahead"]
SETTINGS = {name: "timeout = 20\nmemory = 128" for name in FUNCTIONS}
for name in ["ahead", "ahead-exiting"]:
    SETTINGS[name] += '\nsnapshot = "init"'
SETTINGS["adversary"] = "timeout = 1\nmemory = 128\nsandbox = { max-processes = 50, tmp-size = 8 }"
SETTINGS["looping"] = "timeout = 1\nmemory = 128"

# How often each is called, and what it answers where nobody interferes.
KINDS = {
    "good": (60, 200),
    "slow": (8, 200),
    "raising": (10, 430),
    "looping": (1, 433),
    "eating": (2, 434),
    "exiting": (5, 439),
    "crashing": (5, 439),
    "leaving": (5, 200),
    "adversary": (4, 200),
    "ahead": (15, 200),
    "ahead-exiting": (5, 439),
}

# What each code says.
SAID = {
    200: "{}",
    430: "user code exception caught: ValueError: number {}",
    433: "Invoking task timed out after 1 seconds",
    434: "Task memory exceeded 128 MB",
    439: "User process exit when running",
}
