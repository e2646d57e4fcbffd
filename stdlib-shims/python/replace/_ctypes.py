# krait: the half of `ctypes` that is native in CPython, in place of the engine's, whose structures
# hold other values than they were given. Everything is memory at an address: `_krait_memory` reads
# and writes it. A static binary loads no shared library, so the functions that can be called are
# `memmove` and its like, and Python's own behind a `CFUNCTYPE`; all others say why they cannot.
import _krait_memory as _memory
import struct as _struct
from sys import byteorder as _byteorder

__version__ = "1.1.0"
RTLD_LOCAL, RTLD_GLOBAL = 0, 0x100
SIZEOF_TIME_T = 8
FUNCFLAG_STDCALL, FUNCFLAG_CDECL, FUNCFLAG_HRESULT, FUNCFLAG_PYTHONAPI = 0, 1, 2, 4
FUNCFLAG_USE_ERRNO, FUNCFLAG_USE_LASTERROR = 8, 16
TYPEFLAG_ISPOINTER, TYPEFLAG_HASPOINTER = 0x100, 0x200
CTYPES_MAX_ARGCOUNT = 1024
_POINTER_SIZE = _struct.calcsize("P")
_STATIC_BINARY_REASON = "krait is a static binary, and ctypes cannot call foreign functions in it"


class ArgumentError(Exception):
    pass


ArgumentError.__module__ = "ctypes"


class _Info:
    """What is known of a type: how it is laid out, and how it becomes a Python value."""

    def __init__(self, size, align, format, **rest):
        self.size, self.align, self.format = size, align, format
        self.is_final = False
        # A simple type's code; an array's or a pointer's item; an array's length.
        self.code, self.item, self.length, self.shape = None, None, 0, ()
        self.get, self.set = None, None
        self.is_pointer = self.has_pointer = False
        # Whether there may be more than one thing that its values point at.
        self.keeps_many = False
        # A structure's fields: names, in order.
        self.names = ()
        self.__dict__.update(rest)


def _info_of(type_):
    return type_.__dict__.get("_b_info") if isinstance(type_, type) else None


def _info(type_):
    info = getattr(type_, "_b_info", None) if isinstance(type_, CType_Type) else None
    return info


def _needed(type_, message="abstract class"):
    info = _info(type_)
    if info is None:
        raise TypeError(message)
    return info


def _name(type_):
    return type_.__name__


def _kind(value):
    """A type's name as errors have it."""
    kind = type(value)
    if kind.__module__ in ("builtins", "__main__"):
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


# Types


class CType_Type(type):
    __module__ = "_ctypes"

    def __mul__(cls, length):
        return _array_type(cls, length)

    __rmul__ = __mul__

    def __sizeof__(cls):
        return type.__sizeof__(cls)

    @property
    def __pointer_type__(cls):
        info = _info_of(cls)
        found = info and getattr(info, "pointer_type", None)
        if not found:
            raise AttributeError(f"type {cls!r} has no attribute '__pointer_type__'")
        return found

    @__pointer_type__.setter
    def __pointer_type__(cls, value):
        _needed(cls, f"{cls!r} must have storage info").pointer_type = value

    @__pointer_type__.deleter
    def __pointer_type__(cls):
        _needed(cls, f"{cls!r} must have storage info").pointer_type = None

    def from_address(cls, address):
        if not isinstance(address, int):
            raise TypeError("integer expected")
        _needed(cls)
        return _at(cls, address)

    def from_buffer(cls, source, offset=0, /):
        info = _needed(cls)
        view = memoryview(source)
        if view.readonly:
            raise TypeError("underlying buffer is not writable")
        if not view.c_contiguous:
            raise TypeError("underlying buffer is not C contiguous")
        if offset < 0:
            raise ValueError("offset cannot be negative")
        if info.size > view.nbytes - offset:
            raise ValueError(
                f"Buffer size too small ({view.nbytes} instead of at least {info.size + offset} bytes)"
            )
        instance = _at(cls, _memory.address(view) + offset, view)
        _keep(instance, -1, view)
        return instance

    def from_buffer_copy(cls, source, offset=0, /):
        info = _needed(cls)
        view = memoryview(source)
        if offset < 0:
            raise ValueError("offset cannot be negative")
        if info.size > view.nbytes - offset:
            raise ValueError(
                f"Buffer size too small ({view.nbytes} instead of at least {info.size + offset} bytes)"
            )
        instance = _new(cls)
        _memory.write(instance._b_address, bytes(view)[offset : offset + info.size])
        return instance

    def in_dll(cls, dll, name, /):
        _needed(cls)
        raise ValueError(f"{name}: {_STATIC_BINARY_REASON}")

    def from_param(cls, value, /):
        if isinstance(value, cls):
            return value
        if type(value) is CArgObject:
            item = _needed(cls).item
            if isinstance(value._b_of, cls) or item and isinstance(value._b_of, item):
                return value
            raise TypeError(
                f"expected {_name(cls)} instance instead of pointer to {_name(type(value._b_of))}"
            )
        if (parameter := getattr(value, "_as_parameter_", None)) is not None:
            return cls.from_param(parameter)
        raise TypeError(f"expected {_name(cls)} instance instead of {_name(type(value))}")


