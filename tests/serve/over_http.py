"""HTTP as clients speak it, to a real server: what a function is given, what a client gets,
and that no client, however rude, harms another.

    python3 tests/serve/over_http.py [-v] [TEST...]

(`http.py` would hide the standard library's module of that name.)
"""

import faulthandler
import http.client
import json
import os
import resource
import select
import signal
import socket
import subprocess
import threading
import time
import unittest

from server import (
    Server,
    descendants_of,
    descriptors_of,
    resident_bytes,
    wait_until,
)

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

WHO = """
import os
def main_handler(event, context):
    return os.getpid()
"""

FAILING = """
import os, time
def main_handler(event, context):
    what = event.get("what")
    if what == "raise":
        raise ValueError("as asked")
    if what == "loop":
        while True: pass
    if what == "eat":
        held = []
        while True: held.append(bytearray(b"x" * (1 << 20)))
    if what == "exit":
        os._exit(1)
    return os.getpid()
"""

FUNCTIONS = {
    "echo": ECHO,
    "answer": ANSWER,
    "binary": BINARY,
    "large": LARGE,
    "sleeper": SLEEPER,
    "who": WHO,
    "failing": FAILING,
    "single": SLEEPER,
}
SETTINGS = {
    "sleeper": "timeout = 20",
    "single": "timeout = 20\nconcurrency = 1",
    "failing": "timeout = 1\nmemory = 128",
    "large": "timeout = 10\nmemory = 256",
    "echo": "timeout = 10\nmemory = 256",
    "binary": "timeout = 10\nmemory = 256",
    "answer": "timeout = 10\nmemory = 256",
}


class Client:
    """A connection whose bytes are the test's own."""

    def __init__(self, server, timeout=20):
        self.socket = socket.create_connection((server.host, server.port), timeout=timeout)
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
        cls.server = Server(FUNCTIONS, SETTINGS)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def tearDown(self):
        self.assertIsNone(self.server.process.poll(), "the server has ended")
        status, _, body = self.server.request("GET", "/healthz", timeout=2)
        self.assertEqual((status, body), (200, b"ok\n"))

    def client(self, timeout=20):
        client = Client(self.server, timeout)
        self.addCleanup(client.close)
        return client

    def event(self, method, path, body=None, headers=None):
        """The event that the function was given."""
        status, _, answer = self.server.request(method, path, body, headers)
        self.assertEqual(status, 200, answer)
        return json.loads(answer)


