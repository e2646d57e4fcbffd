"""krait: signed and enveloped messages (CMS, RFC 5652, in the form of PKCS #7), for cryptography's stand-in."""

import datetime
import re
import warnings
from os import urandom

from _krait_stand_ins.cryptography_rust import certificates, der, pem, signing
from _krait_stand_ins.cryptography_rust.arguments import buffer, digest, instance, only_bytes, unsupported
from _krait_stand_ins.cryptography_rust.certificates import Certificate
from _krait_stand_ins.cryptography_rust.rsa_padding import DIGESTS
from _krait_stand_ins.cryptography_rust.serialize import algorithm

__all__ = [
    "decrypt_der", "decrypt_pem", "decrypt_smime", "encrypt_and_serialize", "load_der_pkcs7_certificates",
    "load_pem_pkcs7_certificates", "serialize_certificates", "sign_and_serialize",
]

_DATA, SIGNED, _ENVELOPED = (f"1.2.840.113549.1.7.{number}" for number in (1, 2, 3))
CONTENT_TYPE, MESSAGE_DIGEST, _SIGNING_TIME, _CAPABILITIES = (
    f"1.2.840.113549.1.9.{number}" for number in (3, 4, 5, 15)
)
_AES128, _AES192, _AES256 = (f"2.16.840.1.101.3.4.1.{number}" for number in (2, 22, 42))
_RSA = "1.2.840.113549.1.1.1"
# What OpenSSL numbers the kinds of messages with.
_NIDS = {_DATA: 21, _ENVELOPED: 23, "1.2.840.113549.1.7.4": 24, "1.2.840.113549.1.7.5": 25, "1.2.840.113549.1.7.6": 26}


def _message(oid, content):
    return der.sequence(der.oid(oid), der.explicit(0, content))


def _encoded(content, encoding):
    return pem.encode_der("PKCS7", content, encoding)


def serialize_certificates(py_certs, encoding):
    from cryptography.hazmat.primitives._serialization import Encoding

    found = [instance("py_certs", each, Certificate)._data for each in py_certs]
    instance("encoding", encoding, Encoding)
    if not found:
        raise TypeError("certs must be a list of certs with length >= 1")
    signed = der.sequence(
        der.integer(1), der.set_of(), der.sequence(der.oid(_DATA)), der.tlv(0xA0, b"".join(sorted(found))),
        der.set_of(),
    )
    return _encoded(_message(SIGNED, signed), encoding)


def _canonical(data, text):
    """The data with lines that end as mail's do, with a header of text and without."""
    plain = re.sub(rb"(?<!\r)\n", b"\r\n", data)
    return (b"Content-Type: text/plain\r\n\r\n" if text else b"") + plain, plain


def _issuer_and_serial(certificate):
    return der.sequence(certificate._issuer.full, der.integer(certificate._serial))


def _smime():
    from cryptography.hazmat.primitives.serialization import pkcs7

    return pkcs7


def encrypt_and_serialize(builder, *rest):
    from cryptography.hazmat.primitives._serialization import Encoding
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.ciphers.algorithms import AES128

    # Version 44 has no choice of the cipher.
    *chosen, encoding, options = rest
    content_encryption_algorithm = chosen[0] if chosen else AES128
    names, data = _smime().PKCS7Options, buffer("_data", builder._data)
    if names.Binary not in options:
        data, _ = _canonical(data, names.Text in options)
    size = content_encryption_algorithm.key_size // 8
    key, iv = urandom(size), urandom(16)
    content = _crypt(content_encryption_algorithm(key), iv, data, True)
    recipients = []
    for certificate in builder._recipients:
        encrypted = certificate.public_key().encrypt(key, PKCS1v15())
        recipients.append(der.sequence(
            der.integer(0), _issuer_and_serial(certificate), algorithm(_RSA, der.null()), der.octets(encrypted)
        ))
    info = der.sequence(
        der.oid(_DATA), algorithm(_AES128 if size == 16 else _AES256, der.octets(iv)), der.tlv(0x80, content)
    )
    message = _message(_ENVELOPED, der.sequence(der.integer(0), der.set_of(*recipients), info))
    if encoding == Encoding.SMIME:
        return _smime()._smime_enveloped_encode(message)
    return _encoded(message, encoding)