def _new(cls):
    """An instance with memory of its own."""
    info = _needed(cls)
    info.is_final = True
    instance = object.__new__(cls)
    instance._b_base_, instance._b_index, instance._b_texts, instance._objects = None, 0, None, None
    memory = bytearray(info.size or 1)
    # As long as it is exported, it stays where it is.
    instance._b_memory = memoryview(memory)
    instance._b_address = _memory.address(memory)
    instance._b_size = info.size
    return instance


def _at(cls, address, owner=None, base=None, index=0):
    """An instance at an address, of memory that is somebody else's."""
    info = _needed(cls)
    info.is_final = True
    instance = object.__new__(cls)
    instance._b_memory = owner
    instance._b_address = address
    instance._b_size = info.size
    instance._b_base_, instance._b_index, instance._b_texts, instance._objects = base, index, None, None
    return instance


def _root(instance, index):
    """The object whose memory this is part of, and the key of what is kept for it."""
    key = [f"{index & 0xFFFFFFFFFFFFFFFF:x}" if index < 0 else f"{index:x}"]
    while instance._b_base_ is not None:
        key.append(f"{instance._b_index:x}")
        instance = instance._b_base_
    return instance, ":".join(key)


class _Text:
    """A text, and the memory that holds it, with the zero behind it that C looks for."""

    def __init__(self, text, memory):
        self.text, self.memory = text, memoryview(memory)
        self.address = _memory.address(memory)


class _Copied:
    """What a value kept, and the value, whose texts the copy of it points at."""

    def __init__(self, kept, value):
        self.kept, self.value = kept, value


def _keep(instance, index, kept):
    """Keeps an object alive as long as the memory that points at it."""
    if kept is None:
        return
    instance, key = _root(instance, index)
    if type(kept) is _Text:
        instance._b_texts = {**(instance._b_texts or {}), key: kept}
        kept = kept.text
    elif type(kept) is _Copied:
        instance._b_texts = {**(instance._b_texts or {}), key: kept}
        kept = kept.kept
        if kept is None:
            return
    if instance._objects is None:
        instance._objects = {}
    elif type(instance._objects) is not dict:
        instance._objects = {"": instance._objects}
    instance._objects[key] = kept


def _kept(value):
    """What a value keeps alive."""
    instance, _ = _root(value, 0)
    if instance._objects is None and _info(type(instance)).keeps_many:
        instance._objects = {}
    return instance._objects


class _CData(metaclass=CType_Type):
    __module__ = "_ctypes"
    __slots__ = ("_b_memory", "_b_address", "_b_size", "_b_base_", "_b_index", "_b_texts", "_objects", "__weakref__")

    def __new__(cls, *arguments, **keywords):
        return _new(cls)

    @property
    def _b_needsfree_(self):
        return int(self._b_base_ is None and self._b_memory is not None)

    def __hash__(self):
        raise TypeError("unhashable type")

    def __buffer__(self, flags):
        info = _needed(type(self))
        size = self._b_size
        item, shape = info.item, info.shape
        unit = _info(_innermost(type(self))).size if shape else size
        if size != info.size:
            shape, unit = (size,), 1
        return _memory.view(self._b_address, size, False, unit, info.format, list(shape), self)

    def __reduce__(self):
        # What CPython's calls.
        if _info(type(self)).has_pointer:
            raise ValueError("ctypes objects containing pointers cannot be pickled")
        state = (getattr(self, "__dict__", {}), bytes(_memory.read(self._b_address, self._b_size)))
        return _unpickle, (type(self), state)

    def __reduce_ex__(self, protocol):
        return self.__reduce__()

    def __setstate__(self, attributes, content, /):
        if type(attributes) is not dict:
            kinds = f"{_name(type(self))}.__dict__ must be a dictionary, not {_name(type(attributes))}"
            raise TypeError(kinds)
        _memory.write(self._b_address, content[: self._b_size])
        if attributes:
            self.__dict__.update(attributes)

    def __ctypes_from_outparam__(self):
        return self


_CData.__eq__ = object.__eq__


def _unpickle(type_, state):
    instance = type_.__new__(type_)
    instance.__setstate__(*state)
    return instance


def _innermost(type_):
    while (info := _info(type_)).shape:
        type_ = info.item
    return type_


def _read(type_, address, base=None, index=0):
    """The Python value of a type at an address."""
    info = _info(type_)
    if info.get and _SimpleCData in type_.__bases__:
        return info.get(address)
    return _at(type_, address, None, base, index)


