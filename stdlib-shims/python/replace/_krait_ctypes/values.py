# krait: how a simple type of C becomes a Python value, and a Python value one of C.
import _krait_memory as _memory
import struct as _struct
from sys import byteorder as _byteorder

from .storage import _POINTER_SIZE, _Text, _address_at, _name, _put_address


def _integer(size, signed, order):
    mask = (1 << size * 8) - 1

    def get(address):
        return int.from_bytes(_memory.read(address, size), order, signed=signed)

    def set(address, value):
        try:
            value = value.__index__() if type(value) is not int else value
        except AttributeError:
            raise TypeError(f"'{_name(type(value))}' object cannot be interpreted as an integer")
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
            raise TypeError(f"must be real number, not {_name(type(value))}")
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
