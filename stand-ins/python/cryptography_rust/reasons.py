"""krait: `_rust.exceptions`."""

from _krait_stand_ins.cryptography_rust.enumerations import enumeration

__all__ = ["_Reasons"]

_Reasons = enumeration(
    "_Reasons", "cryptography.hazmat.bindings._rust.exceptions",
    "BACKEND_MISSING_INTERFACE UNSUPPORTED_HASH UNSUPPORTED_CIPHER UNSUPPORTED_PADDING UNSUPPORTED_MGF "
    "UNSUPPORTED_PUBLIC_KEY_ALGORITHM UNSUPPORTED_ELLIPTIC_CURVE UNSUPPORTED_SERIALIZATION UNSUPPORTED_X509 "
    "UNSUPPORTED_EXCHANGE_ALGORITHM UNSUPPORTED_DIFFIE_HELLMAN UNSUPPORTED_MAC",
)
