"""krait: the compiled half of bitarray.util."""

import operator as _operator

from bitarray import bitarray
from bitarray._bitarray import _endian, _same_shape

_DIGITS = {
    2: "01", 4: "0123", 8: "01234567", 16: "0123456789abcdef", 32: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    64: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
}


def _absent(name):
    def refuse(*arguments):
        raise NotImplementedError(f"bitarray.util.{name}: krait's stand-in for bitarray has no compressed formats")

    refuse.__name__ = refuse.__qualname__ = name
    return refuse


for _name in ("sc_encode", "sc_decode", "rl_encode", "rl_decode", "vl_encode", "vl_decode", "uleb128_encode",
              "uleb128_decode"):
    globals()[_name] = _absent(_name)


def _array(value):
    if not isinstance(value, bitarray):
        raise TypeError(f"bitarray expected, not '{type(value).__name__}'")
    return value


def zeros(n, /, endian=None):
    """zeros(n, /, endian=None) -> bitarray"""
    return bitarray(_operator.index(n), endian)


def ones(n, /, endian=None):
    """ones(n, /, endian=None) -> bitarray"""
    made = zeros(n, endian)
    made.setall(1)
    return made


def count_n(a, n, value=1, /):
    """The lowest index for which that many bits are as wanted."""
    n = _operator.index(n)
    if n < 0:
        raise ValueError("non-negative integer expected")
    if n > len(_array(a)):
        raise ValueError(f"n = {n} larger than bitarray length {len(a)}")
    if n > a.count(value):
        raise ValueError(f"n = {n} exceeds total count (a.count({value}) = {a.count(value)})")
    place = -1
    for _ in range(n):
        place = a.find(value, place + 1)
    return place + 1


def parity(a, /):
    return _array(a).count() % 2


def xor_indices(a, /):
    found = 0
    for place in _array(a).search(1):
        found ^= place
    return found


def ssqi(a, mode=1, /):
    return sum(place**mode for place in _array(a).search(1))


def count_and(a, b, /):
    return _array(a)._and(_array(b)).count(1)


def count_or(a, b, /):
    return _array(a)._or(_array(b)).count(1)


def count_xor(a, b, /):
    return _array(a)._xor(_array(b)).count(1)


def any_and(a, b, /):
    return 1 in _array(a)._and(_array(b))


def subset(a, b, /):
    return _array(a)._and(_array(b)) == bytes(a._bits)


def correspond_all(a, b, /):
    both = count_and(a, b)
    first, second = a.count() - both, b.count() - both
    return len(a) - both - first - second, second, first, both


def byteswap(a, n=None, /):
    """Reverses each n bytes, in place."""
    if isinstance(a, bitarray):
        data = bytearray(a.tobytes())
        byteswap(data, *() if n is None else (n,))
        a[:] = bitarray(data, a.endian)[: len(a)]
        return
    view = memoryview(a).cast("B")
    n = len(view) if n is None else n
    if n < 1 or len(view) % n:
        if n or len(view):
            raise ValueError(f"buffer size {len(view)} not multiple of {n}")
    for at in range(0, len(view), n or 1):
        view[at : at + n] = bytes(view[at : at + n])[::-1]


def serialize(a, /):
    """The bits as bytes, with their number and order."""
    return bytes((16 * (_array(a).endian == "big") + a.padbits,)) + a.tobytes()


def deserialize(data, /):
    """What `serialize` has made bytes of."""
    data = bytes(data)
    if not data:
        raise ValueError("non-empty bytes-like object expected")
    head = data[0]
    if head & 0xE8 or (len(data) == 1 and head & 7):
        raise ValueError(f"invalid header byte: {head:#04x}")
    made = bitarray(data[1:], "big" if head & 16 else "little")
    del made[len(made) - (head & 7) :]
    return made


def _grouped(text, group, sep):
    if group < 0:
        raise ValueError("non-negative integer expected")
    return sep.join(text[at : at + group] for at in range(0, len(text), group)) if group else text


def _width(n):
    n = _operator.index(n)
    if n not in _DIGITS:
        raise ValueError(f"base must be 2, 4, 8, 16, 32 or 64, not {n}")
    return n.bit_length() - 1


def ba2base(n, a, /, group=0, sep=" "):
    """The bits as digits to a base."""
    width = _width(n)
    if len(_array(a)) % width:
        raise ValueError(f"bitarray length {len(a)} not multiple of {width}")
    step = 1 if a.endian == "big" else -1
    bits = a.to01()
    digits = (_DIGITS[n][int(bits[at : at + width][::step], 2)] for at in range(0, len(bits), width))
    return _grouped("".join(digits), group, sep)


def ba2hex(a, /, group=0, sep=" "):
    """The bits as hexadecimal digits."""
    return ba2base(16, a, group, sep)


def base2ba(n, text, /, endian=None):
    """The bits that digits to a base stand for."""
    width, order = _width(n), _endian(endian)
    if isinstance(text, (bytes, bytearray)):
        text = text.decode("latin-1")
    digits = _DIGITS[n]
    bits = []
    for each in text:
        if each in " \t\n\r\v\f":
            continue
        place = digits.find(each.lower() if n == 16 else each)
        if place < 0:
            raise ValueError(f"invalid digit found for base{n}, got '{each}' ({ord(each):#04x})")
        digit = format(place, f"0{width}b")
        bits.append(digit if order == "big" else digit[::-1])
    return bitarray("".join(bits), order)


def hex2ba(text, /, endian=None):
    """The bits that hexadecimal digits stand for."""
    return base2ba(16, text, endian)


def canonical_decode(a, count, symbol, /):
    """The symbols that the bits stand for, by a canonical Huffman code."""
    counts, symbols = list(count), list(symbol)
    bits = iter(_array(a)._bits)
    while True:
        code = first = index = 0
        for each in counts[1:]:
            bit = next(bits, None)
            if bit is None:
                if code == first == index == 0:
                    return
                raise ValueError("reached end of bitarray")
            code |= bit
            if code - each < first:
                yield symbols[index + code - first]
                break
            index, first, code = index + each, first + each << 1, code << 1
        else:
            raise ValueError("ran out of codes")
