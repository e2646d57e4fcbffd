"""krait: psycopg2's large objects, by the server's functions."""

from . import adapting
from .failures import DatabaseError, InterfaceError, OperationalError, ProgrammingError

_READ, _WRITE = 0x40000, 0x20000


class lobject:
    """A database large object."""

    __module__ = "psycopg2.extensions"
    _descriptor = None

    def __init__(self, conn, oid=0, mode="", new_oid=0, new_file=None):
        if not hasattr(conn, "_wire"):
            raise TypeError(f"argument 1 must be psycopg2.extensions.connection, not {type(conn).__name__}")
        if conn._autocommit:
            raise ProgrammingError("can't use a lobject outside of transactions")
        name = mode or ""
        plain = name.rstrip("bt")
        if plain not in ("", "r", "w", "rw", "n") or len(name) - len(plain) > 1:
            raise ValueError(f"bad mode for lobject: '{mode}'")
        # A new object may be written, an old one is read, unless the mode says otherwise.
        self._bytes = name.endswith("b")
        kind = plain or ("r" if oid else "w")
        self.mode = kind if kind == "n" else kind + ("b" if self._bytes else "t")
        self._connection = conn
        conn._run(b"SELECT 1", True)
        self._mark = conn._mark
        if oid:
            self.oid = oid
        else:
            self.oid = self._call(f"lo_create({int(new_oid)})")
            if new_file is not None:
                with open(new_file, "rb") as file:
                    self._descriptor = self._call(f"lo_open({self.oid}, {_WRITE})")
                    while data := file.read(65536):
                        self._put(data)
                    self._call(f"lo_close({self._descriptor})")
        if kind != "n":
            # A descriptor that writes reads as well.
            flags = {"r": _READ, "w": _WRITE, "rw": _READ | _WRITE}[kind]
            self._descriptor = self._call(f"lo_open({self.oid}, {flags})")

    def _call(self, text):
        """The value of a function of the server's, a number or bytes."""
        if isinstance(text, str):
            text = text.encode()
        conn = self._connection
        try:
            result = conn._run(b"SELECT pg_catalog." + text)
        except DatabaseError as error:
            if error.pgcode is None:
                raise
            raise OperationalError(error.pgerror)
        value = result.rows[0][6:]
        return bytes.fromhex(value[2:].decode()) if value[:2] == b"\\x" else int(value) if value else 0

    def _put(self, data):
        written = adapting.Binary(data)
        written.prepare(self._connection)
        return self._call(b"lowrite(%d, %s)" % (self._descriptor, written.getquoted()))

    def _check(self, mark=True):
        if self.closed:
            raise InterfaceError("lobject already closed")
        if self._connection._autocommit:
            raise ProgrammingError("can't use a lobject outside of transactions")
        if mark and self._mark != self._connection._mark:
            raise ProgrammingError("lobject isn't valid anymore")

    @property
    def closed(self):
        """The if the large object is closed (no file-like methods)."""
        return self._descriptor is None or bool(self._connection._closed)

    def close(self):
        """close() -- Close the lobject."""
        if self.closed:
            return
        conn = self._connection
        if not conn._autocommit and self._mark == conn._mark and conn._wire.transaction == 2:
            self._call(f"lo_close({self._descriptor})")
        self._descriptor = None

    def write(self, data, /):
        """write(str | bytes) -- Write a string or bytes to the large object."""
        self._check()
        if isinstance(data, str):
            data = data.encode(self._connection._codec)
        elif not isinstance(data, bytes):
            raise TypeError(f"lobject.write requires a string; got {type(data).__name__} instead")
        return self._put(data)

    def read(self, size=-1, /):
        """read(size=-1) -- Read at most size bytes or to the end of the large object."""
        self._check()
        if size < 0:
            place = self.tell()
            size = self.seek(0, 2) - place
            self.seek(place)
        data = self._call(f"loread({self._descriptor}, {size})")
        return data if self._bytes else data.decode(self._connection._codec)

    def seek(self, offset, whence=0, /):
        """seek(offset, whence=0) -- Set the lobject's current position."""
        self._check()
        return self._call(f"lo_lseek64({self._descriptor}, {int(offset)}, {int(whence)})")

    def tell(self):
        """tell() -- Return the lobject's current position."""
        self._check()
        return self._call(f"lo_tell64({self._descriptor})")

    def truncate(self, len=0, /):
        """truncate(len=0) -- Truncate large object to given size."""
        self._check()
        self._call(f"lo_truncate64({self._descriptor}, {int(len)})")

    def unlink(self):
        """unlink() -- Close and then remove the lobject."""
        self._connection._check("unlink")
        self.close()
        self._connection._run(b"SELECT 1", True)
        self._call(f"lo_unlink({self.oid})")

    def export(self, filename, /):
        """export(filename) -- Export large object to given file."""
        self._connection._check("export")
        other = lobject(self._connection, self.oid, "rb")
        with open(filename, "wb") as file:
            while data := other.read(65536):
                file.write(data)
        other.close()

    def __repr__(self):
        return f"<lobject object at {hex(id(self))}; closed: {int(self.closed)}>"
