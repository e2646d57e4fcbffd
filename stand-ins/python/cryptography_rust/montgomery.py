"""krait: X25519 and X448 (RFC 7748), for cryptography's stand-in. The time of an exchange depends on the numbers."""

from os import urandom

from _krait_stand_ins import pycryptodome_curves as _curves
from _krait_stand_ins.cryptography_rust import der, serialize
from _krait_stand_ins.cryptography_rust.arguments import Frozen, buffer, cannot_create, instance, only_bytes


class _X25519:
    size, base, oid, p = 32, 9, "1.3.101.110", 2**255 - 19

    @classmethod
    def multiple(cls, secret, point):
        scalar = int.from_bytes(secret, "little") & (1 << 254) - 8 | 1 << 254
        return _curves._ladder(point & (1 << 255) - 1, scalar, cls.p, 121665)


class _X448:
    size, base, oid, p = 56, 5, "1.3.101.111", 2**448 - 2**224 - 1

    @classmethod
    def multiple(cls, secret, point):
        scalar = int.from_bytes(secret, "little") & (1 << 447) - 4 | 1 << 447
        return _curves._ladder(point, scalar, cls.p, 39081)


class _Public(Frozen, serialize.Public):
    __slots__ = ("_raw",)
    _RAW, _OPENSSH = True, False

    def __new__(cls):
        raise cannot_create(cls)

    @classmethod
    def _of(cls, raw):
        key = object.__new__(cls)
        key._raw = raw
        return key

    def public_bytes_raw(self):
        return self._raw

    def _spki(self):
        return serialize.algorithm(self._SCHEME.oid), self._raw


class _Private(Frozen, serialize.Private):
    __slots__ = ("_secret",)
    _RAW, _OPENSSH = True, False

    def __new__(cls):
        raise cannot_create(cls)

    @classmethod
    def _of(cls, secret):
        key = object.__new__(cls)
        key._secret = secret
        return key

    def _product(self, point):
        number = self._SCHEME.multiple(self._secret, point)
        return (number or 0).to_bytes(self._SCHEME.size, "little")

    def public_key(self):
        return self._PUBLIC._of(self._product(self._SCHEME.base))

    def exchange(self, peer_public_key):
        peer = instance("peer_public_key", peer_public_key, self._PUBLIC)
        shared = self._product(int.from_bytes(peer._raw, "little"))
        if not any(shared):
            raise ValueError("Error computing shared key.")
        return shared

    def private_bytes_raw(self):
        return self._secret

    def _pkcs8(self):
        return serialize.algorithm(self._SCHEME.oid), der.octets(self._secret)


def module(name):
    """The contents of the submodule of a scheme."""
    scheme = _X25519 if name == "X25519" else _X448
    members = {"__slots__": (), "_SCHEME": scheme}
    public = type(f"{name}PublicKey", (_Public,), members)
    private = type(f"{name}PrivateKey", (_Private,), {**members, "_PUBLIC": public})

    def generate_key():
        return private._of(urandom(scheme.size))

    def from_private_bytes(data):
        data = buffer("data", data)
        if len(data) != scheme.size:
            raise ValueError(f"An {name} private key is {scheme.size} bytes long: {_OPENSSL}")
        return private._of(data)

    def from_public_bytes(data):
        if len(only_bytes("data", data)) != scheme.size:
            # The original says 32 of either.
            raise ValueError(f"An {name} public key is 32 bytes long")
        return public._of(data)

    return private, public, generate_key, from_private_bytes, from_public_bytes


# What OpenSSL says of a key of another length.
_OPENSSL = (
    "error:030000B4:digital envelope routines:new_raw_key_int:key setup failed:crypto/evp/p_lib.c:445:"
)


def multiple_x25519(secret, point):
    """X25519 of bytes (RFC 7748, section 5)."""
    number = _X25519.multiple(secret, int.from_bytes(point, "little"))
    return (number or 0).to_bytes(32, "little")
