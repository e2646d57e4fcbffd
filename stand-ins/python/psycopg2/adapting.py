"""krait: adapters, which write Python's values as SQL, and the binding of values to a query."""

import datetime as _dt
import math

from .failures import ProgrammingError

adapters = {}


class ISQLQuote:
    """Abstract ISQLQuote protocol

    An object conform to this protocol should expose a ``getquoted()`` method
    returning the SQL representation of the object.
    """

    __module__ = "psycopg2.extensions"

    def __init__(self, wrapped, /, **_):
        self._wrapped = wrapped

    def getquoted(self):
        return None

    def getbinary(self):
        return None

    def getbuffer(self):
        return None


class _Adapter:
    __module__ = "psycopg2.extensions"

    def __init__(self, adapted, /):
        self.adapted = adapted

    def __conform__(self, protocol):
        return self if protocol is ISQLQuote else None

    def __str__(self):
        return self.getquoted().decode("latin-1" if type(self) is not AsIs else "utf-8")


class AsIs(_Adapter):
    """AsIs(str) -> new AsIs adapter object"""

    __module__ = "psycopg2.extensions"

    def getquoted(self):
        return str(self.adapted).encode()


class Int(_Adapter):
    """Int(str) -> new Int adapter object"""

    __module__ = "psycopg2.extensions"

    def getquoted(self):
        text = str(self.adapted if type(self.adapted) is int else int(self.adapted)).encode()
        return b" " + text if text[:1] == b"-" else text


class Boolean(_Adapter):
    """Boolean(str) -> new Boolean adapter object"""

    __module__ = "psycopg2.extensions"

    def getquoted(self):
        return b"true" if self.adapted else b"false"


class Float(_Adapter):
    """Float(str) -> new Float adapter object"""

    __module__ = "psycopg2.extensions"

    def getquoted(self):
        value = float(self.adapted)
        if math.isnan(value):
            return b"'NaN'::float"
        if math.isinf(value):
            return b"'Infinity'::float" if value > 0 else b"'-Infinity'::float"
        text = repr(self.adapted).encode()
        return b" " + text if text[:1] == b"-" else text


class Decimal(_Adapter):
    """Decimal(str) -> new Decimal adapter object"""

    __module__ = "psycopg2._psycopg"

    def getquoted(self):
        if not self.adapted.is_finite():
            return b"'NaN'::numeric"
        text = str(self.adapted).encode()
        return b" " + text if text[:1] == b"-" else text


class QuotedString(_Adapter):
    """QuotedString(str) -> new quoted object"""

    __module__ = "psycopg2.extensions"
    _connection = None
    _own = None
    _quoted = None

    @property
    def encoding(self):
        """current encoding of the adapter"""
        if self._connection is not None:
            return self._connection._codec
        return self._own or "latin1"

    @encoding.setter
    def encoding(self, value):
        self._own = value

    def prepare(self, conn, /):
        """prepare(conn) -> set encoding to conn->encoding and store conn"""
        self._connection = _connection(conn)

    @property
    def buffer(self):
        return self._quoted

    def getquoted(self):
        value = self.adapted
        if isinstance(value, str):
            value = value.encode(self.encoding)
        elif not isinstance(value, bytes):
            raise TypeError("can't quote non-string object")
        self._quoted = quote(value, self._connection)
        return self._quoted


def _connection(conn):
    if not hasattr(conn, "_wire"):
        raise TypeError(f"argument 1 must be psycopg2.extensions.connection, not {type(conn).__name__}")
    return conn


def quote(value, connection):
    """A string literal of bytes."""
    if b"\0" in value:
        raise ValueError("A string literal cannot contain NUL (0x00) characters.")
    value = value.replace(b"'", b"''")
    if connection is not None and b"\\" in value and not connection._standard:
        value = value.replace(b"\\", b"\\\\")
        return (b"E'" if connection._marks else b"'") + value + b"'"
    return b"'" + value + b"'"


