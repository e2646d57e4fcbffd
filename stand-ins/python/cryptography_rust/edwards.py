"""krait: Ed25519 and Ed448 (RFC 8032), for cryptography's stand-in. The time of a signature depends on the numbers."""

import hashlib
from os import urandom

from _krait_stand_ins import pycryptodome_curves as _curves
from _krait_stand_ins.cryptography_rust import der, serialize
from _krait_stand_ins.cryptography_rust.arguments import Frozen, buffer, cannot_create, invalid_signature, only_bytes


class Scheme:
    """What the two differ in."""

    def __init__(self, name, oid, curve, generator, order, cofactor_bits, digest):
        self.name, self.curve, self.generator, self.order = name, curve, generator, order
        self.size, self.cofactor_bits, self.digest = curve.size, cofactor_bits, digest
        self.algorithm = serialize.algorithm(oid)

    def multiple(self, point, scalar):
        return _curves._multiply(self.curve, point, scalar)

    def encoded(self, point):
        x, y = self.curve.plain(point)
        return (y | (x & 1) << 8 * self.size - 1).to_bytes(self.size, "little")

    def expanded(self, secret):
        """The scalar of a secret, and the prefix for its signatures (5.1.5, 5.2.5)."""
        whole = self.digest(secret)
        top = 8 * self.size - 2 if self.size == 32 else 8 * self.size - 9
        scalar = int.from_bytes(whole[:self.size], "little") & (1 << top) - (1 << self.cofactor_bits) | 1 << top
        return scalar, whole[self.size:]

    def hashed(self, *parts):
        return int.from_bytes(self.digest(b"".join(parts)), "little") % self.order

    def public(self, secret):
        return self.encoded(self.multiple(self.generator, self.expanded(secret)[0]))

    def sign(self, secret, public, message):
        scalar, prefix = self.expanded(secret)
        once = self.hashed(self.prefix, prefix, message)
        start = self.encoded(self.multiple(self.generator, once))
        rest = (once + self.hashed(self.prefix, start, public, message) * scalar) % self.order
        return start + rest.to_bytes(self.size, "little")

    def verifies(self, public, signature, message):
        size = self.size
        if len(signature) != 2 * size:
            return False
        start, rest = signature[:size], int.from_bytes(signature[size:], "little")
        point = self.curve.decoded(public)
        if rest >= self.order or point is None:
            return False
        challenge = self.hashed(self.prefix, start, public, message)
        point = self.curve.add(
            self.multiple(self.generator, rest), self.multiple(self.curve.negative(point), challenge)
        )
        return self.encoded(point) == start

    prefix = b""


def ed25519():
    x = 0x216936D3CD6E53FEC0A4E231FDD6DC5C692CC7609525A7B2C9562D608F25D51A
    y = 0x6666666666666666666666666666666666666666666666666666666666666658
    order = 2**252 + 0x14DEF9DEA2F79CD65812631A5CF5D3ED
    return Scheme(
        "Ed25519", "1.3.101.112", _curves._ED25519, (x, y, 1), order, 3,
        lambda data: hashlib.sha512(data).digest(),
    )


def ed448():
    # RFC 8032, section 5.2.
    x = 0x4F1970C66BED0DED221D15A622BF36DA9E146570470F1767EA6DE324A3D3A46412AE1AF72AB66511433B80E18B00938E2626A82BC70CC05E
    y = 0x693F46716EB6BC248876203756C9C7624BEA73736CA3984087789C1E05A0C2D73AD3FF1CE67C39C4FDBD132C4ED7C8AD9808795BF230FA14
    order = 2**446 - 0x8335DC163BB124B65129C96FDE933D8D723A70AADC873D6D54A7BB0D
    scheme = Scheme(
        "Ed448", "1.3.101.113", _curves._ED448, (x, y, 1), order, 2,
        lambda data: hashlib.shake_256(data).digest(114),
    )
    scheme.prefix = b"SigEd448\0\0"
    return scheme


class _Public(Frozen, serialize.Public):
    __slots__ = ("_raw",)
    _RAW = True

    def __new__(cls):
        raise cannot_create(cls)

    @classmethod
    def _of(cls, raw):
        key = object.__new__(cls)
        key._raw = raw
        return key

    def verify(self, signature, data):
        if not self._SCHEME.verifies(self._raw, buffer("signature", signature), buffer("data", data)):
            raise invalid_signature()

    def public_bytes_raw(self):
        return self._raw

    def _spki(self):
        return self._SCHEME.algorithm, self._raw


class _Private(Frozen, serialize.Private):
    __slots__ = ("_secret", "_public")
    _RAW = True

    def __new__(cls):
        raise cannot_create(cls)

    @classmethod
    def _of(cls, secret):
        key = object.__new__(cls)
        key._secret, key._public = secret, None
        return key

    def _public_raw(self):
        if self._public is None:
            self._public = self._SCHEME.public(self._secret)
        return self._public

    def public_key(self):
        return self._PUBLIC._of(self._public_raw())

    def sign(self, data):
        return self._SCHEME.sign(self._secret, self._public_raw(), buffer("data", data))

    def private_bytes_raw(self):
        return self._secret

    def _pkcs8(self):
        return self._SCHEME.algorithm, der.octets(self._secret)


def module(scheme):
    """The contents of the submodule of a scheme."""
    name, size = scheme.name, scheme.size
    members = {"__slots__": (), "_SCHEME": scheme}
    public = type(f"{name}PublicKey", (_Public,), members)
    private = type(f"{name}PrivateKey", (_Private,), {**members, "_PUBLIC": public})

    def generate_key():
        return private._of(urandom(size))

    def from_private_bytes(data):
        data = buffer("data", data)
        if len(data) != size:
            raise ValueError(f"An {name} private key is {size} bytes long")
        return private._of(data)

    def from_public_bytes(data):
        if len(only_bytes("data", data)) != size:
            raise ValueError(f"An {name} public key is {size} bytes long")
        return public._of(data)

    return private, public, generate_key, from_private_bytes, from_public_bytes
