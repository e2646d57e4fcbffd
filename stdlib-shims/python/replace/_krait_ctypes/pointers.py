# krait: pointers of `ctypes`.
from .storage import (
    CType_Type, _CData, _Info, _POINTER_SIZE, _address_at, _at, _info, _info_of, _keep, _kept,
    _name, _needed, _new, _put_address, _read, _write, byref,
)
from .arrays import Array, _index


class PyCPointerType(CType_Type):
    __module__ = "_ctypes"

    def __init__(cls, name, bases, namespace):
        type.__init__(cls, name, bases, namespace)
        if name == "_Pointer" and namespace.get("__module__") == "_ctypes":
            return
        cls._b_info = _Info(
            _POINTER_SIZE, _POINTER_SIZE, "&B", has_pointer=True, is_pointer=True, keeps_many=True
        )
        if (item := namespace.get("_type_")) is not None:
            cls._set_item(item)

    def _set_item(cls, item):
        if not isinstance(item, type):
            raise TypeError("_type_ must be a type")
        info = _needed(item, f"{item!r} must have storage info")
        own = _info(cls)
        own.item = item
        shape = f"({','.join(map(str, info.shape))})" if info.shape else ""
        own.format = f"&{shape}{info.format}"
        if _info_of(item) is not None and getattr(_info_of(item), "pointer_type", None) is None:
            _info_of(item).pointer_type = cls

    def set_type(cls, item, /):
        cls._set_item(item)
        cls._type_ = item

    def from_param(cls, value, /):
        if value is None:
            return None
        item = _info(cls).item
        if item and isinstance(value, item):
            return byref(value)
        if isinstance(value, (_Pointer, Array)):
            of = _info(type(value)).item
            if of and item and issubclass(of, item):
                return value
        return CType_Type.from_param(cls, value)


class _Pointer(_CData, metaclass=PyCPointerType):
    __module__ = "_ctypes"
    __slots__ = ()

    def __new__(cls, *arguments, **keywords):
        info = _info(cls)
        if info is None or info.item is None:
            raise TypeError("Cannot create instance: has no _type_")
        return _new(cls)

    def __init__(self, value=None, /):
        if value is not None:
            self.contents = value

    def __bool__(self):
        return _address_at(self._b_address) != 0

    def _target(self):
        where = _address_at(self._b_address)
        if not where:
            raise ValueError("NULL pointer access")
        return where

    @property
    def contents(self):
        return _at(_info(type(self)).item, self._target(), self._b_memory, self, 0)

    @contents.setter
    def contents(self, value):
        item = _info(type(self)).item
        if not isinstance(value, _CData):
            raise TypeError(f"expected {_name(item)} instead of {_name(type(value))}")
        _put_address(self._b_address, value._b_address)
        _keep(self, 1, value)
        _keep(self, 0, _kept(value))

    @contents.deleter
    def contents(self):
        raise TypeError("Pointer does not support item deletion")

    def __getitem__(self, at):
        item = _info(type(self)).item
        size = _info(item).size
        if isinstance(at, slice):
            step = 1 if at.step is None else at.step.__index__()
            if step == 0:
                raise ValueError("slice step cannot be zero")
            if at.start is None:
                if step < 0:
                    raise ValueError("slice start is required for step < 0")
                start = 0
            else:
                start = at.start.__index__()
            if at.stop is None:
                raise ValueError("slice stop is required")
            values = [self[each] for each in range(start, at.stop.__index__(), step)]
            code = _info(item).code
            if code == "c":
                return b"".join(values)
            return "".join(values) if code == "u" else values
        at = _index(at, "Pointer indices must be integer")
        return _read(item, self._target() + at * size, self, at)

    def __setitem__(self, at, value):
        at = _index(at, "Pointer indices must be integer")
        item = _info(type(self)).item
        _keep(self, at, _write(item, self._target() + at * _info(item).size, value))

    def __delitem__(self, at):
        raise TypeError("Pointer does not support item deletion")


def POINTER(cls):
    import ctypes

    return ctypes.POINTER(cls)


def pointer(value):
    import ctypes

    return ctypes.pointer(value)