class Binary(_Adapter):
    """Binary(buffer) -> new binary object"""

    __module__ = "psycopg2.extensions"
    _connection = None
    _quoted = None

    def prepare(self, conn, /):
        """prepare(conn) -> prepare for binary encoding using conn"""
        self._connection = _connection(conn)

    @property
    def buffer(self):
        return self._quoted

    def getquoted(self):
        if self.adapted is None:
            return b"NULL"
        try:
            value = bytes(memoryview(self.adapted))
        except (TypeError, BufferError):
            raise TypeError(f"can't escape {type(self.adapted).__name__} to binary")
        connection = self._connection
        if connection is None:
            text = b"".join(_OCTAL[each] for each in value)
            self._quoted = b"'" + text + b"'::bytea"
        else:
            prefix = b"'\\x" if connection._standard else b"E'\\\\x" if connection._marks else b"'\\\\x"
            self._quoted = prefix + value.hex().encode() + b"'::bytea"
        return self._quoted


_OCTAL = [
    bytes([each]) if 32 <= each < 127 and each not in (39, 92) else {39: b"''", 92: b"\\\\"}.get(each, b"\\%03o" % each)
    for each in range(256)
]


class List(_Adapter):
    """List(list) -> new list wrapper object"""

    __module__ = "psycopg2._psycopg"
    _connection = None

    def __init__(self, adapted, /):
        if not isinstance(adapted, list):
            raise TypeError(f"argument 1 must be list, not {type(adapted).__name__}")
        self.adapted = adapted

    def prepare(self, conn, /):
        """prepare(conn) -> set encoding to conn->encoding"""
        self._connection = _connection(conn)

    def getquoted(self):
        if not self.adapted:
            return b"'{}'"
        if _all_none(self.adapted):
            return b"'" + _nulls(self.adapted) + b"'"
        parts = []
        for each in self.adapted:
            if each is None:
                parts.append(b"NULL")
            else:
                quoted = quoted_of(each, self._connection)
                # A list within is one of an array, not a text that is cast to one.
                parts.append(b"ARRAY[]" if quoted == b"'{}'" and isinstance(each, list) else quoted)
        return b"ARRAY[" + b",".join(parts) + b"]"


def _all_none(values):
    return all(each is None or isinstance(each, list) and each and _all_none(each) for each in values)


def _nulls(values):
    return b"{" + b",".join(b"NULL" if each is None else _nulls(each) for each in values) + b"}"


class datetime(_Adapter):
    """datetime(datetime, type) -> new datetime wrapper object"""

    __module__ = "psycopg2._psycopg"

    def getquoted(self):
        value = self.adapted
        if isinstance(value, _dt.timedelta):
            return b"'%d days %d.%06d seconds'::interval" % (value.days, value.seconds, value.microseconds)
        if isinstance(value, _dt.datetime):
            kind = "timestamp" if value.tzinfo is None else "timestamptz"
        elif isinstance(value, _dt.date):
            kind = "date"
        else:
            kind = "time" if value.tzinfo is None else "timetz"
        return f"'{value.isoformat()}'::{kind}".encode()


def _from_python(kind):
    def wrapped(value, /):
        if not isinstance(value, kind):
            raise TypeError(f"argument 1 must be datetime.{kind.__name__}, not {type(value).__name__}")
        return datetime(value)

    return wrapped


DateFromPy = _from_python(_dt.date)
TimeFromPy = _from_python(_dt.time)
TimestampFromPy = _from_python(_dt.datetime)
IntervalFromPy = _from_python(_dt.timedelta)


def Date(*args):
    """Date(year, month, day) -> new date"""
    if len(args) != 3:
        raise TypeError(f"function takes exactly 3 arguments ({len(args)} given)")
    return datetime(_dt.date(*args))


def _seconds(second):
    whole = math.floor(second)
    return whole, round((second - whole) * 1000000)


def Time(hour, minute, second, tzinfo=None, /):
    """Time(hour, minutes, seconds, tzinfo=None) -> new time"""
    return datetime(_dt.time(hour, minute, *_seconds(second), tzinfo))


def Timestamp(year, month, day, hour=0, minute=0, second=0, tzinfo=None, /):
    """Timestamp(year, month, day, hour, minutes, seconds, tzinfo=None) -> new timestamp"""
    return datetime(_dt.datetime(year, month, day, hour, minute, *_seconds(second), tzinfo))


def DateFromTicks(ticks, /):
    """DateFromTicks(ticks) -> new date"""
    return datetime(_dt.datetime.fromtimestamp(ticks).date())


def TimeFromTicks(ticks, /):
    """TimeFromTicks(ticks) -> new time"""
    return datetime(_dt.datetime.fromtimestamp(ticks).time())


