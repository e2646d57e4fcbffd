"""krait: ujson's module. Reading and writing are native."""

from _krait_stand_ins import _ujson, installed_version as _installed_version
from _krait_stand_ins._ujson import dumps, loads

__version__ = _installed_version("ujson", __file__) or "6.1.0"

encode = dumps
decode = loads


class JSONDecodeError(ValueError):
    pass


_ujson.JSONDecodeError = JSONDecodeError


def _method(file, name):
    method = getattr(file, name, None)
    if not callable(method):
        raise TypeError("expected file")
    return method


def _counted(args, count):
    if len(args) != count:
        plural = "" if count == 1 else "s"
        raise TypeError(f"function takes exactly {count} argument{plural} ({len(args)} given)")


def dump(*args, **kwargs):
    _counted(args, 2)
    data, file = args
    write = _method(file, "write")
    write(dumps(data, **kwargs))


dump.__doc__ = dumps.__doc__.replace("into JSON.", "into JSON file.")


def load(*args, **kwargs):
    """Converts JSON as file to dict object structure."""
    _counted(args, 1)
    read = _method(args[0], "read")
    return loads(read(), **kwargs)
