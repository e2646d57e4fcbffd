"""krait: bitarray's compiled module. Each bit is a byte of a `bytearray`: what is sliced, sought and counted is so by its
methods, and bytes are made when they are asked for."""

import operator as _operator

import _krait_stand_ins

BITARRAY_VERSION = _krait_stand_ins.installed_version("bitarray", __file__) or "3.12.3"
_C_API = None

_SPACES = str.maketrans("", "", " \t\n\r\v\f_")
# The eight bits of each byte, the most significant first.
_BITS = [bytes(byte >> 7 - place & 1 for place in range(8)) for byte in range(256)]
_TEXT = bytes.maketrans(b"\0\1", b"01")
_BACK = bytes.maketrans(b"01", b"\0\1")
_OTHER = bytes.maketrans(b"\0\1", b"\1\0")


def get_default_endian():
    """get_default_endian() -> str

    Return the default bit-endianness for new bitarray objects being created.
    """
    return "big"


def bits2bytes(n, /):
    """bits2bytes(n, /) -> int

    Return the number of bytes necessary to store n bits.
    """
    n = _operator.index(n)
    if n < 0:
        raise ValueError("non-negative int expected")
    return n + 7 >> 3


def sysinfo(name, /):
    return {"void*": 8, "size_t": 8, "bitarrayobject": 80, "decodetree": 8, "binode": 24, "HAVE_BUILTIN_BSWAP64": 1,
            "PY_LITTLE_ENDIAN": 1, "PY_BIG_ENDIAN": 0, "Py_DEBUG": 0, "DEBUG": 0}.get(name, 0)


def _bit(value):
    number = _operator.index(value)
    if number not in (0, 1):
        raise ValueError(f"bit must be 0 or 1, got {number}")
    return number


def _endian(name):
    if name is None:
        return "big"
    if not isinstance(name, str):
        raise TypeError(f"bitarray() argument 'endian' must be str or None, not {type(name).__name__}")
    if name not in ("little", "big"):
        raise ValueError(f"bit-endianness must be either 'little' or 'big', not '{name}'")
    return name


def _unpacked(data, endian):
    """The bits of bytes, each as a byte."""
    if endian == "big":
        return bytearray().join(map(_BITS.__getitem__, data))
    return bytearray().join(_BITS[byte][::-1] for byte in data)


def _packed(bits, endian):
    """The bytes of bits; the last one is filled up with zeros."""
    count = bits2bytes(len(bits))
    if not count:
        return b""
    text = bits.ljust(count * 8, b"\0")
    if endian == "little":
        return int(text[::-1].translate(_TEXT), 2).to_bytes(count, "little")
    return int(text.translate(_TEXT), 2).to_bytes(count, "big")


def _bits(value):
    """The bits of whatever may be added to a bitarray."""
    if isinstance(value, bitarray):
        return value._bits
    if isinstance(value, str):
        plain = value.translate(_SPACES)
        for each in plain:
            if each not in "01":
                raise ValueError(f"expected '0' or '1' (or whitespace or underscore), got '{each}' ({ord(each):#04x})")
        return plain.encode().translate(_BACK)
    return bytearray(map(_bit, value))


def _whole(name):
    """A method for two bitarrays of one length, by an operation upon whole numbers."""
    operation = getattr(_operator, name)

    def combined(self, other):
        if not isinstance(other, bitarray):
            raise TypeError(f"unsupported operand type for {_SIGNS[name]}: '{type(other).__qualname__}'")
        _same_shape(self, other)
        return operation(int.from_bytes(self._bits), int.from_bytes(other._bits)).to_bytes(len(self._bits))

    return combined


_SIGNS = {"and_": "&", "or_": "|", "xor": "^"}


def _same_shape(one, other):
    if len(one._bits) != len(other._bits):
        raise ValueError("bitarrays of equal length expected")
    if one._order != other._order:
        raise ValueError("bitarrays of equal bit-endianness expected")


