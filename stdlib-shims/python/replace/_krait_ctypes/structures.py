# krait: structures and unions of `ctypes`, and their fields.
import _krait_memory as _memory
from sys import byteorder as _byteorder

from .storage import (
    CType_Type, _CData, _Info, _at, _info, _info_of, _keep, _kind, _name, _needed, _new, _read,
    _write,
)
from .values import _wide
from .arrays import _char_array_get, _wide_array_get


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
            raise TypeError(f"'{_name(type(value))}' object cannot be interpreted as an integer")
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
