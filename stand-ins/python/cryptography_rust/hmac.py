"""krait: `_rust.openssl.hmac`."""

from _krait_stand_ins.cryptography_rust.hashes import new_digest
from _krait_stand_ins.cryptography_rust.values import (
    already_finalized, are_equal, data as bytes_of, exact_bytes, unsupported,
)

__all__ = ["HMAC"]

_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


class HMAC:
    __slots__ = ("_algorithm", "_inner", "_outer")

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
        self._algorithm, self._inner, self._outer = algorithm, inner, outer
        return self

    @property
    def algorithm(self):
        return self._algorithm

    def update(self, data):
        data = bytes_of(data)
        if self._inner is None:
            raise already_finalized()
        self._inner.update(data)

    def finalize(self):
        if self._inner is None:
            raise already_finalized()
        self._outer.update(self._inner.digest())
        self._inner = None
        return self._outer.digest()

    def verify(self, signature):
        signature = exact_bytes(signature)
        if not are_equal(self.finalize(), signature):
            from cryptography.exceptions import InvalidSignature

            raise InvalidSignature("Signature did not match digest.")

    def copy(self):
        if self._inner is None:
            raise already_finalized()
        other = object.__new__(type(self))
        other._algorithm = self._algorithm
        other._inner, other._outer = self._inner.copy(), self._outer.copy()
        return other


def keyed(key, algorithm, *parts):
    """The HMAC of parts of a message."""
    state = HMAC(key, algorithm)
    for part in parts:
        state._inner.update(part)
    return state.finalize()
