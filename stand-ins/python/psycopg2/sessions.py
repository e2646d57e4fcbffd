"""krait: the half of psycopg2's connections that is about transactions: their settings, and two phases."""

from . import adapting
from .failures import ProgrammingError
from .values import Xid

LEVELS = {1: "READ COMMITTED", 2: "REPEATABLE READ", 3: "SERIALIZABLE", 4: "READ UNCOMMITTED"}
SETUP, READY, BEGIN, PREPARED = 0, 1, 2, 5


class Sessions:
    """The settings of a connection's transactions."""

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
                        f"'{LEVELS[value].lower()}'" if name == "level" else "'on'" if value else "'off'"
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
    for level, name in LEVELS.items():
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
