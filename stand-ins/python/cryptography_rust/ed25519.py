"""krait: `_rust.openssl.ed25519` of cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import edwards as _edwards

__all__ = ["Ed25519PrivateKey", "Ed25519PublicKey", "from_private_bytes", "from_public_bytes", "generate_key"]

Ed25519PrivateKey, Ed25519PublicKey, generate_key, from_private_bytes, from_public_bytes = (
    _edwards.module(_edwards.ed25519())
)

for _class in Ed25519PrivateKey, Ed25519PublicKey:
    _class.__module__ = __name__
