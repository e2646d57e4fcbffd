"""krait: typecasters, which make Python's values of the texts that the server sends."""

import datetime
import re
from decimal import Decimal

from .failures import DataError, InterfaceError, NotSupportedError

string_types = {}
binary_types = {}

_INFINITE = ("infinity", "-infinity")


class type:
    """A typecaster: `plain` takes bytes alone, `full` a text and the cursor; a `caster` is the user's."""

    __module__ = "psycopg2._psycopg"
    __slots__ = ("name", "values", "plain", "full", "caster", "item")

    def __init__(self, name, values, plain=None, full=None, caster=None, item=None):
        self.name, self.values = name, tuple(values)
        self.plain, self.full, self.caster, self.item = plain, full, caster, item

    def __repr__(self):
        return f"<psycopg2._psycopg.type '{self.name}' at {hex(id(self))}>"

    def __eq__(self, other):
        if isinstance(other, type):
            return any(value in self.values for value in other.values)
        return other in self.values

    __hash__ = None

    def __call__(self, value, cursor=None):
        if value is None:
            return self.reader(cursor)(None) if self.caster else None
        if isinstance(value, str):
            value = value.encode(_codec(cursor))
        elif not isinstance(value, (bytes, bytearray, memoryview)):
            raise TypeError(f"a bytes-like object is required, not '{value.__class__.__name__}'")
        return self.reader(cursor)(bytes(value))

    def reader(self, cursor):
        """What makes a value of bytes, or of None."""
        if self.plain is not None:
            return self.plain
        codec = _codec(cursor)
        caster, full = self.caster, self.full
        if caster is not None:
            return lambda value: caster(None if value is None else str(value, codec), cursor)
        if self.item is not None:
            make = self.item.reader(cursor)
            item = make if make in (int, float) else lambda text: make(text.encode(codec))
            none = (lambda: make(None)) if self.item.caster is not None else lambda: None
            return lambda value: _array(str(value, codec), item, none)
        if full is None:
            return lambda value: str(value, codec)
        return lambda value: full(str(value, codec), cursor)


def _codec(cursor):
    connection = getattr(cursor, "connection", cursor)
    return getattr(connection, "_codec", "utf-8") if connection is not None else "utf-8"


def _boolean(value):
    if value == b"t":
        return True
    if value == b"f":
        return False
    raise InterfaceError(f"can't parse boolean: '{value.decode(errors='replace')}'")


def _decimal(value):
    return Decimal(str(value, "ascii"))


def _binary(value):
    if value[:2] == b"\\x":
        try:
            return memoryview(bytes.fromhex(str(value[2:], "latin-1"))).cast("c")
        except ValueError:
            return memoryview(b"").cast("c")
    if b"\\" in value:
        value = re.sub(
            rb"\\(\\|[0-7]{3})", lambda found: b"\\" if found[1] == b"\\" else bytes([int(found[1], 8) & 255]), value
        )
    return memoryview(value).cast("c")


def _numbers(text, count):
    parts = re.match(r"(\d+)-(\d+)-(\d+)(?:[ T](\d+):(\d+):(\d+)(?:\.(\d+))?|$|(?= BC))", text)
    if parts is None:
        raise DataError("unable to parse date" if count == 3 else "unable to parse time")
    return parts


def _fraction(digits):
    return int((digits + "00000")[:6] if len(digits) <= 6 else digits) if digits else 0


def _offset(text):
    """The offset of a time zone at a text's end, or None."""
    found = re.search(r"([+-])(\d\d?)(?::?(\d\d))?(?::?(\d\d))?$", text)
    if found is None:
        return None
    seconds = int(found[2]) * 3600 + int(found[3] or 0) * 60 + int(found[4] or 0)
    return datetime.timedelta(seconds=-seconds if found[1] == "-" else seconds)


def _zone(cursor, offset):
    factory = getattr(cursor, "tzinfo_factory", datetime.timezone)
    return None if factory is None or offset is None else factory(offset)


def _date(text, cursor):
    try:
        return datetime.date.fromisoformat(text) if len(text) == 10 else _long_date(text)
    except ValueError:
        return _long_date(text)


def _long_date(text):
    if text in _INFINITE:
        return datetime.date.min if text[0] == "-" else datetime.date.max
    parts = _numbers(text, 3)
    year = int(parts[1])
    return datetime.date(-year if text.endswith("BC") else year, int(parts[2]), int(parts[3]))


def _datetime(text, cursor):
    if 19 <= len(text) <= 26 and text[4] == "-" and text[19:20] in ("", ".") and (
        text[17] != "6" and text[11:13] != "24"
    ):
        try:
            return datetime.datetime.fromisoformat(text)
        except ValueError:
            pass
    return _long_datetime(text, cursor)