def _crypt(cipher, iv, data, encrypts):
    from cryptography.hazmat.primitives import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    scheme, padded = Cipher(cipher, modes.CBC(iv)), padding.PKCS7(128)
    if encrypts:
        padder, context = padded.padder(), scheme.encryptor()
        return context.update(padder.update(data) + padder.finalize()) + context.finalize()
    padder, context = padded.unpadder(), scheme.decryptor()
    plain = context.update(data) + context.finalize()
    return padder.update(plain) + padder.finalize()


def decrypt_smime(data, certificate, private_key, options):
    return decrypt_der(_smime()._smime_enveloped_decode(buffer("data", data)), certificate, private_key, options)


def decrypt_pem(data, certificate, private_key, options):
    try:
        only_bytes("data", data).decode()
    except UnicodeDecodeError:
        raise ValueError("Invalid PEM data")
    try:
        section = pem.sections(data)[0]
    except (ValueError, IndexError):
        raise ValueError("Failed to parse PEM data")
    if section.tag != "PKCS7":
        raise ValueError("The provided PEM data does not have the PKCS7 tag.")
    return decrypt_der(section.contents, certificate, private_key, options)


def _check(certificate, private_key, options):
    from cryptography.hazmat.primitives.asymmetric import rsa

    names = _smime().PKCS7Options
    instance("certificate", certificate, Certificate)
    if not all(isinstance(each, names) for each in options):
        raise ValueError("options must be from the PKCS7Options enum")
    if any(each is not names.Text for each in options):
        raise ValueError("Only the following options are supported for decryption: Text")
    if not isinstance(certificate.public_key(), rsa.RSAPublicKey):
        raise TypeError("Only certificate with RSA public keys are supported at this time.")
    if not isinstance(private_key, rsa.RSAPrivateKey):
        raise TypeError("Only RSA private keys are supported at this time.")


def _content_info(reader):
    fields = reader.sequence()
    oid, content = fields.oid(), fields.explicit(0)
    fields.finish()
    return oid, content


def decrypt_der(data, certificate, private_key, options):
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.ciphers import algorithms

    only_bytes("data", data)
    _check(certificate, private_key, options)
    oid, content = der.single(data, _content_info)
    if oid != _ENVELOPED:
        raise ValueError("The PKCS7 data is not an EnvelopedData structure.")
    fields = content.sequence()
    fields.small()
    recipients, wanted, found = fields.read(der.SET).reader(), _issuer_and_serial(certificate), None
    while recipients.peek() is not None:
        recipient = recipients.sequence()
        recipient.small()
        if recipient.read(der.SEQUENCE).full == wanted and found is None:
            found = recipient.sequence().oid(), recipient.octets()
    if found is None:
        raise ValueError("No recipient found that matches the given certificate.")
    info = fields.sequence()
    info.oid()
    identifier = info.sequence()
    cipher = identifier.oid()
    if cipher not in (_AES128, _AES256):
        raise unsupported(
            "Only AES (with key sizes 128 or 256) with CBC mode is currently supported for content decryption.",
            "UNSUPPORTED_SERIALIZATION",
        )
    iv = identifier.octets()
    if found[0] != _RSA:
        raise unsupported(
            "Only RSA with PKCS #1 v1.5 padding is currently supported for key decryption.",
            "UNSUPPORTED_SERIALIZATION",
        )
    size = 16 if cipher == _AES128 else 32
    # Nobody is told whether it was the key that was wrong.
    key = urandom(size)
    try:
        decrypted = private_key.decrypt(found[1], PKCS1v15())
        key = decrypted if len(decrypted) == size else key
    except ValueError:
        pass
    encrypted = info.optional(0x80)
    if encrypted is None:
        raise ValueError("The EnvelopedData structure does not contain encrypted content.")
    kind = algorithms.AES128 if size == 16 else algorithms.AES256
    plain = _crypt(kind(key), iv, encrypted.content, False)
    return _smime()._smime_remove_text_headers(plain) if _smime().PKCS7Options.Text in options else plain


def _attribute(oid, value):
    return der.sequence(der.oid(oid), der.set_of(value))


