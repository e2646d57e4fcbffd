"""krait: PKCS #12 (RFC 7292): keys with their certificates, read and written, for cryptography's stand-in."""

import hashlib
import hmac
import warnings
from os import urandom

from _krait_stand_ins.cryptography_rust import der, keys, pbe
from _krait_stand_ins.cryptography_rust.arguments import buffer, instance
from _krait_stand_ins.cryptography_rust.certificates import Certificate
from _krait_stand_ins.cryptography_rust.rsa_padding import DIGESTS
from _krait_stand_ins.cryptography_rust.serialize import algorithm

__all__ = [
    "PKCS12Certificate", "load_key_and_certificates", "load_pkcs12", "serialize_java_truststore",
    "serialize_key_and_certificates",
]

_DATA, _ENCRYPTED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"
_BAG = "1.2.840.113549.1.12.10.1."
_KEY_BAG, _SHROUDED_BAG, _CERTIFICATE_BAG, _SAFE_BAG = (f"{_BAG}{number}" for number in (1, 2, 3, 6))
_X509 = "1.2.840.113549.1.9.22.1"
_FRIENDLY_NAME, _LOCAL_KEY = "1.2.840.113549.1.9.20", "1.2.840.113549.1.9.21"
_JDK_USAGE, _ANY_USAGE = "2.16.840.1.113894.746875.1.1", "2.5.29.37.0"
_MAC_ROUNDS, _ROUNDS = 2048, 20000


class PKCS12Certificate:
    __slots__ = ("certificate", "friendly_name")

    def __init__(self, cert, friendly_name=None):
        self.certificate = instance("cert", cert, Certificate)
        self.friendly_name = friendly_name if friendly_name is None else instance("friendly_name", friendly_name, bytes)

    def __eq__(self, other):
        if not isinstance(other, PKCS12Certificate):
            return NotImplemented
        return (self.friendly_name, self.certificate) == (other.friendly_name, other.certificate)

    def __hash__(self):
        return hash((self.certificate, self.friendly_name))

    def __repr__(self):
        return f"<PKCS12Certificate({self.certificate}, friendly_name={self.friendly_name!r})>"


class _Contents:
    """What was found: keys as PrivateKeyInfo, certificates with their names, and what is not DER in it."""

    def __init__(self):
        self.keys, self.certificates, self.fault = [], [], None


def _content_info(reader):
    fields = reader.sequence()
    oid, content = fields.oid(), fields.explicit(0)
    fields.finish()
    return oid, content


def _read(data, password):
    """The contents; a ValueError where they are none, or are another password's."""
    def outer(reader):
        fields = reader.sequence()
        version = fields.small()
        oid, content = _content_info(fields)
        mac = fields.sequence() if fields.peek() is not None else None
        fields.finish()
        if version != 3 or oid != _DATA:
            raise der.invalid_value()
        return der.whole(content, der.Reader.octets), mac

    fault = None
    try:
        content, mac = der.single(data, outer)
    except der.ParseError as error:
        fault = error
        try:
            content, mac = der.single(der.of_ber(data), outer)
        except der.ParseError:
            raise ValueError("Could not deserialize PKCS12 data")
    try:
        password.decode()
    except UnicodeDecodeError as error:
        raise UnicodeDecodeError("utf-8", b"", 0, 1, str(error))
    try:
        found = _read_content(content, mac, password)
    except ValueError:
        raise ValueError("Invalid password or PKCS12 data")
    fault = fault or found.fault
    if fault is not None:
        warnings.warn(
            "PKCS#12 bundle could not be parsed as DER, falling back to parsing as BER. In the future, this may "
            f"become an exception. Error details: ASN.1 parsing error: {fault.shown}",
            UserWarning, stacklevel=4,
        )
    return found


def _read_content(content, mac, password):
    found = _Contents()
    if mac is not None:
        password = _fitting(mac, content, password, found)
    for info in _all(der.single(_as_der(content), der.Reader.sequence)):
        _read_safe(info, password, found)
    return found


def _all(reader):
    while reader.peek() is not None:
        yield reader


def _fitting(mac, content, password, found):
    """The password that the check is of, which is None where there is none."""
    info = mac.sequence()
    oid = info.sequence().oid()
    told = info.octets()
    salt = mac.octets()
    rounds = 1
    if mac.peek() is not None:
        rounds = mac.small(64)
        if rounds == 1:
            found.fault = der.encoded_default()
    names = [name for name, number in DIGESTS.items() if number == oid]
    if not names:
        raise ValueError("an unknown digest")
    name = names[0].replace("sha3-", "sha3_").replace("-", "_")
    # No password is one of no bytes with some, and with others one of none but the zero at its end.
    for each in (password,) if password else (b"", None):
        text = None if each is None else each.decode()
        if hmac.compare_digest(pbe.mac(text, salt, rounds, name, content), told):
            return each
    raise ValueError("another password")