def TimestampFromTicks(ticks, /):
    """TimestampFromTicks(ticks) -> new timestamp"""
    return datetime(_dt.datetime.fromtimestamp(ticks, _dt.timezone.utc).astimezone())


adapters.update({
    (kind, ISQLQuote): adapter for kind, adapter in (
        (float, Float), (int, Int), (bool, Boolean), (str, QuotedString), (bytes, Binary), (bytearray, Binary),
        (memoryview, Binary), (list, List), (_dt.date, DateFromPy), (_dt.time, TimeFromPy),
        (_dt.datetime, TimestampFromPy), (_dt.timedelta, IntervalFromPy),
    )
})


def adapt(obj, protocol=ISQLQuote, alternate=None, /):
    """adapt(obj, protocol, alternate) -> object -- adapt obj to given protocol"""
    kind = type(obj)
    if protocol is ISQLQuote and kind is ISQLQuote:
        return obj
    adapter = adapters.get((kind, protocol))
    if adapter is not None:
        return adapter(obj)
    for source, name, other in ((protocol, "__adapt__", obj), (obj, "__conform__", protocol)):
        # An attribute of the class is asked, since a class as a value may have the method, unbound.
        method = None if isinstance(source, type) and name == "__conform__" else getattr(source, name, None)
        if method is not None:
            found = method(other)
            if found is not None:
                return found
    for base in kind.__mro__[1:]:
        adapter = adapters.get((base, protocol))
        if adapter is not None:
            return adapter(obj)
    raise ProgrammingError(f"can't adapt type '{kind.__name__}'")


def quoted_of(value, connection):
    """A value as SQL, in bytes."""
    adapted = adapt(value)
    prepare = getattr(adapted, "prepare", None)
    if prepare is not None and connection is not None:
        prepare(connection)
    quoted = adapted.getquoted()
    if isinstance(quoted, str):
        quoted = quoted.encode(connection._codec if connection is not None else "utf-8")
    return quoted


def _bound(value, connection):
    if value is None:
        return b"NULL"
    kind = type(value)
    # The commonest two, where nobody has registered another adapter.
    if kind is str and adapters.get((str, ISQLQuote)) is QuotedString and connection is not None:
        return quote(value.encode(connection._codec), connection)
    quoted = quoted_of(value, connection)
    if not isinstance(quoted, bytes):
        raise TypeError(f"only bytes values expected, got {type(quoted).__name__}")
    return quoted


def bind(query, values, connection):
    """A query in bytes with values in its placeholders' places."""
    parts, at, number, named = [], 0, 0, None
    known = {}
    while True:
        start = query.find(b"%", at)
        if start < 0:
            break
        parts.append(query[at:start])
        letter = query[start + 1:start + 2]
        if letter == b"%":
            parts.append(b"%")
            at = start + 2
            continue
        if letter == b"(":
            end = query.find(b")", start)
            if end < 0:
                raise ProgrammingError("incomplete placeholder: '%(' without ')'")
            if named is False:
                raise ProgrammingError("argument formats can't be mixed")
            named = True
            name = query[start + 2:end]
            if b"%(" in name:
                raise ProgrammingError("incomplete placeholder: '%(' without ')'")
            if name not in known:
                key = name.decode(connection._codec if connection is not None else "utf-8")
                known[name] = _bound(values[key], connection)
            found, at = known[name], end + 1
        else:
            if named:
                raise ProgrammingError("argument formats can't be mixed")
            if named is None:
                if isinstance(values, dict):
                    raise TypeError("dict is not a sequence")
                if not hasattr(type(values), "__getitem__"):
                    raise TypeError(f"'{type(values).__name__}' object does not support indexing")
            named = False
            try:
                found = values[number]
            except IndexError:
                if type(values) in (tuple, list):
                    raise IndexError(f"{type(values).__name__} index out of range")
                raise
            found = _bound(found, connection)
            number, at = number + 1, start + 1
        letter = query[at:at + 1]
        if not letter:
            raise ValueError("incomplete format")
        if letter != b"s":
            code = letter[0]
            raise ValueError(f"unsupported format character '{chr(code)}' (0x{code:x}) at index {at}")
        at += 1
        parts.append(found)
    if not named and not isinstance(values, dict) and hasattr(values, "__len__") and number < len(values):
        raise TypeError("not all arguments converted during string formatting")
    parts.append(query[at:])
    return b"".join(parts)
