# krait: memory at an address as a value of a C type: what is known of a type, the base class of all
# values, and what a value keeps alive.
import _krait_memory as _memory
import struct as _struct
from sys import byteorder as _byteorder


_POINTER_SIZE = _struct.calcsize("P")
_STATIC_BINARY_REASON = "krait is a static binary, and ctypes cannot call foreign functions in it"


class _Info:
    """What is known of a type: how it is laid out, and how it becomes a Python value."""

    def __init__(self, size, align, format, **rest):
        self.size, self.align, self.format = size, align, format
        self.is_final = False
        # A simple type's code; an array's or a pointer's item; an array's length.
        self.code, self.item, self.length, self.shape = None, None, 0, ()
        self.get, self.set = None, None
        # Whether what is read is the Python value itself: of a simple type, but not of its subclasses.
        self.reads_as_value = False
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


class CType_Type(type):
    __module__ = "_ctypes"

    def __mul__(cls, length):
        from .arrays import _array_type

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
    if info.reads_as_value:
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
                raise RuntimeError(f"({_name(type_)}) {_name(type(error))}: {error}")
            return _write(type_, address, value)
        from .pointers import _Pointer

        if value is None and issubclass(type_, _Pointer):
            _memory.write(address, bytes(_POINTER_SIZE))
            return None
        raise TypeError(f"expected {_name(type_)} instance, got {_name(type(value))}")
    if isinstance(value, type_):
        _memory.write(address, _memory.read(value._b_address, info.size))
        return _kept(value) if not value._b_texts else _Copied(_kept(value), value)
    from .arrays import Array
    from .pointers import _Pointer

    if issubclass(type_, _Pointer) and isinstance(value, Array):
        if _info(type(value)).item is not info.item:
            raise TypeError(
                f"incompatible types, {_name(type(value))} instance instead of {_name(type_)} instance"
            )
        _memory.write(address, value._b_address.to_bytes(_POINTER_SIZE, _byteorder))
        return value
    raise TypeError(f"incompatible types, {_name(type(value))} instance instead of {_name(type_)} instance")


def _address_at(address):
    return int.from_bytes(_memory.read(address, _POINTER_SIZE), _byteorder)


def _put_address(address, value):
    _memory.write(address, (value & (1 << _POINTER_SIZE * 8) - 1).to_bytes(_POINTER_SIZE, _byteorder))


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