def sign_and_serialize(builder, encoding, options):
    from cryptography.hazmat.primitives._serialization import Encoding

    names, data = _smime().PKCS7Options, buffer("_data", builder._data)
    plain = data
    if names.Binary not in options:
        data, plain = _canonical(data, names.Text in options)
    now = certificates.written_time(datetime.datetime.now(datetime.timezone.utc))
    capabilities = der.sequence(*(der.sequence(der.oid(oid)) for oid in (_AES256, _AES192, _AES128)))
    digests, infos, used = [], [], [each._data for each in builder._additional_certs]
    for certificate, key, hash_algorithm, padding in builder._signers:
        attributes = b""
        if names.NoAttributes in options:
            signature = signing.sign(key, hash_algorithm, padding, None, data)
        else:
            parts = [
                _attribute(CONTENT_TYPE, der.oid(_DATA)), _attribute(_SIGNING_TIME, now),
                _attribute(MESSAGE_DIGEST, der.octets(digest(hash_algorithm, data))),
            ]
            if names.NoCapabilities not in options:
                parts.append(_attribute(_CAPABILITIES, capabilities))
            signature = signing.sign(key, hash_algorithm, padding, None, der.set_of(*parts))
            attributes = der.tlv(0xA0, b"".join(sorted(parts)))
        identifier = algorithm(DIGESTS[hash_algorithm.name], der.null())
        if (identifier, hash_algorithm.name) not in digests:
            digests.append((identifier, hash_algorithm.name))
        used.append(certificate._data)
        infos.append(der.sequence(
            der.integer(1), _issuer_and_serial(certificate), identifier, attributes,
            _signature_algorithm(key, hash_algorithm, padding), der.octets(signature),
        ))
    content = b"" if names.DetachedSignature in options else der.explicit(0, der.octets(data))
    signed = der.sequence(
        der.integer(1), der.set_of(*(identifier for identifier, _ in digests)), der.sequence(der.oid(_DATA), content),
        b"" if names.NoCerts in options else der.tlv(0xA0, b"".join(sorted(used))), der.set_of(*infos),
    )
    message = _message(SIGNED, signed)
    if encoding == Encoding.SMIME:
        mic = ",".join(name.replace("sha", "sha-") for _, name in digests)
        return _smime()._smime_signed_encode(plain, message, mic, names.Text in options)
    return _encoded(message, encoding)


def _signature_algorithm(key, hash_algorithm, padding):
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.asymmetric.padding import PSS

    if isinstance(key, rsa.RSAPrivateKey) and not isinstance(padding, PSS):
        return algorithm(_RSA, der.null())
    return signing.signature_algorithm(key, hash_algorithm, padding)


def load_pem_pkcs7_certificates(data):
    sections = pem.sections(only_bytes("data", data))
    if not sections:
        raise pem.malformed()
    if sections[0].tag != "PKCS7":
        raise ValueError("The provided PEM data does not have the PKCS7 tag.")
    return load_der_pkcs7_certificates(sections[0].contents)


def load_der_pkcs7_certificates(data):
    only_bytes("data", data)
    try:
        oid, content = der.single(data, _content_info)
    except der.ParseError as error:
        try:
            oid, content = der.single(der.of_ber(data), _content_info)
        except der.ParseError:
            raise ValueError("Unable to parse PKCS7 data")
        warnings.warn(
            "PKCS#7 certificates could not be parsed as DER, falling back to parsing as BER. In the future, this may "
            f"become an exception. Error details: {error}",
            UserWarning, stacklevel=2,
        )
    if oid != SIGNED:
        raise unsupported(
            "Only basic signed structures are currently supported. NID for this data was "
            f"{_NIDS.get(oid, 'empty')}",
            "UNSUPPORTED_SERIALIZATION",
        )
    found = content and signed_parts(content.sequence())[1]
    if not found:
        raise ValueError(
            "The provided PKCS7 has no certificate data, but a cert loading method was called."
        )
    return found


def signed_parts(fields):
    """The content, the certificates and the signers of signed data."""
    fields.small()
    fields.read(der.SET)
    inner = fields.sequence()
    kind, content = inner.oid(), inner.explicit(0)
    if kind != _DATA:
        content = None
    found, given = [], fields.optional(0xA0)
    if given is not None:
        reader = given.reader()
        while reader.peek() is not None:
            found.append(Certificate._of(reader.read(der.SEQUENCE).full))
    fields.optional(0xA1)
    return content and content.octets(), found, fields.read(der.SET).reader()
