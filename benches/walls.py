"""walls.py PROGRAM [ROUNDS]: what the sandbox and its control groups cost a call of `krait serve`.

Three servers take turns: as it is, without control groups, and without a sandbox. The times are those of a whole
call, with keep-alive, in milliseconds."""
import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

SERVERS = {"as it is": [], "--cgroups=off": ["--cgroups=off"], "--sandbox=off": ["--sandbox=off"]}
CASES = {
    "a new instance for each call, 50 ms apart": (["--max-invocations=1"], 1, 0.05),
    "a new instance for each call, at once": (["--max-invocations=1"], 3, 0),
    "the same, without spares": (["--max-invocations=1", "--spares=0"], 3, 0),
    "a warm call": ([], 20, 0),
}
HEADERS = {"X-TC-Action": "Invoke", "X-TC-Version": "2018-04-16", "Content-Type": "application/json"}
BODY = json.dumps({"FunctionName": "echo", "ClientContext": "{}"})


@contextlib.contextmanager
def server(program, folder, options):
    data = tempfile.mkdtemp(dir=folder)
    command = [program, "serve", f"{folder}/echo", "--listen=127.0.0.1:0", f"--data-dir={data}", *options]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        port = int(process.stdout.readline().rpartition(":")[2])
        yield http.client.HTTPConnection("127.0.0.1", port)
    finally:
        process.terminate()
        process.wait()


def call(connection):
    start = time.perf_counter()
    connection.request("POST", "/", BODY, HEADERS)
    answer = connection.getresponse().read()
    took = time.perf_counter() - start
    assert b"RetMsg" in answer and b"errorCode" not in answer, answer
    return took * 1000


def main(program, rounds=40):
    with tempfile.TemporaryDirectory(prefix="krait-walls-") as folder:
        os.mkdir(f"{folder}/echo")
        with open(f"{folder}/echo/index.py", "w") as code:
            code.write("def main_handler(event, context):\n    return event\n")
        for case, (options, calls, pause) in CASES.items():
            times = {name: [] for name in SERVERS}
            with contextlib.ExitStack() as running:
                connections = {
                    name: running.enter_context(server(program, folder, options + own)) for name, own in SERVERS.items()
                }
                for number in range(rounds + 3):
                    for name, connection in connections.items():
                        took = [call(connection) for _ in range(calls)]
                        # The first rounds begin with what the server had ready.
                        if number >= 3:
                            times[name] += took
                        time.sleep(pause / len(SERVERS))
            shown = " | ".join(f"{statistics.median(each):.2f} ({sorted(each)[len(each) * 9 // 10]:.2f})" for each in times.values())
            print(f"| {case} | {shown} |")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