def _write(type_, address, value):
    """Writes a value of a type to an address; gives what is to be kept alive for it."""
    info = _info(type_)
    if not isinstance(value, _CData):
        if info.set:
            return info.set(address, value)
        if isinstance(value, tuple):
            try:
                value = type_(*value)
            except Exception as error:
                raise RuntimeError(f"({_name(type_)}) {_name(type(error))}: {error}") from None
            return _write(type_, address, value)
        if value is None and issubclass(type_, _Pointer):
            _memory.write(address, bytes(_POINTER_SIZE))
            return None
        raise TypeError(f"expected {_name(type_)} instance, got {_name(type(value))}")
    if isinstance(value, type_):
        _memory.write(address, _memory.read(value._b_address, info.size))
        return _kept(value) if not value._b_texts else _Copied(_kept(value), value)
    if issubclass(type_, _Pointer) and isinstance(value, Array):
        if _info(type(value)).item is not info.item:
            raise TypeError(
                f"incompatible types, {_name(type(value))} instance instead of {_name(type_)} instance"
            )
        _memory.write(address, value._b_address.to_bytes(_POINTER_SIZE, _byteorder))
        return value
    raise TypeError(f"incompatible types, {_name(type(value))} instance instead of {_name(type_)} instance")


# Simple types


def _integer(size, signed, order):
    mask = (1 << size * 8) - 1

    def get(address):
        return int.from_bytes(_memory.read(address, size), order, signed=signed)

    def set(address, value):
        try:
            value = value.__index__() if type(value) is not int else value
        except AttributeError:
            raise TypeError(f"'{_name(type(value))}' object cannot be interpreted as an integer") from None
        _memory.write(address, (value & mask).to_bytes(size, order))

    return get, set


def _floating(code, order):
    packing = _struct.Struct((">" if order == "big" else "<") + code)

    def get(address):
        return packing.unpack(_memory.read(address, packing.size))[0]

    def set(address, value):
        value = _as_float(value)
        try:
            content = packing.pack(value)
        except OverflowError:
            content = packing.pack(float("inf") if value > 0 else float("-inf"))
        _memory.write(address, content)

    return get, set


def _as_float(value):
    if type(value) is float:
        return value
    kind = type(value)
    if hasattr(kind, "__float__") or hasattr(kind, "__index__"):
        return float(value)
    raise TypeError(f"must be real number, not {_name(kind)}")


def _long_double():
    # Of 80 bits: a sign, 15 bits of exponent, and 64 of the number, the first of which is there.
    def get(address):
        content = _memory.read(address, 10)
        number = int.from_bytes(content[:8], "little")
        exponent = int.from_bytes(content[8:], "little")
        sign = -1.0 if exponent & 0x8000 else 1.0
        exponent &= 0x7FFF
        if exponent == 0x7FFF:
            return sign * float("inf") if number << 1 & 0xFFFFFFFFFFFFFFFF == 0 else float("nan")
        if number == 0:
            return sign * 0.0
        exponent -= 16383 + 63
        try:
            if exponent >= 0:
                return sign * float(number << exponent)
            return sign * (number / (1 << -exponent))
        except OverflowError:
            return sign * float("inf")

    def set(address, value):
        value = _as_float(value)
        bits = int.from_bytes(_struct.pack("<d", value), "little")
        sign, exponent, fraction = bits >> 63, bits >> 52 & 0x7FF, bits & (1 << 52) - 1
        if exponent == 0x7FF:
            number, exponent = 1 << 63 | fraction << 11, 0x7FFF
        elif exponent == 0 and fraction == 0:
            number = 0
        elif exponent == 0:
            shift = 64 - fraction.bit_length()
            number, exponent = fraction << shift, 16383 - 1022 - 52 + 63 - shift
        else:
            number, exponent = 1 << 63 | fraction << 11, exponent - 1023 + 16383
        content = number.to_bytes(8, "little") + (sign << 15 | exponent).to_bytes(2, "little")
        _memory.write(address, content + bytes(6))

    return get, set


def _complex(code, order="little"):
    part = {"F": 4, "D": 8, "G": 16}[code]
    get_part, set_part = _long_double() if code == "G" else _floating("f" if code == "F" else "d", order)

    def get(address):
        return complex(get_part(address), get_part(address + part))

    def set(address, value):
        try:
            value = complex(value) if not isinstance(value, str) else value + 0
        except TypeError:
            raise TypeError(f"must be real number, not {_name(type(value))}") from None
        set_part(address, value.real)
        set_part(address + part, value.imag)

    return get, set


def _get_char(address):
    return bytes(_memory.read(address, 1))


def _set_char(address, value):
    what = "one character bytes, bytearray, or an integer in range(256) expected, not "
    if isinstance(value, (bytes, bytearray)):
        if len(value) != 1:
            raise TypeError(f"{what}{_name(type(value))} of length {len(value)}")
        _memory.write(address, bytes(value))
    elif isinstance(value, int):
        if not 0 <= value < 256:
            raise TypeError("integer not in range(256)")
        _memory.write(address, bytes([value]))
    else:
        raise TypeError(f"{what}{_name(type(value))}")