def _read_safe(reader, password, found):
    oid, content = _content_info(reader)
    if oid == _DATA:
        plain = der.whole(content, der.Reader.octets)
    elif oid == _ENCRYPTED:
        fields = content.sequence()
        fields.small()
        info = fields.sequence()
        info.oid()
        identifier = info.sequence()
        plain = pbe.decrypted(identifier, info.read(0x80).content, password)
        plain = _as_der(plain)
    else:
        return
    for bags in _all(der.single(plain, der.Reader.sequence)):
        _read_bag(bags.sequence(), password, found)


def _as_der(data):
    try:
        der.single(data, der.Reader.sequence)
    except der.ParseError:
        return der.of_ber(data)
    return data


def _read_bag(fields, password, found):
    oid, value = fields.oid(), fields.explicit(0)
    name = None
    if fields.peek() is not None:
        for attributes in _all(fields.read(der.SET).reader()):
            inner = attributes.sequence()
            if inner.oid() == _FRIENDLY_NAME:
                name = inner.read(der.SET).reader().read(der.BMP_STRING).content.decode("utf-16-be").encode()
    if oid == _KEY_BAG:
        found.keys.append(value.element().full)
    elif oid == _SHROUDED_BAG:
        found.keys.append(pbe.decrypted_pkcs8(value.element().full, password, of_pkcs12=True))
    elif oid == _CERTIFICATE_BAG:
        inner = value.sequence()
        if inner.oid() == _X509:
            found.certificates.append((inner.explicit(0).octets(), name))
    elif oid == _SAFE_BAG:
        for bags in _all(value.sequence()):
            _read_bag(bags.sequence(), password, found)


def _loaded(data, password):
    """The key, its certificate and the others, each of which is one with its name."""
    password = b"" if password is None else buffer("password", password)
    found = _read(buffer("data", data), password)
    key = keys.der_private_key(found.keys[0], None) if found.keys else None
    own, others = None, []
    for content, name in found.certificates:
        certificate = PKCS12Certificate(Certificate._of(content), name)
        if own is None and key is not None and _is_of(certificate.certificate, key):
            own = certificate
        else:
            others.append(certificate)
    return key, own, others


def _is_of(certificate, key):
    try:
        return certificate.public_key() == key.public_key()
    except Exception:
        return False


def load_key_and_certificates(data, password, backend=None):
    key, own, others = _loaded(data, password)
    return key, own and own.certificate, [each.certificate for each in others]


def load_pkcs12(data, password, backend=None):
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates

    return PKCS12KeyAndCertificates(*_loaded(data, password))


class _Encryption:
    """How what is written is encrypted and checked."""

    def __init__(self, chosen):
        from cryptography.hazmat.primitives import _serialization as names
        from cryptography.hazmat.primitives.hashes import SHA256

        self.password, self.kind, self.rounds, self.hash = b"", None, _ROUNDS, SHA256()
        if isinstance(chosen, names.NoEncryption):
            return
        self.kind = "PBES2"
        if isinstance(chosen, names._KeySerializationEncryption) and chosen._format == names.PrivateFormat.PKCS12:
            if chosen._key_cert_algorithm is names.PBES.PBESv1SHA1And3KeyTripleDESCBC:
                self.kind = "PBES1"
            self.hash = chosen._hmac_hash or self.hash
            self.rounds = chosen._kdf_rounds or _ROUNDS
        elif not isinstance(chosen, names.BestAvailableEncryption):
            raise ValueError("Unsupported key encryption type")
        self.password = chosen.password

    def text(self):
        try:
            return self.password.decode()
        except UnicodeDecodeError:
            raise ValueError("password must be valid UTF-8")

    def encrypted(self, content):
        """The algorithm's identifier, and the content encrypted."""
        if self.kind == "PBES2":
            salt, iv = urandom(16), urandom(16)
            identifier, key = pbe.pbes2(self.password, salt, iv, self.rounds)
            return identifier, pbe.encrypt("AES", key, iv, content)
        salt, text = urandom(8), self.text()
        identifier = algorithm(pbe.SHA_AND_3DES, der.sequence(der.octets(salt), der.integer(self.rounds)))
        key, iv = pbe.pkcs12_key(text, salt, 1, self.rounds, 24), pbe.pkcs12_key(text, salt, 2, self.rounds, 8)
        return identifier, pbe.encrypt("3DES", key, iv, content)


