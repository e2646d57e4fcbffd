"""krait: a connection's bytes: how it is made, and the messages of PostgreSQL's protocol 3.0.

What may wait is written as a generator that gives `READ` or `WRITE`, so that one text does for a connection that
blocks and for one that is polled.
"""

import errno
import os
import select
import socket
import struct
import time

from _krait_stand_ins import _psycopg2 as _native

from . import connecting, failures, secrets
from .failures import OperationalError

OK, READ, WRITE = 0, 1, 2
IDLE, ACTIVE, IN_TRANSACTION, IN_ERROR, UNKNOWN = range(5)
COPY_IN, COPY_OUT, COPY_BOTH = "in", "out", "both"
_TRANSACTIONS = {73: IDLE, 84: IN_TRANSACTION, 69: IN_ERROR}
_HEAD = struct.Struct("!BI")
_CLOSED = (
    "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n"
    "\tbefore or while processing the request.\n"
)


class Lost(Exception):
    """The connection is gone; its text is libpq's."""


class _Refused(Exception):
    """An attempt failed. `again` tells whether one without, or with TLS may do better, or the next host."""

    def __init__(self, text, again=False, onward=True):
        super().__init__(text)
        self.again, self.onward = again, onward


class Result:
    """What the server answered to one statement."""

    __slots__ = ("fields", "rows", "tag", "error", "empty", "copy")

    def __init__(self):
        self.fields = self.tag = self.error = self.copy = None
        self.rows = []
        self.empty = False


