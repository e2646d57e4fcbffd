"""What reads a value: by its kind, with the words for what it is not."""

import collections.abc
import datetime
import decimal
import enum
import uuid

from _krait_stand_ins.msgspec_core.errors import Wrong
from _krait_stand_ins.msgspec_core.structs import Struct
from _krait_stand_ins.msgspec_core.values import Ext

NoneType = type(None)
NAMES = {
    NoneType: "null", bool: "bool", int: "int", float: "float", str: "str", bytes: "bytes", bytearray: "bytes",
    memoryview: "bytes", datetime.datetime: "datetime", datetime.date: "date", datetime.time: "time",
    datetime.timedelta: "duration", uuid.UUID: "uuid", decimal.Decimal: "decimal", list: "array", tuple: "array",
    dict: "object", set: "array", frozenset: "array", Ext: "ext",
}
# The order in which a union's members are named.
_ORDER = "any bool int float str bytes datetime date time duration uuid decimal ext object array null".split()


class Number(float):
    """A float that was read from a text, with that text."""

    __slots__ = ("text",)


class Settings:
    """How values are read: from JSON, from MessagePack, or from objects."""

    def __init__(self, source, strict=True, dec_hook=None, ext_hook=None, builtin_types=(), str_keys=True, attributes=False):
        self.source, self.strict, self.dec_hook, self.ext_hook = source, strict, dec_hook, ext_hook
        self.builtin, self.str_keys, self.attributes = frozenset(builtin_types or ()), str_keys, attributes
        self.made = {}


def name_of(value):
    for each in type(value).__mro__:
        if each in NAMES and (each is not int or not isinstance(value, enum.Enum)):
            return NAMES[each]
    return "object" if isinstance(value, Struct) else type(value).__name__


class Reader:
    """What reads one type: by the kind of the plain value, one function each."""

    def __init__(self):
        self.by_kind = {}
        self.names = set()
        self.any = False
        self.custom = None
        self.default_reader = self.by_mapping = None

    def read(self, value):
        found = self.by_kind.get(type(value))
        if found is not None:
            return found(value)
        return self.other(value)

    def other(self, value):
        for kind in type(value).__mro__[1:]:
            found = self.by_kind.get(kind)
            if found is not None and not (kind is int and type(value) is bool):
                return found(kind(value) if kind in (int, float, str) and not isinstance(value, enum.Enum) else value)
        if self.by_mapping is not None and isinstance(value, collections.abc.Mapping):
            return self.by_mapping(value)
        if self.default_reader is not None:
            return self.default_reader(value)
        if self.any:
            return value
        raise self.unexpected(value)

    def unexpected(self, value):
        return Wrong(f"Expected `{self.words()}`, got `{name_of(value)}`")

    def words(self):
        return " | ".join(sorted(self.names, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER)))