def _long_datetime(text, cursor, zoned=False):
    if text in _INFINITE:
        found = datetime.datetime.min if text[0] == "-" else datetime.datetime.max
        return found.replace(tzinfo=_zone(cursor, datetime.timedelta())) if zoned else found
    parts = _numbers(text, 3)
    year = int(parts[1])
    if text.endswith("BC"):
        year, text = -year, text[:-3]
    hour, minute, second = (int(each or 0) for each in parts.group(4, 5, 6))
    zone = _zone(cursor, _offset(text[parts.end():]))
    # An hour of 24 is the day's first, as psycopg2 has it.
    if second > 59:
        minute, second = minute + second // 60, second % 60
    return datetime.datetime(
        year, int(parts[2]), int(parts[3]), 0 if hour == 24 else hour, minute, second, _fraction(parts[7]), zone
    )


def _datetimetz(text, cursor):
    if 22 <= len(text) <= 32 and text[4] == "-" and text[17] != "6" and text[11:13] != "24" and (
        getattr(cursor, "tzinfo_factory", None) is datetime.timezone and text[-1] != "C"
    ):
        try:
            return datetime.datetime.fromisoformat(text)
        except ValueError:
            pass
    return _long_datetime(text, cursor, True)


def _time(text, cursor):
    parts = re.match(r"(\d+):(\d+):(\d+)(?:\.(\d+))?", text)
    if parts is None:
        raise DataError("unable to parse time")
    hour, minute, second = int(parts[1]), int(parts[2]), int(parts[3])
    if second > 59:
        minute, second = minute + second // 60, second % 60
    zone = _zone(cursor, _offset(text[parts.end():]))
    return datetime.time(0 if hour == 24 else hour, minute, second, _fraction(parts[4]), zone)


def _interval(text, cursor):
    if text[:1] == "P":
        raise NotSupportedError("iso_8601 intervalstyle currently not supported")
    if text.lstrip("+-").isdigit():
        return datetime.timedelta(microseconds=int(text))
    if any(len(digits) > 9 and int(digits) > 2**31 - 1 for digits in re.findall(r"\d+", text)):
        raise OverflowError("Python int too large to convert to C int")
    days = 0
    for amount, unit in re.findall(r"([+-]?\d+) ([a-z])", text):
        days += int(amount) * {"y": 365, "m": 30}.get(unit, 1)
    if abs(days) > 2**31 - 1:
        raise OverflowError("Python int too large to convert to C int")
    found = re.search(r"([+-]?)(\d+):(\d+)(?::(\d+)(?:\.(\d+))?)?", text)
    if found is None:
        return datetime.timedelta(days)
    seconds = int(found[2]) * 3600 + int(found[3]) * 60 + int(found[4] or 0)
    rest = datetime.timedelta(0, seconds, _fraction(found[5]))
    return datetime.timedelta(days) + (-rest if found[1] == "-" else rest)


_ITEM = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^"{},]*))', re.DOTALL)


def _array(text, item, none):
    """The nested lists of an array's text; `item` makes a value of a text, and `none` one of NULL."""
    if text[:1] == "[":
        text = text.partition("=")[2]
    if text[:1] != "{":
        raise DataError("array does not start with '{'")
    if text[16:17] == "{" and text[:17] == "{" * 17:
        raise DataError("excessive array dimensions")
    stack, result, at, end = [], None, 0, len(text)
    while at < end:
        letter = text[at]
        if letter == "{":
            new = []
            if stack:
                stack[-1].append(new)
            elif result is None:
                result = new
            stack.append(new)
            at += 1
        elif letter == "}":
            if not stack:
                raise DataError("unbalanced braces in array")
            stack.pop()
            at += 1
        elif letter == ",":
            at += 1
        else:
            found = _ITEM.match(text, at)
            quoted, plain = found.groups()
            if found.end() == at or not stack:
                raise DataError("malformed array")
            at = found.end()
            if at == end:
                break
            if quoted is not None:
                stack[-1].append(item(re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if "\\" in quoted else quoted))
            else:
                stack[-1].append(none() if plain == "NULL" else item(plain))
    if stack:
        raise DataError("unbalanced braces in array")
    return result


def _made(name, values, array, plain=None, full=None):
    made = type(name, values, plain, full)
    return made, type(name + "ARRAY", array, item=made)


