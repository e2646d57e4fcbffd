"""krait: uuid_utils's compiled module, on the standard library's uuid."""

import os as _os
import uuid as _uuid
from uuid import RESERVED_FUTURE, RESERVED_MICROSOFT, RESERVED_NCS, RFC_4122, SafeUUID, getnode

import _krait_stand_ins

__version__ = _krait_stand_ins.installed_version("uuid-utils", __file__) or "0.19.0"

_int, _bytes = int, bytes
# From the start of the Gregorian calendar to that of 1970, in units of 100 ns.
_GREGORIAN = 0x01B21DD213814000


def _index(value):
    try:
        return value.__index__()
    except AttributeError:
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")


def _taken(name):
    return property(lambda self: getattr(_uuid.UUID(int=self.int), name))


class UUID:
    """A universally unique identifier."""

    __module__ = "uuid_utils"
    __slots__ = ("int", "is_safe", "__weakref__")

    def __init__(
        self, hex=None, bytes=None, bytes_le=None, fields=None, int=None, version=None,
        *, is_safe=SafeUUID.unknown,
    ):
        if [hex, bytes, bytes_le, fields, int].count(None) != 4:
            raise TypeError("one of the hex, bytes, bytes_le, fields, or int arguments must be given")
        for data in (bytes, bytes_le):
            if data is not None and len(data) != 16:
                raise ValueError(f"expected a sequence of length 16 (got {len(data)})")
        if int is not None and _index(int) < 0:
            raise OverflowError("can't convert negative int to unsigned")
        made = _uuid.UUID(hex, bytes, bytes_le, fields, int, version)
        object.__setattr__(self, "int", made.int)
        object.__setattr__(self, "is_safe", is_safe)

    def __setattr__(self, name, value):
        raise AttributeError(f"attribute '{name}' of 'uuid_utils.UUID' objects is not writable")

    bytes, bytes_le, fields, hex, urn = map(_taken, ("bytes", "bytes_le", "fields", "hex", "urn"))
    node, time_low, time_mid, time_hi_version = map(_taken, ("node", "time_low", "time_mid", "time_hi_version"))
    clock_seq, clock_seq_hi_variant, clock_seq_low = map(
        _taken, ("clock_seq", "clock_seq_hi_variant", "clock_seq_low")
    )
    variant, version = _taken("variant"), _taken("version")

    @property
    def timestamp(self):
        """Milliseconds since 1970, of versions 1, 6 and 7."""
        if self.version == 7:
            return self.int >> 80
        if self.version not in (1, 6):
            raise ValueError("UUID version should be one of (v1, v6 or v7).")
        return (_uuid.UUID(int=self.int).time - _GREGORIAN) // 10_000

    @property
    def time(self):
        return self.timestamp if self.version == 7 else _uuid.UUID(int=self.int).time

    @classmethod
    def from_hex(cls, value):
        return cls(value)

    @classmethod
    def from_bytes(cls, value):
        return cls(bytes=value)

    @classmethod
    def from_bytes_le(cls, value):
        return cls(bytes_le=value)

    @classmethod
    def from_fields(cls, value):
        return cls(fields=value)

    @classmethod
    def from_int(cls, value):
        return cls(int=value)

    def __int__(self):
        return self.int

    def __hash__(self):
        return hash(self.int)

    def __str__(self):
        return str(_uuid.UUID(int=self.int))

    def __repr__(self):
        return f"UUID('{self}')"

    def __eq__(self, other):
        return self.int == other.int if isinstance(other, UUID) else NotImplemented

    def __lt__(self, other):
        return self.int < other.int if isinstance(other, UUID) else NotImplemented

    def __le__(self, other):
        return self.int <= other.int if isinstance(other, UUID) else NotImplemented

    def __gt__(self, other):
        return self.int > other.int if isinstance(other, UUID) else NotImplemented

    def __ge__(self, other):
        return self.int >= other.int if isinstance(other, UUID) else NotImplemented

    def __copy__(self):
        return self

    def __deepcopy__(self, memory):
        return self

    def __reduce__(self):
        return UUID, (self.hex,)


def _made(other):
    return UUID(int=other.int)


NIL, MAX = UUID(int=0), UUID(int=(1 << 128) - 1)
NAMESPACE_DNS, NAMESPACE_URL = _made(_uuid.NAMESPACE_DNS), _made(_uuid.NAMESPACE_URL)
NAMESPACE_OID, NAMESPACE_X500 = _made(_uuid.NAMESPACE_OID), _made(_uuid.NAMESPACE_X500)


def reseed():
    """The numbers are the system's, which need no seed."""


def _uuid4_int():
    return _uuid.uuid4().int


def _uuid7_int(timestamp=None, nanos=None):
    if timestamp is None:
        return _uuid.uuid7().int
    milliseconds = _index(timestamp) * 1000 + (0 if nanos is None else _index(nanos)) // 1_000_000
    number = (milliseconds & (1 << 48) - 1) << 80 | _int.from_bytes(_os.urandom(10), "big")
    return number & ~(0xF << 76 | 3 << 62) | 7 << 76 | 2 << 62


def uuid1(node=None, clock_seq=None):
    """Generate a UUID from a host ID, sequence number, and the current time."""
    return _made(_uuid.uuid1(node, clock_seq))


def _namespace(value):
    if not isinstance(value, UUID):
        raise TypeError(f"'{type(value).__name__}' object is not an instance of 'UUID'")
    return _uuid.UUID(int=value.int)


def uuid3(namespace, name):
    """Generate a UUID from the MD5 hash of a namespace UUID and a name."""
    return _made(_uuid.uuid3(_namespace(namespace), name))


def uuid4():
    """Generate a random UUID."""
    return UUID(int=_uuid4_int())


def uuid5(namespace, name):
    """Generate a UUID from the SHA-1 hash of a namespace UUID and a name."""
    return _made(_uuid.uuid5(_namespace(namespace), name))


def uuid6(node=None, timestamp=None):
    """Generate a version 6 UUID using the given timestamp and a host ID."""
    if timestamp is None:
        return _made(_uuid.uuid6(node))
    ticks = _index(timestamp) * 10_000_000 + _GREGORIAN
    number = (ticks >> 12 & (1 << 48) - 1) << 80 | 6 << 76 | (ticks & 0xFFF) << 64 | 2 << 62
    number |= (_int.from_bytes(_os.urandom(2), "big") & 0x3FFF) << 48
    return UUID(int=number | (getnode() if node is None else _index(node)) & (1 << 48) - 1)


def uuid7(timestamp=None, nanos=None):
    """Generate a version 7 UUID using a time value and random bytes."""
    return UUID(int=_uuid7_int(timestamp, nanos))


def uuid8(bytes):
    """Generate a custom UUID comprised almost entirely of user-supplied bytes."""
    if len(bytes) != 16:
        raise ValueError(f"expected a sequence of length 16 (got {len(bytes)})")
    number = _int.from_bytes(_bytes(bytes), "big")
    return UUID(int=number & ~(0xF << 76 | 3 << 62) | 8 << 76 | 2 << 62)
