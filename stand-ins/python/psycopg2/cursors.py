"""krait: psycopg2's cursor class."""

import datetime
from sys import maxsize

from _krait_stand_ins import _psycopg2 as _native

from . import adapting, casting
from .connections import get_wait_callback
from .failures import InterfaceError, NotSupportedError, ProgrammingError
from .starting import IN_ERROR, UNKNOWN
from .values import column
from .wire import COPY_IN


class cursor:
    """A database cursor."""

    __module__ = "psycopg2.extensions"
    _closed = False
    _readers = _payloads = None
    _columns = None
    _taken = True
    rowcount = -1
    rownumber = 0
    lastrowid = 0
    arraysize = 1
    itersize = 2000
    name = None
    query = None
    statusmessage = None
    row_factory = None
    typecaster = None
    tzinfo_factory = datetime.timezone
    string_types = binary_types = None
    connection = None
    _withhold = False
    _scrollable = None
    pgresult_ptr = None

    def __init__(self, conn, name=None, /, **more):
        name = more.pop("name", name)
        if not hasattr(conn, "_wire"):
            raise TypeError(f"argument 1 must be psycopg2.extensions.connection, not {type(conn).__name__}")
        if name is not None and not isinstance(name, (str, bytes)):
            raise TypeError(f"Expected bytes or unicode string, got {type(name).__name__} instead")
        self.connection, self._mark = conn, conn._mark
        self.name = name.decode() if isinstance(name, bytes) else name
        self._fields = None

    @property
    def closed(self):
        """True if cursor is closed, False if cursor is open"""
        return self._closed or self.connection is None or bool(self.connection._closed)

    @property
    def description(self):
        """Cursor description as defined in DBAPI-2.0."""
        if self._columns is None and self._fields is not None:
            self._columns = tuple(column(field) for field in self._fields)
        return self._columns

    @property
    def withhold(self):
        """Set or return cursor use of WITH HOLD"""
        return self._withhold

    @withhold.setter
    def withhold(self, value):
        if self.name is None:
            raise ProgrammingError("trying to set .withhold on unnamed cursor")
        self._withhold = bool(value)

    @property
    def scrollable(self):
        """Set or return cursor use of SCROLL"""
        return self._scrollable

    @scrollable.setter
    def scrollable(self, value):
        if self.name is None:
            raise ProgrammingError("trying to set .scrollable on unnamed cursor")
        self._scrollable = None if value is None else bool(value)

    def _types(self):
        if self.string_types is None:
            self.string_types = {}
        return self.string_types

    # What calls are refused.

    def _check(self):
        if self.connection is None:
            raise InterfaceError("the cursor has no connection")
        if self._closed or self.connection._closed:
            raise InterfaceError("cursor already closed")

    def _check_free(self, name, waiting=True):
        """No query is underway, and none is prepared for two phases."""
        if waiting and self.connection._async_cursor is not None:
            raise ProgrammingError(f"{name} cannot be used while an asynchronous query is underway")
        self.connection._check_prepared(name)

    def _check_blocking(self, name):
        if self.connection.async_:
            raise ProgrammingError(f"{name} cannot be used in asynchronous mode")

    def _check_mark(self):
        if self._mark != self.connection._mark and not self._withhold:
            raise ProgrammingError("named cursor isn't valid anymore")

    def close(self):
        """close() -- Close the cursor."""
        if self._closed:
            return
        conn = self.connection
        if self.name is not None and conn is not None and not conn._closed:
            if conn._async_cursor is not None:
                raise ProgrammingError("close_named cannot be used while an asynchronous query is underway")
            if conn._wire.transaction not in (UNKNOWN, IN_ERROR):
                self._check_mark()
                name = self._quoted_name()
                if self.query is None:
                    # Its name may be of a cursor that somebody else declared.
                    found = conn._run(
                        b"SELECT 1 FROM pg_catalog.pg_cursors where name = "
                        + adapting.quote(self.name.encode(conn._codec), conn)
                    )
                    if not found.rows:
                        self._closed = True
                        return
                conn._run(b"CLOSE " + name)
        self._closed = True

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        try:
            self.close()
        except Exception:
            # The error that is underway is the one to see.
            if kind is None:
                raise

    def _quoted_name(self):
        return b'"' + self.name.encode(self.connection._codec).replace(b'"', b'""') + b'"'

    # Queries.

    def _text(self, query):
        """A query as bytes."""
        if isinstance(query, str):
            return query.encode(self.connection._codec)
        if isinstance(query, bytes):
            return query
        from psycopg2.sql import Composable

        if isinstance(query, Composable):
            text = query.as_string(self)
            if not isinstance(text, str):
                raise TypeError(f"as_string() should return a string: got {type(text).__name__} instead")
            return text.encode(self.connection._codec)
        raise TypeError(f"argument 1 must be a string or unicode object: got {type(query).__name__} instead")

    def _bound(self, query, values):
        query = self._text(query)
        if not query:
            raise ProgrammingError("can't execute an empty query")
        return query if values is None else adapting.bind(query, values, self.connection)

    def mogrify(self, query, vars=None):
        """mogrify(query, vars=None) -> str -- Return query after vars binding."""
        return self._bound(query, vars)

    def execute(self, query, vars=None):
        """execute(query, vars=None) -- Execute query with bound vars."""
        self._check()
        if self.name is not None:
            if self.query is not None:
                raise ProgrammingError("can't call .execute() on named cursors more than once")
            if self.connection._autocommit and not self._withhold and not self.connection._entered:
                raise ProgrammingError("can't use a named cursor outside of transactions")
            self._mark = self.connection._mark
        self._check_free("execute")
        bound = self._bound(query, vars)
        if self.name is not None:
            scroll = {None: b"", True: b"SCROLL ", False: b"NO SCROLL "}[self._scrollable]
            hold = b"WITH" if self._withhold else b"WITHOUT"
            bound = b"DECLARE %s %sCURSOR %s HOLD FOR %s" % (self._quoted_name(), scroll, hold, bound)
        self._execute(bound)

    def _execute(self, query, begin=True, rows=True):
        conn = self.connection
        self._forget()
        self.query = query
        if conn.async_:
            conn._send(query, self)
            return
        result = conn._run(query, begin, self)
        self._take(result, None if result is not None else conn._refuse_copy(), rows)

    def _forget(self):
        self.rowcount, self.rownumber, self.lastrowid = -1, 0, 0
        self._columns = self._fields = self._payloads = self.statusmessage = None

    def _take(self, result, copied=None, rows=True):
        """Takes a query's result; `copied` tells that it was a COPY, which is ended."""
        if copied is not None:
            way = "FROM" if copied == COPY_IN else "TO"
            raise ProgrammingError(f"can't execute COPY {way}: use the copy_{way.lower()}() method instead")
        if result is None or result.empty:
            raise ProgrammingError("can't execute an empty query")
        tag = self.statusmessage = result.tag
        if result.fields is not None:
            self.rowcount, self._fields = len(result.rows), result.fields
            if rows:
                self._payloads = result.rows
                self._readers = casting.readers(self, result.fields)
            return
        words = tag.split(" ")
        if words[-1].isdigit():
            self.rowcount = int(words[-1])
            if words[0] == "INSERT":
                self.lastrowid = int(words[1])

    def executemany(self, query, vars_list):
        """executemany(query, vars_list) -- Execute many queries with bound vars."""
        self._check()
        self._check_blocking("executemany")
        if self.name is not None:
            raise ProgrammingError("can't call .executemany() on named cursors")
        self._check_free("executemany")
        query, total = self._text(query), 0
        for values in vars_list:
            self._execute(self._bound(query, values), rows=False)
            total = -1 if self.rowcount == -1 or total == -1 else total + self.rowcount
        self.rowcount = total

    def callproc(self, procname, parameters=None):
        """callproc(procname, parameters=None) -- Execute stored procedure."""
        self._check()
        if self.name is not None:
            raise ProgrammingError("can't call .callproc() on named cursors")
        self._check_free("callproc")
        if isinstance(parameters, dict):
            if not all(isinstance(each, (str, bytes)) for each in parameters):
                bad = next(each for each in parameters if not isinstance(each, (str, bytes)))
                raise TypeError(f"Expected bytes or unicode string, got {type(bad).__name__} instead")
            names = [each if isinstance(each, str) else each.decode() for each in parameters]
            marks = ",".join('"' + each.replace('"', '""') + '":=%s' for each in names)
            values = list(parameters.values())
        else:
            values = parameters
            marks = ",".join(["%s"] * len(parameters)) if parameters is not None else ""
        self.execute(f"SELECT * FROM {procname}({marks})", values)
        return parameters

    def setinputsizes(self, sizes):
        """setinputsizes(sizes) -- Set memory areas before execute."""
        self._check()

    def setoutputsize(self, size, column=None):
        """setoutputsize(size, column=None) -- Set column buffer size."""
        self._check()

    def nextset(self):
        """nextset() -- Skip to next set of data."""
        self._check()
        raise NotSupportedError("not supported by PostgreSQL")

    # Rows.

    def _check_rows(self, name):
        self._check()
        if self.name is None and self._payloads is None:
            raise ProgrammingError("no results to fetch")
        if self.connection._async_cursor is not None:
            raise ProgrammingError(f"{name} cannot be used while an asynchronous query is underway")
        if self.name is not None:
            self._check_mark()
            self.connection._check_prepared(name)

    def _fetch(self, words):
        """Rows of a named cursor from the server."""
        conn, query = self.connection, b"FETCH FORWARD %s FROM %s" % (words.encode(), self._quoted_name())
        result = conn._run(query, cursor=self)
        self._columns = None
        self.rownumber = 0
        self._take(result)

    def _row(self, payload):
        values = _native.row(payload, self._readers)
        if self.row_factory is None:
            return values
        row = self.row_factory(self)
        for number, value in enumerate(values):
            row[number] = value
        return row

    def _next(self):
        at = self.rownumber
        if at >= len(self._payloads):
            return None
        self.rownumber = at + 1
        return self._row(self._payloads[at])

    def fetchone(self):
        """fetchone() -> tuple or None"""
        self._check_rows("fetchone")
        if self.name is not None:
            self._fetch("1")
        return self._next()

    def fetchmany(self, size=None):
        """fetchmany(size=self.arraysize) -> list of tuple"""
        self._check_rows("fetchmany")
        size = self.arraysize if size is None else size
        if self.name is not None:
            self._fetch(str(size))
        return self._rows(size)

    def fetchall(self):
        """fetchall() -> list of tuple"""
        self._check_rows("fetchall")
        if self.name is not None:
            self._fetch("ALL")
        return self._rows(maxsize)

    def _rows(self, size):
        start = self.rownumber
        payloads = self._payloads[start:start + max(size, 0)]
        self.rownumber = start + len(payloads)
        if self.row_factory is None:
            make, readers = _native.row, self._readers
            return [make(payload, readers) for payload in payloads]
        return [self._row(payload) for payload in payloads]

    def __iter__(self):
        return self

    def __next__(self):
        self._check_rows("next")
        if self.name is not None and (self._payloads is None or self.rownumber >= len(self._payloads)):
            self._fetch(str(self.itersize))
        row = self._next()
        if row is None:
            raise StopIteration
        return row

    def scroll(self, value, mode="relative"):
        """scroll(value, mode='relative') -- Scroll to new position according to mode."""
        self._check()
        if mode not in ("relative", "absolute"):
            raise ProgrammingError("scroll mode must be 'relative' or 'absolute'")
        if self.connection._async_cursor is not None:
            raise ProgrammingError("scroll cannot be used while an asynchronous query is underway")
        if self.name is not None:
            self._check_mark()
            words = b"MOVE %s%d FROM %s" % (b"ABSOLUTE " if mode == "absolute" else b"", value, self._quoted_name())
            result = self.connection._run(words, cursor=self)
            self.statusmessage = result.tag
            self._payloads, self.rownumber = [], 0
            return
        place = self.rownumber + value if mode == "relative" else value
        if not 0 <= place < max(self.rowcount, 0):
            raise ProgrammingError("scroll destination out of bounds")
        self.rownumber = place

    def cast(self, oid, s, /):
        """cast(oid, s) -> value"""
        types = self.string_types or {}
        made = types.get(oid) or (self.connection.string_types or {}).get(oid) or casting.string_types.get(
            oid, casting.STRING
        )
        return made(s, self)

    # COPY.

    def _check_copy(self, name):
        self._check()
        self._check_blocking(name)
        if get_wait_callback() is not None:
            raise ProgrammingError(f"{name} cannot be used with an asynchronous callback.")
        self.connection._check_prepared(name)

    def _copy_query(self, way, table, sep, null, columns):
        conn = self.connection

        def name(text):
            return '"' + text.replace('"', '""') + '"'

        def literal(text):
            return adapting.quote(text.encode(conn._codec), conn).decode(conn._codec).strip()

        some = "(" + ",".join(name(each) for each in columns) + ")" if columns else ""
        text = f"COPY {name(table)}{some} {way} WITH DELIMITER AS {literal(sep)} NULL AS {literal(null)}"
        return text.encode(conn._codec)

    def copy_from(self, file, table, sep="\t", null="\\N", size=8192, columns=None):
        """copy_from(file, table, sep='\\t', null='\\\\N', size=8192, columns=None) -- Copy table from file."""
        self._check_copy("copy_from")
        if not hasattr(file, "read"):
            raise TypeError("argument 1 must have a .read() method")
        self._copy(self._copy_query("FROM stdin", table, sep, null, columns), file, size)

    def copy_to(self, file, table, sep="\t", null="\\N", columns=None):
        """copy_to(file, table, sep='\\t', null='\\\\N', columns=None) -- Copy table to file."""
        self._check_copy("copy_to")
        if not hasattr(file, "write"):
            raise TypeError("argument 1 must have a .write() method")
        self._copy(self._copy_query("TO stdout", table, sep, null, columns), file, 8192)

    def copy_expert(self, sql, file, size=8192):
        """copy_expert(sql, file, size=8192) -- Submit a user-composed COPY statement."""
        self._check_copy("copy_expert")
        query = self._text(sql)
        if not query:
            raise ProgrammingError("can't execute an empty query")
        if not hasattr(file, "read") and not hasattr(file, "write"):
            raise TypeError(
                "file must be a readable file-like object for COPY FROM; a writable file-like object for COPY TO."
            )
        self._copy(query, file, size)

    def _copy(self, query, file, size):
        conn = self.connection
        with conn._lock:
            self._forget()
            self.query = query
            result = conn._run(query, True, self)
            if result is None:
                way = self._send_copy if conn._wire.copy == COPY_IN else self._receive_copy
                result = conn._copying(way, file, size, self)
                self.statusmessage = ""
                self.rowcount = int(result.tag.split(" ")[1]) if " " in (result.tag or "") else -1
            else:
                self._take(result)

    def _send_copy(self, wire, file, size):
        codec, failed = self.connection._codec, None
        try:
            read = file.read
        except AttributeError:
            wire.end_copy("error in .read() call")
            wire.complete()
            raise
        while True:
            try:
                data = read(size)
            except Exception as error:
                failed = f"error in .read() call: {type(error).__name__} {error}"
                break
            if isinstance(data, str):
                data = data.encode(codec)
            elif not isinstance(data, (bytes, bytearray, memoryview)):
                failed = "error in .read() call"
                break
            if not len(data):
                break
            wire.send_copied(bytes(data))
        wire.end_copy(failed)
        wire.complete()

    def _receive_copy(self, wire, file, size):
        import io

        codec = self.connection._codec if isinstance(file, io.TextIOBase) else None
        failed = None
        while wire.busy:
            ready = wire.process()
            for data in wire.copied:
                if failed is None:
                    try:
                        file.write(data.decode(codec) if codec else data)
                    except Exception as error:
                        failed = error
            wire.copied = []
            if not ready and wire.busy:
                wire.receive()
        if failed is not None:
            raise failed

    def __repr__(self):
        return f"<cursor object at {hex(id(self))}; closed: {-int(self._closed)}>"
