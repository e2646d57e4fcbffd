"""krait: `_rust.openssl.x448` of cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import montgomery as _montgomery

__all__ = ["X448PrivateKey", "X448PublicKey", "from_private_bytes", "from_public_bytes", "generate_key"]

X448PrivateKey, X448PublicKey, generate_key, from_private_bytes, from_public_bytes = _montgomery.module("X448")

for _class in X448PrivateKey, X448PublicKey:
    _class.__module__ = __name__
