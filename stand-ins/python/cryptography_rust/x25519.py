"""krait: `_rust.openssl.x25519` of cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import montgomery as _montgomery

__all__ = ["X25519PrivateKey", "X25519PublicKey", "from_private_bytes", "from_public_bytes", "generate_key"]

X25519PrivateKey, X25519PublicKey, generate_key, from_private_bytes, from_public_bytes = _montgomery.module("X25519")

for _class in X25519PrivateKey, X25519PublicKey:
    _class.__module__ = __name__