class bitarray:
    """bitarray(initializer=0, /, endian='big', buffer=None) -> bitarray

    Return a new bitarray object whose items are bits initialized from
    the given initializer, and bit-endianness.
    """

    __module__ = "bitarray"
    __slots__ = ("_bits", "_order", "_readonly", "__dict__", "__weakref__")
    __hash__ = None

    def __new__(cls, initializer=None, /, endian=None, buffer=...):
        self = object.__new__(cls)
        self._readonly = False
        if endian is None and isinstance(initializer, bitarray):
            endian = initializer._order
        self._order = order = _endian(endian)
        if buffer is not ...:
            if initializer is not None:
                raise TypeError("buffer requires no initializer argument")
            # The original shares it.
            self._bits = _unpacked(bytes(memoryview(buffer)), order)
            self._readonly = memoryview(buffer).readonly
        elif initializer is None:
            self._bits = bytearray()
        elif isinstance(initializer, bool):
            raise TypeError("cannot create bitarray from 'bool' object")
        elif hasattr(initializer, "__index__"):
            length = _operator.index(initializer)
            if length < 0:
                raise ValueError("bitarray length must be >= 0")
            self._bits = bytearray(length)
        elif isinstance(initializer, (bytes, bytearray)):
            self._bits = _unpacked(initializer, order)
        else:
            self._bits = bytearray(_bits(initializer))
        return self

    def _of(self, bits):
        """Another of this kind, with other bits."""
        new = bitarray.__new__(type(self), None, self._order)
        new._bits = bits if isinstance(bits, bytearray) else bytearray(bits)
        if type(self) is not bitarray:
            new.__init__()
        return new

    def _freeze(self):
        self._readonly = True

    def _changing(self):
        if self._readonly:
            raise TypeError("cannot modify read-only memory")
        return self._bits

    endian = property(lambda self: self._order)
    nbytes = property(lambda self: bits2bytes(len(self._bits)))
    padbits = property(lambda self: -len(self._bits) % 8)
    readonly = property(lambda self: self._readonly)

    def __repr__(self):
        return f"bitarray('{self.to01()}')" if self._bits else "bitarray()"

    def __len__(self):
        return len(self._bits)

    def __iter__(self):
        return iter(self._bits)

    def __sizeof__(self):
        return 80 + self.nbytes

    def __reduce__(self):
        state = self.__dict__ or None
        return _bitarray_reconstructor, (type(self), self.tobytes(), self._order, self.padbits, int(self._readonly)), state

    def __copy__(self):
        return self._of(self._bits[:])

    def copy(self):
        return self.__copy__()

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __buffer__(self, flags, /):
        return memoryview(self.tobytes())

    def __contains__(self, value):
        return self.find(value) >= 0

    def __eq__(self, other):
        return self._bits == other._bits if isinstance(other, bitarray) else NotImplemented

    def __lt__(self, other):
        return self._bits < other._bits if isinstance(other, bitarray) else NotImplemented

    def __le__(self, other):
        return self._bits <= other._bits if isinstance(other, bitarray) else NotImplemented

    def __gt__(self, other):
        return self._bits > other._bits if isinstance(other, bitarray) else NotImplemented

    def __ge__(self, other):
        return self._bits >= other._bits if isinstance(other, bitarray) else NotImplemented

    def _places(self, key):
        """The places that a mask or a sequence of numbers names."""
        if isinstance(key, bitarray):
            if len(key) != len(self._bits):
                raise IndexError(f"bitarray length is {len(self._bits)}, but mask has length {len(key)}")
            return [place for place, bit in enumerate(key._bits) if bit]
        if isinstance(key, (str, bytes, tuple)) or not hasattr(key, "__getitem__"):
            _operator.index(key)
        return [self._place(each) for each in key]

    def _place(self, key, words="bitarray index out of range"):
        place, size = _operator.index(key), len(self._bits)
        if not -size <= place < size:
            raise IndexError(words)
        return place % size

    def __getitem__(self, key):
        if isinstance(key, slice):
            return self._of(self._bits[key])
        if hasattr(key, "__index__"):
            return self._bits[self._place(key)]
        return self._of(map(self._bits.__getitem__, self._places(key)))

    def __setitem__(self, key, value):
        bits = self._changing()
        if isinstance(key, slice):
            places = range(*key.indices(len(bits)))
            if isinstance(value, bitarray):
                if places.step != 1 and len(value) != len(places):
                    raise ValueError(
                        f"attempt to assign sequence of size {len(value)} to extended slice of size {len(places)}"
                    )
                bits[key] = value._bits[:]
            else:
                bits[key] = bytes((_bit(value),)) * len(places)
        elif hasattr(key, "__index__"):
            bits[self._place(key, "bitarray assignment index out of range")] = _bit(value)
        else:
            places = self._places(key)
            if isinstance(value, bitarray):
                values = value._bits[:]
            elif isinstance(key, bitarray):
                raise NotImplementedError(f"mask assignment to bool not implemented;\n`a[mask] = {value}` equivalent to "
                                          f"`a {'|= ' if _bit(value) else '&= ~'}mask`")
            else:
                values = bytes((_bit(value),)) * len(places)
            if len(values) != len(places):
                kind, error = ("mask", IndexError) if isinstance(key, bitarray) else ("sequence", ValueError)
                raise error(f"attempt to assign {kind} of size {len(places)} to bitarray of size {len(values)}")
            for place, each in zip(places, values):
                bits[place] = each

    def __delitem__(self, key):
        bits = self._changing()
        if isinstance(key, slice):
            del bits[key]
        elif hasattr(key, "__index__"):
            del bits[self._place(key, "bitarray assignment index out of range")]
        else:
            for place in sorted(set(self._places(key)), reverse=True):
                del bits[place]

    def __add__(self, other):
        new = self._of(self._bits[:])
        new._bits += _bits(other)
        return new

    def __iadd__(self, other):
        self.extend(other)
        return self

    def __mul__(self, count):
        return self._of(self._bits * _operator.index(count))

    __rmul__ = __mul__

    def __imul__(self, count):
        self._changing()[:] = self._bits * _operator.index(count)
        return self

    _and, _or, _xor = _whole("and_"), _whole("or_"), _whole("xor")

    def __and__(self, other):
        return self._of(self._and(other))

    def __or__(self, other):
        return self._of(self._or(other))

    def __xor__(self, other):
        return self._of(self._xor(other))

    def __iand__(self, other):
        self._changing()[:] = self._and(other)
        return self

    def __ior__(self, other):
        self._changing()[:] = self._or(other)
        return self

    def __ixor__(self, other):
        self._changing()[:] = self._xor(other)
        return self

    def __invert__(self):
        return self._of(self._bits.translate(_OTHER))

    def _shifted(self, count, is_left):
        count = _operator.index(count)
        if count < 0:
            raise ValueError("negative shift count")
        size = len(self._bits)
        none = bytes(min(count, size))
        return self._bits[count:] + none if is_left else none + self._bits[: max(size - count, 0)]

    def __lshift__(self, count):
        return self._of(self._shifted(count, True))

    def __rshift__(self, count):
        return self._of(self._shifted(count, False))

    def __ilshift__(self, count):
        self._changing()[:] = self._shifted(count, True)
        return self

    def __irshift__(self, count):
        self._changing()[:] = self._shifted(count, False)
        return self

    def all(self):
        return 0 not in self._bits

    def any(self):
        return 1 in self._bits

    def append(self, value, /):
        self._changing().append(_bit(value))

    def buffer_info(self):
        from bitarray import BufferInfo

        return BufferInfo(id(self._bits), self.nbytes, self._order, self.padbits, self.nbytes, self._readonly, False, 0)

    def bytereverse(self, start=0, stop=None, /):
        data = bytearray(self.tobytes())
        first, last, _ = slice(start, stop).indices(len(data))
        data[first:last] = _packed(_unpacked(data[first:last], "big"), "little")
        self._changing()[:] = _unpacked(data, self._order)[: len(self._bits)]

    def clear(self):
        self._changing().clear()

    def count(self, value=1, start=0, stop=None, step=1, /):
        if isinstance(value, bitarray):
            if step != 1:
                raise ValueError("step must be 1 for sub-bitarray count")
            size = len(self._bits)
            return self._bits.count(value._bits, start, size if stop is None else stop)
        return self._bits[start:stop:step].count(_bit(value))

    def encode(self, code, x, /):
        for symbol in x:
            if symbol not in code:
                raise ValueError(f"symbol not defined in prefix code: {symbol!r}")
            self._changing().extend(code[symbol]._bits)

    def decode(self, code, /):
        return decodeiterator(self, code if isinstance(code, decodetree) else decodetree(code))

    def extend(self, x, /):
        if x is self:
            x = self[:]
        bits = self._changing()
        bits += _bits(x)

    def fill(self, m=8, /):
        missing = -len(self._bits) % m
        self._changing().extend(bytes(missing))
        return missing

    def _sought(self, value):
        return value._bits if isinstance(value, bitarray) else bytes((_bit(value),))

    def find(self, sub_bitarray, start=0, stop=None, /, right=False):
        sought = self._sought(sub_bitarray)
        if stop is None:
            stop = len(self._bits)
        return (self._bits.rfind if right else self._bits.find)(sought, start, stop)

    def index(self, sub_bitarray, start=0, stop=None, /, right=False):
        place = self.find(sub_bitarray, start, stop, right=right)
        if place < 0:
            raise ValueError(f"{sub_bitarray!r} not in bitarray")
        return place

    def search(self, sub_bitarray, start=0, stop=None, /, right=False):
        sought = self._sought(sub_bitarray)
        first, last, _ = slice(start, stop).indices(len(self._bits))
        return self._searched(sought, first, last, right)

    def _searched(self, sought, first, last, right):
        while first <= last:
            place = (self._bits.rfind if right else self._bits.find)(sought, first, last)
            if place < 0:
                return
            yield place
            if right:
                last = place + len(sought) - 1
            else:
                first = place + 1

    def frombytes(self, data, /):
        if isinstance(data, str):
            raise TypeError("a bytes-like object is required, not 'str'")
        self._changing().extend(_unpacked(bytes(data), self._order))

    def fromfile(self, f, n=-1, /):
        data = f.read(n)
        self.frombytes(data)
        if 0 <= len(data) < n:
            raise EOFError("not enough bytes to read")

    def insert(self, i, value, /):
        self._changing().insert(i, _bit(value))

    def invert(self, i=None, /):
        bits = self._changing()
        if i is None:
            bits[:] = bits.translate(_OTHER)
        elif isinstance(i, slice):
            bits[i] = bits[i].translate(_OTHER)
        else:
            for place in [self._place(i)] if hasattr(i, "__index__") else self._places(i):
                bits[place] ^= 1

    def pack(self, data, /):
        self._changing().extend(0 if each == 0 else 1 for each in bytes(data))

    def pop(self, i=-1, /):
        if not self._bits:
            raise IndexError("pop from empty bitarray")
        return self._changing().pop(self._place(i, "pop index out of range"))

    def remove(self, value, /):
        place = self.find(_bit(value))
        if place < 0:
            raise ValueError(f"{value} not in bitarray")
        del self._changing()[place]

    def rotate(self, k=1, /):
        bits = self._changing()
        if bits:
            k %= len(bits)
            bits[:] = bits[-k:] + bits[:-k] if k else bits

    def reverse(self):
        self._changing().reverse()

    def setall(self, value, /):
        self._changing()[:] = bytes((_bit(value),)) * len(self._bits)

    def sort(self, reverse=False):
        ones = self._bits.count(1)
        zeros = len(self._bits) - ones
        self._changing()[:] = b"\1" * ones + bytes(zeros) if reverse else bytes(zeros) + b"\1" * ones

    def to01(self, group=0, sep=" "):
        text = self._bits.translate(_TEXT).decode()
        if group < 0:
            raise ValueError("non-negative integer expected")
        return sep.join(text[at : at + group] for at in range(0, len(text), group)) if group else text

    def tobytes(self):
        return _packed(self._bits, self._order)

    def tofile(self, f, /):
        f.write(self.tobytes())

    def tolist(self):
        return list(self._bits)

    def unpack(self, zero=b"\x00", one=b"\x01"):
        return bytes(self._bits).translate(bytes.maketrans(b"\0\1", zero + one))


