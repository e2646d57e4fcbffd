"""A runtime API that says what it is told to say, and notes what it is asked."""

import contextlib
import socket

# Headers that are another in each run, or say what is seen anyway.
UNSHOWN = {"host", "content-length", "accept", "connection", "user-agent"}

# The method of a request that ends the listening.
OVER = "OVER"
# How long a request is waited for, in seconds.
PATIENCE = 60


class Connection:
    """One client's connection; requests come one after the other."""

    def __init__(self, stream):
        self.stream = stream
        self.file = stream.makefile("rb")

    def request(self):
        """The next request: its line, headers and body; None where the client has gone."""
        line = self.file.readline()
        if not line:
            return None
        method, path, version = line.decode().split()
        assert version == "HTTP/1.1", version
        headers = {}
        while (header := self.file.readline().rstrip(b"\r\n")):
            name, _, value = header.decode().partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            body = b"".join(self.chunks())
        else:
            body = self.file.read(int(headers.get("content-length", 0)))
        return method, path, headers, body

    def chunks(self):
        while size := int(self.file.readline(), 16):
            yield self.file.read(size)
            self.file.readline()
        self.file.readline()

    def answer(self, text):
        """Sends a status, headers and a body, as a case has them: an empty line is between."""
        head, _, body = text.partition("\n\n")
        status, *headers = head.split("\n")
        body = body.encode()
        lines = [f"HTTP/1.1 {status} x", *headers, f"Content-Length: {len(body)}", "", ""]
        self.stream.sendall("\r\n".join(lines).encode() + body)


class Listener:
    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(PATIENCE)
        self.port = self.socket.getsockname()[1]
        self.connection = None

    def finish(self):
        """Has `request` raise once everything is read that was sent until now."""
        with contextlib.suppress(OSError):
            # Connections are taken in their order.
            with socket.create_connection(("127.0.0.1", self.port)) as last:
                last.sendall(f"{OVER} / HTTP/1.1\r\n\r\n".encode())

    def request(self):
        """The next request on the connection, or on a new one where that has ended."""
        while True:
            if (connection := self.connection) is None:
                stream, _ = self.socket.accept()
                stream.settimeout(PATIENCE)
                stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection = self.connection = Connection(stream)
            if (request := connection.request()) is not None:
                if request[0] == OVER:
                    raise ConnectionAbortedError
                return request
            self.connection = None

    def close(self):
        connection, self.connection = self.connection, None
        # Wakes who waits in another thread.
        for stream in [self.socket, connection and connection.stream]:
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.shutdown(socket.SHUT_RDWR)
                stream.close()


def shown(request):
    """A request as cases have it."""
    method, path, headers, body = request
    lines = [f"{method} {path}"]
    lines += sorted(f"{name}: {value}" for name, value in headers.items() if name not in UNSHOWN)
    text = body.decode()
    return "\n".join(lines) + (f"\n\n{text}" if text else "")
