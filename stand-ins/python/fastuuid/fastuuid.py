"""krait: fastuuid's compiled module, on the standard library's uuid."""

import functools as _functools
import os as _os
import uuid as _uuid

_BITS = (32, 16, 16, 8, 8, 48)
_bytes, _int = bytes, int


def _taken(name):
    return property(lambda self: getattr(self._made, name))


@_functools.total_ordering
class UUID:
    """A universally unique identifier."""

    __module__ = "fastuuid"

    def __init__(self, hex=None, bytes=None, bytes_le=None, fields=None, int=None, version=None):
        if version is not None and version not in range(1, 6):
            raise ValueError("illegal version number")
        if [hex, bytes, bytes_le, fields, int].count(None) != 4:
            raise TypeError("one of the hex, bytes, bytes_le, fields, or int arguments must be given")
        if hex is not None:
            self._made = _read(hex)
            return
        for name, data in (("bytes", bytes), ("bytes_le", bytes_le)):
            if data is not None and len(data) != 16:
                raise ValueError(f"{name} is not a 16-char string")
        if fields is not None:
            if len(fields) != 6:
                raise ValueError("fields is not a 6-tuple")
            for index, (value, bits) in enumerate(zip(fields, _BITS), 1):
                if value < 0 or value >> bits:
                    raise ValueError(f"field {index} out of range (need a {bits}-bit value)")
        if int is not None and int < 0:
            raise OverflowError("can't convert negative int to unsigned")
        if int is not None and int >> 128:
            raise OverflowError("int too big to convert")
        self._made = _uuid.UUID(None, bytes, bytes_le, fields, int)
        if version is not None:
            # The variant stays as it is.
            self._made = _uuid.UUID(int=self.int & ~(15 << 76) | version << 76)

    hex, int, bytes, bytes_le, fields = map(_taken, ("hex", "int", "bytes", "bytes_le", "fields"))
    urn, variant, time, node = map(_taken, ("urn", "variant", "time", "node"))
    time_low, time_mid, time_hi_version = map(_taken, ("time_low", "time_mid", "time_hi_version"))
    clock_seq_hi_variant, clock_seq_low = map(_taken, ("clock_seq_hi_variant", "clock_seq_low"))

    @property
    def version(self):
        # Whatever the variant is.
        return self.int >> 76 & 15

    def __str__(self):
        return str(self._made)

    def __repr__(self):
        return f"UUID('{self}')"

    def __int__(self):
        return self.int

    def __hash__(self):
        return hash(self._made)

    def __eq__(self, other):
        return self._made == other._made if isinstance(other, UUID) else NotImplemented

    def __lt__(self, other):
        return self._made < other._made if isinstance(other, UUID) else NotImplemented

    def __getstate__(self):
        return self.bytes

    def __setstate__(self, state):
        self.__init__(bytes=state)

    def __reduce__(self):
        return type(self), (None, None, None, None, 0, None), self.bytes

    def __copy__(self):
        return _of(self._made)

    def __deepcopy__(self, memo):
        return _of(self._made)


def _read(text):
    """A text of 32 digits, with hyphens in their places or without, in braces or as a URN."""
    plain = text
    if text.startswith("urn:uuid:"):
        plain = text[9:]
    elif text.startswith("{") and text.endswith("}"):
        plain = text[1:-1]
    digits = plain
    if len(plain) == 36 and all(plain[at] == "-" for at in (8, 13, 18, 23)):
        digits = plain.replace("-", "")
    if len(digits) != 32 or not set(digits) <= set("0123456789abcdefABCDEF"):
        raise ValueError("badly formed hexadecimal UUID string")
    return _uuid.UUID(digits)


def _of(made):
    new = object.__new__(UUID)
    new._made = made
    return new


def uuid1(node=None, clock_seq=None):
    return _of(_uuid.uuid1(node, clock_seq))


def uuid_v1mc():
    return uuid1(_int.from_bytes(_os.urandom(6)) | 1 << 40)


def uuid3(namespace, name):
    return _of(_uuid.uuid3(namespace._made, name))


def uuid4():
    return _of(_uuid.uuid4())


def uuid5(namespace, name):
    return _of(_uuid.uuid5(namespace._made, name))


def uuid7():
    return _of(_uuid.uuid7())


def uuid4_bulk(n):
    return [uuid4() for _ in range(n)]


def uuid7_bulk(n):
    return [uuid7() for _ in range(n)]


def uuid4_as_strings_bulk(n):
    return [_uuid.uuid4().hex for _ in range(n)]


def uuid7_as_strings_bulk(n):
    return [_uuid.uuid7().hex for _ in range(n)]
