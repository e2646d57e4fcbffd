"""krait: ormsgpack's compiled module: MessagePack's form, written and read."""

import dataclasses as _dataclasses
import datetime as _datetime
import enum as _enum
import struct as _struct
import uuid as _uuid

import _krait_stand_ins

__version__ = _krait_stand_ins.installed_version("ormsgpack", __file__) or "1.13.1"

OPT_NAIVE_UTC, OPT_NON_STR_KEYS, OPT_OMIT_MICROSECONDS, OPT_PASSTHROUGH_BIG_INT = 1, 2, 4, 8
OPT_PASSTHROUGH_DATACLASS, OPT_PASSTHROUGH_DATETIME, OPT_PASSTHROUGH_SUBCLASS = 16, 32, 64
OPT_PASSTHROUGH_TUPLE, OPT_SERIALIZE_NUMPY, OPT_SERIALIZE_PYDANTIC, OPT_SORT_KEYS = 128, 256, 512, 1024
OPT_UTC_Z, OPT_PASSTHROUGH_UUID, OPT_PASSTHROUGH_ENUM = 2048, 4096, 8192
OPT_DATETIME_AS_TIMESTAMP_EXT, OPT_REPLACE_SURROGATES = 16384, 32768

_EVERY_OPTION = (1 << 16) - 1
# How deep values nest, and how often `default` gives something that needs it again.
_DEEPEST, _DEEPEST_READ, _MOST_DEFAULTS = 255, 1022, 255
_TIMESTAMP = -1


# The package calls them by other names than those of their bases, which is what they are.
MsgpackEncodeError, MsgpackDecodeError = TypeError, ValueError


class Ext:
    """A value of an own type: its number, and bytes."""

    __module__ = "ormsgpack"
    __slots__ = ("tag", "data")

    def __new__(cls, tag, data):
        if not isinstance(tag, int):
            raise TypeError(f"'{type(tag).__name__}' object cannot be interpreted as an integer")
        if type(data) is not bytes:
            raise TypeError("Ext.__new__() second argument must be bytes")
        self = super().__new__(cls)
        self.tag, self.data = tag, data
        return self


class Fragment:
    """What is in MessagePack's form already."""

    __module__ = "ormsgpack"
    __slots__ = ("data",)

    def __new__(cls, data):
        if type(data) is not bytes:
            raise TypeError("Fragment.__new__() first argument must be bytes")
        self = super().__new__(cls)
        self.data = data
        return self


def _sized(short, most, codes, size):
    """The start of something with a size: one byte if it is short, else the code of its size's width."""
    if size <= most:
        return bytes((short | size,))
    for code, form, limit in zip(codes, (">BB", ">BH", ">BI"), (1 << 8, 1 << 16, 1 << 32)):
        if code and size < limit:
            return _struct.pack(form, code, size)
    raise TypeError("a value is too long")


def _number(value):
    if 0 <= value < 128:
        return bytes((value,))
    if -32 <= value < 0:
        return bytes((value + 256,))
    if value >= 0:
        for code, form, limit in ((0xCC, ">BB", 8), (0xCD, ">BH", 16), (0xCE, ">BI", 32), (0xCF, ">BQ", 64)):
            if value < 1 << limit:
                return _struct.pack(form, code, value)
    for code, form, limit in ((0xD0, ">Bb", 7), (0xD1, ">Bh", 15), (0xD2, ">Bi", 31), (0xD3, ">Bq", 63)):
        if -(1 << limit) <= value < 0:
            return _struct.pack(form, code, value)
    return None


def _extension(tag, data):
    size = len(data)
    if size in (1, 2, 4, 8, 16):
        return bytes((0xD3 + size.bit_length(), tag & 255)) + data
    return _sized(0, -1, (0xC7, 0xC8, 0xC9), size) + bytes((tag & 255,)) + data


