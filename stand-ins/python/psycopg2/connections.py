"""krait: psycopg2's connection class."""

import os
import threading

from . import adapting, connecting, failures
from .failures import InterfaceError, NotSupportedError, OperationalError, ProgrammingError
from .values import ConnectionInfo, Notify, Xid, version_of
from .wire import COPY_IN, OK, READ, WRITE, Lost, Wire

# The client's encodings by the server's names, and what Python calls them.
encodings = {}
_LEVELS = {1: "READ COMMITTED", 2: "REPEATABLE READ", 3: "SERIALIZABLE", 4: "READ UNCOMMITTED"}
SETUP, READY, BEGIN, PREPARED = 0, 1, 2, 5
_callback = None


def set_wait_callback(callback, /):
    """Register a callback function to block waiting for data."""
    global _callback
    _callback = callback


def get_wait_callback():
    """Return the currently registered wait callback."""
    return _callback


class connection:
    """connection(dsn, ...) -> new connection object"""

    __module__ = "psycopg2.extensions"
    _wire = None
    _steps = None
    _finished = False
    _closed = 2
    _codec = "utf-8"
    _async_cursor = None
    _sending = _receiving = _entered = False
    _mark = 0
    _xid = None
    _marks = False
    _level = _readonly = _deferrable = None
    _autocommit = False
    dsn = ""
    status = SETUP
    encoding = ""
    async_ = 0
    cursor_factory = None
    binary_types = None

    def __init__(self, dsn, async_=0, **more):
        async_ = more.pop("async", async_)
        if more:
            raise TypeError(f"'{next(iter(more))}' is an invalid keyword argument for this function")
        if not isinstance(dsn, str):
            raise TypeError(f"argument 1 must be str, not {type(dsn).__name__}")
        self._lock = threading.RLock()
        self.notices, self.notifies = [], []
        self.string_types, self.binary_types = {}, {}
        self.async_, self._process = int(bool(async_)), os.getpid()
        self.dsn = _hidden(dsn)
        try:
            found = connecting.parse(dsn)
        except ValueError as error:
            raise OperationalError(f"{error}\n") from None
        self._wire = Wire(connecting.complete(found))
        self._closed = 0
        self._steps = self._connecting()
        if self.async_:
            self._autocommit = True
            return
        try:
            if _callback is not None:
                _callback(self)
                if self._steps is not None:
                    raise OperationalError("asynchronous connection attempt underway")
            else:
                steps, self._steps = self._steps, None
                self._wire.drive(steps)
            self._wire.settle(True)
        except BaseException:
            self._break()
            raise

    def _connecting(self):
        wire = self._wire
        try:
            yield from wire.connect()
            for notice in wire.notices:
                self.notices.append(notice)
            wire.notices = []
            self._read_encoding()
            self.status = READY
            # Literals are marked by what the server said at the start.
            self._marks = not self._standard
            if not wire.parameters.get("DateStyle", "").startswith("ISO"):
                wire.send_query(b"SET DATESTYLE TO 'ISO'")
                while wire.busy:
                    yield from wire._flushing()
                    if not wire.process():
                        yield from wire._more()
        except Lost as lost:
            raise OperationalError(str(lost)) from None

    def _read_encoding(self):
        name = self._wire.parameters.get("client_encoding")
        if name is None:
            raise OperationalError("server didn't return client encoding")
        clean = "".join(each for each in name if each.isalnum()).upper()
        codec = encodings.get(clean) or encodings.get(name)
        if codec is None:
            raise OperationalError(f"no Python encoding for PostgreSQL encoding '{name}'")
        self.encoding, self._codec, self._wire.codec = clean, codec, codec

    @property
    def _standard(self):
        return self._wire.parameters.get("standard_conforming_strings", "on") == "on"

    def _types(self):
        return self.string_types

    # What calls are refused.

    @property
    def closed(self):
        """True if the connection is closed."""
        return self._closed

    def _check(self, name=None, transaction=False, prepared=False, two_phase=False):
        """The connection is open; `name` is refused where it is asynchronous, and as the others say."""
        if self._closed:
            raise InterfaceError("connection already closed")
        if name is None:
            return
        if self.async_:
            raise ProgrammingError(f"{name} cannot be used in asynchronous mode")
        if transaction and self.status == BEGIN:
            raise ProgrammingError(f"{name} cannot be used inside a transaction")
        if prepared:
            self._check_prepared(name)
        if two_phase and self._xid is not None:
            raise ProgrammingError(f"{name} cannot be used during a two-phase transaction")

    def _check_prepared(self, name):
        if self.status == PREPARED:
            raise ProgrammingError(f"{name} cannot be used with a prepared two-phase transaction")

    # Queries.

    def _break(self):
        if self._wire is not None:
            self._wire.close()
        self._steps, self._closed = None, 2

    def _exchange(self, query):
        """Sends a query and gives all of its results, after the server is ready or copies."""
        wire = self._wire
        try:
            if _callback is not None:
                self._exchange_green(query)
            else:
                wire.send_query(query)
                wire.complete()
        except Lost as lost:
            self._closed = 2
            raise failures.made(None, str(lost), broken=True) from None
        except BaseException:
            self._break()
            raise
        self._take_news()
        return wire.results

    def _exchange_green(self, query):
        wire = self._wire
        wire.block(False)
        wire.send_query(query)
        self._sending = True
        try:
            _callback(self)
            if wire.busy and not wire.copy:
                raise OperationalError("the wait callback ended before the query")
        finally:
            self._sending = self._receiving = False
            if wire.socket is not None:
                wire.block(True)

    def _take_news(self):
        wire = self._wire
        if wire.notices:
            try:
                for notice in wire.notices:
                    self.notices.append(notice)
                if isinstance(self.notices, list):
                    del self.notices[:-50]
            except Exception:
                pass
            wire.notices = []
        if wire.notifies:
            for each in wire.notifies:
                try:
                    self.notifies.append(Notify(*each))
                except AttributeError:
                    break
            wire.notifies = []

    def _refuse_copy(self):
        """Ends a copy that nobody takes."""
        wire = self._wire
        direction = wire.copy
        if direction == COPY_IN:
            wire.end_copy("COPY terminated by new PQexec")
        wire.copy = None
        while wire.busy:
            wire.flush()
            if not wire.process() or wire.copy:
                wire.copy = None
                wire.receive()
        wire.copied = []
        return direction

    def _run(self, query, begin=False, cursor=None):
        """The last result of a query; an error that the server reports is raised."""
        with self._lock:
            if self._closed:
                raise InterfaceError("connection already closed")
            if self._async_cursor is not None:
                raise ProgrammingError("a query cannot be used while an asynchronous query is underway")
            if begin:
                self._begin()
            results = self._exchange(query)
            if self._wire.copy:
                return None
            return self._last(results, cursor)

    def _last(self, results, cursor=None):
        result = results[-1] if results else None
        if result is not None and result.error:
            fields, text = result.error
            raise failures.made(fields, text, cursor)
        return result

    def _copying(self, way, file, size, cursor):
        """Copies by a cursor's method, after the server has said that it will; the result of the whole."""
        wire = self._wire
        try:
            way(wire, file, size)
        except Lost as lost:
            self._closed = 2
            raise failures.made(None, str(lost), cursor, True) from None
        except Exception:
            if wire.busy:
                self._break()
            raise
        self._take_news()
        return self._last(wire.results, cursor)

    def _command(self, text):
        return self._run(text.encode(self._codec))

    def _begin(self):
        if (self._autocommit and not self._entered) or self.status != READY:
            return
        text = "BEGIN"
        if self._level is not None:
            text += f" ISOLATION LEVEL {_LEVELS[self._level]}"
        if self._readonly is not None:
            text += " READ ONLY" if self._readonly else " READ WRITE"
        if self._deferrable is not None:
            text += " DEFERRABLE" if self._deferrable else " NOT DEFERRABLE"
        self._command(text)
        self.status = BEGIN

    def _end(self, text):
        with self._lock:
            if self.status != BEGIN:
                return
            self._mark += 1
            try:
                self._command(text)
            finally:
                # The server has ended the transaction in any case.
                self.status = READY

    def cursor(self, name=None, cursor_factory=None, withhold=False, scrollable=None):
        """cursor(name=None, cursor_factory=extensions.cursor, withhold=False) -- new cursor"""
        from .cursors import cursor

        self._check()
        if self.status == SETUP or self._steps is not None:
            raise OperationalError("asynchronous connection attempt underway")
        if name is not None and self.async_:
            raise ProgrammingError("asynchronous connections cannot produce named cursors")
        if cursor_factory is None:
            cursor_factory = self.cursor_factory
        made = (cursor if cursor_factory is None else cursor_factory)(self, name)
        if not isinstance(made, cursor):
            raise TypeError("cursor factory must be subclass of psycopg2.extensions.cursor")
        if withhold:
            made.withhold = withhold
        if scrollable is not None:
            made.scrollable = scrollable
        return made

    def close(self):
        """close() -- Close the connection."""
        if self._closed == 1:
            return
        with self._lock:
            if self._wire is not None:
                self._wire.close(politely=True)
            self._steps, self._finished, self._closed = None, True, 1

    def __del__(self):
        if self._wire is not None and self._wire.socket is not None:
            # A fork's copy leaves its parent's session alone.
            self._wire.close(politely=self._process == os.getpid())

    def commit(self):
        """commit() -- Commit all changes to database."""
        self._check("commit", two_phase=True)
        self._end("COMMIT")

    def rollback(self):
        """rollback() -- Roll back all changes done to database."""
        self._check("rollback", two_phase=True)
        self._end("ROLLBACK")

    def __enter__(self):
        self._check()
        if self._entered:
            raise ProgrammingError("the connection cannot be re-entered recursively")
        self._entered = True
        return self

    def __exit__(self, kind, value, traceback):
        self._entered = False
        if kind is None:
            self.commit()
        else:
            self.rollback()

    # Sessions.

    @property
    def autocommit(self):
        """Set or return the autocommit status."""
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value):
        self._check("set_session" if not self.async_ else "autocommit", transaction=True, prepared=True)
        self._set_session(autocommit=bool(value))

    @property
    def isolation_level(self):
        """Set or return the connection transaction isolation level."""
        return self._level

    @isolation_level.setter
    def isolation_level(self, value):
        self._check('"isolation_level"' if self.async_ else "set_session", transaction=True, prepared=True)
        self._set_session(level=_level(value))

    @property
    def readonly(self):
        """Set or return the connection read-only status."""
        return self._readonly

    @readonly.setter
    def readonly(self, value):
        self._check("set_session", transaction=True, prepared=True)
        self._set_session(readonly=_tristate(value))

    @property
    def deferrable(self):
        """Set or return the connection deferrable status."""
        return self._deferrable

    @deferrable.setter
    def deferrable(self, value):
        self._check("set_session", transaction=True, prepared=True)
        self._set_session(deferrable=_tristate(value))

    def set_session(self, isolation_level=None, readonly=None, deferrable=None, autocommit=None):
        """set_session(...) -- Set one or more parameters for the next transactions."""
        self._check("set_session", transaction=True, prepared=True)
        changed = {}
        if isolation_level is not None:
            changed["level"] = _level(isolation_level)
        if readonly is not None:
            changed["readonly"] = _tristate(readonly)
        if deferrable is not None:
            changed["deferrable"] = _tristate(deferrable)
        if autocommit is not None:
            changed["autocommit"] = bool(autocommit)
        self._set_session(**changed)

    def _set_session(self, **changed):
        now = {name: getattr(self, f"_{name}") for name in ("level", "readonly", "deferrable", "autocommit")}
        new = now | changed
        with self._lock:
            for name, setting in (
                ("level", "isolation"), ("readonly", "read_only"), ("deferrable", "deferrable"),
            ):
                value = new[name]
                # Without transactions of its own, the session's defaults say what is asked for.
                turned_on = new["autocommit"] and not now["autocommit"]
                if new["autocommit"] and value != now[name] or turned_on and value is not None:
                    text = "DEFAULT" if value is None else (
                        f"'{_LEVELS[value].lower()}'" if name == "level" else "'on'" if value else "'off'"
                    )
                elif now["autocommit"] and not new["autocommit"] and now[name] is not None:
                    text = "DEFAULT"
                else:
                    continue
                self._command(f"SET default_transaction_{setting} TO {text}")
            for name, value in new.items():
                setattr(self, f"_{name}", value)

    def set_isolation_level(self, level, /):
        """set_isolation_level(level) -- Switch isolation level to ``level``."""
        self._check("set_isolation_level", prepared=True)
        if level is not None and (not isinstance(level, int) or not 0 <= level <= 4):
            raise ValueError("isolation level must be between 0 and 4")
        self.rollback()
        if level == 0:
            self._set_session(autocommit=True, level=None)
        else:
            self._set_session(autocommit=False, level=level)

    def set_client_encoding(self, encoding, /):
        """set_client_encoding(encoding) -- Set client encoding to ``encoding``."""
        self._check("set_client_encoding", prepared=True)
        if not isinstance(encoding, str):
            raise TypeError(f"argument 1 must be str, not {type(encoding).__name__}")
        clean = "".join(each for each in encoding if each.isalnum()).upper()
        if clean == self.encoding:
            return
        with self._lock:
            self._end("ROLLBACK")
            self._command(f"SET client_encoding TO '{clean}'")
            self._read_encoding()

    def reset(self):
        """reset() -- Reset current connection to defaults."""
        self._check("reset")
        with self._lock:
            self._end("ROLLBACK")
            self._mark += 1
            self._command("RESET ALL")
            self._command("SET SESSION AUTHORIZATION DEFAULT")
            self._level = self._readonly = self._deferrable = None
            self._autocommit, self._xid, self.status = False, None, READY
            self._read_encoding()

    # Two phases.

    def xid(self, format_id, gtrid, bqual, /):
        """xid(format_id, gtrid, bqual) -- create a transaction identifier."""
        self._check()
        return Xid(format_id, gtrid, bqual)

    def tpc_begin(self, xid, /):
        """tpc_begin(xid) -- begin a TPC transaction with given transaction ID xid."""
        self._check("tpc_begin", transaction=True, prepared=True)
        xid = _xid(xid)
        if self._autocommit:
            raise ProgrammingError("tpc_begin can't be called in autocommit mode")
        with self._lock:
            self._begin()
            self._xid = xid

    def _tpc(self, command, xid):
        self._command(f"{command} {adapting.quote(str(xid).encode(self._codec), self).decode(self._codec)}")

    def tpc_prepare(self):
        """tpc_prepare() -- perform the first phase of a two-phase transaction."""
        self._check("tpc_prepare", prepared=True)
        if self._xid is None:
            raise ProgrammingError("prepare must be called inside a two-phase transaction")
        with self._lock:
            self._mark += 1
            self._tpc("PREPARE TRANSACTION", self._xid)
            self.status = PREPARED

    def _tpc_end(self, plain, command, xid):
        if xid is not None:
            xid = _xid(xid)
            if self.status != READY:
                raise ProgrammingError("tpc_commit/tpc_rollback with a xid must be called outside a transaction")
            self._tpc(command, xid)
            return
        if self._xid is None:
            raise ProgrammingError(
                "tpc_commit/tpc_rollback with no parameter must be called in a two-phase transaction"
            )
        with self._lock:
            if self.status == BEGIN:
                self._end(plain)
            else:
                self._tpc(command, self._xid)
                self.status = READY
            self._xid = None

    def tpc_commit(self, xid=None, /):
        """tpc_commit([xid]) -- commit a transaction previously prepared."""
        self._check("tpc_commit")
        self._tpc_end("COMMIT", "COMMIT PREPARED", xid)

    def tpc_rollback(self, xid=None, /):
        """tpc_rollback([xid]) -- abort a transaction previously prepared."""
        self._check("tpc_rollback")
        self._tpc_end("ROLLBACK", "ROLLBACK PREPARED", xid)

    def tpc_recover(self):
        """tpc_recover() -- returns a list of pending transaction IDs."""
        self._check("tpc_recover", prepared=True)
        from .cursors import cursor

        before, found = self.status, []
        cursor = cursor(self)
        cursor.execute("SELECT gid, prepared, owner, database FROM pg_prepared_xacts")
        for gid, *more in cursor.fetchall():
            xid = Xid.from_string(gid)
            xid._set(*xid._all[:3], *more)
            found.append(xid)
        cursor.close()
        if before == READY and self.status == BEGIN:
            self.rollback()
        return found

    # What is known.

    @property
    def info(self):
        """info -- Get connection info."""
        return ConnectionInfo(self)

    def get_transaction_status(self):
        """get_transaction_status() -- Get backend transaction status."""
        return self.info.transaction_status

    def get_parameter_status(self, parameter, /):
        """get_parameter_status(parameter) -- Get backend parameter status."""
        return self._wire.parameters.get(parameter)

    def get_dsn_parameters(self):
        """get_dsn_parameters() -- Get effective connection parameters."""
        self._check()
        options = self._wire.options
        return {name: options[name] for name in connecting.OPTIONS if options[name] is not None and name != "password"}

    def get_backend_pid(self):
        """get_backend_pid() -- Get backend process id."""
        self._check()
        return self._wire.pid

    @property
    def server_version(self):
        """Server version."""
        return version_of(self._wire.parameters.get("server_version", "")) if self._wire is not None else 0

    protocol_version = property(lambda self: 3)
    pgconn_ptr = property(lambda self: None)

    def get_native_connection(self):
        """get_native_connection() -- Return the internal PGconn* as a Python Capsule."""
        self._check()
        raise NotSupportedError("krait's psycopg2 has no libpq, and so no PGconn")

    def lobject(self, oid=0, mode=None, new_oid=0, new_file=None, lobject_factory=None):
        """lobject(oid=0, mode=0, new_oid=0, new_file=None, lobject_factory=extensions.lobject) -- new lobject"""
        from .large import lobject

        self._check("lobject")
        if _callback is not None:
            raise ProgrammingError("lobject cannot be used with an asynchronous callback.")
        self._check_prepared("lobject")
        made = (lobject_factory or lobject)(self, oid, mode or "", new_oid, new_file)
        if not isinstance(made, lobject):
            raise TypeError("lobject factory must be subclass of psycopg2.extensions.lobject")
        return made

    def cancel(self):
        """cancel() -- cancel the current operation"""
        self._check()
        if self._steps is not None:
            raise OperationalError("asynchronous connection attempt underway")
        self._check_prepared("cancel")
        self._wire.cancel()

    # Without waiting.

    def fileno(self):
        """fileno() -> int -- Return file descriptor associated to database connection."""
        self._check()
        return self._wire.socket.fileno()

    def isexecuting(self):
        """isexecuting() -> bool -- Return True if the connection is executing an asynchronous operation."""
        if self._closed or not self.async_:
            return False
        return self._steps is not None or self._async_cursor is not None

    def _send(self, query, cursor):
        """Begins an asynchronous query."""
        import weakref

        with self._lock:
            self._wire.send_query(query)
            self._async_cursor, self._sending = weakref.ref(cursor), True
            try:
                if self._wire.send_some():
                    self._sending, self._receiving = False, True
            except Lost as lost:
                self._closed = 2
                raise failures.made(None, str(lost), broken=True) from None

    def poll(self):
        """poll() -> int -- Advance the connection or query process without blocking."""
        self._check()
        try:
            with self._lock:
                return self._poll()
        except Lost as lost:
            self._async_cursor, self._closed = None, 2
            self._sending = self._receiving = False
            raise failures.made(None, str(lost), broken=True) from None

    def _poll(self):
        wire = self._wire
        if self._steps is not None:
            try:
                return next(self._steps)
            except StopIteration:
                self._steps = None
                if self.async_:
                    wire.settle(False)
                return OK
            except BaseException:
                self._break()
                raise
        if self._sending:
            if not wire.send_some():
                return WRITE
            self._sending, self._receiving = False, True
            return READ
        if not self._receiving:
            self._gather()
            return OK
        while not wire.process():
            if not wire.receive():
                self._take_news()
                return READ
        self._take_news()
        self._receiving = False
        held = self._async_cursor
        if held is None:
            return OK
        direction = self._refuse_copy_later() if wire.copy else None
        self._async_cursor = None
        cursor = held()
        if cursor is None:
            raise InterfaceError("the asynchronous cursor has disappeared")
        cursor._take(None if direction else self._last(wire.results, cursor), direction)
        return OK

    def _refuse_copy_later(self):
        wire = self._wire
        wire.block(True)
        try:
            return self._refuse_copy()
        finally:
            wire.block(False)

    def _gather(self):
        """Takes what the server sent meanwhile, if anything."""
        wire = self._wire
        blocking = wire.blocking
        wire.block(False)
        try:
            while wire.receive():
                wire.process()
            wire.process()
        finally:
            if wire.socket is not None:
                wire.block(blocking)
        self._take_news()

    def __repr__(self):
        return f"<connection object at {hex(id(self))}; dsn: '{self.dsn}', closed: {self._closed}>"


