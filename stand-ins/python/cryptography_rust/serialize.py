"""krait: how keys are written, for cryptography's stand-in.

Each key has `_pkcs8` and `_spki` (an algorithm's parts and the key's bytes), and what else it can be written as.
"""

from _krait_stand_ins.cryptography_rust import der, pem
from _krait_stand_ins.cryptography_rust.arguments import instance


def algorithm(dotted, *parameters):
    return der.sequence(der.oid(dotted), *parameters)


def pkcs8(key):
    """A private key as PrivateKeyInfo (RFC 5208, section 5)."""
    identifier, content = key._pkcs8()
    return der.sequence(der.integer(0), identifier, der.octets(content))


def spki(key):
    """A public key as SubjectPublicKeyInfo (RFC 5280, section 4.1)."""
    identifier, content = key._spki()
    return der.sequence(identifier, der.bits(content))


def private_bytes(key, encoding, format, encryption_algorithm, raw_allowed=False):
    from cryptography.hazmat.primitives import _serialization as names

    instance("encoding", encoding, names.Encoding)
    instance("format", format, names.PrivateFormat)
    if not isinstance(encryption_algorithm, names.KeySerializationEncryption):
        raise TypeError("Encryption algorithm must be a KeySerializationEncryption instance")
    plain = isinstance(encryption_algorithm, names.NoEncryption)
    if raw_allowed and (encoding == names.Encoding.Raw or format == names.PrivateFormat.Raw):
        if encoding != names.Encoding.Raw or format != names.PrivateFormat.Raw or not plain:
            raise ValueError(
                "When using Raw both encoding and format must be Raw and encryption_algorithm must be NoEncryption()"
            )
        return key.private_bytes_raw()
    if plain:
        password = b""
    elif isinstance(encryption_algorithm, names.BestAvailableEncryption) or (
        isinstance(encryption_algorithm, names._KeySerializationEncryption) and encryption_algorithm._format == format
    ):
        password = encryption_algorithm.password
    else:
        raise ValueError("Unsupported encryption type")
    if len(password) > 1023:
        raise ValueError("Passwords longer than 1023 bytes are not supported by this backend")

    if format == names.PrivateFormat.PKCS8:
        if not password:
            return pem.encode_der("PRIVATE KEY", pkcs8(key), encoding)
        from _krait_stand_ins.cryptography_rust import pbe

        return pem.encode_der("ENCRYPTED PRIVATE KEY", pbe.encrypted_pkcs8(pkcs8(key), password), encoding)

    if format == names.PrivateFormat.TraditionalOpenSSL:
        tag, contents = key._traditional()
        if tag and encoding == names.Encoding.PEM:
            if not password:
                return pem.encode(tag, contents)
            from _krait_stand_ins.cryptography_rust import pbe

            return pbe.encrypted_pem(tag, contents, password)
        if tag and encoding == names.Encoding.DER:
            if password:
                raise ValueError("Encryption is not supported for DER encoded traditional OpenSSL keys")
            return contents

    if format == names.PrivateFormat.OpenSSH and key._OPENSSH:
        if encoding != names.Encoding.PEM:
            raise ValueError("OpenSSH private key format can only be used with PEM encoding")
        from cryptography.hazmat.primitives.serialization import ssh

        written = ssh._serialize_ssh_private_key(key, password, encryption_algorithm)
        return pem.encode("OPENSSH PRIVATE KEY", written)
    raise ValueError("format is invalid with this key")


def public_bytes(key, encoding, format, raw_allowed=False):
    from cryptography.hazmat.primitives import _serialization as names

    instance("encoding", encoding, names.Encoding)
    instance("format", format, names.PublicFormat)
    if raw_allowed and (encoding == names.Encoding.Raw or format == names.PublicFormat.Raw):
        if encoding != names.Encoding.Raw or format != names.PublicFormat.Raw:
            raise ValueError("When using Raw both encoding and format must be Raw")
        return key.public_bytes_raw()
    if format == names.PublicFormat.SubjectPublicKeyInfo:
        return pem.encode_der("PUBLIC KEY", spki(key), encoding)
    if hasattr(key, "_x962") and encoding == names.Encoding.X962:
        if format not in (names.PublicFormat.UncompressedPoint, names.PublicFormat.CompressedPoint):
            raise ValueError("X962 encoding must be used with CompressedPoint or UncompressedPoint format")
        return key._x962(format == names.PublicFormat.CompressedPoint)
    if hasattr(key, "_pkcs1") and format == names.PublicFormat.PKCS1:
        return pem.encode_der("RSA PUBLIC KEY", key._pkcs1(), encoding)
    if key._OPENSSH and format == names.PublicFormat.OpenSSH:
        if encoding != names.Encoding.OpenSSH:
            raise ValueError("OpenSSH format must be used with OpenSSH encoding")
        from cryptography.hazmat.primitives.serialization import ssh

        return ssh.serialize_ssh_public_key(key)
    raise ValueError("format is invalid with this key")


class Private:
    """What private keys have in common."""

    __slots__ = ()
    _OPENSSH, _RAW = True, False

    def _traditional(self):
        return None, None

    def private_bytes(self, encoding, format, encryption_algorithm):
        return private_bytes(self, encoding, format, encryption_algorithm, self._RAW)


class Public:
    """What public keys have in common."""

    __slots__ = ()
    _OPENSSH, _RAW = True, False

    def public_bytes(self, encoding, format):
        return public_bytes(self, encoding, format, self._RAW)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return self._spki() == other._spki()

    __hash__ = None
