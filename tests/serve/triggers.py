"""The function URL and the API gateway: the function's event and the client's response."""

import json

from plain_http import LIMIT, OneServer


class Requests(OneServer):
    """The event that a function gets."""

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

    def test_binary_body(self):
        data = bytes(range(256)) * 100
        status, headers, body = self.server.request("POST", "/url/binary", data)
        self.assertEqual((status, body), (200, data[::-1]))
        self.assertEqual(headers["content-type"], "application/octet-stream")
        status, _, body = self.server.request("POST", "/apigw/binary", data)
        self.assertEqual((status, body), (200, data[::-1]))
        event = self.event("POST", "/url/echo", b"\xff\x00")
        self.assertEqual((event["body"], event["isBase64Encoded"]), ("/wA=", True))

    def test_unknown_function(self):
        status, _, body = self.server.request("GET", "/url/nobody/x")
        self.assertEqual(status, 404, body)
        self.assertEqual(self.server.request("GET", "/nowhere")[0], 404)


class Responses(OneServer):
    """The response that a client gets."""

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
            status, _, answer = self.server.request("POST", "/url/answer", body)
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
