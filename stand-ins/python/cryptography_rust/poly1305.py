"""krait: `_rust.openssl.poly1305`."""

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins.cryptography_rust.values import already_finalized, are_equal, data as bytes_of, exact_bytes

__all__ = ["Poly1305"]


class Poly1305:
    __slots__ = ("_state",)

    def __new__(cls, key):
        self = object.__new__(cls)
        self._state = _native.poly1305(bytes_of(key))
        if self._state is None:
            raise ValueError("A poly1305 key is 32 bytes long")
        return self

    @staticmethod
    def generate_tag(key, data):
        state = Poly1305(key)
        state.update(data)
        return state.finalize()

    @staticmethod
    def verify_tag(key, data, tag):
        exact_bytes(tag)
        state = Poly1305(key)
        state.update(data)
        state.verify(tag)

    def update(self, data):
        data = bytes_of(data)
        if self._state is None:
            raise already_finalized()
        self._state.update(data)

    def finalize(self):
        if self._state is None:
            raise already_finalized()
        state, self._state = self._state, None
        return state.result()

    def verify(self, tag):
        tag = exact_bytes(tag)
        if not are_equal(self.finalize(), tag):
            from cryptography.exceptions import InvalidSignature

            raise InvalidSignature("Value did not match computed tag.")
