# krait: the simple types of `ctypes`, `c_int` and its like.
import _krait_memory as _memory

from .storage import (
    CArgObject, CType_Type, _CData, _Info, _Text, _address_at, _info, _keep, _name, _needed, _new,
    _write,
)
from .values import (
    _ALIGNMENTS, _POINTER_CODES, _SIMPLE, _complex, _floating, _integer, _set_pointer, _set_text,
    _set_wide_text,
)


class PyCSimpleType(CType_Type):
    __module__ = "_ctypes"

    def __init__(cls, name, bases, namespace):
        type.__init__(cls, name, bases, namespace)
        code = getattr(cls, "_type_", None)
        if name == "_SimpleCData" and namespace.get("__module__") == "_ctypes":
            return
        if code is None:
            raise AttributeError("class must define a '_type_' attribute")
        if not isinstance(code, str):
            raise TypeError("class must define a '_type_' string attribute")
        if len(code) != 1:
            raise ValueError("class must define a '_type_' attribute which must be a string of length 1")
        if code not in _SIMPLE:
            raise AttributeError(
                "class must define a '_type_' attribute which must be\na single character string "
                "containing one of 'cbBhHiIlLdDFGfuzZqQPOv?g'."
            )
        size, format, get, set = _SIMPLE[code]
        pointer = code in _POINTER_CODES
        cls._b_info = _Info(
            size, _ALIGNMENTS.get(code, size), format, code=code, get=get, set=set, has_pointer=pointer,
            is_pointer=pointer, reads_as_value=_SimpleCData in bases,
        )
        if _SimpleCData in bases and code in "hHiIlLqQfdFD" and "_b_swapped" not in namespace:
            if code in "FD":
                get, set = _complex(code, "big")
            else:
                get, set = _floating(code, "big") if code in "fd" else _integer(size, code.islower(), "big")
            swapped = PyCSimpleType(name, bases, {"_type_": code, "_b_swapped": True, "__module__": cls.__module__})
            swapped._b_info = _Info(
                size, cls._b_info.align, f">{code}", code=code, get=get, set=set, reads_as_value=True
            )
            for one in (cls, swapped):
                one.__ctype_le__, one.__ctype_be__ = cls, swapped

    def from_param(cls, value, /):
        if isinstance(value, cls):
            return value
        info = _needed(cls)
        if info.code in "zZP":
            return _pointer_param(cls, info.code, value)
        instance = _new(cls)
        try:
            _keep_own(instance, info.set(instance._b_address, value))
        except TypeError as error:
            if (parameter := getattr(value, "_as_parameter_", None)) is not None:
                return cls.from_param(parameter)
            raise error
        return CArgObject(info.code, instance, value)


def _pointer_param(cls, code, value):
    """What may be passed for a `c_char_p`, a `c_wchar_p` or a `c_void_p`."""
    from .arrays import Array
    from .functions import CFuncPtr
    from .pointers import _Pointer

    info = _info(type(value))
    item = info and info.item and _info(info.item)
    _needed(cls)
    if value is None:
        return None
    if isinstance(value, bytes) and code in "zP" or isinstance(value, str) and code in "ZP":
        instance = _new(_text_types[type(value)] if code == "P" else cls)
        set = _set_text if isinstance(value, bytes) else _set_wide_text
        _keep_own(instance, set(instance._b_address, value))
        return CArgObject("z" if isinstance(value, bytes) else "Z", instance, value)
    if code == "P":
        if isinstance(value, int):
            instance = _new(cls)
            _set_pointer(instance._b_address, value)
            return CArgObject("P", instance, value)
        if isinstance(value, (Array, _Pointer)):
            return value
        if type(value) is CArgObject and value._tag == "P":
            return value
        if isinstance(value, CFuncPtr):
            instance = _new(cls)
            _set_pointer(instance._b_address, _address_at(value._b_address))
            instance._objects = value
            return CArgObject("P", instance, value)
        if info and info.code in ("z", "Z"):
            return CArgObject(info.code, value, value)
    else:
        wanted = "c" if code == "z" else "u"
        if isinstance(value, (Array, _Pointer)) and item and item.code == wanted:
            return value
        if type(value) is CArgObject:
            to = _info(type(value._b_of))
            if to and to.code == wanted:
                return value
    if (parameter := getattr(value, "_as_parameter_", None)) is not None:
        return cls.from_param(parameter)
    raise TypeError(f"'{_name(type(value))}' object cannot be interpreted as ctypes.{_name(cls)}")


class _SimpleCData(_CData, metaclass=PyCSimpleType):
    __module__ = "_ctypes"
    __slots__ = ()

    def __new__(cls, value=None, /):
        if cls is _SimpleCData or _info(cls) is None:
            raise TypeError("abstract class")
        return _new(cls)

    def __init__(self, *value):
        if value:
            self.value = value[0]

    @property
    def value(self):
        return _info(type(self)).get(self._b_address)

    @value.setter
    def value(self, value):
        info = _info(type(self))
        if isinstance(value, _CData) and info.code != "O":
            _keep(self, 0, _write(type(self), self._b_address, value))
            return
        _keep_own(self, info.set(self._b_address, value))

    @value.deleter
    def value(self):
        raise TypeError("can't delete attribute")

    def __bool__(self):
        return any(_memory.read(self._b_address, self._b_size))

    def __repr__(self):
        if _SimpleCData not in type(self).__bases__:
            return f"<{_name(type(self))} object at {hex(id(self))}>"
        return f"{_name(type(self))}({self.value!r})"

    def __ctypes_from_outparam__(self):
        return self.value if _SimpleCData in type(self).__bases__ else self


_SimpleCData.__hash__ = _CData.__hash__


def _keep_own(instance, kept):
    """Keeps what the instance's one value points at."""
    if instance._b_base_ is None and type(kept) is _Text:
        instance._b_texts, instance._objects = {"": kept}, kept.text
    elif instance._b_base_ is None:
        instance._objects = kept
    else:
        _keep(instance, 0, kept)


class _TextTypes(dict):
    def __missing__(self, kind):
        import ctypes

        self[bytes], self[str] = ctypes.c_char_p, ctypes.c_wchar_p
        return self[kind]


_text_types = _TextTypes()
