# krait: the half of `ctypes` that is native in CPython, in place of the engine's, whose structures
# hold other values than they were given. Everything is memory at an address: `_krait_memory` reads
# and writes it. A static binary loads no shared library, so the functions that can be called are
# `memmove` and its like, and Python's own behind a `CFUNCTYPE`; all others say why they cannot.
# Its parts are in `_krait_ctypes`; what concerns any value is here.
import _krait_memory as _memory
from _krait_ctypes.arrays import Array, PyCArrayType
from _krait_ctypes.functions import (
    CTYPES_MAX_ARGCOUNT, FUNCFLAG_CDECL, FUNCFLAG_HRESULT, FUNCFLAG_PYTHONAPI, FUNCFLAG_STDCALL, ArgumentError,
    CFuncPtr, PyCFuncPtrType,
)
from _krait_ctypes.native import (
    _cast_addr, _memmove_addr, _memoryview_at_addr, _memset_addr, _string_at_addr, _wstring_at_addr,
)
from _krait_ctypes.pointers import POINTER, PyCPointerType, _Pointer, pointer
from _krait_ctypes.simple import PyCSimpleType, _SimpleCData
from _krait_ctypes.storage import (
    CArgObject, CType_Type, _CData, _info, _kind, _STATIC_BINARY_REASON, _unpickle, byref,
)
from _krait_ctypes.structures import CField, PyCStructType, Structure, Union, UnionType

for _each in (POINTER, byref, pointer, _unpickle):
    # Pickles name it so, and so do errors.
    _each.__module__ = "_ctypes"

__version__ = "1.1.0"
RTLD_LOCAL, RTLD_GLOBAL = 0, 0x100
SIZEOF_TIME_T = 8
FUNCFLAG_USE_ERRNO, FUNCFLAG_USE_LASTERROR = 8, 16
TYPEFLAG_ISPOINTER, TYPEFLAG_HASPOINTER = 0x100, 0x200


def sizeof(value, /):
    info = _info(value)
    if info is not None:
        return info.size
    if isinstance(value, _CData):
        return value._b_size
    raise TypeError("this type has no size")


def alignment(value, /):
    info = _info(value) or _info(type(value))
    if info is not None:
        return info.align
    raise TypeError("no alignment info")


def addressof(value, /):
    if not isinstance(value, _CData):
        raise TypeError(f"addressof() argument must be _ctypes._CData, not {_kind(value)}")
    return value._b_address


def resize(value, size, /):
    info = _info(type(value))
    if info is None:
        raise TypeError("excepted ctypes instance")
    if size < info.size:
        raise ValueError(f"minimum size is {info.size}")
    if not value._b_needsfree_:
        raise ValueError("Memory cannot be resized because this object doesn't own it")
    memory = bytearray(size or 1)
    memory[: value._b_size] = _memory.read(value._b_address, min(value._b_size, size))
    value._b_memory = memoryview(memory)
    value._b_address = _memory.address(memory)
    value._b_size = size


def buffer_info(value, /):
    info = _info(value) or _info(type(value))
    if info is None:
        raise TypeError("not a ctypes type or object")
    return info.format, len(info.shape), info.shape


_errno = 0


def get_errno():
    return _errno


def set_errno(value, /):
    global _errno
    before, _errno = _errno, value.__index__()
    return before


def dlopen(name, flags=RTLD_LOCAL, /):
    if name is not None:
        raise OSError(f"cannot load library {name!r}: {_STATIC_BINARY_REASON}")
    return 0


def dlsym(handle, name, /):
    raise OSError(f"undefined symbol {name}: {_STATIC_BINARY_REASON}")


def dlclose(handle, /):
    pass


def call_function(address, arguments, /):
    raise OSError(f"the function at {address:#x} cannot be called: {_STATIC_BINARY_REASON}")


call_cdeclfunction = call_function


def PyObj_FromPtr(address, /):
    return _memory.object_at(address)


def Py_INCREF(value, /):
    return value


Py_DECREF = Py_INCREF
_pointer_type_cache = {}
