"""krait: what `_rust.openssl` has beside its submodules. There is no OpenSSL; the version that is told is
the newest whose abilities krait has."""

__all__ = [
    "CRYPTOGRAPHY_IS_AWSLC", "CRYPTOGRAPHY_IS_BORINGSSL", "CRYPTOGRAPHY_IS_LIBRESSL",
    "CRYPTOGRAPHY_OPENSSL_300_OR_GREATER", "CRYPTOGRAPHY_OPENSSL_309_OR_GREATER", "CRYPTOGRAPHY_OPENSSL_320_OR_GREATER",
    "CRYPTOGRAPHY_OPENSSL_330_OR_GREATER", "CRYPTOGRAPHY_OPENSSL_350_OR_GREATER", "OpenSSLError",
    "_legacy_provider_loaded", "_providers", "capture_error_stack", "enable_fips", "is_fips_enabled",
    "openssl_version", "openssl_version_text", "raise_openssl_error",
]

CRYPTOGRAPHY_IS_AWSLC = CRYPTOGRAPHY_IS_BORINGSSL = CRYPTOGRAPHY_IS_LIBRESSL = False
CRYPTOGRAPHY_OPENSSL_300_OR_GREATER = CRYPTOGRAPHY_OPENSSL_309_OR_GREATER = True
CRYPTOGRAPHY_OPENSSL_320_OR_GREATER = CRYPTOGRAPHY_OPENSSL_330_OR_GREATER = True
CRYPTOGRAPHY_OPENSSL_350_OR_GREATER = False
_legacy_provider_loaded = True
_providers = None


class OpenSSLError:
    """An error of OpenSSL's; there are none."""

    def __new__(cls, *arguments):
        raise TypeError("cannot create 'OpenSSLError' instances")


def openssl_version():
    return 0x30300000


def openssl_version_text():
    return "OpenSSL 3.3.0 (krait has RustCrypto in its place)"


def capture_error_stack():
    return []


def raise_openssl_error():
    from cryptography.exceptions import InternalError

    raise InternalError("krait has no OpenSSL, and none of its errors", [])


def is_fips_enabled():
    return False


def enable_fips(providers):
    raise_openssl_error()
