"""krait: how keys are encoded: `Encoding`, `PrivateFormat`, `PublicFormat` and `ParameterFormat`."""

from _krait_stand_ins.cryptography_rust.enumerations import enumeration

_MODULE = "cryptography.hazmat.primitives._serialization"


def _encryption_builder(self):
    from cryptography.hazmat.primitives import _serialization

    if self not in (PrivateFormat.OpenSSH, PrivateFormat.PKCS12):
        raise ValueError("encryption_builder only supported with PrivateFormat.OpenSSH and PrivateFormat.PKCS12")
    return _serialization.KeySerializationEncryptionBuilder(self)


Encoding = enumeration("Encoding", _MODULE, "PEM DER OpenSSH Raw X962 SMIME")
PrivateFormat = enumeration(
    "PrivateFormat", _MODULE, "PKCS8 TraditionalOpenSSL Raw OpenSSH PKCS12",
    {"encryption_builder": _encryption_builder},
)
PublicFormat = enumeration(
    "PublicFormat", _MODULE, "SubjectPublicKeyInfo PKCS1 OpenSSH Raw CompressedPoint UncompressedPoint"
)
ParameterFormat = enumeration("ParameterFormat", _MODULE, "PKCS3")