class Requests(OneServer):
    """What a function is given."""

    def test_head(self):
        client = self.client()
        client.send("HEAD /url/echo/a HTTP/1.1\r\nHost: h\r\n\r\n")
        status, headers, body = client.answer("HEAD")
        self.assertEqual((status, body), (200, b""))
        self.assertEqual(headers["content-type"], "application/json")
        self.assertGreater(int(headers["content-length"]), 20)
        # The connection stands, and no body was sent in between.
        client.send("GET /url/who HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertEqual(client.answer()[0], 200)

    def test_every_method_reaches_the_function(self):
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PURGE"]:
            self.assertEqual(self.event(method, "/url/echo/a")["httpMethod"], method)

    def test_query(self):
        event = self.event("GET", "/url/echo/a?k=1&k=2&k=&x=a%20b+c&flag&%C3%BC=%E4%BD%A0&b=%FF")
        self.assertEqual(
            event["queryString"],
            {"k": ["1", "2", ""], "x": "a b c", "flag": "", "ü": "你", "b": "%FF"},
        )

    def test_path(self):
        for sent, given in [
            ("/url/echo", "/"),
            ("/url/echo/", "/"),
            ("/url/echo/a/b%20c/%E4%BD%A0", "/a/b c/你"),
            ("/url/echo/a%2Fb/../c//d/", "/a/b/../c//d/"),
            ("/url/echo/%FF", "/%FF"),
            ("/url/echo/%2541", "/%41"),
            ("/url/default/echo/x", "/x"),
            ("/url/ech%6F/x", "/x"),
        ]:
            self.assertEqual(self.event("GET", sent)["path"], given, sent)

    def test_headers(self):
        client = self.client()
        client.send(
            "GET /url/echo HTTP/1.1\r\nHost: h:1\r\nX-A: 1\r\nx-a: 2\r\nCookie: a=1\r\n"
            "Cookie: b=2\r\nX-Scf-Remote-Addr: 6.6.6.6\r\nX-U: \u4f60\r\n\r\n"
        )
        status, _, body = client.answer()
        self.assertEqual(status, 200)
        self.assertEqual(
            json.loads(body)["headers"],
            {
                "host": "h:1",
                "x-a": "1, 2",
                "cookie": "a=1; b=2",
                "x-u": "你",
                "x-scf-remote-addr": "127.0.0.1",
            },
        )

    def test_chunked_body(self):
        client = self.client()
        client.send(
            "POST /url/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            "5;ext=1\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nTrailer: x\r\n\r\n"
        )
        status, _, body = client.answer()
        self.assertEqual((status, json.loads(body)["body"]), (200, "hello world"))

    def test_expect_continue(self):
        client = self.client()
        client.send(
            "POST /url/echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        self.assertEqual(client.answer()[0], 100)
        client.send("ab")
        status, _, body = client.answer()
        self.assertEqual((status, json.loads(body)["body"]), (200, "ab"))

    def test_expect_continue_is_not_given_to_what_is_too_large(self):
        client = self.client()
        client.send(
            "POST /url/echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
            f"Content-Length: {LIMIT + 1}\r\n\r\n"
        )
        status, _, body = client.answer()
        self.assertEqual((status, json.loads(body)["statusCode"]), (413, 406))

    def test_keep_alive_and_pipelining(self):
        client = self.client()
        client.send(
            "".join(
                f"GET /url/echo/{each} HTTP/1.1\r\nHost: h\r\n\r\n" for each in range(20)
            )
        )
        for each in range(20):
            status, _, body = client.answer()
            self.assertEqual((status, json.loads(body)["path"]), (200, f"/{each}"))

    def test_http_1_0(self):
        client = self.client()
        client.send("GET /url/echo/x HTTP/1.0\r\n\r\n")
        self.assertEqual(client.answer()[0], 200)
        self.assertEqual(client.file.read(), b"")

    def test_binary_body(self):
        data = bytes(range(256)) * 100
        status, headers, body = self.server.request("POST", "/url/binary", data)
        self.assertEqual((status, body), (200, data[::-1]))
        self.assertEqual(headers["content-type"], "application/octet-stream")
        status, _, body = self.server.request("POST", "/apigw/binary", data)
        self.assertEqual((status, body), (200, data[::-1]))
        event = self.event("POST", "/url/echo", b"\xff\x00")
        self.assertEqual((event["body"], event["isBase64Encoded"]), ("/wA=", True))

    def test_http_2(self):
        command = ["curl", "-sS", "--http2-prior-knowledge", "-m", "20"]
        base = f"http://{self.server.host}:{self.server.port}"
        try:
            features = subprocess.run(["curl", "--version"], capture_output=True, text=True).stdout
        except FileNotFoundError:
            self.skipTest("there is no curl")
        if "HTTP2" not in features:
            self.skipTest("this curl has no HTTP/2")
        out = subprocess.run(
            [*command, "-w", "\n%{http_version} %{http_code}", f"{base}/url/echo/p?a=1", "-d", "b"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        event, said = out.rsplit("\n", 1)
        event = json.loads(event)
        self.assertEqual(said, "2 200")
        self.assertEqual((event["path"], event["body"]), ("/p", "b"))
        self.assertEqual(event["headers"]["host"], f"{self.server.host}:{self.server.port}")
        # Many at once. (Each on a connection of its own: curl 7.88 cannot share one from the
        # beginning.)
        urls = [f"{base}/url/sleeper?seconds=0.3" for _ in range(20)]
        begun = time.monotonic()
        outputs = [part for _ in urls for part in ["-o", "/dev/null"]]
        out = subprocess.run(
            [*command, "-Z", "--parallel-immediate", "--parallel-max", "20", "-w", "%{http_code} ", *outputs, *urls],
            capture_output=True,
            text=True,
        )
        self.assertEqual(out.returncode, 0, out.stderr)
        out = out.stdout
        self.assertEqual(out.split(), ["200"] * 20)
        self.assertLess(time.monotonic() - begun, 4)

    def test_http_2_streams(self):
        """A slow call does not hold up a quick one on the same connection."""

        def frame(kind, flags, stream, payload=b""):
            return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload

        def get(stream, path):
            block = b""
            for name, value in [
                (":method", "GET"), (":scheme", "http"), (":authority", "h"), (":path", path),
            ]:
                block += bytes([0, len(name)]) + name.encode()
                block += bytes([len(value)]) + value.encode()
            # The end of the headers and of the stream.
            return frame(1, 5, stream, block)

        client = self.client()
        client.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0))
        client.send(get(1, "/url/sleeper?seconds=0.7") + get(3, "/url/who") + get(5, "/healthz"))
        ended = []
        while len(ended) < 3:
            head = client.file.read(9)
            self.assertEqual(len(head), 9, "the connection ended")
            client.file.read(int.from_bytes(head[:3], "big"))
            kind, flags, stream = head[3], head[4], int.from_bytes(head[5:], "big")
            self.assertNotIn(kind, (3, 7), "a reset, or a farewell")
            if kind in (0, 1) and flags & 1:
                ended.append(stream)
        self.assertEqual(sorted(ended), [1, 3, 5])
        self.assertEqual(ended[-1], 1)

    def test_unknown_function(self):
        status, _, body = self.server.request("GET", "/url/nobody/x")
        self.assertEqual(status, 404, body)
        self.assertEqual(self.server.request("GET", "/nowhere")[0], 404)


class Responses(OneServer):
    """What a client gets."""

    def answered(self, value, face="url"):
        return self.server.request("POST", f"/{face}/answer", json.dumps(value))

    def test_header_lists(self):
        client = self.client()
        body = json.dumps(
            {
                "isBase64Encoded": False,
                "statusCode": 201,
                "headers": {"Set-Cookie": ["a=1", "b=2"], "X-One": "1", "Content-Type": "text/css"},
                "body": "done",
            }
        )
        for face in ["url", "apigw"]:
            client.send(
                f"POST /{face}/answer HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            )
            status, headers, answer = client.answer()
            self.assertEqual((status, answer), (201, b"done"))
            self.assertEqual(headers.get_all("set-cookie"), ["a=1", "b=2"])
            self.assertEqual(headers["content-type"], "text/css")

    def test_statuses_without_a_body(self):
        for status in [204, 304]:
            client = self.client()
            body = json.dumps({"statusCode": status, "headers": {}, "body": ""})
            client.send(
                f"POST /url/answer HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n{body}"
                "GET /url/who HTTP/1.1\r\nHost: h\r\n\r\n"
            )
            self.assertEqual(client.answer("HEAD")[0], status)
            self.assertEqual(client.answer()[0], 200)

    def test_content_length_is_not_the_function_s(self):
        """A function's own framing headers must not break the connection's."""
        client = self.client()
        for extra in [{"Content-Length": "3"}, {"Content-Length": "999"},
                      {"Transfer-Encoding": "chunked"}, {"Connection": "close"}]:
            body = json.dumps({"statusCode": 200, "headers": extra, "body": "hello"})
            status, _, answer = self.server.request("POST", "/url/answer", body, timeout=5)
            self.assertEqual((status, answer), (200, b"hello"), extra)

    def test_wrong_shapes(self):
        status, _, body = self.answered("text", "apigw")
        self.assertEqual(status, 403)
        self.assertEqual(
            body,
            b'{"errno":403,"error":"Invalid scf response format. please check your scf response '
            b'format."}',
        )

    def test_request_limit(self):
        event = len(json.dumps(self.event_of(b"")).encode())
        for size, face in [(LIMIT + 1, "url"), (LIMIT + 1, "apigw"), (2 * LIMIT, "url")]:
            status, _, body = self.server.request("POST", f"/{face}/who", b"x" * size)
            self.assertEqual(status, 413)
            self.assertEqual(
                body,
                b'{"errorCode":-1,"errorMessage":"The size of request exceeds the upper limit '
                b'(6MB)","statusCode":406}',
            )
        # The event holds the body, and something around it.
        status, _, body = self.server.request("POST", "/url/who", b"x" * LIMIT)
        self.assertEqual(status, 413, body)
        status, _, body = self.server.request("POST", "/url/who", b"x" * (LIMIT - event - 1000))
        self.assertEqual(status, 200, body)

    def event_of(self, body):
        return self.event("POST", "/url/echo", body)

    def test_response_limit(self):
        for size, code in [(LIMIT - 2, 200), (LIMIT - 1, 407)]:
            status, headers, body = self.server.request("GET", f"/url/large?size={size}")
            if code == 200:
                self.assertEqual((status, len(body)), (200, LIMIT))
            else:
                self.assertEqual((status, json.loads(body)["statusCode"]), (500, 407))
                self.assertEqual(headers["x-scf-status-code"], "407")


class Rudeness(OneServer):
    """Clients that harm nobody else."""

    def test_oversized_heads(self):
        for head in ["X-Long: " + "x" * 80_000, "\r\n".join(f"X-{n}: y" for n in range(200))]:
            client = self.client()
            client.send(f"GET /url/echo HTTP/1.1\r\nHost: h\r\n{head}\r\n\r\n")
            self.assertEqual(client.answer()[0], 431)
        client = self.client()
        client.send("GET /url/echo/" + "x" * 80_000 + " HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertIn(client.answer()[0], (414, 431))

    def test_malformed_requests(self):
        for text in [
            "GARBAGE\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "GET /url/echo HTTP/1.1\r\nNo colon\r\n\r\n",
            "GET /url/echo HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
            "POST /url/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "POST /url/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: nonsense\r\n\r\n",
            "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnothing of the kind",
        ]:
            client = self.client(5)
            client.send(text)
            try:
                answer = client.file.read()
            except ConnectionResetError:
                answer = b""
            if not text.startswith("PRI"):
                self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), (text, answer))

    def test_a_broken_chunk(self):
        client = self.client(5)
        client.send(
            "POST /url/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n"
        )
        self.assertEqual(client.answer()[0], 400)

    def test_a_client_that_leaves_amid_its_body(self):
        before = len(descriptors_of(self.server.pid))
        for _ in range(50):
            with Client(self.server) as client:
                client.send("POST /url/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc")
        wait_until(lambda: len(descriptors_of(self.server.pid)) <= before, 5, "their end")

    def test_half_closed(self):
        client = self.client()
        client.send("GET /url/sleeper?seconds=0.5 HTTP/1.1\r\nHost: h\r\n\r\n")
        client.socket.shutdown(socket.SHUT_WR)
        self.assertEqual(client.answer()[0], 200)
        self.assertEqual(client.file.read(), b"")

    def test_a_slow_head(self):
        """One that comes byte by byte is read; one that never ends is given up."""
        slow, silent, stuck = self.client(40), self.client(40), self.client(40)
        preface = self.client(40)
        begun = time.monotonic()
        stuck.send("GET /url/echo HTTP/1.1\r\nHost: h\r\nX-A: ")
        preface.send("PRI * HT")
        for byte in "GET /url/who HTTP/1.1\r\nHost: h\r\n\r\n":
            slow.send(byte)
            time.sleep(0.01)
        self.assertEqual(slow.answer()[0], 200)
        for client in [stuck, silent, preface]:
            try:
                answer = client.file.read()
            except ConnectionResetError:
                answer = b""
            self.assertIn(answer[:12], (b"", b"HTTP/1.1 408"))
        self.assertLess(time.monotonic() - begun, 35)

    def test_slow_readers(self):
        """Clients that do not read cost what their answers have, and nobody's time."""
        before = resident_bytes(self.server.pid)
        readers = []
        for _ in range(20):
            client = self.client(30)
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            client.send("GET /url/large?size=6000000 HTTP/1.1\r\nHost: h\r\n\r\n")
            readers.append(client)
        begun = time.monotonic()
        self.assertEqual(self.server.request("GET", "/url/who", timeout=5)[0], 200)
        self.assertLess(time.monotonic() - begun, 3)
        for client in readers[:10]:
            status, _, body = client.answer()
            self.assertEqual((status, len(body)), (200, 6000002))
        for client in readers:
            client.close()
        # The allocator keeps what the largest crowd took, and no more than that.
        most = before + 2 * len(readers) * 6 * MEGABYTE
        self.assertLess(resident_bytes(self.server.pid), most)

    def connect(self, connections, count):
        """Many at once, each second of which is of use."""
        for _ in range(count):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex((self.server.host, self.server.port))
            connections.append(connection)
        poll = select.poll()
        for connection in connections[-count:]:
            poll.register(connection, select.POLLOUT)
        left = count
        while left:
            for descriptor, _ in poll.poll(5000):
                poll.unregister(descriptor)
                left -= 1
        for connection in connections[-count::2]:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")

    def test_ten_thousand_idle_connections(self):
        count = 10_000
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < count + 500:
            self.skipTest(f"this needs {count + 500} descriptors, and {hard} is the most here")
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        with open(f"/proc/{self.server.pid}/limits") as file:
            limit = next(line for line in file if line.startswith("Max open files")).split()[3]
        before = resident_bytes(self.server.pid)
        connections = []
        try:
            begun = time.monotonic()
            while len(connections) < count:
                # What is silent for 30 seconds is given up by the server, as it should be.
                if time.monotonic() - begun > 20:
                    self.skipTest(f"this machine makes {len(connections)} connections in 20 s")
                self.connect(connections, 500)
            at = lambda: len(descriptors_of(self.server.pid))
            try:
                wait_until(lambda: at() > count, 5, f"all of them (of {limit} descriptors)")
            except AssertionError:
                if time.monotonic() - begun < 25:
                    raise
                self.skipTest("this machine is too busy to have all of them within 25 s")
            begun = time.monotonic()
            self.assertEqual(self.server.request("GET", "/url/who", timeout=5)[0], 200)
            self.assertLess(time.monotonic() - begun, 1)
            each = (resident_bytes(self.server.pid) - before) / count
            print(f" [{each / 1024:.1f} KiB a connection] ", end="", flush=True)
            self.assertLess(each, 30 * 1024)
        finally:
            for connection in connections:
                connection.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        wait_until(lambda: len(descriptors_of(self.server.pid)) < 200, 20, "their end")

    def test_a_burst_of_cold_starts(self):
        """More forks than the zygote's socket holds at once."""
        count, answers = 300, []
        with Server({"who": SLEEPER}, {}, ["--concurrency", "1000"]) as server:
            def call():
                answers.append(server.returned("who", {"seconds": 1.5}, 60))
            threads = [threading.Thread(target=call) for _ in range(count)]
            for each in threads:
                each.start()
            for each in threads:
                each.join()
        wrong = [each for each in answers if not isinstance(each, int)]
        self.assertEqual((len(answers), wrong), (count, []))


class Pool(unittest.TestCase):
    """Which instance serves whom."""

    def server(self, functions, settings=None, options=()):
        server = Server(functions, settings, options)
        self.addCleanup(server.close)
        return server

    def background(self, call, *arguments):
        """Calls in a thread; what it gave is in the list, once the thread has ended."""
        found = []
        thread = threading.Thread(target=lambda: found.append(call(*arguments)))
        thread.start()
        self.addCleanup(thread.join)
        thread.found = found
        return thread

    def test_a_full_queue_is_a_432(self):
        server = self.server(
            {"single": SLEEPER}, {"single": "timeout = 20\nconcurrency = 1\nmemory = 256"},
            ["--queue", "2"],
        )
        server.returned("single", {"seconds": 0})
        running = [
            self.background(server.returned, "single", {"seconds": 1.5}) for _ in range(3)
        ]
        time.sleep(0.5)
        answer = server.invoke("single", {"seconds": 0})["Result"]
        envelope = (
            '{"errorCode":-1,"errorMessage":"Function [single] concurrency exceeded reserved quota '
            '256 MB","requestId":"%s","statusCode":432}'
        )
        self.assertEqual(answer["RetMsg"], envelope % answer["FunctionRequestId"])
        self.assertEqual(answer["InvokeResult"], 1)
        for thread in running:
            thread.join()
        # One instance, one after the other.
        self.assertEqual(len({each.found[0] for each in running}), 1)

    def test_one_function_s_line_does_not_delay_another(self):
        server = self.server(
            {"single": SLEEPER, "who": WHO}, {"single": "timeout = 20\nconcurrency = 1"}
        )
        for _ in range(4):
            self.background(server.returned, "single", {"seconds": 0.7})
        time.sleep(0.2)
        begun = time.monotonic()
        server.returned("who", {})
        self.assertLess(time.monotonic() - begun, 0.5)

    def test_fairness_at_the_limit_of_all(self):
        """With every place taken by one function's long line, another's call is next."""
        server = self.server(
            {"crowd": SLEEPER, "who": WHO}, {"crowd": "timeout = 20"}, ["--max-instances", "2"]
        )
        for _ in range(12):
            self.background(server.returned, "crowd", {"seconds": 0.5})
        time.sleep(0.2)
        begun = time.monotonic()
        server.returned("who", {})
        self.assertLess(time.monotonic() - begun, 1.2)

    def test_which_instances_are_discarded(self):
        server = self.server({"failing": FAILING}, {"failing": "timeout = 1\nmemory = 128"})
        before = server.returned("failing", {})
        for what, code, kept in [
            ("raise", 430, True),
            ("loop", 433, False),
            ("eat", 434, False),
            ("exit", 439, False),
        ]:
            self.assertEqual(server.returned("failing", {"what": what})["statusCode"], code)
            after = server.returned("failing", {})
            self.assertEqual(after == before, kept, what)
            self.assertEqual(os.path.exists(f"/proc/{before}"), kept, what)
            before = after

    def test_an_event_that_is_no_json_costs_no_instance(self):
        server = self.server({"who": WHO})
        before = server.returned("who", {})
        body = json.dumps({"FunctionName": "who", "ClientContext": "{"})
        headers = {"X-TC-Action": "Invoke", "X-TC-Version": "2018-04-16",
                   "Content-Type": "application/json"}
        status, _, answer = server.request("POST", "/", body, headers)
        self.assertIn("Error", json.loads(answer)["Response"])
        self.assertEqual(server.returned("who", {}), before)

    def test_concurrency_is_a_limit(self):
        server = self.server({"two": SLEEPER}, {"two": "timeout = 20\nconcurrency = 2"})
        begun = time.monotonic()
        calls = [self.background(server.returned, "two", {"seconds": 0.5}) for _ in range(4)]
        for each in calls:
            each.join()
        self.assertGreater(time.monotonic() - begun, 0.99)
        self.assertEqual(len({each.found[0] for each in calls}), 2)

    def test_latest_first(self):
        server = self.server({"sleeper": SLEEPER})
        calls = []
        for seconds in [0.3, 0.6, 0.9]:
            calls.append(self.background(server.returned, "sleeper", {"seconds": seconds}))
        for each in calls:
            each.join()
        last = calls[-1].found[0]
        for _ in range(5):
            self.assertEqual(server.returned("sleeper", {"seconds": 0}), last)

    def test_idle_limit(self):
        server = self.server({"who": WHO}, {}, ["--idle", "1"])
        first = server.returned("who", {})
        self.assertEqual(server.returned("who", {}), first)
        wait_until(lambda: not os.path.exists(f"/proc/{first}"), 4, "its end")
        self.assertNotEqual(server.returned("who", {}), first)

    def test_max_invocations(self):
        server = self.server({"who": WHO}, {}, ["--max-invocations", "3"])
        who = [server.returned("who", {}) for _ in range(6)]
        self.assertEqual(who, [who[0]] * 3 + [who[3]] * 3)
        self.assertNotEqual(who[0], who[3])

    def test_fresh_randomness(self):
        source = """
        import os, random, time, uuid
        def main_handler(event, context):
            time.sleep(0.3)
            return [os.getpid(), random.random(), str(uuid.uuid4()), os.urandom(8).hex(), hash("a")]
        """
        for settings in ["", 'snapshot = "init"']:
            server = self.server({"chance": source}, {"chance": settings})
            calls = [self.background(server.returned, "chance", {}) for _ in range(4)]
            for each in calls:
                each.join()
            values = [each.found[0] for each in calls]
            for index in range(4):
                self.assertEqual(len({value[index] for value in values}), 4, (settings, values))


class Life(unittest.TestCase):
    """Beginning, reload, end."""

    server = Pool.server
    background = Pool.background

    def test_sigterm_lets_calls_finish(self):
        server = self.server({"sleeper": SLEEPER}, {"sleeper": "timeout = 20"})
        idle = Client(server)
        self.addCleanup(idle.close)
        call = self.background(
            server.request, "GET", "/url/sleeper?seconds=1.5", None, {"Connection": "keep-alive"}
        )
        time.sleep(0.5)
        left = descendants_of(server.pid)
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)

        def refused():
            try:
                socket.create_connection((server.host, server.port), timeout=1).close()
            except ConnectionRefusedError:
                return True

        wait_until(refused, 0.7, "a refusal")
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - begun, 2)
        call.join()
        self.assertEqual(call.found[0][0], 200)
        wait_until(
            lambda: not any(os.path.exists(f"/proc/{each}") for each in left), 5, "their end"
        )

    def test_sigterm_ends_what_takes_longer_than_the_grace(self):
        server = self.server({"sleeper": SLEEPER}, {"sleeper": "timeout = 20"}, ["--grace", "0.5"])
        self.background(lambda: self.assertRaises(
            Exception, server.request, "GET", "/url/sleeper?seconds=15"))
        time.sleep(0.5)
        begun = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - begun, 3)

    def test_a_server_that_is_killed_leaves_no_process(self):
        server = self.server(
            {"sleeper": SLEEPER, "own": SLEEPER}, {"own": 'snapshot = "init"\ntimeout = 20'}
        )
        server.returned("sleeper", {"seconds": 0})
        self.background(lambda: self.assertRaises(
            Exception, server.request, "GET", "/url/own?seconds=15"))
        time.sleep(0.7)
        left = descendants_of(server.pid)
        self.assertGreaterEqual(len(left), 5)
        server.process.kill()
        server.process.wait()
        wait_until(
            lambda: not any(os.path.exists(f"/proc/{each}") for each in left), 5, f"an end of {left}"
        )

    def reload(self, server):
        said = len(server.errors)
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: server.errors[said:], 5, "the reload")
        wait_until(
            lambda: any("in service" in line or "stays" in line for line in server.errors[said:]),
            5,
            "the reload",
        )

    def test_sighup(self):
        server = self.server({"one": "def main_handler(event, context): return 1"})
        self.assertEqual(server.returned("one", {}), 1)
        server.write("one", "def main_handler(event, context): return 11")
        server.write("two", "def main_handler(event, context): return 2")
        self.reload(server)
        self.assertEqual(server.returned("one", {}), 11)
        self.assertEqual(server.returned("two", {}), 2)
        # What cannot be used changes nothing.
        with open(os.path.join(server.folder, "krait.toml"), "a") as file:
            file.write("nonsense = \n")
        self.reload(server)
        self.assertEqual(server.returned("two", {}), 2)
        # What is not there any more is not served.
        del server.functions["two"]
        server.write("one", "def main_handler(event, context): return 111")
        self.reload(server)
        self.assertEqual(server.returned("one", {}), 111)
        self.assertIn("Error", server.invoke("two", {}))

    def test_running_calls_finish_on_the_old_code(self):
        for settings in ["", 'snapshot = "init"\n']:
            slow = "import time\ndef main_handler(event, context): time.sleep(1.2); return %d"
            server = self.server({"slow": slow % 1}, {"slow": settings})
            self.assertEqual(server.returned("slow", {}), 1)
            call = self.background(server.returned, "slow", {})
            time.sleep(0.4)
            server.write("slow", slow % 2, settings)
            self.reload(server)
            self.assertEqual(server.returned("slow", {}), 2)
            call.join()
            self.assertEqual(call.found, [1], settings)


