"""krait: lists of revoked certificates (RFC 5280, section 5), for cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import (
    certificates, der, extension_reading, extension_writing, names, pem, signing,
)
from _krait_stand_ins.cryptography_rust.arguments import Frozen, cannot_create, digest, instance, only_bytes
from _krait_stand_ins.cryptography_rust.signed import SignedObject, signed

_MODULE = "cryptography.hazmat.bindings._rust.x509"


class RevokedCertificate(Frozen):
    __module__ = _MODULE

    def __new__(cls):
        raise cannot_create(cls)

    @classmethod
    def _of(cls, element):
        self = object.__new__(cls)
        fields = element.reader()
        self._full = element.full
        self._serial = fields.integer()
        self._date = der.time_of(fields.element())
        self._raw = extension_reading.raw_extensions(fields.sequence()) if fields.peek() is not None else []
        fields.finish()
        self._cached = None
        return self

    @property
    def serial_number(self):
        return self._serial

    @property
    def revocation_date(self):
        return certificates.naive(self._date, "revocation_date")

    @property
    def revocation_date_utc(self):
        return certificates.aware(self._date)

    @property
    def extensions(self):
        if self._cached is None:
            self._cached = extension_reading.extensions(self._raw, extension_reading.OF_ENTRY)
        return self._cached


class _Iterator:
    __module__ = _MODULE

    def __init__(self, elements):
        self._elements, self._at = elements, 0

    def __len__(self):
        return len(self._elements) - self._at

    def __iter__(self):
        return self

    def __next__(self):
        if self._at >= len(self._elements):
            raise StopIteration
        self._at += 1
        return RevokedCertificate._of(self._elements[self._at - 1])


class CertificateRevocationList(SignedObject):
    __module__ = _MODULE

    @classmethod
    def _of(cls, data):
        self = object.__new__(cls)
        self._data, self._cached = data, None
        self._content, self._algorithm, self._signature = der.single(
            data,
            lambda reader: signed(
                reader, "CertificateRevocationList", "tbs_cert_list", "signature_algorithm", "signature_value"
            ),
        )
        try:
            inner = self._read(self._content.reader())
        except der.ParseError as error:
            raise error.within("CertificateRevocationList::tbs_cert_list")
        if self._version != 1:
            from cryptography.x509 import InvalidVersion

            raise InvalidVersion(f"{self._version} is not a valid CRL version", self._version)
        if inner != self._algorithm:
            raise ValueError("Inner and outer signature algorithms do not match. This is an invalid CRL.")
        return self

    def _read(self, fields):
        def at(name, function, *arguments):
            return der.within(f"TBSCertList::{name}", function, *arguments)

        self._version = at("version", fields.small) if fields.peek() == der.INTEGER else 1
        algorithm = at("signature", signing.read_algorithm, fields)
        self._issuer = at("issuer", names.check_name, fields)
        self._this_update = at("this_update", der.time_of, fields.element())
        self._next_update = None
        if fields.peek() in (der.UTC_TIME, der.GENERALIZED_TIME):
            self._next_update = at("next_update", der.time_of, fields.element())
        self._revoked = []
        if fields.peek() == der.SEQUENCE:
            entries = fields.sequence()
            while entries.peek() is not None:
                element = entries.read(der.SEQUENCE)
                at("revoked_certificates", RevokedCertificate._of, element)
                self._revoked.append(element)
        extensions = fields.explicit(0)
        self._raw = []
        if extensions:
            self._raw = at(
                "raw_crl_extensions", der.whole, extensions,
                lambda reader: extension_reading.raw_extensions(reader.sequence()),
            )
        fields.finish()
        return algorithm

    __hash__ = None

    def __len__(self):
        return len(self._revoked)

    def __iter__(self):
        return _Iterator(self._revoked)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [RevokedCertificate._of(each) for each in self._revoked[index]]
        if not isinstance(index, int):
            index = index.__index__()
        if not -len(self._revoked) <= index < len(self._revoked):
            raise IndexError
        return RevokedCertificate._of(self._revoked[index])

    def public_bytes(self, encoding):
        from cryptography.hazmat.primitives._serialization import Encoding

        return pem.encode_der("X509 CRL", self._data, instance("encoding", encoding, Encoding))

    def fingerprint(self, algorithm):
        return digest(algorithm, self._data)

    @property
    def tbs_certlist_bytes(self):
        return self._content.full

    @property
    def issuer(self):
        return names.read_name(self._issuer.reader())

    @property
    def next_update(self):
        return certificates.naive(self._next_update, "next_update")

    @property
    def next_update_utc(self):
        return certificates.aware(self._next_update)

    @property
    def last_update(self):
        return certificates.naive(self._this_update, "last_update")

    @property
    def last_update_utc(self):
        return certificates.aware(self._this_update)

    @property
    def extensions(self):
        if self._cached is None:
            self._cached = extension_reading.extensions(self._raw, extension_reading.OF_LIST)
        return self._cached

    def get_revoked_certificate_by_serial_number(self, serial_number):
        wanted = instance("serial", serial_number, int)
        if wanted < 0:
            raise ValueError("Negative integers are not supported")
        for element in self._revoked:
            if element.reader().integer() == wanted:
                return RevokedCertificate._of(element)
        return None

    def is_signature_valid(self, public_key):
        signing.public_key_kind(public_key)
        return self._is_signed_by(public_key)


def load_der_x509_crl(data, backend=None):
    return CertificateRevocationList._of(only_bytes("data", data))


def load_pem_x509_crl(data, backend=None):
    section = pem.find(
        only_bytes("data", data), ("X509 CRL",),
        "Valid PEM but no BEGIN X509 CRL/END X509 delimiters. Are you sure this is a CRL?",
    )
    return CertificateRevocationList._of(section.contents)


def create_revoked_certificate(builder):
    written = der.sequence(
        extension_writing.unsigned(builder._serial_number), certificates.written_time(builder._revocation_date),
        extension_writing.encode_extensions(builder._extensions),
    )
    return RevokedCertificate._of(der.Reader(written).element())


def create_x509_crl(builder, private_key, hash_algorithm, rsa_padding, ecdsa_deterministic=None):
    identifier = signing.signature_algorithm(private_key, hash_algorithm, rsa_padding)
    revoked = [
        instance("_revoked_certificates", each, RevokedCertificate)._full for each in builder._revoked_certificates
    ]
    written = extension_writing.encode_extensions(builder._extensions)
    content = der.sequence(
        der.integer(1), identifier, names.write_name(builder._issuer_name),
        certificates.written_time(builder._last_update), certificates.written_time(builder._next_update),
        der.sequence(*revoked) if revoked else b"", der.explicit(0, written) if written else b"",
    )
    signature = signing.sign(private_key, hash_algorithm, rsa_padding, ecdsa_deterministic, content)
    return CertificateRevocationList._of(der.sequence(content, identifier, der.bits(signature)))
