"""krait: how a connection is made: hosts and addresses, TLS, the start of the protocol, and authentication.

What may wait is written as a generator that gives `READ` or `WRITE`, so that one text does for a connection that
blocks and for one that is polled.
"""

import errno
import os
import socket
import struct
import time

from . import connecting, failures, secrets
from .failures import OperationalError

OK, READ, WRITE = 0, 1, 2
IDLE, ACTIVE, IN_TRANSACTION, IN_ERROR, UNKNOWN = range(5)
TRANSACTIONS = {73: IDLE, 84: IN_TRANSACTION, 69: IN_ERROR}
CLOSED = (
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


class Starting:
    """The half of a wire that makes the connection."""

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
                        raise _Refused("")
                    break
                except Lost as lost:
                    self.close()
                    texts.append(shown + str(lost))
                    if plan is plans[-1] or plans[0] is False:
                        break
                except OperationalError as error:
                    self.close()
                    raise _Refused(shown + str(error))
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
                    raise _Refused(f"could not receive data from server: {failures.words(error)}", True)
            if answer == b"N":
                if must:
                    raise _Refused("server does not support SSL, but SSL was required")
                return
            if answer != b"S":
                if not answer:
                    raise Lost(CLOSED)
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
            raise _Refused(f"SSL error: certificate verify failed ({error.verify_message})", not must)
        except ValueError as error:
            raise _Refused(str(error), not must)
        except (ssl.SSLEOFError, ConnectionError):
            raise _Refused("SSL SYSCALL error: EOF detected", not must)
        except OSError as error:
            reason = getattr(error, "reason", None)
            text = reason.lower().replace("_", " ") if reason else error.strerror or str(error)
            raise _Refused(f"SSL error: {text}", not must)

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
        scram = binding = source = None
        bound = authenticated = verified = False
        while True:
            kind, body = yield from self._message()
            if kind == b"E":
                fields = failures.fields_of(body, "utf-8")
                # Another host may do where this one does not take connections now.
                text, code = failures.report(fields), fields.get("C", "")
                if code == "28P01" and source is not None:
                    text += f'password retrieved from file "{source}"\n'
                raise _Refused(text, not authenticated, code == "57P03")
            if kind == b"S":
                self._parameter(body)
            elif kind == b"K":
                self.pid, self._key = struct.unpack("!II", body[:8])
            elif kind == b"N":
                self.notices.append(failures.report(failures.fields_of(body, "utf-8"), notice=True))
            elif kind == b"Z":
                self.transaction = TRANSACTIONS.get(body[0], UNKNOWN)
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
                password, source = connecting.password_of(options, self.host, port)
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
                raise _Refused(str(error), onward=False)
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
