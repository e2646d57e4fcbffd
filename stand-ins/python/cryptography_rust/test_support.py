"""krait: `_rust.test_support` of cryptography's stand-in: what the package's own tests ask."""

from _krait_stand_ins.cryptography_rust import der, pem, pkcs7, rsa_padding, signing
from _krait_stand_ins.cryptography_rust.arguments import buffer, digest, only_bytes
from _krait_stand_ins.cryptography_rust.certificates import Certificate

__all__ = ["TestCertificate", "pkcs7_verify", "test_parse_certificate"]


class TestCertificate:
    """The tags of a certificate's times and of the values in its names."""

    __slots__ = ("not_before_tag", "not_after_tag", "issuer_value_tags", "subject_value_tags")


def _tags(element):
    tags, rdns = [], element.reader()
    while rdns.peek() is not None:
        fields = rdns.element().reader().sequence()
        fields.oid()
        tags.append(fields.element().tag)
    return tags


def test_parse_certificate(data):
    certificate = Certificate._of(only_bytes("data", data))
    found = TestCertificate()
    found.not_before_tag, found.not_after_tag = (tag for _, tag in certificate._moments)
    found.issuer_value_tags, found.subject_value_tags = _tags(certificate._issuer), _tags(certificate._subject)
    return found


def pkcs7_verify(encoding, sig, msg, certs, options):
    """Raises an error where a message is not signed by the certificates that are in it or given."""
    from cryptography.hazmat.primitives._serialization import Encoding

    data, content = only_bytes("sig", sig), None if msg is None else buffer("msg", msg)
    if encoding == Encoding.PEM:
        data = pem.find(data, ("PKCS7",), "no PKCS7")
        data = data.contents
    elif encoding == Encoding.SMIME:
        data, content = _of_mail(data, content)
    _, outer = der.single(data, pkcs7._content_info)
    inside, found, signers = pkcs7.signed_parts(outer.sequence())
    content = inside if inside is not None else content
    count = 0
    while signers.peek() is not None:
        _verify_signer(signers.sequence(), content, [*found, *certs])
        count += 1
    if not count:
        raise ValueError("no signers")


def _of_mail(data, content):
    import base64
    import email

    message = email.message_from_bytes(data)
    parts = message.get_payload()
    if not message.is_multipart():
        return base64.b64decode(parts), content
    boundary = b"--" + message.get_boundary().encode()
    signed = data.split(boundary)[1].lstrip(b"\r\n").removesuffix(b"\n").removesuffix(b"\r")
    return parts[1].get_payload(decode=True), signed.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _verify_signer(fields, content, candidates):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    fields.small()
    who = fields.read(der.SEQUENCE).full
    name = {oid: name for name, oid in rsa_padding.DIGESTS.items()}[fields.sequence().oid()]
    algorithm = getattr(hashes, name.upper().replace("-", "_"))()
    attributes = fields.optional(0xA0)
    identifier = signing.read_algorithm(fields)
    signature = fields.octets()
    certificate = next(each for each in candidates if pkcs7._issuer_and_serial(each) == who)
    signed = content
    if attributes is not None:
        signed, reader, told = der.tlv(der.SET, attributes.content), attributes.reader(), None
        while reader.peek() is not None:
            inner = reader.sequence()
            if inner.oid() == pkcs7.MESSAGE_DIGEST:
                told = inner.read(der.SET).reader().octets()
        if told != digest(algorithm, content):
            raise ValueError("the digest is another one")
    key = certificate.public_key()
    if identifier.oid == pkcs7._RSA:
        key.verify(signature, signed, padding.PKCS1v15(), algorithm)
    else:
        identifier.verify(key, signature, signed)
