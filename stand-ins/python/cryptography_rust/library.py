"""krait: `_rust._openssl`: what the package's Python half asks of OpenSSL by cffi, which is next to
nothing. pyOpenSSL asks for all of it."""

from _krait_stand_ins import cryptography_rust as _parts

__all__ = ["ffi", "lib"]


class _Ffi:
    NULL = None

    @staticmethod
    def string(text):
        return text

    @staticmethod
    def new_allocator(**_options):
        # pyOpenSSL asks for it when it is imported. Who can do without pyOpenSSL expects such an error.
        raise ImportError("krait has no OpenSSL, so pyOpenSSL does not work; use ssl, or cryptography")


class _Lib:
    def __init__(self):
        self.CRYPTOGRAPHY_PACKAGE_VERSION = _parts.version.encode("ascii")
        # Whether keys of Diffie and Hellman in the form of X9.42 can be written.
        self.Cryptography_HAS_EVP_PKEY_DHX = 1
        # Whether a damaged message of PKCS #1 decrypts to something else in place of an error.
        self.Cryptography_HAS_IMPLICIT_RSA_REJECTION = 1
        # The package copies every name from here into a module, which then says this of any other.
        self.__dict__["__getattr__"] = self._refuse

    def __dir__(self):
        return [*self.__dict__, "OpenSSL_version_num"]

    @staticmethod
    def OpenSSL_version_num():
        return _parts.part("openssl").openssl_version()

    @staticmethod
    def _refuse(name):
        raise AttributeError(
            f"krait has no OpenSSL, so {name} is not there, and pyOpenSSL does not work; use ssl, or cryptography"
        )

    def __getattr__(self, name):
        if name.startswith("Cryptography_HAS_"):
            return 0
        raise AttributeError(name)


ffi = _Ffi()
lib = _Lib()