def _get_wide(address):
    return chr(int.from_bytes(_memory.read(address, 4), _byteorder))


def _set_wide(address, value):
    if not isinstance(value, str):
        raise TypeError(f"a unicode character expected, not instance of {_name(type(value))}")
    if len(value) != 1:
        raise TypeError(f"a unicode character expected, not a string of length {len(value)}")
    _memory.write(address, _wide(value))


def _wide(text):
    return b"".join([ord(each).to_bytes(4, _byteorder) for each in text])


def _narrow(content):
    return "".join(
        [chr(int.from_bytes(content[at : at + 4], _byteorder)) for at in range(0, len(content), 4)]
    )


def _get_bool(address):
    return _memory.read(address, 1) != b"\0"


def _set_bool(address, value):
    _memory.write(address, b"\1" if value else b"\0")


def _address_at(address):
    return int.from_bytes(_memory.read(address, _POINTER_SIZE), _byteorder)


def _put_address(address, value):
    _memory.write(address, (value & (1 << _POINTER_SIZE * 8) - 1).to_bytes(_POINTER_SIZE, _byteorder))


def _get_pointer(address):
    return _address_at(address) or None


def _set_pointer(address, value):
    if value is None:
        value = 0
    elif not isinstance(value, int):
        raise TypeError("cannot be converted to pointer")
    _put_address(address, value)


def _get_text(address):
    where = _address_at(address)
    return bytes(_memory.read(where, _memory.length(where, 1))) if where else None


def _set_text(address, value):
    if value is None:
        _put_address(address, 0)
    elif isinstance(value, bytes):
        kept = _Text(value, bytearray(value + b"\0"))
        _put_address(address, kept.address)
        return kept
    elif isinstance(value, int):
        _put_address(address, value)
    else:
        raise TypeError(f"bytes or integer address expected instead of {_name(type(value))} instance")


def _get_wide_text(address):
    where = _address_at(address)
    return _narrow(_memory.read(where, _memory.length(where, 4) * 4)) if where else None


def _set_wide_text(address, value):
    if value is None:
        _put_address(address, 0)
    elif isinstance(value, str):
        kept = _Text(value, bytearray(_wide(value) + bytes(4)))
        _put_address(address, kept.address)
        return kept
    elif isinstance(value, int):
        _put_address(address, value)
    else:
        raise TypeError(f"unicode string or integer address expected instead of {_name(type(value))} instance")


def _get_object(address):
    where = _address_at(address)
    if not where:
        raise ValueError("PyObject is NULL")
    return _memory.object_at(where)


def _set_object(address, value):
    _put_address(address, id(value))
    return value


# By code: the size, the format of its buffer, and how it is read and written.
_SIMPLE = {
    "c": (1, "<c", _get_char, _set_char),
    "u": (4, "<w", _get_wide, _set_wide),
    "?": (1, "<?", _get_bool, _set_bool),
    "v": (2, "<v", lambda address: _memory.read(address, 2) != b"\0\0",
          lambda address, value: _memory.write(address, b"\xff\xff" if value else b"\0\0")),
    "f": (4, "<f", *_floating("f", "little")),
    "d": (8, "<d", *_floating("d", "little")),
    "g": (16, "<g", *_long_double()),
    "F": (8, "<F", *_complex("F")),
    "D": (16, "<D", *_complex("D")),
    "G": (32, "<G", *_complex("G")),
    "z": (_POINTER_SIZE, "<z", _get_text, _set_text),
    "Z": (_POINTER_SIZE, "<Z", _get_wide_text, _set_wide_text),
    "P": (_POINTER_SIZE, "<P", _get_pointer, _set_pointer),
    "O": (_POINTER_SIZE, "<O", _get_object, _set_object),
}
for _code in "bBhHiIlLqQ":
    _size = _struct.calcsize(_code)
    _SIMPLE[_code] = (_size, f"<{_code}", *_integer(_size, _code.islower(), _byteorder))
_ALIGNMENTS = {"F": 4, "D": 8, "G": 16}
_POINTER_CODES = "zZPO"


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
            is_pointer=pointer,
        )
        if _SimpleCData in bases and code in "hHiIlLqQfdFD" and "_b_swapped" not in namespace:
            if code in "FD":
                get, set = _complex(code, "big")
            else:
                get, set = _floating(code, "big") if code in "fd" else _integer(size, code.islower(), "big")
            swapped = PyCSimpleType(name, bases, {"_type_": code, "_b_swapped": True, "__module__": cls.__module__})
            swapped._b_info = _Info(size, cls._b_info.align, f">{code}", code=code, get=get, set=set)
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


# Arrays


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
        raise TypeError(message) from None


# Pointers


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


# Structures and unions