class _Writer:
    def __init__(self, default, option):
        self.default, self.option, self.parts, self.defaults = default, option, [], 0

    def text(self, value):
        try:
            data = value.encode()
        except UnicodeEncodeError:
            if not self.option & OPT_REPLACE_SURROGATES:
                raise TypeError("string contains surrogates")
            data = "".join("\ufffd" if "\ud800" <= each <= "\udfff" else each for each in value).encode()
        return _sized(0xA0, 31, (0xD9, 0xDA, 0xDB), len(data)) + data

    def time(self, value):
        option = self.option
        if option & OPT_OMIT_MICROSECONDS:
            value = value.replace(microsecond=0)
        if type(value) is _datetime.datetime:
            if value.tzinfo is None and option & OPT_NAIVE_UTC:
                value = value.replace(tzinfo=_datetime.timezone.utc)
            if option & OPT_DATETIME_AS_TIMESTAMP_EXT and value.tzinfo is not None:
                return self.timestamp(value)
            told = value.isoformat()
            if option & OPT_UTC_Z and value.utcoffset() == _datetime.timedelta(0):
                told = told.removesuffix("+00:00") + "Z"
            return self.text(told)
        if value.tzinfo is not None:
            raise TypeError("datetime.time must not have tzinfo set")
        return self.text(value.isoformat())

    def timestamp(self, value):
        since = value - _datetime.datetime(1970, 1, 1, tzinfo=_datetime.timezone.utc)
        seconds, nanoseconds = since.days * 86400 + since.seconds, since.microseconds * 1000
        if 0 <= seconds < 1 << 34:
            packed = nanoseconds << 34 | seconds
            form = (">I", packed) if packed < 1 << 32 else (">Q", packed)
            return _extension(_TIMESTAMP, _struct.pack(*form))
        return _extension(_TIMESTAMP, _struct.pack(">Iq", nanoseconds, seconds))

    def plain(self, value, kind):
        """What is written for a value without others in it; None if it is none of those."""
        option = self.option
        if kind is str:
            return self.text(value)
        if kind is int:
            written = _number(value)
            if written is None and not (option & OPT_PASSTHROUGH_BIG_INT):
                raise TypeError("Integer exceeds 64-bit range")
            return written
        if value is None:
            return b"\xc0"
        if kind is bool:
            return b"\xc3" if value else b"\xc2"
        if kind is float:
            return _struct.pack(">Bd", 0xCB, value)
        if kind is bytes or kind is bytearray or kind is memoryview:
            data = bytes(value)
            return _sized(0, -1, (0xC4, 0xC5, 0xC6), len(data)) + data
        if kind is Ext:
            return _extension(value.tag, value.data)
        if kind is Fragment:
            return value.data
        if kind is _uuid.UUID and not option & OPT_PASSTHROUGH_UUID:
            return self.text(str(value))
        if not option & OPT_PASSTHROUGH_DATETIME:
            if kind is _datetime.date:
                return self.text(value.isoformat())
            if kind is _datetime.datetime or kind is _datetime.time:
                return self.time(value)
        return None

    def write(self, value, depth):
        if depth > _DEEPEST:
            raise TypeError("Recursion limit reached")
        kind, option = type(value), self.option
        written = self.plain(value, kind)
        if written is not None:
            self.parts.append(written)
        elif kind is dict:
            self.mapping(value, depth)
        elif kind is list or (kind is tuple and not option & OPT_PASSTHROUGH_TUPLE):
            self.sequence(value, depth)
        elif isinstance(value, _enum.Enum) and not option & OPT_PASSTHROUGH_ENUM:
            self.write(value.value, depth + 1)
        elif not self.derived(value, depth):
            self.other(value, depth)

    def derived(self, value, depth):
        option = self.option
        if not option & OPT_PASSTHROUGH_SUBCLASS:
            for base, write in (
                (str, lambda: self.parts.append(self.text(str.__str__(value)))),
                (int, lambda: self.write(int(value), depth)),
                (list, lambda: self.sequence(value, depth)),
                (dict, lambda: self.mapping(value, depth)),
            ):
                if isinstance(value, base) and not isinstance(value, _enum.Enum):
                    write()
                    return True
        if _dataclasses.is_dataclass(value) and not isinstance(value, type):
            if option & OPT_PASSTHROUGH_DATACLASS:
                return False
            slots = getattr(value, "__dict__", None)
            names = [each.name for each in _dataclasses.fields(value) if not each.name.startswith("_")]
            if slots is not None:
                names = [name for name in slots if not name.startswith("_")] or names
            self.mapping({name: getattr(value, name) for name in names}, depth)
            return True
        if option & OPT_SERIALIZE_PYDANTIC and hasattr(type(value), "__pydantic_fields__"):
            extra = getattr(value, "__pydantic_extra__", None) or {}
            self.mapping({**value.__dict__, **extra}, depth)
            return True
        return False

    def other(self, value, depth):
        if self.default is None:
            kind = type(value)
            name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else kind.__name__
            if isinstance(value, (_datetime.datetime, _datetime.date, _datetime.time)):
                name = f"datetime.{kind.__name__}"
            raise TypeError(f"Type is not msgpack serializable: {name}")
        self.defaults += 1
        if self.defaults > _MOST_DEFAULTS:
            raise TypeError("Recursion limit for default hook reached")
        self.write(self.default(value), depth + 1)
        self.defaults -= 1

    def sequence(self, value, depth):
        self.parts.append(_sized(0x90, 15, (0, 0xDC, 0xDD), len(value)))
        for each in value:
            self.write(each, depth + 1)

    def mapping(self, value, depth):
        items = value.items()
        if self.option & OPT_SORT_KEYS:
            items = sorted(items)
        self.parts.append(_sized(0x80, 15, (0, 0xDE, 0xDF), len(value)))
        for key, each in items:
            if type(key) is str:
                self.parts.append(self.text(key))
            else:
                self.key(key, depth)
            self.write(each, depth + 1)

    def key(self, key, depth):
        if isinstance(key, str) and not self.option & OPT_PASSTHROUGH_SUBCLASS and not isinstance(key, _enum.Enum):
            self.parts.append(self.text(str.__str__(key)))
            return
        if not self.option & OPT_NON_STR_KEYS:
            raise TypeError("Dict key must be str")
        while isinstance(key, _enum.Enum):
            key = key.value
        if type(key) is tuple:
            self.parts.append(_sized(0x90, 15, (0, 0xDC, 0xDD), len(key)))
            for each in key:
                self.key(each, depth + 1)
            return
        written = self.plain(key, type(key))
        if written is None:
            raise TypeError("Dict key must a type serializable with OPT_NON_STR_KEYS")
        self.parts.append(written)


