"""krait: `_rust.openssl.poly1305`."""

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins.cryptography_rust.values import check_tag, data as bytes_of, exact_bytes, feed, taken_state

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
        feed(self, data)

    def finalize(self):
        return taken_state(self).result()

    def verify(self, tag):
        check_tag(self.finalize, tag, "Value did not match computed tag.")