def _attributes(name, key_id, of_java):
    written = []
    if name is not None:
        try:
            text = name.decode().encode("utf-16-be")
        except UnicodeDecodeError:
            raise ValueError("friendly_name must be valid UTF-8")
        written.append(der.sequence(der.oid(_FRIENDLY_NAME), der.set_of(der.tlv(der.BMP_STRING, text))))
    if key_id is not None:
        written.append(der.sequence(der.oid(_LOCAL_KEY), der.set_of(der.octets(key_id))))
    if of_java:
        written.append(der.sequence(der.oid(_JDK_USAGE), der.set_of(der.oid(_ANY_USAGE))))
    return der.set_of(*written) if written else b""


def _certificate_bag(certificate, name=None, key_id=None, of_java=False):
    value = der.sequence(der.oid(_X509), der.explicit(0, der.octets(certificate._data)))
    return der.sequence(der.oid(_CERTIFICATE_BAG), der.explicit(0, value), _attributes(name, key_id, of_java))


def _data(content):
    return der.sequence(der.oid(_DATA), der.explicit(0, der.octets(content)))


def _written(plain, shrouded, encryption):
    """The whole, of bags that are to be encrypted and such as are already."""
    text = encryption.text()
    safes = []
    if encryption.kind is None:
        safes.append(_data(der.sequence(*plain, *shrouded)))
    else:
        if plain:
            identifier, content = encryption.encrypted(der.sequence(*plain))
            info = der.sequence(der.oid(_DATA), identifier, der.tlv(0x80, content))
            safes.append(der.sequence(der.oid(_ENCRYPTED), der.explicit(0, der.sequence(der.integer(0), info))))
        if shrouded:
            safes.append(_data(der.sequence(*shrouded)))
    content = der.sequence(*safes)
    salt, name = urandom(8), encryption.hash.name
    check = pbe.mac(text, salt, _MAC_ROUNDS, name.replace("sha3-", "sha3_").replace("-", "_"), content)
    mac = der.sequence(
        der.sequence(algorithm(DIGESTS[name], der.null()), der.octets(check)), der.octets(salt),
        der.integer(_MAC_ROUNDS),
    )
    return der.sequence(der.integer(3), _data(content), mac)


def _neither(value):
    told = f"TypeError: '{type(value).__name__}' object is not an instance of"
    return TypeError(
        "failed to extract enum CertificateOrPKCS12Certificate ('Certificate | PKCS12Certificate')\n"
        f"- variant Certificate (Certificate): TypeError: failed to extract field "
        f"CertificateOrPKCS12Certificate::Certificate.0, caused by {told} 'Certificate'\n"
        f"- variant PKCS12Certificate (PKCS12Certificate): TypeError: failed to extract field "
        f"CertificateOrPKCS12Certificate::PKCS12Certificate.0, caused by {told} 'PKCS12Certificate'"
    )


def serialize_java_truststore(pkcs12_certs, encryption_algorithm):
    encryption = _Encryption(encryption_algorithm)
    bags = [
        _certificate_bag(instance("pkcs12_certs", each, PKCS12Certificate).certificate, each.friendly_name, None, True)
        for each in pkcs12_certs
    ]
    return _written(bags, [], encryption)


def serialize_key_and_certificates(name, key, cert, cas, encryption_algorithm):
    from cryptography.hazmat.primitives._serialization import Encoding, NoEncryption, PrivateFormat

    encryption = _Encryption(encryption_algorithm)
    plain, shrouded, key_id = [], [], None
    if cert is not None:
        instance("cert", cert, Certificate)
        if key is not None:
            if cert.public_key() != key.public_key():
                raise ValueError("Certificate public key and provided private key do not match")
            key_id = hashlib.sha1(cert._data).digest()
        plain.append(_certificate_bag(cert, name, key_id))
    for each in cas or ():
        if isinstance(each, PKCS12Certificate):
            plain.append(_certificate_bag(each.certificate, each.friendly_name))
        elif isinstance(each, Certificate):
            plain.append(_certificate_bag(each))
        else:
            raise _neither(each)
    if key is not None:
        content = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        oid = _KEY_BAG
        if encryption.kind is not None:
            identifier, encrypted = encryption.encrypted(content)
            oid, content = _SHROUDED_BAG, der.sequence(identifier, der.octets(encrypted))
        shrouded.append(der.sequence(der.oid(oid), der.explicit(0, content), _attributes(name, key_id, False)))
    return _written(plain, shrouded, encryption)
