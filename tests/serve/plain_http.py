"""An HTTP client that sends exactly a test's bytes, and functions to call with it."""

import http.client
import json
import unittest

from server import HELD, Server, project

MEGABYTE = 1 << 20
# The largest event, and the largest RetMsg.
LIMIT = 6 * MEGABYTE

ECHO = """
import os
def main_handler(event, context):
    return event
"""

# Answers as the query or the body says.
ANSWER = """
import base64, json
def main_handler(event, context):
    return json.loads(event["body"])
"""

BINARY = """
import base64
def main_handler(event, context):
    data = event["body"]
    data = base64.b64decode(data) if event.get("isBase64Encoded") else data.encode()
    return {
        "isBase64Encoded": True, "statusCode": 200,
        "headers": {"Content-Type": "application/octet-stream"},
        "body": base64.b64encode(data[::-1]).decode(),
    }
"""

LARGE = """
def main_handler(event, context):
    return "x" * int(event["queryString"]["size"])
"""

SLEEPER = """
import os, time
def main_handler(event, context):
    time.sleep(float(event["seconds"] if "seconds" in event else event["queryString"]["seconds"]))
    return os.getpid()
"""

HOLDING = HELD + """
def main_handler(event, context):
    hold(event)
    return os.getpid()
"""

WHO = """
import os
def main_handler(event, context):
    return os.getpid()
"""

FUNCTIONS = {
    "echo": ECHO,
    "answer": ANSWER,
    "binary": BINARY,
    "large": LARGE,
    "sleeper": SLEEPER,
    "who": WHO,
}
SETTINGS = {
    "sleeper": "timeout = 20",
    "large": "timeout = 10\nmemory = 256",
    "echo": "timeout = 10\nmemory = 256",
    "binary": "timeout = 10\nmemory = 256",
    "answer": "timeout = 10\nmemory = 256",
}


class Client:
    """A connection that sends exactly the test's bytes."""

    def __init__(self, server, timeout=20):
        self.socket = server.connect(timeout)
        self.file = self.socket.makefile("rb")

    def send(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())

    def answer(self, method="GET"):
        """Reads one answer: status, headers, body."""
        line = self.file.readline()
        if not line:
            return None
        status = int(line.split()[1])
        headers = http.client.parse_headers(self.file)
        length = 0 if method == "HEAD" or status < 200 else int(headers["content-length"] or 0)
        return status, headers, self.file.read(length)

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class OneServer(unittest.TestCase):
    """Tests that share a server."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(project(FUNCTIONS, SETTINGS))

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def tearDown(self):
        self.assertIsNone(self.server.process.poll(), "the server has ended")
        status, _, body = self.server.request("GET", "/healthz")
        self.assertEqual((status, body), (200, b"ok\n"))

    def client(self, timeout=20):
        client = Client(self.server, timeout)
        self.addCleanup(client.close)
        return client

    def event(self, method, path, body=None, headers=None):
        """The event that the function got."""
        status, _, answer = self.server.request(method, path, body, headers)
        self.assertEqual(status, 200, answer)
        return json.loads(answer)