setattr(connection, "async", property(lambda self: self.async_))
for _name in (
    "Error", "Warning", "InterfaceError", "DatabaseError", "InternalError", "OperationalError", "ProgrammingError",
    "IntegrityError", "DataError", "NotSupportedError",
):
    setattr(connection, _name, property(lambda self, kind=getattr(failures, _name): kind))


def _level(value):
    if value is None:
        return None
    if isinstance(value, int):
        if not 1 <= value <= 4:
            raise ValueError("isolation_level must be between 1 and 4")
        return value
    if isinstance(value, bytes):
        value = value.decode()
    if not isinstance(value, str):
        raise TypeError(f"Expected bytes or unicode string, got {type(value).__name__} instead")
    if value.upper() == "DEFAULT":
        return None
    for level, name in _LEVELS.items():
        if name == value.upper():
            return level
    raise ValueError(f"bad value for isolation_level: '{value}'")


def _tristate(value):
    if value is None:
        return None
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, str):
        if value.upper() == "DEFAULT":
            return None
        raise ValueError(f"the only string accepted is 'default'; got {value}")
    return bool(value)


def _xid(value):
    if isinstance(value, Xid):
        return value
    if not isinstance(value, str):
        raise TypeError("not a valid transaction id")
    return Xid.from_string(value)


def _hidden(dsn):
    """A connection string with another text in its password's place."""
    try:
        found = connecting.parse(dsn)
    except ValueError:
        return dsn
    if "password" not in found:
        return dsn
    from psycopg2.extensions import make_dsn

    return make_dsn(**{name: found[name] for name in connecting.OPTIONS if name in found} | {"password": "xxx"})


def _connect(dsn, connection_factory=None, **more):
    """_connect(dsn, [connection_factory], [async]) -- New database connection."""
    is_async = more.pop("async", 0) or more.pop("async_", 0)
    factory = connection if connection_factory is None else connection_factory
    return factory(dsn, async_=int(is_async)) if is_async else factory(dsn)
