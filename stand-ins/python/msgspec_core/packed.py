"""MessagePack: from plain values to bytes, and back."""

import datetime
import struct

from _krait_stand_ins.msgspec_core.errors import DecodeError
from _krait_stand_ins.msgspec_core.values import Ext, Raw

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def bytes_of(value):
    """A plain value as MessagePack."""
    pieces = []
    _write(value, pieces.append)
    return b"".join(pieces)


def _write(value, write):
    kind = type(value)
    if value is None:
        write(b"\xc0")
    elif kind is bool:
        write(b"\xc3" if value else b"\xc2")
    elif kind is int:
        write(_integer(value))
    elif kind is float:
        write(b"\xcb" + struct.pack(">d", value))
    elif kind is str:
        data = value.encode("utf-8")
        write(_head(len(data), 0xA0, 32, b"\xd9\xda\xdb"))
        write(data)
    elif kind in (bytes, bytearray, memoryview):
        data = bytes(value)
        write(_head(len(data), None, 0, b"\xc4\xc5\xc6"))
        write(data)
    elif kind in (list, tuple):
        write(_head(len(value), 0x90, 16, b"\x00\xdc\xdd"))
        for each in value:
            _write(each, write)
    elif kind is dict:
        write(_head(len(value), 0x80, 16, b"\x00\xde\xdf"))
        for key, each in value.items():
            _write(key, write)
            _write(each, write)
    elif kind is datetime.datetime:
        write(_timestamp(value))
    elif kind is Ext:
        write(_extension(value.code, bytes(value.data)))
    elif kind is Raw:
        write(bytes(value))
    else:
        raise TypeError(f"Encoding objects of type {kind.__name__} is unsupported")


def _integer(value):
    if 0 <= value < 128:
        return bytes((value,))
    if -32 <= value < 0:
        return struct.pack("b", value)
    if value >= 0:
        for limit, code, form in ((1 << 8, b"\xcc", ">B"), (1 << 16, b"\xcd", ">H"), (1 << 32, b"\xce", ">I"), (1 << 64, b"\xcf", ">Q")):
            if value < limit:
                return code + struct.pack(form, value)
    else:
        for limit, code, form in ((1 << 7, b"\xd0", ">b"), (1 << 15, b"\xd1", ">h"), (1 << 31, b"\xd2", ">i"), (1 << 63, b"\xd3", ">q")):
            if -value <= limit:
                return code + struct.pack(form, value)
    raise OverflowError("can't serialize ints >= 2**64 or < -2**63")


def _head(size, short, limit, codes):
    if size < limit:
        return bytes((short | size,))
    if size < 256 and codes[0]:
        return codes[:1] + struct.pack(">B", size)
    if size < 65536:
        return codes[1:2] + struct.pack(">H", size)
    return codes[2:] + struct.pack(">I", size)


def _extension(code, data):
    fixed = {1: 0xD4, 2: 0xD5, 4: 0xD6, 8: 0xD7, 16: 0xD8}.get(len(data))
    head = bytes((fixed,)) if fixed else _head(len(data), None, 0, b"\xc7\xc8\xc9")
    return head + struct.pack("b", code) + data


def _timestamp(value):
    since = value - _EPOCH
    seconds, nanos = since.days * 86400 + since.seconds, since.microseconds * 1000
    if 0 <= seconds < 1 << 34:
        whole = nanos << 34 | seconds
        data = struct.pack(">I", seconds) if whole < 1 << 32 else struct.pack(">Q", whole)
    else:
        data = struct.pack(">Iq", nanos, seconds)
    return _extension(-1, data)


class Unpacker:
    """Reads one message."""

    def __init__(self, data, ext_hook=None):
        self._data, self._at, self._hook = memoryview(data).cast("B"), 0, ext_hook

    def whole(self):
        value = self.read()
        if self._at != len(self._data):
            raise DecodeError(f"MessagePack data is malformed: trailing characters (byte {self._at})")
        return value

    def _take(self, size):
        end = self._at + size
        if end > len(self._data):
            raise DecodeError("Input data was truncated")
        taken, self._at = self._data[self._at : end], end
        return taken

    def _number(self, form, size):
        return struct.unpack(form, self._take(size))[0]

    def read(self):
        code = self._take(1)[0]
        if code < 0x80:
            return code
        if code >= 0xE0:
            return code - 256
        if code < 0x90:
            return self._map(code & 15)
        if code < 0xA0:
            return [self.read() for _ in range(code & 15)]
        if code < 0xC0:
            return self._text(code & 31)
        if code in _NUMBERS:
            return self._number(*_NUMBERS[code])
        if code in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[code]
        if code in (0xC4, 0xC5, 0xC6):
            return bytes(self._take(self._size(code - 0xC4)))
        if code in (0xD9, 0xDA, 0xDB):
            return self._text(self._size(code - 0xD9))
        if code in (0xDC, 0xDD):
            return [self.read() for _ in range(self._size(code - 0xDC + 1))]
        if code in (0xDE, 0xDF):
            return self._map(self._size(code - 0xDE + 1))
        if 0xD4 <= code <= 0xD8:
            return self._ext(1 << (code - 0xD4))
        if code in (0xC7, 0xC8, 0xC9):
            return self._ext(self._size(code - 0xC7))
        raise DecodeError(f"MessagePack data is malformed: invalid opcode '\\x{code:02x}' (byte {self._at - 1})")

    def _size(self, width):
        return self._number((">B", ">H", ">I")[width], 1 << width)

    def _text(self, size):
        try:
            return str(self._take(size), "utf-8")
        except UnicodeDecodeError:
            raise DecodeError("Invalid UTF-8 encoded string") from None

    def _map(self, size):
        made = {}
        for _ in range(size):
            key = self.read()
            made[tuple(key) if isinstance(key, list) else key] = self.read()
        return made

    def _ext(self, size):
        code, data = self._number("b", 1), bytes(self._take(size))
        if code == -1:
            if size == 4:
                seconds, nanos = struct.unpack(">I", data)[0], 0
            elif size == 8:
                whole = struct.unpack(">Q", data)[0]
                seconds, nanos = whole & (1 << 34) - 1, whole >> 34
            elif size == 12:
                nanos, seconds = struct.unpack(">Iq", data)
            else:
                raise DecodeError(f"Invalid MessagePack timestamp: expected length 4, 8, or 12, got {size}")
            return _EPOCH + datetime.timedelta(seconds=seconds, microseconds=nanos // 1000)
        made = Ext(code, data)
        return self._hook(code, memoryview(data)) if self._hook is not None else made


_NUMBERS = {
    0xCA: (">f", 4), 0xCB: (">d", 8), 0xCC: (">B", 1), 0xCD: (">H", 2), 0xCE: (">I", 4), 0xCF: (">Q", 8), 0xD0: (">b", 1),
    0xD1: (">h", 2), 0xD2: (">i", 4), 0xD3: (">q", 8),
}
