"""krait: `_rust.openssl.ed448` of cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import edwards as _edwards

__all__ = ["Ed448PrivateKey", "Ed448PublicKey", "from_private_bytes", "from_public_bytes", "generate_key"]

Ed448PrivateKey, Ed448PublicKey, generate_key, from_private_bytes, from_public_bytes = (
    _edwards.module(_edwards.ed448())
)

for _class in Ed448PrivateKey, Ed448PublicKey:
    _class.__module__ = __name__