class Wire:
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

    # Making a connection.

    def connect(self):
        """The steps of making a connection by its options; an `OperationalError` tells of all attempts."""
        wanted = self.options["target_session_attrs"]
        if self.options["gssencmode"] == "require":
            raise OperationalError('gssencmode value "require" invalid when GSSAPI support is not compiled in\n')
        for mode in ("standby", "any") if wanted == "prefer-standby" else (wanted,):
            texts = []
            for host, address, port in connecting.places(self.options):
                try:
                    found = yield from self._connect_host(host, address, port, mode, texts)
                except _Refused as refused:
                    texts.append(str(refused))
                    break
                if found:
                    return
        raise OperationalError("".join(texts))

    def _connect_host(self, host, address, port, mode, texts):
        if host[:1] in ("/", "@") and not address:
            path = f"{host}/.s.PGSQL.{port}"
            found = [(socket.AF_UNIX, ("\0" + path[1:]) if path[0] == "@" else path)]
            shown = f'connection to server on socket "{path}" failed: '
            plans = [False]
        else:
            flags = socket.AI_NUMERICHOST if address else 0
            try:
                infos = socket.getaddrinfo(address or host, port, type=socket.SOCK_STREAM, flags=flags)
            except socket.gaierror as error:
                kind = "parse network address" if address else "translate host name"
                extra = "" if address else " to address"
                texts.append(f'could not {kind} "{address or host}"{extra}: {error.strerror}\n')
                return False
            found = [(info[0], info[4]) for info in infos]
            plans = {"disable": [False], "allow": [False, True], "prefer": [True, False]}.get(
                self.options["sslmode"], [True]
            )
        for family, place in found:
            if family != socket.AF_UNIX:
                named = address or host
                other = f" ({place[0]})" if named != place[0] else ""
                shown = f'connection to server at "{named}"{other}, port {port} failed: '
            for plan in plans:
                try:
                    seconds = connecting.number(self.options, "connect_timeout")
                    self._deadline = time.monotonic() + max(seconds, 2) if seconds > 0 else None
                    yield from self._attempt(family, place, host, port, plan, mode)
                    return True
                except _Refused as refused:
                    self.close()
                    text = str(refused)
                    texts.append(shown + text + ("" if text.endswith("\n") else "\n"))
                    if refused.again and plan is not plans[-1]:
                        continue
                    if not refused.onward:
                        raise _Refused("") from None
                    break
                except Lost as lost:
                    self.close()
                    texts.append(shown + str(lost))
                    if plan is plans[-1] or plans[0] is False:
                        break
                except OperationalError as error:
                    self.close()
                    raise _Refused(shown + str(error)) from None
        return False

    def _attempt(self, family, place, host, port, tls, mode):
        options = self.options
        self.parameters = {}
        self._clear()
        sock = self.socket = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            if family != socket.AF_UNIX:
                self._set_socket(sock)
            code = sock.connect_ex(place)
            while code in (errno.EINPROGRESS, errno.EAGAIN, errno.EINTR):
                yield from self._wait(WRITE)
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        except OSError as error:
            code = error.errno
        if code:
            where = (
                "locally and accepting connections on that socket" if family == socket.AF_UNIX
                else "on that host and accepting TCP/IP connections"
            )
            raise _Refused(f"{os.strerror(code)}\n\tIs the server running {where}?")
        if options["requirepeer"] and family == socket.AF_UNIX:
            import pwd

            uid = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
            name = pwd.getpwuid(uid).pw_name
            if name != options["requirepeer"]:
                raise _Refused(
                    f'requirepeer specifies "{options["requirepeer"]}", but actual peer user name is "{name}"'
                )
        if tls:
            yield from self._start_tls(host)
        self.host, self.port = host or place[0], port
        yield from self._start(port)
        yield from self._check_session(mode)

    def _set_socket(self, sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        options = self.options
        if options["keepalives"] != "0":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, option in (
                ("keepalives_idle", "TCP_KEEPIDLE"), ("keepalives_interval", "TCP_KEEPINTVL"),
                ("keepalives_count", "TCP_KEEPCNT"), ("tcp_user_timeout", "TCP_USER_TIMEOUT"),
            ):
                value = connecting.number(options, name)
                if value > 0 and hasattr(socket, option):
                    sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)

    def _wait(self, want):
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise _Refused("timeout expired")
        yield want
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise _Refused("timeout expired")

    def _start_tls(self, host):
        mode, must = self.options["sslmode"], self.options["sslmode"] not in ("allow", "prefer")
        direct = self.options["sslnegotiation"] == "direct"
        if not direct:
            self._out += struct.pack("!II", 8, 80877103)
            yield from self._flushing()
            while True:
                try:
                    answer = self.socket.recv(1)
                    break
                except BlockingIOError:
                    yield from self._wait(READ)
                except OSError as error:
                    raise _Refused(f"could not receive data from server: {failures.words(error)}", True) from None
            if answer == b"N":
                if must:
                    raise _Refused("server does not support SSL, but SSL was required")
                return
            if answer != b"S":
                if not answer:
                    raise Lost(_CLOSED)
                raise _Refused(f"received invalid response to SSL negotiation: {answer.decode('latin-1')}")
        import ssl

        try:
            context = connecting.tls_context(self.options)
            if direct:
                context.set_alpn_protocols(["postgresql"])
            named = host and not host.replace(".", "").isdigit() and ":" not in host
            sock = context.wrap_socket(
                self.socket, do_handshake_on_connect=False,
                server_hostname=host if named and self.options["sslsni"] != "0" else None,
            )
            self.socket = sock
            while True:
                try:
                    sock.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    yield from self._wait(READ)
                except ssl.SSLWantWriteError:
                    yield from self._wait(WRITE)
            if mode == "verify-full" or self.options["sslrootcert"] == "system":
                if not host:
                    raise ValueError("host name must be specified for a verified SSL connection")
                connecting.check_name(sock.getpeercert(), host)
        except ssl.SSLCertVerificationError as error:
            raise _Refused(f"SSL error: certificate verify failed ({error.verify_message})", not must) from None
        except ValueError as error:
            raise _Refused(str(error), not must) from None
        except OSError as error:
            reason = getattr(error, "reason", None)
            text = reason.lower().replace("_", " ") if reason else error.strerror or str(error)
            raise _Refused(f"SSL error: {text}", not must) from None

    def _start(self, port):
        options = self.options
        pairs = {"user": options["user"], "database": options["dbname"], "replication": options["replication"]}
        pairs["options"] = options["options"]
        pairs["application_name"] = options["application_name"] or options["fallback_application_name"]
        pairs["client_encoding"] = "UTF8" if options["client_encoding"] == "auto" else options["client_encoding"]
        for variable, name in (("PGDATESTYLE", "datestyle"), ("PGTZ", "timezone"), ("PGGEQO", "geqo")):
            pairs[name] = os.environ.get(variable)
        body = b"".join(f"{name}\0{value}\0".encode(errors="surrogateescape") for name, value in pairs.items() if value)
        self._out += struct.pack("!II", len(body) + 9, 196608) + body + b"\0"
        yield from self._flushing()
        scram = binding = None
        bound = authenticated = verified = False
        while True:
            kind, body = yield from self._message()
            if kind == b"E":
                fields = failures.fields_of(body, "utf-8")
                # Another host may do where this one does not take connections now.
                raise _Refused(failures.report(fields), not authenticated, fields.get("C", "") == "57P03")
            if kind == b"S":
                self._parameter(body)
            elif kind == b"K":
                self.pid, self._key = struct.unpack("!II", body[:8])
            elif kind == b"N":
                self.notices.append(failures.report(failures.fields_of(body, "utf-8"), notice=True))
            elif kind == b"Z":
                self.transaction = _TRANSACTIONS.get(body[0], UNKNOWN)
                return
            if kind != b"R":
                continue
            method = struct.unpack("!I", body[:4])[0]
            authenticated = not method
            needed = {0: "none", 3: "password", 5: "md5", 10: "scram-sha-256"}.get(method)
            if method and method not in (3, 5, 10, 11, 12):
                name = {7: "GSSAPI", 9: "SSPI"}.get(method)
                raise _Refused(
                    f"{name} authentication not supported" if name else f"authentication method {method} not supported"
                )
            if needed:
                self._may_authenticate(needed, scram is not None or self.used_password)
            if options["channel_binding"] == "require" and not bound and method in (0, 3, 5):
                raise _Refused(
                    "channel binding required, but server authenticated client without channel binding" if not method
                    else "channel binding required but not supported by server's authentication request"
                )
            if method in (3, 5, 10):
                self.needs_password = True
                password = connecting.password_of(options, self.host, port)
                if not password:
                    raise _Refused("fe_sendauth: no password supplied", onward=False)
                self.used_password = True
            try:
                if method == 3:
                    self._send(b"p", password.encode() + b"\0")
                elif method == 5:
                    user = options["user"].encode()
                    self._send(b"p", secrets.md5(password.encode(), user, body[4:8]) + b"\0")
                elif method == 10:
                    mechanisms = body[4:].split(b"\0")
                    tls = hasattr(self.socket, "getpeercert")
                    bound = tls and b"SCRAM-SHA-256-PLUS" in mechanisms and options["channel_binding"] != "disable"
                    if bound:
                        binding = secrets.end_point(self.socket.getpeercert(True))
                    elif options["channel_binding"] == "require":
                        raise _Refused(
                            "channel binding is required, but server did not offer an authentication method that "
                            "supports channel binding" if tls else "channel binding required, but SSL not in use"
                        )
                    elif b"SCRAM-SHA-256" not in mechanisms:
                        raise _Refused("none of the server's SASL authentication mechanisms are supported")
                    scram = secrets.Scram(password, binding, tls and options["channel_binding"] != "disable")
                    first = scram.first()
                    name = b"SCRAM-SHA-256-PLUS" if bound else b"SCRAM-SHA-256"
                    self._send(b"p", name + b"\0" + struct.pack("!I", len(first)) + first)
                elif method == 11 and scram:
                    self._send(b"p", scram.final(body[4:]))
                elif method == 12 and scram:
                    scram.verify(body[4:])
                    verified = True
                elif not method and scram and not verified:
                    raise _Refused("the server has not proved that it knows the password", onward=False)
            except ValueError as error:
                raise _Refused(str(error), onward=False) from None
            yield from self._flushing()

    def _may_authenticate(self, method, done):
        wanted = self.options["require_auth"]
        if not wanted or method == "none" and done:
            return
        names = [name.strip() for name in wanted.split(",")]
        refused = [name[1:] for name in names if name.startswith("!")]
        if method in refused or not refused and method not in names:
            asked = {
                "none": "server did not complete authentication", "password": "server requested a cleartext password",
                "md5": "server requested a hashed password", "scram-sha-256": "server requested SASL authentication",
            }[method]
            raise _Refused(f'authentication method requirement "{wanted}" failed: {asked}', onward=False)

    def _check_session(self, mode):
        if mode == "any":
            return
        standby = self.parameters.get("in_hot_standby")
        readonly = self.parameters.get("default_transaction_read_only")
        if standby is None or readonly is None:
            found = []
            for query in (b"SELECT pg_catalog.pg_is_in_recovery()::int::text", b"SHOW transaction_read_only"):
                self.send_query(query)
                while self.busy:
                    yield from self._flushing()
                    if not self.process():
                        yield from self._more()
                rows = self.results[-1].rows
                found.append(rows[0][6:] if rows else b"")
                self.results = []
            standby, readonly = ("on" if found[0] == b"1" else "off"), found[1].decode()
        wrong = {
            "read-write": ("session is read-only", readonly == "on" or standby == "on"),
            "read-only": ("session is not read-only", readonly != "on" and standby != "on"),
            "primary": ("server is in hot standby mode", standby == "on"),
            "standby": ("server is not in hot standby mode", standby != "on"),
        }[mode]
        if wrong[1]:
            raise _Refused(wrong[0])

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
                    raise self._lost(error) from None
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
                raise self._lost(error) from None
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
            raise self._lost(error) from None
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
            ) else _CLOSED
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
            raise OperationalError(f"PQcancel() -- connect() failed: {failures.words(error)}\n") from None

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
            self.transaction, self.busy = _TRANSACTIONS.get(body[0], UNKNOWN), False
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
