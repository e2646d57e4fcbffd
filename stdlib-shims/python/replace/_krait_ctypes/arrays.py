# krait: arrays of `ctypes`.
import _krait_memory as _memory

from .storage import CType_Type, _CData, _Info, _info, _keep, _name, _needed, _new, _read, _write
from .values import _narrow, _wide


class PyCArrayType(CType_Type):
    __module__ = "_ctypes"

    def __init__(cls, name, bases, namespace):
        type.__init__(cls, name, bases, namespace)
        if name == "Array" and namespace.get("__module__") == "_ctypes":
            return
        length = getattr(cls, "_length_", None)
        if length is None:
            raise AttributeError("class must define a '_length_' attribute")
        if not isinstance(length, int):
            raise TypeError("The '_length_' attribute must be an integer")
        if length < 0:
            raise ValueError("The '_length_' attribute must not be negative")
        item = getattr(cls, "_type_", None)
        if item is None:
            raise AttributeError("class must define a '_type_' attribute")
        info = _needed(item, "_type_ must have storage info")
        if length * info.size > 2**63 - 1:
            raise OverflowError("array too large")
        info.is_final = True
        cls._b_info = _Info(
            length * info.size, info.align, info.format, item=item, length=length,
            shape=(length, *info.shape), has_pointer=info.has_pointer, keeps_many=length > 0,
        )
        if info.code == "c":
            cls.value, cls.raw = _char_array_value, _char_array_raw
        elif info.code == "u":
            cls.value = _wide_array_value


def _char_array_get(self):
    return self.raw.split(b"\0", 1)[0]


def _char_array_set(self, value):
    if not isinstance(value, bytes):
        raise TypeError(f"bytes expected instead of {_name(type(value))} instance")
    if len(value) > self._b_size:
        raise ValueError("byte string too long")
    _memory.write(self._b_address, value + b"\0" if len(value) < self._b_size else value)


def _char_array_set_raw(self, value):
    content = bytes(memoryview(value))
    if len(content) > self._b_size:
        raise ValueError("byte string too long")
    _memory.write(self._b_address, content)


def _delete_raw(self):
    raise AttributeError("cannot delete attribute")


def _delete_value(self):
    raise TypeError("can't delete attribute")


_char_array_value = property(_char_array_get, _char_array_set, _delete_value)
_char_array_raw = property(
    lambda self: bytes(_memory.read(self._b_address, self._b_size)), _char_array_set_raw, _delete_raw
)


def _wide_array_get(self):
    return _narrow(_memory.read(self._b_address, self._b_size)).split("\0", 1)[0]


def _wide_array_set(self, value):
    if not isinstance(value, str):
        raise TypeError(f"unicode string expected instead of {_name(type(value))} instance")
    if len(value) * 4 > self._b_size:
        raise ValueError("string too long")
    content = _wide(value)
    _memory.write(self._b_address, content + bytes(4) if len(content) < self._b_size else content)


_wide_array_value = property(_wide_array_get, _wide_array_set, _delete_value)
_array_types = {}


def _array_type(item, length):
    length = length.__index__()
    if length < 0:
        raise ValueError(f"Array length must be >= 0, not {length}")
    found = _array_types.get((item, length))
    if found is None:
        found = _array_types[item, length] = PyCArrayType(
            f"{_name(item)}_Array_{length}", (Array,), {"_length_": length, "_type_": item}
        )
        # As if it were made where the array is asked for.
        found.__module__ = "__main__" if item.__module__ == "__main__" else item.__module__
    return found


class Array(_CData, metaclass=PyCArrayType):
    __module__ = "_ctypes"
    __slots__ = ()

    def __new__(cls, *arguments, **keywords):
        if cls is Array:
            raise TypeError("abstract class")
        return _new(cls)

    def __init__(self, *values):
        for at, value in enumerate(values):
            if at >= _info(type(self)).length:
                raise IndexError("invalid index")
            self._put(at, value)

    def _get(self, at):
        info = _info(type(self))
        return _read(info.item, self._b_address + at * _info(info.item).size, self, at)

    def _put(self, at, value):
        info = _info(type(self))
        _keep(self, at, _write(info.item, self._b_address + at * _info(info.item).size, value))

    def __len__(self):
        return _info(type(self)).length

    def __getitem__(self, at):
        length = _info(type(self)).length
        if isinstance(at, slice):
            code = _info(_info(type(self)).item).code
            values = [self._get(each) for each in range(*at.indices(length))]
            if code == "c":
                return b"".join(values)
            return "".join(values) if code == "u" else values
        at = _index(at, "indices must be integers")
        at += length if at < 0 else 0
        if not 0 <= at < length:
            raise IndexError("invalid index")
        return self._get(at)

    def __setitem__(self, at, value):
        length = _info(type(self)).length
        if isinstance(at, slice):
            places = range(*at.indices(length))
            if len(value) != len(places):
                raise ValueError("Can only assign sequence of same size")
            for place, each in zip(places, value):
                self._put(place, each)
            return
        at = _index(at, "indices must be integer")
        at += length if at < 0 else 0
        if not 0 <= at < length:
            raise IndexError("invalid index")
        self._put(at, value)

    def __delitem__(self, at):
        raise TypeError("Array does not support item deletion")

    def __iter__(self):
        return map(self._get, range(len(self)))

    @classmethod
    def __class_getitem__(cls, item):
        from types import GenericAlias

        return GenericAlias(cls, item)


def _index(at, message):
    try:
        return at.__index__()
    except AttributeError:
        raise TypeError(message)