_DATES = {
    "DATETIME": (_datetime, (1114,), (1115,)), "DATETIMETZ": (_datetimetz, (1184,), (1185,)),
    "TIME": (_time, (1083, 1266), (1183, 1270)), "DATE": (_date, (1082,), (1182,)),
    "INTERVAL": (_interval, (704, 1186), (1187,)),
}
LONGINTEGER, LONGINTEGERARRAY = _made("LONGINTEGER", (20,), (1016,), int)
INTEGER, INTEGERARRAY = _made("INTEGER", (23, 21), (1005, 1006, 1007), int)
FLOAT, FLOATARRAY = _made("FLOAT", (701, 700), (1021, 1022), float)
DECIMAL, DECIMALARRAY = _made("DECIMAL", (1700,), (1231,), _decimal)
_TEXTS, _TEXT_ARRAYS = (19, 18, 25, 1042, 1043), (1002, 1003, 1009, 1014, 1015)
STRING, STRINGARRAY = _made("STRING", _TEXTS, _TEXT_ARRAYS)
UNICODE, UNICODEARRAY = _made("UNICODE", _TEXTS, _TEXT_ARRAYS)
BYTES, BYTESARRAY = _made("BYTES", _TEXTS, _TEXT_ARRAYS, bytes)
BOOLEAN, BOOLEANARRAY = _made("BOOLEAN", (16,), (1000,), _boolean)
BINARY, BINARYARRAY = _made("BINARY", (17,), (1001,), _binary)
ROWID, ROWIDARRAY = _made("ROWID", (26,), (1028, 1013), int)
for _name, (_full, _values, _array_values) in _DATES.items():
    for _prefix in ("", "PY"):
        globals()[_prefix + _name], globals()[_prefix + _name + "ARRAY"] = _made(
            _prefix + _name, _values, _array_values, None, _full
        )
UNKNOWN = type("UNKNOWN", (705,))
NUMBER = type("NUMBER", (20, 23, 21, 701, 700, 1700), int)
INETARRAY = type("INETARRAY", (1041,), item=STRING)
CIDRARRAY = type("CIDRARRAY", (651,), item=STRING)
MACADDRARRAY = type("MACADDRARRAY", (1040,), item=STRING)
_REGISTERED = (
    LONGINTEGER, INTEGER, FLOAT, DECIMAL, STRING, BOOLEAN, DATETIME, DATETIMETZ, TIME, DATE, INTERVAL, BINARY, ROWID,
    LONGINTEGERARRAY, INTEGERARRAY, FLOATARRAY, DECIMALARRAY, STRINGARRAY, BOOLEANARRAY, DATETIMEARRAY,
    DATETIMETZARRAY, TIMEARRAY, DATEARRAY, INTERVALARRAY, BINARYARRAY, ROWIDARRAY, UNKNOWN, INETARRAY, CIDRARRAY,
    MACADDRARRAY,
)
for _each in _REGISTERED:
    for _value in _each.values:
        string_types[_value] = _each


_NATIVE = {int: 0, float: 1, _boolean: 3}


def readers(cursor, fields):
    """For each column what makes its value, as `row` of the native half takes it.

    The cursor's typecasters come first, then its connection's, then those of all.
    """
    own, connection = cursor.string_types, cursor.connection
    shared, found = connection.string_types, []
    unicode = connection._codec == "utf_8"
    for field in fields:
        kind = field[3]
        made = own.get(kind) if own else None
        if made is None:
            made = shared.get(kind) if shared else None
        if made is None:
            made = string_types.get(kind, STRING)
        if made.plain in _NATIVE:
            found.append(_NATIVE[made.plain])
        elif made.caster is not None:
            found.append((made.reader(cursor),))
        elif unicode and made.plain is None and made.full is None and made.item is None:
            found.append(2)
        else:
            found.append(made.reader(cursor))
    return tuple(found)


def _numbers_of(values):
    if not isinstance(values, tuple):
        raise TypeError(f"argument 1 must be tuple, not {values.__class__.__name__}")
    for value in values:
        if not isinstance(value, int):
            raise TypeError(f"an integer is required (got type {value.__class__.__name__})")
    return values


def new_type(values, name, castobj=None):
    """new_type(oids, name, castobj) -> new type object"""
    return type(name, _numbers_of(values), caster=castobj)


def new_array_type(values, name, baseobj):
    """new_array_type(oids, name, baseobj) -> new type object"""
    if not isinstance(baseobj, type):
        raise TypeError(f"argument 3 must be psycopg2._psycopg.type, not {baseobj.__class__.__name__}")
    return type(name, _numbers_of(values), item=baseobj)


def register_type(obj, conn_or_curs=None):
    """register_type(obj, conn_or_curs) -> None -- register obj with psycopg type system"""
    if not isinstance(obj, type):
        raise TypeError(f"argument 1 must be psycopg2._psycopg.type, not {obj.__class__.__name__}")
    if conn_or_curs is None:
        types = string_types
    elif hasattr(conn_or_curs, "_types"):
        types = conn_or_curs._types()
    else:
        raise TypeError("argument 2 must be a connection, cursor or None")
    for value in obj.values:
        types[value] = obj
