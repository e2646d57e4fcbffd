"""krait: the small classes of psycopg2: columns, notifications, transaction ids and what is known of a connection."""

import base64

from .starting import UNKNOWN


class Column:
    """Description of a column returned by a query.

    The DBAPI demands this object to be a 7-items sequence. This object
    respects this interface, but adds names for the exposed attributes
    and adds attribute not requested by the DBAPI.
    """

    __module__ = "psycopg2.extensions"
    __slots__ = ("_all",)
    __hash__ = None

    def __init__(self, *values, **named):
        found = list(values) + [None] * (9 - len(values))
        for name, value in named.items():
            found[_COLUMN.index(name)] = value
        self._all = tuple(found)

    def __repr__(self):
        return f"Column(name={self._all[0]!r}, type_code={self._all[1]!r})"

    def __len__(self):
        return 7

    def __getitem__(self, at):
        return self._all[:7][at]

    def __iter__(self):
        return iter(self._all[:7])

    def _compared(self, other):
        return tuple(other) if isinstance(other, Column) else other

    def __eq__(self, other):
        return tuple(self) == self._compared(other)

    def __ne__(self, other):
        return tuple(self) != self._compared(other)

    def __lt__(self, other):
        return tuple(self) < self._compared(other)

    def __le__(self, other):
        return tuple(self) <= self._compared(other)

    def __gt__(self, other):
        return tuple(self) > self._compared(other)

    def __ge__(self, other):
        return tuple(self) >= self._compared(other)

    def __getstate__(self):
        return self._all

    def __setstate__(self, state):
        if not isinstance(state, tuple):
            raise TypeError("state is not a tuple")
        self._all = (state + (None,) * 9)[:9]


def _set_readonly(self, value):
    raise AttributeError("readonly attribute")


_COLUMN = (
    "name", "type_code", "display_size", "internal_size", "precision", "scale", "null_ok", "table_oid", "table_column",
)
for _at, _name in enumerate(_COLUMN):
    setattr(Column, _name, property(lambda self, at=_at: self._all[at], _set_readonly))


def column(field):
    """A column of a result's description."""
    name, table, number, kind, size, modifier = field
    precision = scale = None
    if modifier > 0:
        modifier -= 4
    if kind == 1700:
        # A number without a limit has the bits of -1 here.
        precision, scale = modifier >> 16 & 0xFFFF, modifier & 0xFFFF
    if size == -1:
        size = modifier >> 16 if kind == 1700 else modifier
    return Column(name, kind, None, size, precision, scale, None, table or None, number or None)


class Notify:
    """A notification received from the backend."""

    __module__ = "psycopg2.extensions"

    def __init__(self, pid, channel, payload=""):
        self.pid, self.channel, self.payload = pid, channel, payload

    def __repr__(self):
        return f"Notify({self.pid!r}, {self.channel!r}, {self.payload!r})"

    def __len__(self):
        return 2

    def __getitem__(self, at):
        if at < 0:
            at += 2
        if not 0 <= at < 2:
            raise IndexError("index out of range")
        return (self.pid, self.channel)[at]

    def _both(self, other):
        whole = (self.pid, self.channel, self.payload)
        if isinstance(other, Notify):
            return whole, (other.pid, other.channel, other.payload)
        return whole[:2], other

    def __eq__(self, other):
        one, other = self._both(other)
        return one == other

    def __ne__(self, other):
        return not self == other

    def __lt__(self, other):
        one, other = self._both(other)
        return one < other

    def __le__(self, other):
        one, other = self._both(other)
        return one <= other

    def __gt__(self, other):
        one, other = self._both(other)
        return one > other

    def __ge__(self, other):
        one, other = self._both(other)
        return one >= other

    def __hash__(self):
        return hash((self.pid, self.channel, self.payload) if self.payload else (self.pid, self.channel))


