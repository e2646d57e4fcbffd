"""krait: `_rust.openssl.hmac`."""

from _krait_stand_ins.cryptography_rust.hashes import new_digest
from _krait_stand_ins.cryptography_rust.values import (
    check_tag, copied_state, data as bytes_of, feed, taken_state, unsupported,
)

__all__ = ["HMAC"]

_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


class _Running:
    """An HMAC in the middle of its data: the digests within and without."""

    __slots__ = ("inner", "outer", "update")

    def __init__(self, inner, outer):
        self.inner, self.outer, self.update = inner, outer, inner.update

    def result(self):
        self.outer.update(self.inner.digest())
        return self.outer.digest()

    def copy(self):
        return _Running(self.inner.copy(), self.outer.copy())


class HMAC:
    __slots__ = ("_algorithm", "_state")

    def __new__(cls, key, algorithm, backend=None):
        key = bytes_of(key)
        inner = new_digest(algorithm)
        if algorithm.name in ("shake128", "shake256"):
            raise unsupported("Digest is not supported for HMAC", "UNSUPPORTED_HASH")
        outer = inner.copy()
        if len(key) > inner.block_size:
            hashed = inner.copy()
            hashed.update(key)
            key = hashed.digest()
        key = bytes(key).ljust(inner.block_size, b"\0")
        inner.update(key.translate(_INNER))
        outer.update(key.translate(_OUTER))
        self = object.__new__(cls)
        self._algorithm, self._state = algorithm, _Running(inner, outer)
        return self

    @property
    def algorithm(self):
        return self._algorithm

    def update(self, data):
        feed(self, data)

    def finalize(self):
        return taken_state(self).result()

    def verify(self, signature):
        check_tag(self.finalize, signature, "Signature did not match digest.")

    def copy(self):
        state = copied_state(self)
        other = object.__new__(type(self))
        other._algorithm, other._state = self._algorithm, state
        return other


def keyed(key, algorithm, *parts):
    """The HMAC of parts of a message."""
    state = HMAC(key, algorithm)
    for part in parts:
        state._state.update(part)
    return state.finalize()
