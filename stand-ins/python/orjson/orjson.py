"""krait: orjson's compiled module. Reading and writing are native; here is what is seldom written."""

import json as _json

from _krait_stand_ins import _orjson, installed_version as _installed_version
from _krait_stand_ins._orjson import Fragment, dumps, loads

__version__ = _installed_version("orjson", __file__) or "3.11.0"

OPT_INDENT_2 = 1 << 0
OPT_NAIVE_UTC = 1 << 1
OPT_NON_STR_KEYS = 1 << 2
OPT_OMIT_MICROSECONDS = 1 << 3
OPT_SERIALIZE_NUMPY = 1 << 4
OPT_SORT_KEYS = 1 << 5
OPT_STRICT_INTEGER = 1 << 6
OPT_UTC_Z = 1 << 7
OPT_PASSTHROUGH_SUBCLASS = 1 << 8
OPT_PASSTHROUGH_DATETIME = 1 << 9
OPT_APPEND_NEWLINE = 1 << 10
OPT_PASSTHROUGH_DATACLASS = 1 << 11
OPT_SERIALIZE_DATACLASS = 0
OPT_SERIALIZE_UUID = 0

JSONEncodeError = TypeError


class JSONDecodeError(_json.JSONDecodeError):
    pass


JSONDecodeError.__module__ = "orjson"

# What the native half is told of a value: it is none of these; a text; a value that is written in its
# place; a dict whose order stays.
_UNKNOWN, _TEXT, _INSTEAD, _FIELDS = range(4)


def _other(value, option):
    """How a value is written that is of no plain class."""
    import datetime
    import enum
    import uuid

    kind = type(value)
    if not option & OPT_PASSTHROUGH_DATETIME:
        if kind is datetime.datetime:
            return _TEXT, _datetime(value, option)
        if kind is datetime.date:
            return _TEXT, value.isoformat()
        if kind is datetime.time:
            if value.tzinfo is not None:
                raise TypeError("datetime.time must not have tzinfo set")
            return _TEXT, (value.replace(microsecond=0) if option & OPT_OMIT_MICROSECONDS else value).isoformat()
    if kind is uuid.UUID:
        return _TEXT, str(value)
    if isinstance(kind, enum.EnumMeta):
        return _INSTEAD, value.value
    fields = getattr(kind, "__dataclass_fields__", None)
    if fields is not None and not option & OPT_PASSTHROUGH_DATACLASS:
        if "__slots__" not in vars(kind) and hasattr(value, "__dict__"):
            found = vars(value).items()
        else:
            found = [
                (name, getattr(value, name)) for name, field in fields.items()
                if field._field_type.name == "_FIELD"
            ]
        return _FIELDS, {name: each for name, each in found if not name.startswith("_")}
    return _UNKNOWN, None


def _datetime(value, option):
    if option & OPT_OMIT_MICROSECONDS:
        value = value.replace(microsecond=0)
    offset = value.utcoffset()
    text = value.replace(tzinfo=None).isoformat()
    if offset is None:
        if not option & OPT_NAIVE_UTC:
            return text
        minutes = 0
    else:
        # Seconds of an offset are rounded, as RFC 3339 has none.
        minutes = round(offset.total_seconds() / 60)
    if not minutes and option & OPT_UTC_Z:
        return text + "Z"
    hours, minutes = divmod(abs(minutes), 60), minutes
    return f"{text}{'-' if minutes < 0 else '+'}{hours[0]:02}:{hours[1]:02}"


_orjson._other = _other
_orjson.JSONDecodeError = JSONDecodeError
