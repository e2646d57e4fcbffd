"""NATS servers and nodes of krait for tests: the real programs, on free ports of loopback, each with a
folder of its own."""

import base64
import io
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
import zipfile

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "serve"))

import server
from server import PATIENCE, free_ports, wait_until

VERSION = "2018-04-16"


def package(source):
    """A zip with an index.py, as `ZipFile` has it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", source)
    return base64.b64encode(packed.getvalue()).decode()


class Nats:
    """NATS servers with JetStream: one, or several that are a cluster. `settings` are the servers',
    `jetstream` those of what they keep."""

    def __init__(self, count=1, settings="", jetstream=""):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="krait-nats-"))
        ports = free_ports(2 * count)
        self.ports, self.routes = ports[:count], ports[count:]
        self.processes = [None] * count
        for number in range(count):
            text = f'port: {self.ports[number]}\nhost: "127.0.0.1"\nserver_name: "n{number}"\n'
            text += f'jetstream {{ store_dir: "{self.folder}/{number}"\n{jetstream} }}\n{settings}\n'
            if count > 1:
                routes = ", ".join(f"nats://127.0.0.1:{port}" for port in self.routes)
                text += f'cluster {{ name: "c", listen: "127.0.0.1:{self.routes[number]}", routes: [{routes}] }}\n'
            (self.folder / f"{number}.conf").write_text(text)
            self.start(number)
        for number in range(count):
            self.until_ready(number)

    @property
    def url(self):
        return ",".join(f"nats://127.0.0.1:{port}" for port in self.ports)

    def start(self, number):
        with open(self.folder / f"{number}.log", "a") as log:
            command = ["nats-server", "-c", self.folder / f"{number}.conf"]
            self.processes[number] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def until_ready(self, number):
        """Waits until a server has what it kept, and its cluster a leader."""
        log = self.folder / f"{number}.log"
        several = len(self.processes) > 1
        words = "JetStream cluster new metadata leader" if several else "Server is ready"
        try:
            wait_until(lambda: any(words in each.read_text() for each in self.folder.glob("*.log")) and "Server is ready" in log.read_text(), PATIENCE, "a NATS server")
        except AssertionError:
            raise AssertionError(log.read_text())

    def make_stream(self, **config):
        """Makes a stream before krait does, by the protocol's own lines."""
        self.ask(f"$JS.API.STREAM.CREATE.{config['name']}", json.dumps({"retention": "limits", "storage": "file", "num_replicas": 1, **config}))

    def last(self, stream, subject):
        """The last message of a subject."""
        message = self.ask(f"$JS.API.STREAM.MSG.GET.{stream}", json.dumps({"last_by_subj": subject}))["message"]
        return base64.b64decode(message["data"]).decode()

    def ask(self, subject, request):
        """What the server, or a stream that takes the subject, answers."""
        with socket.create_connection(("127.0.0.1", self.ports[0]), PATIENCE) as connection:
            lines = connection.makefile("rwb")
            lines.readline()
            lines.write(f'CONNECT {{"verbose": false}}\r\nSUB answer 1\r\nPUB {subject} answer {len(request)}\r\n{request}\r\n'.encode())
            lines.flush()
            while not (line := lines.readline()).startswith(b"MSG"):
                assert line, "no answer"
            answer = json.loads(lines.readline())
        assert "error" not in answer, answer
        return answer

    def kill(self, number):
        self.processes[number].kill()
        self.processes[number].wait()

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Node(server.Server):
    """A node of krait."""

    def __init__(self, url, name, files=None, options=(), common=None):
        self.name = name
        more = ["--allow-write", common] if common else []
        super().__init__(files or {}, ["--cluster", url, "--node", name, *more, *options])

    def call(self, action, **parameters):
        """The answer's `Response` of an action of the cloud's API."""
        headers = {"X-TC-Action": action, "X-TC-Version": VERSION, "X-TC-Region": "ap-guangzhou", "Content-Type": "application/json"}
        status, _, answer = self.request("POST", "/", json.dumps(parameters), headers)
        assert status == 200, (status, answer)
        return json.loads(answer)["Response"]

    def create(self, name, source, **parameters):
        answer = self.call("CreateFunction", FunctionName=name, Code={"ZipFile": package(source)}, **parameters)
        assert "Error" not in answer, answer

    def queue(self, name, event):
        """Queues an event; its request id, once it is accepted."""
        answer = self.call("Invoke", FunctionName=name, ClientContext=json.dumps(event), InvocationType="Event")
        assert "Error" not in answer, answer
        return answer["Result"]["FunctionRequestId"]

    def has(self, name):
        """Waits until this node has a function."""
        wait_until(lambda: "Error" not in self.call("GetFunction", FunctionName=name), PATIENCE, f"{name} at {self.name}")

    def status(self, request_id):
        answer = self.call("GetAsyncEventStatus", InvokeRequestId=request_id)
        assert "Error" not in answer, answer
        return answer["Result"]["Status"]


class Case(unittest.TestCase):
    """A test with NATS servers: SERVERS of them, with more settings of JetStream."""

    SERVERS, JETSTREAM = 1, ""
    maxDiff = None

    def setUp(self):
        self.nats = Nats(self.SERVERS, jetstream=self.JETSTREAM)
        self.addCleanup(self.nats.close)
        # Functions of all nodes write here.
        self.common = pathlib.Path(tempfile.mkdtemp(prefix="krait-cluster-"))
        # While it is there, calls of `holding` last.
        self.hold = self.common / "hold"
        self.addCleanup(shutil.rmtree, self.common, ignore_errors=True)

    def node(self, name, files=None, options=(), url=None):
        node = Node(url or self.nats.url, name, files, options, self.common)
        self.addCleanup(node.close)
        return node

    def lines(self, name="ran"):
        """What functions wrote to a file in the common folder."""
        path = self.common / name
        return path.read_text().splitlines() if path.exists() else []

    def until_lines(self, count, name="ran", seconds=PATIENCE):
        wait_until(lambda: len(self.lines(name)) >= count, seconds, f"{count} lines in {name}")


def holding(case):
    """What says in `begun` that a call has begun, and lasts while the case's file is there."""
    begun, hold = str(case.common / "begun"), str(case.hold)
    return f"open({begun!r}, 'a').write('x\\n')\n    while os.path.exists({hold!r}): time.sleep(0.01)"


# Writes a line for each call: what it was called with, and who calls it.
def noting(common, before=""):
    return f"""
import os, time
def main_handler(event, context):
    {before or 'pass'}
    with open({str(common / 'ran')!r}, 'a') as file:
        file.write(f"{{event['number']}} {{context['request_id']}}\\n")
    return event['number']
"""
