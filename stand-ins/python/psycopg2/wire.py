"""krait: a connection's bytes, and the messages of PostgreSQL's protocol 3.0."""

import select
import socket
import struct
import time

from _krait_stand_ins import _psycopg2 as _native

from . import failures
from .failures import OperationalError
from .starting import ACTIVE, CLOSED, READ, TRANSACTIONS, UNKNOWN, WRITE, Lost, Starting

COPY_IN, COPY_OUT, COPY_BOTH = "in", "out", "both"
_HEAD = struct.Struct("!BI")


class Result:
    """What the server answered to one statement."""

    __slots__ = ("fields", "rows", "tag", "error", "empty", "copy")

    def __init__(self):
        self.fields = self.tag = self.error = self.copy = None
        self.rows = []
        self.empty = False


class Wire(Starting):
    """A connection to a server, without what psycopg2 makes of it."""

    def __init__(self, options):
        self.options = options
        self.socket = None
        self.blocking = False
        self.parameters = {}
        self.pid = self._key = 0
        self.transaction = UNKNOWN
        self.busy = False
        self.copy = None
        self.results = []
        self.copied = []
        self.notices = []
        self.notifies = []
        self.codec = "utf-8"
        self.host = self.port = ""
        self.used_password = self.needs_password = False
        self.error = ""
        self._result = None
        self._clear()
        self._deadline = None

    def _clear(self):
        self._in, self._at, self._chunks, self._need = b"", 0, [], 0
        self._out, self._held = bytearray(), b""

    def settle(self, blocking):
        """After a connection is made: whether its calls wait."""
        self._deadline = None
        self.block(blocking)

    def block(self, blocking):
        if self.socket is not None and blocking is not self.blocking:
            self.socket.settimeout(None if blocking else 0)
            self.blocking = blocking

    def drive(self, steps):
        """Takes steps until they end, and waits where they do."""
        for want in steps:
            left = None if self._deadline is None else max(self._deadline - time.monotonic(), 0)
            poll = select.poll()
            poll.register(self.socket, select.POLLIN if want == READ else select.POLLOUT)
            poll.poll(None if left is None else left * 1000 + 1)

    # Bytes.

    def _send(self, kind, body):
        self._out += kind + struct.pack("!I", len(body) + 4) + body

    def _flushing(self):
        """The steps of sending what is to be sent."""
        while self._out or self._held:
            if not self._held:
                self._held, self._out = memoryview(bytes(self._out)), bytearray()
            try:
                self._held = self._held[self.socket.send(self._held[:131072]):]
            except BlockingIOError:
                yield from self._wait(WRITE)
            except OSError as error:
                if not _again(error):
                    raise self._lost(error)
                yield from self._wait(READ if "Read" in type(error).__name__ else WRITE)

    def _more(self):
        """The steps of receiving more."""
        while not self.receive():
            yield from self._wait(READ)

    def _message(self):
        while True:
            message = self._next_message()
            if message is not None:
                return message
            yield from self._more()

    def _next_message(self):
        self._join()
        data, at = self._in, self._at
        if len(data) - at >= 5:
            kind, length = _HEAD.unpack_from(data, at)
            if len(data) - at > length:
                self._at = at + 1 + length
                return bytes([kind]), data[at + 5:at + 1 + length]
            self._need = length + 1 - (len(data) - at)
        else:
            self._need = 5 - (len(data) - at)
        for chunk in self._chunks:
            self._need -= len(chunk)
        return None

    def _join(self):
        # A long message's parts are joined once.
        if self._chunks and self._need <= 0:
            self._in = self._in[self._at:] + b"".join(self._chunks)
            self._at, self._chunks = 0, []

    def flush(self):
        """Sends what is to be sent, and waits for it, while it takes what the server sends meanwhile."""
        if not self._out and not self._held:
            return
        if self.blocking and not self._held and len(self._out) < 8192:
            try:
                self.socket.sendall(self._out)
            except OSError as error:
                raise self._lost(error)
            self._out.clear()
            return
        blocking, deadline = self.blocking, self._deadline
        self.block(False)
        try:
            for want in self._flushing():
                poll = select.poll()
                poll.register(self.socket, select.POLLIN | (select.POLLOUT if want == WRITE else 0))
                if any(event & select.POLLIN for _, event in poll.poll()):
                    self.receive()
        finally:
            self._deadline = deadline
            self.block(blocking)

    def send_some(self):
        """Sends what can be sent without waiting; whether all is sent."""
        for _ in self._flushing():
            return False
        return True

    def receive(self):
        """Receives something; False where there is nothing yet."""
        try:
            data = self.socket.recv(262144 if self._need > 65536 else 65536)
        except OSError as error:
            if _again(error):
                return False
            raise self._lost(error)
        if not data:
            raise self._lost(None)
        self._chunks.append(data)
        self._need -= len(data)
        return True

    def _lost(self, error):
        tls = hasattr(self.socket, "getpeercert")
        if error is None or isinstance(error, (ConnectionError, ValueError)) or tls and "EOF" in str(error):
            text = "SSL connection has been closed unexpectedly\n" if tls and error is None or (
                tls and not isinstance(error, ConnectionError)
            ) else CLOSED
        else:
            text = f"could not receive data from server: {failures.words(error)}\n"
        self.close()
        self.error = text
        return Lost(text)

    def close(self, politely=False):
        """Closes the connection; `politely` tells the server."""
        sock, self.socket = self.socket, None
        if sock is None:
            return
        if politely:
            try:
                sock.settimeout(0)
                sock.send(b"X\0\0\0\4")
            except (OSError, ValueError):
                pass
        try:
            sock.close()
        except OSError:
            pass
        self._clear()
        self.busy, self.copy, self.transaction, self.blocking = False, None, UNKNOWN, False

    def cancel(self):
        """Asks the server, by another connection, to cancel what this one does."""
        try:
            family, place = self.socket.family, self.socket.getpeername()
            with socket.socket(family, socket.SOCK_STREAM) as sock:
                sock.settimeout(30)
                sock.connect(place)
                sock.sendall(struct.pack("!IIII", 16, 80877102, self.pid, self._key))
                sock.recv(1)
        except OSError as error:
            raise OperationalError(f"PQcancel() -- connect() failed: {failures.words(error)}\n")

    # Messages.

    def send_query(self, query):
        """A simple query is to be sent; its results are gathered by `process`."""
        self.results, self._result, self.busy, self.query = [], None, True, query
        self.transaction, self.error = ACTIVE, ""
        self._out += b"Q" + struct.pack("!I", len(query) + 5) + query + b"\0"

    def send_copied(self, data):
        self._out += b"d" + struct.pack("!I", len(data) + 4) + data
        if len(self._out) > 65536:
            self.flush()

    def end_copy(self, error=None):
        if error is None:
            self._out += b"c\0\0\0\4"
        else:
            self._send(b"f", error.encode(self.codec, "replace") + b"\0")
        self.copy = None

    def complete(self):
        """Waits until the server is ready, or copies."""
        self.flush()
        while self.busy and not self.copy:
            if not self.process():
                self.receive()

    def process(self):
        """Takes what messages there are; whether the server is ready, or copies."""
        self._join()
        if self._chunks:
            return not self.busy
        data, at, end = self._in, self._at, len(self._in)
        unpack = _HEAD.unpack_from
        while end - at >= 5:
            kind, length = unpack(data, at)
            stop = at + 1 + length
            if stop > end:
                break
            if kind == 68:
                at = _native.split(data, at, self._result.rows)
                continue
            body, at = data[at + 5:stop], stop
            if kind == 100:
                self.copied.append(body)
                if self.copy == COPY_BOTH:
                    break
                continue
            self._at = at
            self._take(chr(kind), body)
            if kind == 90 or self.copy and kind in (71, 72, 87):
                return True
        self._at = at
        self._need = (5 if end - at < 5 else 1 + unpack(data, at)[1]) - (end - at)
        return not self.busy

    def _take(self, kind, body):
        if kind == "T":
            self._result = Result()
            self._result.fields = _fields(body, self.codec)
        elif kind in "CI":
            result = self._result or Result()
            if kind == "C":
                result.tag = body[:-1].decode(self.codec)
            else:
                result.empty = True
            self.results.append(result)
            self._result = None
        elif kind == "E":
            fields = failures.fields_of(body, self.codec)
            result = Result()
            query = self.query.decode(self.codec, "replace") if self.busy else None
            result.error = (fields, failures.report(fields, query))
            self.error = result.error[1]
            self.copy = None
            self._result = None
            self.results.append(result)
        elif kind == "Z":
            self.transaction, self.busy = TRANSACTIONS.get(body[0], UNKNOWN), False
        elif kind == "S":
            self._parameter(body)
        elif kind == "N":
            self.notices.append(failures.report(failures.fields_of(body, self.codec), notice=True))
        elif kind == "A":
            channel, payload = body[4:].split(b"\0")[:2]
            pid = int.from_bytes(body[:4], "big")
            self.notifies.append((pid, channel.decode(self.codec), payload.decode(self.codec)))
        elif kind in "GHW":
            self.copy = {"G": COPY_IN, "H": COPY_OUT, "W": COPY_BOTH}[kind]
            self._result = Result()
            self._result.copy = self.copy
        elif kind == "c":
            self.copy = None

    def _parameter(self, body):
        name, value = body.split(b"\0")[:2]
        self.parameters[name.decode()] = value.decode(self.codec, "replace")


def _again(error):
    return isinstance(error, BlockingIOError) or type(error).__name__ in ("SSLWantReadError", "SSLWantWriteError")


def _fields(body, codec):
    """The columns of a result: name, table, column, type, size and modifier of each."""
    found, at = [], 2
    for _ in range(int.from_bytes(body[:2], "big")):
        end = body.index(b"\0", at)
        name = body[at:end].decode(codec)
        table, column, kind, size, modifier, _ = struct.unpack_from("!IhIhih", body, end + 1)
        found.append((name, table, column, kind, size, modifier))
        at = end + 19
    return found