class CField:
    """A field of a structure or a union."""

    __module__ = "ctypes"

    def __init__(
        self, *, name, type, byte_size, byte_offset, index, _internal_use, bit_size=None, bit_offset=None
    ):
        if not isinstance(name, str):
            raise TypeError(f"CField() argument 'name' must be str, not {_kind(name)}")
        info = _needed(type, "type of field " + repr(name) + " must be a C type")
        if byte_size != info.size:
            raise ValueError(
                f"byte size of field {name!r} ({byte_size}) does not match type size ({info.size})"
            )
        set = object.__setattr__
        set(self, "_name", name)
        set(self, "_type", type)
        set(self, "_offset", byte_offset)
        set(self, "_byte_size", byte_size)
        set(self, "_index", index)
        set(self, "_bits", None)
        if bit_size is not None:
            if info.code not in tuple("bBhHiIlLqQ?") or not info.code:
                raise TypeError(f"bit fields not allowed for type {_name(type)}")
            if bit_size + bit_offset > byte_size * 8:
                raise ValueError(
                    f"bit field {name!r} overflows its type ({bit_offset} + {bit_size} > {byte_size * 8})"
                )
            set(self, "_bits", (bit_offset, bit_size))

    name = property(lambda self: self._name)
    type = property(lambda self: self._type)
    offset = byte_offset = property(lambda self: self._offset)
    byte_size = property(lambda self: self._byte_size)
    is_bitfield = property(lambda self: self._bits is not None)
    bit_offset = property(lambda self: self._bits[0] if self._bits else 0)
    bit_size = property(lambda self: self._bits[1] if self._bits else self._byte_size * 8)

    @property
    def is_anonymous(self):
        return bool(getattr(self, "_is_anonymous", False))

    @property
    def size(self):
        if self._bits:
            return self._bits[1] << 16 | self._bits[0]
        return self._byte_size

    def __setattr__(self, name, value):
        raise AttributeError("readonly attribute")

    def __repr__(self):
        kind = _name(self._type)
        if self._bits:
            where = f"ofs={self._offset}, bit_size={self._bits[1]}, bit_offset={self._bits[0]}"
        else:
            where = f"ofs={self._offset}, size={self._byte_size}"
        return f"<ctypes.CField {self._name!r} type={kind}, {where}>"

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if not isinstance(instance, _CData):
            raise TypeError("not a ctype instance")
        address, type_ = instance._b_address + self._offset, self._type
        info = _info(type_)
        if self._bits:
            return self._get_bits(info, address)
        if info.shape and _info(info.item).code == "c":
            return _char_array_get(_at(type_, address))
        if info.shape and _info(info.item).code == "u":
            return _wide_array_get(_at(type_, address))
        return _read(type_, address, instance, self._index)

    def __set__(self, instance, value):
        if not isinstance(instance, _CData):
            raise TypeError("not a ctype instance")
        address, type_ = instance._b_address + self._offset, self._type
        info = _info(type_)
        if self._bits:
            return self._set_bits(info, address, value)
        if info.shape and _info(info.item).code == "c" and not isinstance(value, _CData):
            if not isinstance(value, bytes):
                raise TypeError(f"expected bytes, {_name(type(value))} found")
            # Up to a zero in it.
            value = value.split(b"\0", 1)[0]
            if len(value) > info.size:
                raise ValueError(f"bytes too long ({len(value)}, maximum length {info.size})")
            return _memory.write(address, value + b"\0" if len(value) < info.size else value)
        if info.shape and _info(info.item).code == "u" and not isinstance(value, _CData):
            if not isinstance(value, str):
                raise TypeError(f"unicode string expected instead of {_name(type(value))} instance")
            if len(value) > info.length:
                raise ValueError(f"string too long ({len(value)}, maximum length {info.length})")
            content = _wide(value)
            return _memory.write(address, content + bytes(4) if len(value) < info.length else content)
        _keep(instance, self._index, _write(type_, address, value))

    def __delete__(self, instance):
        raise TypeError("can't delete attribute")

    def _order(self, info):
        return "big" if info.format.startswith(">") else _byteorder

    def _get_bits(self, info, address):
        offset, size = self._bits
        number = int.from_bytes(_memory.read(address, info.size), self._order(info)) >> offset & (1 << size) - 1
        if info.code == "?":
            return bool(number)
        if info.code.islower() and number >> size - 1:
            number -= 1 << size
        return number

    def _set_bits(self, info, address, value):
        offset, size = self._bits
        if info.code == "?":
            value = bool(value)
        if isinstance(value, _CData):
            value = getattr(value, "value", value)
        try:
            value = value.__index__()
        except AttributeError:
            raise TypeError(f"'{_name(type(value))}' object cannot be interpreted as an integer") from None
        order = self._order(info)
        mask = (1 << size) - 1 << offset
        number = int.from_bytes(_memory.read(address, info.size), order)
        number = number & ~mask | value << offset & mask
        _memory.write(address, number.to_bytes(info.size, order))


