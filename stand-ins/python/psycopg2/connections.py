"""krait: psycopg2's connection class."""

import os
import threading

from . import connecting, failures
from .failures import InterfaceError, NotSupportedError, OperationalError, ProgrammingError
from .sessions import BEGIN, LEVELS, PREPARED, READY, SETUP, Sessions
from .starting import OK, READ, WRITE, Lost
from .values import ConnectionInfo, Notify, version_of
from .wire import COPY_IN, Wire

# The client's encodings by the server's names, and what Python calls them.
encodings = {}
_callback = None


def set_wait_callback(callback, /):
    """Register a callback function to block waiting for data."""
    global _callback
    _callback = callback


def get_wait_callback():
    """Return the currently registered wait callback."""
    return _callback


class connection(Sessions):
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
            raise OperationalError(f"{error}\n")
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
            raise OperationalError(str(lost))

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
            raise failures.made(None, str(lost), broken=True)
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
            raise failures.made(None, str(lost), cursor, True)
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
            text += f" ISOLATION LEVEL {LEVELS[self._level]}"
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
                raise failures.made(None, str(lost), broken=True)

    def poll(self):
        """poll() -> int -- Advance the connection or query process without blocking."""
        self._check()
        try:
            with self._lock:
                return self._poll()
        except Lost as lost:
            self._async_cursor, self._closed = None, 2
            self._sending = self._receiving = False
            raise failures.made(None, str(lost), broken=True)

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
