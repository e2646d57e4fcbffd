"""krait: `_rust.openssl.hashes`, on hashlib, and Keccak's sponge where a result is squeezed out bit by bit."""

import hashlib

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins.cryptography_rust.values import (
    copied_state, data as bytes_of, feed, of_package, size, taken_state, unsupported,
)

__all__ = ["Hash", "XOFHash", "hash_supported"]

# The package's names for digests, and hashlib's.
_NAMES = {
    "md5": "md5", "sha1": "sha1", "sha224": "sha224", "sha256": "sha256", "sha384": "sha384", "sha512": "sha512",
    "sha512-224": "sha512_224", "sha512-256": "sha512_256", "sha3-224": "sha3_224", "sha3-256": "sha3_256",
    "sha3-384": "sha3_384", "sha3-512": "sha3_512", "shake128": "shake_128", "shake256": "shake_256",
    "blake2b": "blake2b", "blake2s": "blake2s", "sm3": "sm3", "ripemd160": "ripemd160", "md4": "md4",
}
_SIZES = {"blake2b": 64, "blake2s": 32}
_CAPACITIES = {"shake128": 32, "shake256": 64}


def _new(name):
    """A digest by hashlib's name, before any data."""
    constructor = getattr(hashlib, name, None)
    return hashlib.new(name) if constructor is None else constructor()


def digest_name(algorithm):
    """hashlib's name of a HashAlgorithm; an error for any other thing, and for what krait has no digest."""
    if not isinstance(algorithm, of_package("hazmat.primitives.hashes", "HashAlgorithm")):
        raise TypeError("Expected instance of hashes.HashAlgorithm.")
    name = algorithm.name
    known = _NAMES.get(name)
    if known is None or name in _SIZES and algorithm.digest_size != _SIZES[name]:
        raise unsupported(f"{name} is not a supported hash on this backend", "UNSUPPORTED_HASH")
    return known


def new_digest(algorithm):
    """hashlib's object for a HashAlgorithm."""
    return _new(digest_name(algorithm))


def _extends(algorithm):
    return isinstance(algorithm, of_package("hazmat.primitives.hashes", "ExtendableOutputFunction"))


def hash_supported(algorithm):
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        digest_name(algorithm)
    except (TypeError, UnsupportedAlgorithm):
        return False
    return True


class Hash:
    __slots__ = ("_algorithm", "_state")

    def __new__(cls, algorithm, backend=None):
        self = object.__new__(cls)
        self._state = new_digest(algorithm)
        self._algorithm = algorithm
        return self

    @property
    def algorithm(self):
        return self._algorithm

    def update(self, data):
        feed(self, data)

    def finalize(self):
        state = taken_state(self)
        return state.digest(self._algorithm.digest_size) if _extends(self._algorithm) else state.digest()

    def copy(self):
        state = copied_state(self)
        other = object.__new__(type(self))
        other._algorithm, other._state = self._algorithm, state
        return other

    @staticmethod
    def hash(algorithm, data):
        state = Hash(algorithm)
        state.update(data)
        return state.finalize()


class XOFHash:
    __slots__ = ("_algorithm", "_state", "_left", "_squeezed")

    def __new__(cls, algorithm):
        if not _extends(algorithm):
            raise TypeError("Expected instance of an extendable output function.")
        digest_name(algorithm)
        self = object.__new__(cls)
        self._algorithm = algorithm
        self._state = _native.sponge(_CAPACITIES[algorithm.name], 24)
        self._left = algorithm.digest_size
        self._squeezed = False
        return self

    @property
    def algorithm(self):
        return self._algorithm

    def update(self, data):
        data = bytes_of(data)
        if self._squeezed:
            from cryptography.exceptions import AlreadyFinalized

            raise AlreadyFinalized("Context was already squeezed.")
        self._state.absorb(data)

    def squeeze(self, length):
        length = size(length)
        self._squeezed = True
        if length > self._left:
            raise ValueError("Exceeded maximum squeeze limit specified by digest_size.")
        self._left -= length
        return self._state.squeeze(length, 0x1F)

    def copy(self):
        other = object.__new__(type(self))
        other._algorithm, other._state = self._algorithm, self._state.copy()
        other._left, other._squeezed = self._left, self._squeezed
        return other