class _Aggregate(CType_Type):
    _is_structure = True

    def __init__(cls, name, bases, namespace):
        type.__init__(cls, name, bases, namespace)
        if namespace.get("__module__") == "_ctypes" and name in ("Structure", "Union"):
            return
        if "_abstract_" in namespace:
            return
        base = _info(bases[0]) if bases else None
        if base is None:
            # Nothing yet: its fields may come later.
            cls._b_info = _Info(0, 1, "B")
        else:
            cls._b_info = _Info(
                base.size, base.align, base.format, has_pointer=base.has_pointer, names=base.names,
                keeps_many=base.keeps_many,
            )
            base.is_final = True
        if "_fields_" in namespace:
            fields = namespace["_fields_"]
            type.__delattr__(cls, "_fields_")
            # By way of who has fields of the other byte order.
            cls._fields_ = fields

    def __setattr__(cls, name, value):
        if name == "_fields_":
            cls._lay_out(value)
        type.__setattr__(cls, name, value)

    def _lay_out(cls, fields):
        import ctypes._layout

        info = _info_of(cls)
        if info is None:
            return
        if info.is_final:
            raise AttributeError("_fields_ is final")
        bases = [base for base in cls.__mro__[1:] if _info_of(base) is not None]
        base = bases[0] if bases and _info_of(bases[0]).size else None
        fields = list(fields)
        layout = ctypes._layout.get_layout(cls, fields, cls._is_structure, base)
        names = list(_info(base).names) if base else []
        if info.is_final:
            raise AttributeError("_fields_ is final")
        for field in layout.fields:
            if field.type is cls:
                raise AttributeError("Structure or union cannot contain itself")
            type.__setattr__(cls, field.name, field)
            object.__setattr__(field, "_index", len(names))
            names.append(field.name)
            kind = _info(field.type)
            kind.is_final = True
            info.has_pointer = info.has_pointer or kind.has_pointer
        info.size, info.align, info.format, info.names = (
            layout.size, layout.align, layout.format_spec, tuple(names),
        )
        info.is_final, info.keeps_many = True, bool(names)
        cls._make_anonymous()

    def _make_anonymous(cls):
        """The fields of anonymous fields are the structure's own."""
        anonymous = cls.__dict__.get("_anonymous_", ())
        for name in anonymous:
            field = getattr(cls, name, None)
            if type(field) is not CField:
                if field is None:
                    raise AttributeError(f"type object '{_name(cls)}' has no attribute '{name}'")
                raise AttributeError(f"'{name}' is specified in _anonymous_ but not in _fields_")
            object.__setattr__(field, "_is_anonymous", True)
            inner = set(_info(field.type).names)
            inner.update(name for name, of in field.type.__dict__.items() if type(of) is CField)
            for name in inner:
                of = getattr(field.type, name)
                copy = CField(
                    name=name, type=of.type, byte_size=of.byte_size, byte_offset=field.offset + of.offset,
                    index=field._index, _internal_use=True,
                    bit_size=of._bits and of._bits[1], bit_offset=of._bits and of._bits[0],
                )
                type.__setattr__(cls, name, copy)


CField.__hash__ = object.__hash__


class PyCStructType(_Aggregate):
    __module__ = "_ctypes"


class UnionType(_Aggregate):
    __module__ = "_ctypes"
    _is_structure = False


def _new_aggregate(cls, /, *arguments, **keywords):
    if _info_of(cls) is None:
        raise TypeError("abstract class")
    return _new(cls)


def _fill(self, /, *values, **named):
    names = _info(type(self)).names
    if len(values) > len(names):
        raise TypeError("too many initializers")
    for name, value in zip(names, values):
        if name in named:
            raise TypeError(f"duplicate values for field {name!r}")
        setattr(self, name, value)
    for name, value in named.items():
        setattr(self, name, value)


class Structure(_CData, metaclass=PyCStructType):
    __module__ = "_ctypes"
    __slots__ = ()
    __new__, __init__ = _new_aggregate, _fill


class Union(_CData, metaclass=UnionType):
    __module__ = "_ctypes"
    __slots__ = ()
    __new__, __init__ = _new_aggregate, _fill


# Functions

# Those that are called by what they are, each with an address that is nobody's.
_memmove_addr, _memset_addr, _string_at_addr, _cast_addr, _wstring_at_addr, _memoryview_at_addr = range(1, 7)
# Python functions that have an address, by it: weakly, so that they go with who holds them.
_functions = {}


class _Thunk:
    """Gives a Python function an address, as long as it lives."""

    def __init__(self, function):
        self.function = function
        self.place = bytearray(16)
        self.view = memoryview(self.place)
        self.address = _memory.address(self.place)
        import weakref

        _functions[self.address] = weakref.ref(self)

    def __del__(self):
        _functions.pop(self.address, None)