def _bitarray_reconstructor(cls, buffer, endian, padbits, readonly, /):
    new = bitarray.__new__(cls, None, endian)
    new._bits = _unpacked(buffer, endian)[: len(buffer) * 8 - padbits]
    new._readonly = bool(readonly)
    return new


class decodetree:
    """decodetree(code, /) -> decodetree

    Given a prefix code (a dict mapping symbols to bitarrays), create a binary tree object to be passed to `.decode()`.
    """

    __module__ = "bitarray"

    def __init__(self, code, /):
        if not isinstance(code, dict):
            raise TypeError(f"dict expected, got '{type(code).__name__}'")
        if not code:
            raise ValueError("prefix code empty")
        self._root = {}
        for symbol, bits in code.items():
            if not isinstance(bits, bitarray):
                raise TypeError("bitarray expected for dict value")
            if not bits._bits:
                raise ValueError("non-empty bitarray expected")
            node = self._root
            for bit in bits._bits[:-1]:
                node = node.setdefault(bit, {})
                if not isinstance(node, dict):
                    raise ValueError(f"prefix code ambiguous: {symbol!r}")
            if bits._bits[-1] in node:
                raise ValueError(f"prefix code ambiguous: {symbol!r}")
            node[bits._bits[-1]] = (symbol,)

    def todict(self):
        from bitarray import frozenbitarray

        return {symbol: frozenbitarray(bits) for symbol, bits in self._leaves(self._root, [])}

    def _leaves(self, node, path):
        for bit, below in sorted(node.items()):
            if isinstance(below, dict):
                yield from self._leaves(below, [*path, bit])
            else:
                yield below[0], [*path, bit]

    def nodes(self):
        """How many nodes have one child, have two, and are symbols."""
        kinds, level = [0, 0, 0], [self._root]
        while level:
            below = [each for each in level if isinstance(each, dict)]
            for each in below:
                kinds[len(each) - 1] += 1
            kinds[2] += len(level) - len(below)
            level = [each for node in below for each in node.values()]
        return tuple(kinds)


class decodeiterator:
    __module__ = "bitarray"

    def __init__(self, bits, tree):
        self._array, self._tree, self._index = bits, tree, 0

    index = property(lambda self: self._index)

    def __iter__(self):
        return self

    def __next__(self):
        bits, node, start = self._array._bits, self._tree._root, self._index
        for at in range(start, len(bits)):
            node = node.get(bits[at])
            if node is None:
                raise ValueError(f"prefix code unrecognized in bitarray at position {start} .. {at}")
            if not isinstance(node, dict):
                self._index = at + 1
                return node[0]
        if start < len(bits):
            raise ValueError(f"incomplete prefix code at position {start}")
        raise StopIteration

    def skipbits(self, count=1, /):
        taken = self._array[self._index : self._index + count]
        self._index += len(taken)
        return taken
