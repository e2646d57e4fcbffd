"""A test case with its own server, and Tencent Cloud's SDK to call it.

Needs `pip install tencentcloud-sdk-python-scf`.
"""

import base64
import io
import json
import os
import time
import unittest
import zipfile

from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.scf.v20180416 import models
from tencentcloud.scf.v20180416.scf_client import ScfClient

import server
from server import PATIENCE

HELLO = 'def main_handler(event, context):\n    print("said", event)\n    return {"got": event}\n'


def package(source=HELLO, name="index.py"):
    """A zip with one file, as `ZipFile` has it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, source)
    return base64.b64encode(packed.getvalue()).decode()


class Server(server.Server):
    def client(self, secret_id="any", secret_key="any", method="TC3-HMAC-SHA256", verb="POST"):
        http = HttpProfile(protocol="http", endpoint=self.address, reqMethod=verb, reqTimeout=PATIENCE)
        profile = ClientProfile(signMethod=method, httpProfile=http)
        return ScfClient(Credential(secret_id, secret_key), "ap-guangzhou", profile)


class Case(unittest.TestCase):
    """A test with a server: its project is PROJECT, its options are OPTIONS."""

    PROJECT = {}
    OPTIONS = ()
    maxDiff = None

    def setUp(self):
        self.server = Server(self.PROJECT, self.OPTIONS)
        self.addCleanup(self.server.close)
        self.folder, self.data = self.server.folder, self.server.data
        self.client = self.server.client()

    def begin(self):
        """Starts the server again."""
        self.server.start()
        self.client = self.server.client()

    def call(self, action, client=None, **parameters):
        """Calls an action with the SDK's model of its request; returns the answer's fields."""
        request = getattr(models, action + "Request")()
        request.from_json_string(json.dumps(parameters))
        response = getattr(client or self.client, action)(request)
        return json.loads(response.to_json_string())

    def refused(self, code, message, action, client=None, **parameters):
        """Asserts that an action is refused with exactly that code and text."""
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
        """Queues an event; returns its request id."""
        parameters = dict(FunctionName=name, ClientContext=event, InvocationType="Event", **parameters)
        return self.call("Invoke", **parameters)["Result"]["FunctionRequestId"]

    def status(self, request_id):
        return self.call("GetAsyncEventStatus", InvokeRequestId=request_id)["Result"]

    def ended(self, request_id):
        """The status of an event, once it has ended."""
        self.until(lambda: self.status(request_id)["Status"] != "RUNNING")
        return self.status(request_id)

    def until(self, happened):
        """Polls the API until a condition holds."""
        end = time.monotonic() + PATIENCE
        while not happened():
            self.assertLess(time.monotonic(), end, "it did not happen in time")
            time.sleep(0.02)

    def pipe(self, name="pipe"):
        """A named pipe, through which a function and its test wait for each other."""
        path = str(self.folder / name)
        os.mkfifo(path)
        return path
