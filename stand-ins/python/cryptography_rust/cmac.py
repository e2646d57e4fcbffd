"""krait: `_rust.openssl.cmac` (NIST SP 800-38B)."""

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins.cryptography_rust.registry import block_cipher
from _krait_stand_ins.cryptography_rust.values import (
    check_tag, copied_state, feed, of_package, taken_state, unsupported,
)

__all__ = ["CMAC"]

# What a block is changed by where doubling it drops a bit, by its size.
_REDUCTIONS = {8: 0x1B, 16: 0x87}


def doubled(block):
    """Twice a block, as a polynomial."""
    number = int.from_bytes(block) << 1
    if number >> 8 * len(block):
        number ^= 1 << 8 * len(block) | _REDUCTIONS[len(block)]
    return number.to_bytes(len(block))


class Sum:
    """CMAC in the middle of its data, for a native block cipher with its key."""

    __slots__ = ("_block", "_mode", "_rest", "_size")

    def __init__(self, block, size):
        self._block, self._size = block, size
        self._mode = _native.mode("CBC", block, bytes(size), 0, 0, 0)
        self._rest = b""

    def update(self, data):
        rest = self._rest + bytes(data)
        # The last block is kept, whole or not.
        whole = max(0, len(rest) - 1) // self._size * self._size
        if whole:
            self._mode.encrypt(rest[:whole])
        self._rest = rest[whole:]

    def result(self):
        last = self._rest
        key = doubled(self._block.encrypt(bytes(self._size)))
        if len(last) < self._size:
            last = (last + b"\x80").ljust(self._size, b"\0")
            key = doubled(key)
        return self._mode.encrypt(_native.strxor(last, key))

    def copy(self):
        other = Sum.__new__(Sum)
        other._block, other._size, other._rest = self._block, self._size, self._rest
        other._mode = self._mode.copy()
        return other


class CMAC:
    __slots__ = ("_state",)

    def __new__(cls, algorithm, backend=None):
        if not isinstance(algorithm, of_package("hazmat.primitives.ciphers", "BlockCipherAlgorithm")):
            raise TypeError("Expected instance of BlockCipherAlgorithm.")
        block = block_cipher(algorithm, of_package("hazmat.primitives.ciphers.modes", "CBC"))
        if block is None:
            raise unsupported("CMAC is not supported with this algorithm", "UNSUPPORTED_CIPHER")
        self = object.__new__(cls)
        self._state = Sum(block, algorithm.block_size // 8)
        return self

    def update(self, data):
        feed(self, data)

    def finalize(self):
        return taken_state(self).result()

    def verify(self, signature):
        check_tag(self.finalize, signature, "Signature did not match digest.")

    def copy(self):
        state = copied_state(self)
        other = object.__new__(type(self))
        other._state = state
        return other
