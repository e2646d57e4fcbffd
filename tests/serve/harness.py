"""A krait server of a test's own, and Tencent Cloud's SDK to talk to it.

Needs `pip install tencentcloud-sdk-python-scf`. Which krait is tested is said by KRAIT_UNDER_TEST; else it
is the release build of this tree.
"""

import base64
import io
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.request
import zipfile

from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.scf.v20180416 import models
from tencentcloud.scf.v20180416.scf_client import ScfClient

TREE = pathlib.Path(__file__).resolve().parents[2]
KRAIT = os.environ.get("KRAIT_UNDER_TEST") or str(TREE / "target/x86_64-unknown-linux-gnu/release/krait")
READY = "krait listens on http://"
# How long anything may take that is waited for.
PATIENCE = 30

HELLO = 'def main_handler(event, context):\n    print("said", event)\n    return {"got": event}\n'


def package(source=HELLO, name="index.py"):
    """A zip with one file, as `ZipFile` has it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, source)
    return base64.b64encode(packed.getvalue()).decode()


class Server:
    """A running `krait serve`, ready to answer."""

    def __init__(self, *arguments, data, project):
        command = [KRAIT, "serve", *arguments, "--listen", "127.0.0.1:0", "--data-dir", str(data)]
        environment = {**os.environ, "XDG_CACHE_HOME": str(data.parent / "cache")}
        # To a file: a pipe that nobody reads would fill.
        self.log = open(data.parent / "log", "ab")
        self.process = subprocess.Popen(
            command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=self.log
        )
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline().decode() if readable else ""
        if not line.startswith(READY):
            self.kill()
            raise AssertionError(f"krait did not begin: {(data.parent / 'log').read_text()}")
        self.endpoint = line.strip().removeprefix(READY)

    def client(self, secret_id="any", secret_key="any", method="TC3-HMAC-SHA256", verb="POST"):
        http = HttpProfile(protocol="http", endpoint=self.endpoint, reqMethod=verb, reqTimeout=PATIENCE)
        profile = ClientProfile(signMethod=method, httpProfile=http)
        return ScfClient(Credential(secret_id, secret_key), "ap-guangzhou", profile)

    def terminate(self):
        """SIGTERM; gives the exit code."""
        self.process.terminate()
        return self._ended()

    def kill(self):
        """SIGKILL."""
        self.process.kill()
        return self._ended()

    def _ended(self):
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.stdout.close()
            self.log.close()


class Case(unittest.TestCase):
    """A test with a server: its project is PROJECT, its arguments are ARGUMENTS."""

    PROJECT = {}
    ARGUMENTS = ()
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="krait-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.folder / "data"
        self.project = self.folder / "project"
        self.project.mkdir()
        for path, text in {"krait.toml": "", **self.PROJECT}.items():
            path = self.project / path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("FOLDER", str(self.folder)))
        self.server = None
        self.addCleanup(self.end)
        self.begin()

    def begin(self):
        self.server = Server(*self.ARGUMENTS, data=self.data, project=self.project)
        self.client = self.server.client()

    def end(self):
        if self.server and self.server.process.returncode is None:
            self.server.kill()

    def call(self, action, client=None, **parameters):
        """Calls an action with the SDK's model of its request; gives its answer's fields."""
        request = getattr(models, action + "Request")()
        request.from_json_string(json.dumps(parameters))
        response = getattr(client or self.client, action)(request)
        return json.loads(response.to_json_string())

    def refused(self, code, message, action, client=None, **parameters):
        """Asserts that an action is refused, with that code and text to the letter."""
        with self.assertRaises(TencentCloudSDKException, msg=f"{action} {parameters}") as caught:
            (client or self.client).call_json(action, parameters)
        self.assertEqual((caught.exception.code, caught.exception.message), (code, message))
        self.assertRegex(caught.exception.requestId, r"^[0-9a-f-]{36}$")

    def create(self, name="made", source=HELLO, **parameters):
        return self.call("CreateFunction", FunctionName=name, Code={"ZipFile": package(source)}, **parameters)

    def returned(self, name="made", event="{}", **parameters):
        """What a function returns."""
        result = self.call("Invoke", FunctionName=name, ClientContext=event, **parameters)["Result"]
        return json.loads(result["RetMsg"])

    def queue(self, name, event="{}", **parameters):
        """Queues an event; gives its request id."""
        parameters = dict(FunctionName=name, ClientContext=event, InvocationType="Event", **parameters)
        return self.call("Invoke", **parameters)["Result"]["FunctionRequestId"]

    def status(self, request_id):
        return self.call("GetAsyncEventStatus", InvokeRequestId=request_id)["Result"]

    def ended(self, request_id):
        """The status of an event, once it has ended."""
        self.until(lambda: self.status(request_id)["Status"] != "RUNNING")
        return self.status(request_id)

    def until(self, happened):
        """Waits for what the API tells of only to who asks again."""
        end = time.monotonic() + PATIENCE
        while not happened():
            self.assertLess(time.monotonic(), end, "it did not happen in time")
            time.sleep(0.02)

    def metrics(self):
        """The text of `/metrics`."""
        with urllib.request.urlopen(f"http://{self.server.endpoint}/metrics", timeout=PATIENCE) as answer:
            return answer.read().decode()

    def pipe(self):
        """A named pipe, through which a function and its test wait for each other."""
        path = str(self.folder / "pipe")
        os.mkfifo(path)
        return path