class Xid:
    """A transaction identifier used for two-phase commit."""

    __module__ = "psycopg2.extensions"

    def __init__(self, format_id, gtrid, bqual, /):
        if not hasattr(type(format_id), "__index__"):
            raise TypeError(f"'{type(format_id).__name__}' object cannot be interpreted as an integer")
        if not 0 <= format_id <= 0x7FFFFFFF:
            raise ValueError("format_id must be a non-negative 32-bit integer")
        for name, value in (("gtrid", gtrid), ("bqual", bqual)):
            if not isinstance(value, str):
                raise TypeError(f"argument {2 + (name == 'bqual')} must be str, not {type(value).__name__}")
            if len(value) > 64:
                raise ValueError(f"{name} must be a string no longer than 64 characters")
            if any(not 32 <= ord(each) < 127 for each in value):
                raise ValueError(f"{name} must contain only printable characters.")
        self._set(format_id, gtrid, bqual)

    def _set(self, format_id, gtrid, bqual, prepared=None, owner=None, database=None):
        self._all = format_id, gtrid, bqual, prepared, owner, database

    def __len__(self):
        return 3

    def __getitem__(self, at):
        if at < 0:
            at += 3
        if not 0 <= at < 3:
            raise IndexError("index out of range")
        return self._all[at]

    def __str__(self):
        if self.format_id is None:
            return self.gtrid
        gtrid, bqual = (base64.b64encode(each.encode()).decode() for each in self._all[1:3])
        return f"{self.format_id}_{gtrid}_{bqual}"

    def __repr__(self):
        if self.format_id is None:
            return f"<Xid: {self.gtrid!r} (unparsed)>"
        return f"<Xid: {self._all[:3]!r}>"

    @staticmethod
    def from_string(text, /):
        """Create a Xid object from a string representation."""
        made = Xid.__new__(Xid)
        try:
            number, gtrid, bqual = text.split("_")
            if not number.isdigit():
                raise ValueError
            made._set(int(number), *(base64.b64decode(each, validate=True).decode() for each in (gtrid, bqual)))
        except (ValueError, TypeError):
            if not isinstance(text, str):
                raise TypeError(f"argument 1 must be str, not {type(text).__name__}")
            made._set(None, text, None)
        return made


for _at, _name in enumerate(("format_id", "gtrid", "bqual", "prepared", "owner", "database")):
    setattr(Xid, _name, property(lambda self, at=_at: self._all[at]))

_TLS_NAMES = ["library", "key_bits", "cipher", "compression", "protocol", "alpn"]


class ConnectionInfo:
    """Details about the native PostgreSQL database connection."""

    __module__ = "psycopg2.extensions"

    def __init__(self, conn, /):
        if not hasattr(conn, "_wire"):
            raise TypeError("The argument must be a psycopg2 connection")
        self._conn = conn

    @property
    def _live(self):
        wire = self._conn._wire
        return wire if wire is not None and not self._conn._finished else None

    def _option(self, name):
        wire = self._live
        return None if wire is None else wire.options[name] or ""

    dbname = property(lambda self: self._option("dbname"))
    user = property(lambda self: self._option("user"))
    options = property(lambda self: self._option("options"))
    password = property(lambda self: self._live and self._live.options["password"] or (self._live and ""))

    @property
    def host(self):
        return self._live and self._live.host

    @property
    def port(self):
        wire = self._live
        if wire is None:
            return None
        return wire.port or int((wire.options["port"] or "5432").split(",")[0])

    @property
    def dsn_parameters(self):
        return self._conn.get_dsn_parameters()

    @property
    def status(self):
        wire = self._live
        return 1 if wire is None or wire.socket is None else 0

    @property
    def transaction_status(self):
        wire = self._live
        return wire.transaction if wire is not None else UNKNOWN

    def parameter_status(self, name):
        """Looks up a current parameter setting of the server."""
        wire = self._live
        return wire and wire.parameters.get(name)

    @property
    def protocol_version(self):
        wire = self._live
        return 0 if wire is None or wire.socket is None else 3

    @property
    def server_version(self):
        wire = self._live
        return 0 if wire is None else version_of(wire.parameters.get("server_version", ""))

    @property
    def error_message(self):
        if self._live is None:
            return "connection pointer is NULL\n"
        return self._live.error or None

    @property
    def socket(self):
        wire = self._live
        return wire.socket.fileno() if wire is not None and wire.socket is not None else -1

    @property
    def backend_pid(self):
        return self._live.pid if self._live is not None else 0

    @property
    def needs_password(self):
        return bool(self._live and self._live.needs_password and not self._live.used_password)

    @property
    def used_password(self):
        return bool(self._live and self._live.used_password)

    @property
    def ssl_in_use(self):
        return self._live is not None and hasattr(self._live.socket, "getpeercert")

    def ssl_attribute(self, name):
        """Returns SSL-related information about the connection."""
        if self._live is None:
            return None
        if not self.ssl_in_use:
            return None
        sock = self._live.socket
        cipher = sock.cipher() or ("", "", 0)
        return {
            "library": "OpenSSL", "key_bits": str(cipher[2]), "cipher": cipher[0], "compression": "off",
            "protocol": sock.version(), "alpn": sock.selected_alpn_protocol() or "",
        }.get(name)

    @property
    def ssl_attribute_names(self):
        return list(_TLS_NAMES)


def version_of(text):
    """A server's version as a number: 90603 for 9.6.3, 150018 for 15.18."""
    parts = []
    for part in text.split(" ")[0].split("."):
        digits = ""
        for letter in part:
            if not letter.isdigit():
                break
            digits += letter
        if not digits:
            break
        parts.append(int(digits))
    if not parts:
        return 0
    parts += [0, 0]
    return parts[0] * 10000 + parts[1] if parts[0] >= 10 else parts[0] * 10000 + parts[1] * 100 + parts[2]