class PyCFuncPtrType(CType_Type):
    __module__ = "_ctypes"

    def __init__(cls, name, bases, namespace):
        type.__init__(cls, name, bases, namespace)
        if name == "CFuncPtr" and namespace.get("__module__") == "_ctypes":
            return
        flags = getattr(cls, "_flags_", None)
        if not isinstance(flags, int):
            raise TypeError("class must define _flags_ which must be an integer")
        types = getattr(cls, "_argtypes_", None)
        if types is not None:
            if not isinstance(types, tuple):
                raise TypeError("_argtypes_ must be a sequence of types")
            for each in types:
                if not hasattr(each, "from_param"):
                    raise TypeError(f"item {types.index(each) + 1} in _argtypes_ has no from_param method")
        result = getattr(cls, "_restype_", None)
        if result is not None and _info(result) is None and not callable(result):
            raise TypeError("_restype_ must be a type, a callable, or None")
        cls._b_info = _Info(_POINTER_SIZE, _POINTER_SIZE, "X{}", has_pointer=True, is_pointer=True)


class CFuncPtr(_CData, metaclass=PyCFuncPtrType):
    __module__ = "_ctypes"
    __slots__ = ("_argtypes", "_restype", "_errcheck", "_thunk", "_said")

    def __new__(cls, *arguments, **keywords):
        if cls is CFuncPtr:
            raise TypeError("abstract class")
        self = _new(cls)
        self._thunk = self._said = self._errcheck = None
        if not arguments:
            return self
        first = arguments[0]
        if isinstance(first, tuple):
            name, library = first
            if not isinstance(name, (str, bytes)):
                raise TypeError("function name must be string, bytes object or integer")
            name = name if isinstance(name, str) else name.decode()
            if not name.startswith(("Py", "_Py")):
                raise AttributeError(f"function {name!r} not found: {_STATIC_BINARY_REASON}")
            self._said = f"{name} cannot be called: the interpreter is not CPython"
            _put_address(self._b_address, 0x1000)
        elif isinstance(first, int):
            _put_address(self._b_address, first)
        elif callable(first):
            result = getattr(cls, "_restype_", None)
            if result is not None and (_info(result) is None or _info(result).set is None):
                raise TypeError("invalid result type for callback function")
            self._thunk = _Thunk(first)
            _put_address(self._b_address, self._thunk.address)
            self._objects = {"0": self._thunk}
        else:
            raise TypeError("argument must be callable or integer function address")
        return self

    def __init__(self, *arguments, **keywords):
        pass

    @property
    def argtypes(self):
        return getattr(self, "_argtypes", None) or getattr(type(self), "_argtypes_", None)

    @argtypes.deleter
    def argtypes(self):
        self._argtypes = None

    @argtypes.setter
    def argtypes(self, types):
        if types is not None:
            for at, each in enumerate(types):
                if not hasattr(each, "from_param"):
                    raise TypeError(f"item {at + 1} in _argtypes_ has no from_param method")
        self._argtypes = types

    @property
    def restype(self):
        try:
            return object.__getattribute__(self, "_restype")
        except AttributeError:
            return getattr(type(self), "_restype_", None)

    @restype.setter
    def restype(self, type_):
        if type_ is not None and _info(type_) is None and not callable(type_):
            raise TypeError("restype must be a type, a callable, or None")
        self._restype = type_

    @restype.deleter
    def restype(self):
        del self._restype

    @property
    def errcheck(self):
        return self._errcheck

    @errcheck.setter
    def errcheck(self, check):
        if not callable(check):
            raise TypeError("the errcheck attribute must be callable")
        self._errcheck = check

    @errcheck.deleter
    def errcheck(self):
        self._errcheck = None

    def __bool__(self):
        return _address_at(self._b_address) != 0

    def __repr__(self):
        return f"<{_name(type(self))} object at {hex(id(self))}>"

    def __call__(self, *arguments, **keywords):
        types = self.argtypes
        if len(arguments) > CTYPES_MAX_ARGCOUNT:
            raise ArgumentError(
                f"too many arguments ({len(arguments)}), maximum is {CTYPES_MAX_ARGCOUNT}"
            )
        if types is not None:
            missing = len(types) > len(arguments)
            # Who calls a function of C may pass more than it says.
            if missing or len(types) != len(arguments) and not type(self)._flags_ & FUNCFLAG_CDECL:
                least = "at least " if type(self)._flags_ & FUNCFLAG_CDECL else ""
                plural = "" if len(types) == 1 else "s"
                raise TypeError(
                    f"this function takes {least}{len(types)} argument{plural} ({len(arguments)} given)"
                )
        passed = []
        for at, value in enumerate(arguments):
            try:
                passed.append(types[at].from_param(value) if types and at < len(types) else _passed(value, at))
            except Exception as error:
                raise ArgumentError(f"argument {at + 1}: {_name(type(error))}: {error}") from None
        result = self._run(passed)
        if self._errcheck is not None:
            return self._errcheck(result, self, arguments)
        return result

    def _run(self, passed):
        where = _address_at(self._b_address)
        if self._said is not None:
            raise OSError(self._said)
        if where in _NATIVE:
            return _converted(self.restype, _NATIVE[where](*passed))
        if not where:
            raise ValueError("NULL function pointer")
        thunk = _functions.get(where)
        thunk = thunk and thunk()
        if thunk is None:
            raise OSError(f"the function at {where:#x} cannot be called: {_STATIC_BINARY_REASON}")
        return self._run_python(thunk.function, passed)

    def _run_python(self, function, passed):
        types = self.argtypes or ()
        values = [
            _received(types[at] if at < len(types) else None, value) for at, value in enumerate(passed)
        ]
        type_ = self.restype
        doing = "calling"
        place = kept = None
        try:
            result = function(*values)
            if type_ is None:
                return None
            if _info(type_) is None:
                return type_(result)
            doing = "converting result of"
            place = _new(type_)
            kept = _write(type_, place._b_address, result)
        except BaseException as error:
            import sys

            told = f"Exception ignored while {doing} ctypes callback function {function!r}"
            sys.unraisablehook(_Unraisable(type(error), error, error.__traceback__, told, None))
            if type_ is None or _info(type_) is None:
                return None
            place = _new(type_)
        _keep_own(place, kept)
        if _info(type_).get and _SimpleCData in type_.__bases__:
            return _info(type_).get(place._b_address)
        return place