class LoadedAhead(unittest.TestCase):
    """`snapshot = "init"`: imports happen once."""

    server = Pool.server
    background = Pool.background

    SOURCE = """
    import os, random, time
    with open(os.environ["LINES"], "a") as file:
        file.write(f"{os.getpid()}\\n")
    def main_handler(event, context):
        time.sleep(event.get("seconds", 0))
        if event.get("exit"):
            os._exit(1)
        return [os.getpid(), random.random()]
    """

    def started(self, name="own"):
        import tempfile

        handle, self.lines = tempfile.mkstemp(prefix="lines")
        os.close(handle)
        self.addCleanup(os.remove, self.lines)
        return self.server(
            {name: self.SOURCE},
            {name: f'snapshot = "init"\nenvironment = {{ LINES = "{self.lines}" }}'},
        )

    def imports(self):
        with open(self.lines) as file:
            return [int(each) for each in file]

    def test_imports_happen_once(self):
        server = self.started()
        calls = [self.background(server.returned, "own", {"seconds": 0.3}) for _ in range(5)]
        for each in calls:
            each.join()
        values = [each.found[0] for each in calls]
        self.assertEqual(len({value[0] for value in values}), 5)
        self.assertEqual(len({value[1] for value in values}), 5)
        self.assertEqual(len(self.imports()), 1)
        self.assertEqual(server.returned("own", {"exit": True})["statusCode"], 439)
        server.returned("own", {})
        self.assertEqual(len(self.imports()), 1)

    def test_another_is_made_where_it_has_ended(self):
        server = self.started()
        server.returned("own", {})
        os.kill(self.imports()[0], signal.SIGKILL)
        self.assertEqual(len(server.returned("own", {})), 2)
        server.returned("own", {"exit": True})
        self.assertEqual(len(server.returned("own", {})), 2)
        self.assertEqual(len(self.imports()), 2)

    def test_what_fails_while_loading(self):
        for source, code in [
            ("import os\nos._exit(1)", 439),
            ("raise ValueError('no')", 443),
            ("import nothing_of_that_name", 443),
            ("while True: pass", 450),
        ]:
            server = self.server({"own": source}, {"own": 'snapshot = "init"\ninit-timeout = 3'})
            begun = time.monotonic()
            answer = server.returned("own", {})
            self.assertEqual(answer["statusCode"], code, answer)
            self.assertLess(time.monotonic() - begun, 8)
            # Nothing goes on: the zygote's two, two spares, and what was loaded as far as it went.
            most = 5 if code == 443 else 4
            wait_until(lambda: len(descendants_of(server.pid)) <= most, 5, f"an end of {source}")

    def test_loading_delays_no_other_function(self):
        server = self.server(
            {"slow": "import time\ntime.sleep(2)\n" + WHO, "quick": WHO},
            {"slow": 'snapshot = "init"', "quick": 'snapshot = "init"'},
        )
        self.background(server.returned, "slow", {})
        time.sleep(0.3)
        begun = time.monotonic()
        server.returned("quick", {})
        self.assertLess(time.monotonic() - begun, 1)


if __name__ == "__main__":
    # No test may take longer than all of them should.
    faulthandler.dump_traceback_later(170, exit=True)
    unittest.main()