def packb(obj, /, default=None, option=None):
    """Serialize Python objects to msgpack."""
    if option is not None and (type(option) is not int or not 0 <= option <= _EVERY_OPTION):
        raise TypeError("Invalid opts")
    writer = _Writer(default, option or 0)
    try:
        writer.write(obj, 0)
    except RecursionError:
        raise TypeError("Recursion limit reached")
    return b"".join(writer.parts)


_FIXED = {
    0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h",
    0xD2: ">i", 0xD3: ">q",
}
_SIZES = {0: ">B", 1: ">H", 2: ">I"}


class _Reader:
    def __init__(self, data, hook, option):
        self.data, self.at, self.hook, self.option = data, 0, hook, option

    def take(self, size):
        end = self.at + size
        if end > len(self.data):
            raise ValueError("unexpected end of file")
        part = self.data[self.at:end]
        self.at = end
        return part

    def number(self, form):
        return _struct.unpack(form, self.take(_struct.calcsize(form)))[0]

    def text(self, size):
        try:
            return self.take(size).decode()
        except UnicodeDecodeError:
            raise ValueError("invalid UTF-8 string")

    def extension(self, size):
        tag = self.number(">b")
        data = self.take(size)
        if tag == _TIMESTAMP and self.option & OPT_DATETIME_AS_TIMESTAMP_EXT:
            if size == 4:
                nanoseconds, seconds = 0, _struct.unpack(">I", data)[0]
            elif size == 8:
                packed = _struct.unpack(">Q", data)[0]
                nanoseconds, seconds = packed >> 34, packed & (1 << 34) - 1
            else:
                nanoseconds, seconds = _struct.unpack(">Iq", data)
            start = _datetime.datetime(1970, 1, 1, tzinfo=_datetime.timezone.utc)
            return start + _datetime.timedelta(seconds=seconds, microseconds=nanoseconds // 1000)
        if self.hook is None:
            raise ValueError("ext_hook missing")
        return self.hook(tag, data)

    def mapping(self, size, depth):
        read = {}
        for _ in range(size):
            key = self.key(depth)
            read[key] = self.read(depth + 1)
        return read

    def key(self, depth):
        if not self.option & OPT_NON_STR_KEYS:
            code = self.data[self.at] if self.at < len(self.data) else None
            if code is not None and not (0xA0 <= code < 0xC0 or 0xD9 <= code <= 0xDB):
                raise ValueError(f"invalid type {_marker(code)}")
            return self.read(depth)
        return _hashable(self.read(depth + 1))

    def read(self, depth):
        if depth > _DEEPEST_READ:
            raise ValueError("Recursion limit reached")
        code = self.take(1)[0]
        if code < 0x80:
            return code
        if code >= 0xE0:
            return code - 256
        if code < 0x90:
            return self.mapping(code & 15, depth)
        if code < 0xA0:
            return [self.read(depth + 1) for _ in range(code & 15)]
        if code < 0xC0:
            return self.text(code & 31)
        if code == 0xC0:
            return None
        if code == 0xC1:
            raise ValueError("invalid type Reserved")
        if code < 0xC4:
            return code == 0xC3
        if code < 0xC7:
            return self.take(self.number(_SIZES[code - 0xC4]))
        if code < 0xCA:
            return self.extension(self.number(_SIZES[code - 0xC7]))
        if code in _FIXED:
            return self.number(_FIXED[code])
        if code < 0xD9:
            return self.extension(1 << code - 0xD4)
        if code < 0xDC:
            return self.text(self.number(_SIZES[code - 0xD9]))
        size = self.number(_SIZES[1 + (code & 1)])
        if code < 0xDE:
            return [self.read(depth + 1) for _ in range(size)]
        return self.mapping(size, depth)


def _hashable(value):
    return tuple(map(_hashable, value)) if type(value) is list else value


def _marker(code):
    """What the original calls the kind of value that a code starts."""
    if code < 0x80:
        return f"FixPos({code})"
    if code >= 0xE0:
        return f"FixNeg({code - 256})"
    if code < 0xA0:
        return f"Fix{'Map' if code < 0x90 else 'Array'}({code & 15})"
    return (
        "Null", "Reserved", "False", "True", "Bin8", "Bin16", "Bin32", "Ext8", "Ext16", "Ext32", "F32", "F64",
        "U8", "U16", "U32", "U64", "I8", "I16", "I32", "I64", "FixExt1", "FixExt2", "FixExt4", "FixExt8",
        "FixExt16", "Str8", "Str16", "Str32", "Array16", "Array32", "Map16", "Map32",
    )[code - 0xC0]


def unpackb(obj, /, *, ext_hook=None, option=None):
    """Deserialize msgpack to Python objects."""
    if option is not None and (type(option) is not int or not 0 <= option <= _EVERY_OPTION):
        raise ValueError("Invalid opts")
    if type(obj) is not bytes:
        if type(obj) not in (bytearray, memoryview):
            raise ValueError("Input must be bytes, bytearray, memoryview")
        obj = bytes(obj)
    try:
        return _Reader(obj, ext_hook, option or 0).read(0)
    except RecursionError:
        raise ValueError("Recursion limit reached")
