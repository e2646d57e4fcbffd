"""krait: how keys are read, for cryptography's stand-in: PKCS #8, SubjectPublicKeyInfo and what is older."""

from _krait_stand_ins.cryptography_rust import der, pbe, pem
from _krait_stand_ins.cryptography_rust.arguments import buffer, unsupported

__all__ = ["load_der_private_key", "load_der_public_key", "load_pem_private_key", "load_pem_public_key"]

_RSA, _RSA_PSS, _EC = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10045.2.1"
_DSA, _DH, _DHX = "1.2.840.10040.4.1", "1.2.840.113549.1.3.1", "1.2.840.10046.2.1"
_RAW = {"1.3.101.110": "x25519", "1.3.101.111": "x448", "1.3.101.112": "ed25519", "1.3.101.113": "ed448"}
_NOTE = "If your key is in PKCS#8 format, you must use BEGIN/END PRIVATE KEY PEM delimiters"


def _part(name):
    from _krait_stand_ins import cryptography_rust

    return cryptography_rust.part(name)


def _undecipherable(error):
    return ValueError(
        "Could not deserialize key data. The data may be in an incorrect format, it may be encrypted with an "
        "unsupported algorithm, or it may be an unsupported key type (e.g. EC curves with explicit parameters). "
        f"Details: ASN.1 parsing error: {error.shown}"
    )


def _told(function, *arguments):
    """What a function gives; faults of DER are told as those of a key."""
    try:
        return function(*arguments)
    except der.ParseError as error:
        raise _undecipherable(error)


def _unknown(oid):
    return unsupported(f"Unknown key type: {oid}", "UNSUPPORTED_PUBLIC_KEY_ALGORITHM")


def read_pkcs8(data, unchecked=False):
    """A key from PrivateKeyInfo (RFC 5208, section 5)."""
    def parts(reader):
        fields = reader.sequence()
        version = fields.small()
        identifier = fields.sequence()
        content = fields.octets()
        fields.optional(0xA0)
        fields.finish()
        return version, identifier, content

    version, identifier, content = der.single(data, parts)
    if version:
        raise ValueError("Invalid key")
    oid = identifier.oid()
    if oid in (_RSA, _RSA_PSS):
        return _part("rsa").read_private(content, unchecked)
    if oid == _EC:
        return _part("ec").read_private(content, identifier.element())
    if oid in _RAW:
        identifier.finish()
        raw = der.single(content, der.Reader.octets)
        return _part(_RAW[oid]).from_private_bytes(raw)
    if oid == _DSA:
        return _part("dsa").read_private(identifier, content)
    if oid in (_DH, _DHX):
        return _part("dh").read_private(identifier, content, oid == _DHX)
    raise _unknown(oid)


def read_spki(data):
    """A key from SubjectPublicKeyInfo (RFC 5280, section 4.1)."""
    def parts(reader):
        fields = reader.sequence()
        identifier = fields.sequence()
        content = fields.bits()
        fields.finish()
        return identifier, content

    identifier, (content, unused) = der.single(data, parts)
    if unused:
        raise ValueError("Invalid key")
    oid = identifier.oid()
    if oid in (_RSA, _RSA_PSS):
        return _part("rsa").read_public(content)
    if oid == _EC:
        return _part("ec").read_public(identifier.element(), content)
    if oid in _RAW:
        identifier.finish()
        try:
            return _part(_RAW[oid]).from_public_bytes(content)
        except ValueError:
            raise ValueError("Invalid key")
    if oid == _DSA:
        return _part("dsa").read_public(identifier, content)
    if oid in (_DH, _DHX):
        return _part("dh").read_public(identifier, content, oid == _DHX)
    raise _unknown(oid)


def _read_rsa(data, unchecked):
    return _part("rsa").read_private(data, unchecked)


def _read_ec(data, unchecked):
    return _part("ec").read_private(data)


def _read_dsa(data, unchecked):
    return _part("dsa").read_traditional(data)


_TRADITIONAL = {"RSA PRIVATE KEY": _read_rsa, "EC PRIVATE KEY": _read_ec, "DSA PRIVATE KEY": _read_dsa}


def _not_encrypted():
    return TypeError("Password was given but private key is not encrypted.")


def der_private_key(data, password, unchecked=False):
    for read in (read_pkcs8, _read_ec, _read_rsa, _read_dsa):
        try:
            key = read(data, unchecked)
        except der.ParseError:
            continue
        if password is not None:
            raise _not_encrypted()
        return key
    return _told(lambda: read_pkcs8(pbe.decrypted_pkcs8(data, password), unchecked))


def load_der_private_key(data, password, backend=None, *, unsafe_skip_rsa_key_validation=False):
    data = buffer("data", data)
    password = None if password is None else buffer("password", password)
    return der_private_key(data, password, unsafe_skip_rsa_key_validation)


def load_pem_private_key(data, password, backend=None, *, unsafe_skip_rsa_key_validation=False):
    data = buffer("data", data)
    password = None if password is None else buffer("password", password)
    section = pem.find(
        data, ("PRIVATE KEY", "ENCRYPTED PRIVATE KEY", *_TRADITIONAL),
        "Valid PEM but no BEGIN/END delimiters for a private key found. Are you sure this is a private key?",
    )
    contents, used = pbe.decrypted_pem(section, password)
    if section.tag == "PRIVATE KEY":
        key = _told(read_pkcs8, contents, unsafe_skip_rsa_key_validation)
    elif section.tag == "ENCRYPTED PRIVATE KEY":
        used = True
        key = _told(lambda: read_pkcs8(pbe.decrypted_pkcs8(contents, password), unsafe_skip_rsa_key_validation))
    else:
        try:
            key = _told(_TRADITIONAL[section.tag], contents, unsafe_skip_rsa_key_validation)
        except Exception as error:
            error.add_note(_NOTE)
            raise
    if password is not None and not used:
        raise _not_encrypted()
    return key


def read_public(data):
    """A key from SubjectPublicKeyInfo, or one of RSA from what PKCS #1 has; the fault that is told is the first's."""
    try:
        return read_spki(data)
    except Exception as error:
        try:
            return _part("rsa").read_public(data)
        except ValueError:
            raise _undecipherable(error) if isinstance(error, der.ParseError) else error


def load_der_public_key(data, backend=None):
    data = buffer("data", data)
    return read_public(data)


def load_pem_public_key(data, backend=None):
    sections = pem.sections(buffer("data", data))
    if not sections:
        raise pem.malformed()
    contents = sections[0].contents
    if sections[0].tag == "PUBLIC KEY":
        return _told(read_spki, contents)
    if sections[0].tag != "RSA PUBLIC KEY":
        raise ValueError(
            "Valid PEM but no BEGIN PUBLIC KEY/END PUBLIC KEY delimiters. Are you sure this is a public key?"
        )
    rsa = _part("rsa")
    try:
        return rsa.read_public(contents)
    except ValueError as error:
        # OpenSSL does not care which of the two names there is, either.
        try:
            key = read_spki(contents)
        except Exception:
            raise _undecipherable(error) if isinstance(error, der.ParseError) else error
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("Incorrect PEM delimiter for key type.")
    return key
