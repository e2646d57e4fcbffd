"""krait: requests for certificates (PKCS #10, RFC 2986), for cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import (
    certificates, der, extension_reading, extension_writing, keys, names, pem, signing,
)
from _krait_stand_ins.cryptography_rust.arguments import Frozen, instance, only_bytes
from _krait_stand_ins.cryptography_rust.oid import ObjectIdentifier
from _krait_stand_ins.cryptography_rust.signed import SignedObject, signed

_EXTENSION_REQUESTS = ("1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14")


class CertificateSigningRequest(SignedObject, Frozen):
    __module__ = "cryptography.hazmat.bindings._rust.x509"

    @classmethod
    def _of(cls, data):
        self = object.__new__(cls)
        self._data = data
        self._cached_extensions = self._cached_attributes = None
        self._content, self._algorithm, self._signature = der.single(
            data, lambda reader: signed(reader, "Csr", "csr_info", "signature_alg", "signature")
        )
        try:
            self._read(self._content.reader())
        except der.ParseError as error:
            raise error.within("Csr::csr_info")
        if self._version:
            from cryptography.x509 import InvalidVersion

            raise InvalidVersion(f"{self._version} is not a valid CSR version", self._version)
        return self

    def _read(self, fields):
        def at(name, function, *arguments):
            return der.within(f"CertificationRequestInfo::{name}", function, *arguments)

        self._version = at("version", fields.small)
        self._subject = at("subject", names.check_name, fields)
        self._spki = at("spki", fields.read, der.SEQUENCE)
        attributes = at("attributes", fields.read, 0xA0).reader()
        fields.finish()
        self._raw_attributes = []
        while attributes.peek() is not None:
            inner = attributes.sequence()
            self._raw_attributes.append((inner.oid(), inner.read(der.SET)))
            inner.finish()

    def public_key(self):
        return keys.load_der_public_key(self._spki.full)

    @property
    def public_key_algorithm_oid(self):
        return ObjectIdentifier(self._spki.reader().sequence().oid())

    @property
    def subject(self):
        return names.read_name(self._subject.reader())

    @property
    def tbs_certrequest_bytes(self):
        return self._content.full

    def public_bytes(self, encoding):
        from cryptography.hazmat.primitives._serialization import Encoding

        return pem.encode_der("CERTIFICATE REQUEST", self._data, instance("encoding", encoding, Encoding))

    @property
    def attributes(self):
        from cryptography import x509

        if self._cached_attributes is None:
            made = []
            for oid, values in self._raw_attributes:
                value = _only(values)
                if value.tag > 0xFF:
                    raise ValueError("Long-form tags are not supported in CSR attribute values")
                made.append(x509.Attribute(ObjectIdentifier(oid), value.content, value.tag))
            self._cached_attributes = x509.Attributes(made)
        return self._cached_attributes

    @property
    def extensions(self):
        if self._cached_extensions is None:
            raw = []
            for oid, values in self._raw_attributes:
                if oid in _EXTENSION_REQUESTS:
                    value = _only(values)
                    if value.tag != der.SEQUENCE:
                        raise der.unexpected(value.tag)
                    raw = extension_reading.raw_extensions(value.reader())
                    break
            self._cached_extensions = extension_reading.extensions(raw, extension_reading.OF_REQUEST)
        return self._cached_extensions

    @property
    def is_signature_valid(self):
        return self._is_signed_by(self.public_key())


def _only(values):
    reader = values.reader()
    found = reader.element() if reader.peek() is not None else None
    if found is None or reader.peek() is not None:
        raise ValueError("Only single-valued attributes are supported")
    return found


def load_der_x509_csr(data, backend=None):
    return CertificateSigningRequest._of(only_bytes("data", data))


def load_pem_x509_csr(data, backend=None):
    section = pem.find(
        only_bytes("data", data), ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),
        "Valid PEM but no BEGIN CERTIFICATE REQUEST/END CERTIFICATE REQUEST delimiters. Are you sure this is a CSR?",
    )
    return CertificateSigningRequest._of(section.contents)


def create_x509_csr(builder, private_key, hash_algorithm, rsa_padding, ecdsa_deterministic=None):
    identifier = signing.signature_algorithm(private_key, hash_algorithm, rsa_padding)
    spki = certificates.spki_of(private_key.public_key())
    attributes = []
    written = extension_writing.encode_extensions(builder._extensions)
    if written:
        attributes.append(der.sequence(der.oid(_EXTENSION_REQUESTS[0]), der.set_of(written)))
    for oid, value, tag in builder._attributes:
        if tag is None:
            try:
                value.decode()
            except UnicodeDecodeError:
                raise ValueError("Attribute values must be valid utf-8.")
            tag = der.UTF8_STRING
        attributes.append(der.sequence(der.oid(oid.dotted_string), der.set_of(der.tlv(tag, value))))
    content = der.sequence(
        der.integer(0), names.write_name(builder._subject_name), spki, der.tlv(0xA0, b"".join(sorted(attributes)))
    )
    signature = signing.sign(private_key, hash_algorithm, rsa_padding, ecdsa_deterministic, content)
    return CertificateSigningRequest._of(der.sequence(content, identifier, der.bits(signature)))
