"""benches/bootstrap.py PROGRAM [PYTHON]: what a call costs beyond the runtime API's own time.

The API is in this process. A call costs what goes by between the sending of an event and the
answer's arrival, and between the answer's acknowledgement and the next request. The API's own time
is in it: it is what a client costs that does nothing. With PYTHON, which has awslambdaric, the same
is measured of that. Cold is from exec to the first answer.
"""

import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tests" / "bootstrap"))
from api import Listener  # noqa: E402

CALLS = 2000
COLD = 10
FUNCTION = "def handler(event, context):\n    return {'key': event['key']}\n"


def measured(command, environment, calls):
    """Microseconds from exec to the first answer, and of each further call."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "index.py").write_text(FUNCTION)
        listener = Listener()
        variables = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{listener.port}", "LAMBDA_TASK_ROOT": folder, "_HANDLER": "index.handler"}
        begun = time.perf_counter()
        process = subprocess.Popen(command, env={**environment, **variables}, cwd=folder)
        try:
            listener.request()
            costs = []
            for number in range(calls + 1):
                deadline = int(time.time() * 1000) + 3000
                sent = time.perf_counter()
                listener.connection.answer(f"200\nLambda-Runtime-Aws-Request-Id: r-{number}\nLambda-Runtime-Deadline-Ms: {deadline}\nContent-Type: application/json\n\n" + '{"key": "value"}')
                assert listener.request()[3] == b'{"key": "value"}'
                answered = time.perf_counter()
                listener.connection.answer("202\n\n")
                listener.request()
                costs.append((time.perf_counter() - sent) * 1e6)
                if number == 0:
                    cold = (answered - begun) * 1e6
            return cold, costs[1:]
        finally:
            process.kill()
            process.wait()
            listener.close()


# Asks and answers without looking at what it is told.
NOTHING = """
import os, socket
host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
api = socket.create_connection((host, int(port)))
api.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
while True:
    api.sendall(b"GET /next HTTP/1.1\\r\\n\\r\\n")
    api.recv(65536)
    api.sendall(b"POST /response HTTP/1.1\\r\\nContent-Length: 16\\r\\n\\r\\n" + b'{"key": "value"}')
    api.recv(65536)
"""


def show(name, command, environment):
    cold = statistics.median(measured(command, environment, 0)[0] for _ in range(COLD))
    costs = sorted(measured(command, environment, CALLS)[1])
    middle, late = costs[len(costs) // 2], costs[len(costs) * 99 // 100]
    print(f"{name}: a call {middle:.0f} µs (p99 {late:.0f} µs), exec to the first answer {cold / 1000:.1f} ms")


if __name__ == "__main__":
    import os

    kept = {key: os.environ[key] for key in ("HOME", "KRAIT_SNAPSHOT") if key in os.environ}
    programs = [os.path.abspath(each) for each in sys.argv[1:]]
    show("krait", [programs[0], "bootstrap"], kept)
    show("a client that does nothing", [sys.executable, "-c", NOTHING], kept)
    if len(programs) > 1:
        show("awslambdaric", [programs[1], "-m", "awslambdaric", "index.handler"], kept)
