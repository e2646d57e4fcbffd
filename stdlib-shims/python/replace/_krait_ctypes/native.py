# krait: the functions of C that `ctypes` can call: `memmove` and its like.
import _krait_memory as _memory

from .storage import CArgObject, _CData, _address_at, _info, _name, _new, _put_address, _root
from .values import _narrow
from .arrays import Array


# Those that are called by what they are, each with an address that is nobody's.
_memmove_addr, _memset_addr, _string_at_addr, _cast_addr, _wstring_at_addr, _memoryview_at_addr = range(1, 7)


def _pointed(value):
    """The address that an argument is, or points at."""
    if value is None:
        return 0
    if type(value) is CArgObject:
        if value._tag == "P" and not (_info(type(value._b_of)).code == "P" and not value._is_reference):
            return value._b_of._b_address + value._offset
        return _address_at(value._b_of._b_address)
    if isinstance(value, Array):
        return value._b_address
    if isinstance(value, int):
        return value
    return _address_at(value._b_address)


def _number(value):
    return value._b_of.value if type(value) is CArgObject else getattr(value, "value", value)


def _memmove(to, source, count):
    to = _pointed(to)
    _memory.move(to, _pointed(source), _number(count))
    return to


def _memset(to, byte, count):
    to = _pointed(to)
    _memory.fill(to, _number(byte) & 0xFF, _number(count))
    return to


def _string_at(source, size):
    source, size = _pointed(source), _number(size)
    return bytes(_memory.read(source, _memory.length(source, 1) if size == -1 else size))


def _wstring_at(source, size):
    source, size = _pointed(source), _number(size)
    return _narrow(_memory.read(source, 4 * (_memory.length(source, 4) if size == -1 else size)))


def _memoryview_at(source, size, readonly):
    source, size = _pointed(source), _number(size)
    return _memory.view(source, size, bool(_number(readonly)), 1, "B", [size], None)


def _cast(argument, value, type_):
    source, value, type_ = _pointed(argument), _object(value), _object(type_)
    info = _info(type_)
    if info is None or not info.is_pointer or info.code == "O":
        name = _name(type_) if isinstance(type_, type) else _name(type(type_))
        raise TypeError(f"cast() argument 2 must be a pointer type, not {name}")
    result = _new(type_)
    _put_address(result._b_address, source)
    if isinstance(value, _CData):
        # It lives as long as what points at it, and they share what they keep.
        root, _ = _root(value, 0)
        if type(root._objects) is not dict:
            root._objects = {} if root._objects is None else {"": root._objects}
        result._objects = root._objects
        result._objects[id(value)] = value
        result._b_texts = {"": root}
    elif value is not None:
        result._objects, result._b_texts = value, {"": argument}
    return result


def _object(value):
    return value._b_of.value if type(value) is CArgObject else value


_NATIVE = {
    _memmove_addr: _memmove,
    _memset_addr: _memset,
    _string_at_addr: _string_at,
    _cast_addr: _cast,
    _wstring_at_addr: _wstring_at,
    _memoryview_at_addr: _memoryview_at,
}