class _Unraisable:
    def __init__(self, exc_type, exc_value, exc_traceback, err_msg, object):
        self.exc_type, self.exc_value, self.exc_traceback = exc_type, exc_value, exc_traceback
        self.err_msg, self.object = err_msg, object


def _passed(value, at):
    """An argument of a function that does not say what it takes."""
    if value is None or isinstance(value, (_CData, CArgObject)):
        return value
    import ctypes

    if isinstance(value, int):
        return ctypes.c_int(value)
    if isinstance(value, bytes):
        return ctypes.c_char_p(value)
    if isinstance(value, str):
        return ctypes.c_wchar_p(value)
    if (parameter := getattr(value, "_as_parameter_", None)) is not None:
        return _passed(parameter, at)
    raise TypeError(f"Don't know how to convert parameter {at + 1}")


def _received(type_, value):
    """What a Python function gets for an argument."""
    if type_ is None or _info(type_) is None:
        return value
    info = _info(type_)
    if type(value) is CArgObject:
        if value._tag != "P" or isinstance(value._b_of, type_):
            source = value._b_of
        else:
            # By reference: its address.
            source = None
            where = value._b_of._b_address + value._offset
    elif value is None:
        source, where = None, 0
    elif isinstance(value, Array) and not info.shape:
        source, where = None, value._b_address
    else:
        source = value
    if source is None:
        place = _new(type_)
        _put_address(place._b_address, where)
        _keep(place, 0, value)
    else:
        place = _new(type_)
        _memory.write(place._b_address, _memory.read(source._b_address, min(info.size, source._b_size)))
        _keep(place, 0, source)
    if info.get and _SimpleCData in type_.__bases__:
        return info.get(place._b_address)
    return place


def _converted(type_, result):
    if type_ is None:
        return None
    info = _info(type_)
    if info is None:
        return type_(result)
    if info.code == "O":
        return result
    if info.code == "P":
        return result or None
    return result


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


class CArgObject:
    """An argument on its way to a function."""

    __module__ = "_ctypes"
    __slots__ = ("_tag", "_b_of", "_obj", "_offset", "_is_reference")

    def __init__(self, tag, value, given, offset=0, is_reference=False):
        self._tag, self._b_of, self._obj = tag, value, given
        self._offset, self._is_reference = offset, is_reference

    def __repr__(self):
        tag = self._tag
        if self._is_reference:
            return f"<cparam 'P' ({self._b_of._b_address + self._offset:#x})>"
        if tag in "bBhHiIlLqQfd":
            return f"<cparam {tag!r} ({self._b_of.value})>"
        if tag == "c":
            return f"<cparam 'c' ({repr(self._b_of.value)[1:]})>"
        if tag in "zZP":
            return f"<cparam {tag!r} ({_address_at(self._b_of._b_address):#x})>"
        return f"<cparam {tag!r} at {id(self):#x}>"


def byref(value, offset=0, /):
    if not isinstance(value, _CData):
        raise TypeError(f"byref() argument 1 must be _ctypes._CData, not {_kind(value)}")
    return CArgObject("P", value, value, offset.__index__(), True)


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


class _TextTypes(dict):
    def __missing__(self, kind):
        import ctypes

        self[bytes], self[str] = ctypes.c_char_p, ctypes.c_wchar_p
        return self[kind]


_text_types = _TextTypes()
