"""krait: certificates (RFC 5280, section 4), for cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import der, extension_reading, extension_writing, keys, names, pem, signing
from _krait_stand_ins.cryptography_rust.arguments import Frozen, digest, instance, only_bytes
from _krait_stand_ins.cryptography_rust.oid import ObjectIdentifier
from _krait_stand_ins.cryptography_rust.signed import SignedObject, signed

_TAGS = ("CERTIFICATE", "X509 CERTIFICATE")


def naive(moment, name, version=42):
    """A moment without its zone, with the warning of the original that this is old."""
    import warnings

    from cryptography import utils

    warnings.warn(
        f"Properties that return a naïve datetime object have been deprecated. Please switch to {name}_utc.",
        getattr(utils, f"DeprecatedIn{version}", DeprecationWarning), stacklevel=3,
    )
    return moment


def aware(moment):
    import datetime

    return moment and moment.replace(tzinfo=datetime.timezone.utc)


class Certificate(SignedObject, Frozen):
    __module__ = "cryptography.hazmat.bindings._rust.x509"

    @classmethod
    def _of(cls, data):
        self = object.__new__(cls)
        self._data = data
        self._cached = {}
        self._content, self._algorithm, self._signature = der.single(
            data, lambda reader: signed(reader, "Certificate", "tbs_cert", "signature_alg", "signature")
        )
        try:
            self._read(self._content.reader())
        except der.ParseError as error:
            raise error.within("Certificate::tbs_cert")
        version = self._version
        if version not in (0, 2):
            _refuse_version(version)
        extension_reading.warn_if_not_positive(self._serial)
        return self

    def _read(self, fields):
        def at(name, function, *arguments):
            return der.within(f"TbsCertificate::{name}", function, *arguments)

        version = fields.explicit(0)
        self._version = at("version", der.whole, version, der.Reader.small) if version else 0
        self._serial = at("serial", fields.integer)
        self._inner_algorithm = at("signature_alg", signing.read_algorithm, fields)
        self._issuer = at("issuer", names.check_name, fields)
        validity = at("validity", fields.sequence)
        self._moments = [
            at("validity", der.within, f"Validity::{name}", _time, validity) for name in ("not_before", "not_after")
        ]
        self._not_before, self._not_after = (moment for moment, _ in self._moments)
        at("validity", validity.finish)
        self._subject = at("subject", names.check_name, fields)
        self._spki = at("spki", fields.read, der.SEQUENCE)
        inner = self._spki.reader()
        self._key_oid = inner.sequence().oid()
        for number in (1, 2):
            unique = fields.optional(0x80 | number)
            if unique is not None:
                der.bits_of(unique.content)
        self._extensions = fields.explicit(3)
        self._raw_extensions = []
        if self._extensions:
            self._raw_extensions = at(
                "raw_extensions", der.whole, self._extensions,
                lambda reader: extension_reading.raw_extensions(reader.sequence()),
            )
        fields.finish()

    def _once(self, name, make):
        if name not in self._cached:
            self._cached[name] = make()
        return self._cached[name]

    def __repr__(self):
        return f"<Certificate(subject={self.subject!r}, ...)>"

    def public_key(self):
        return self._once("key", lambda: keys.load_der_public_key(self._spki.full))

    @property
    def public_key_algorithm_oid(self):
        return ObjectIdentifier(self._key_oid)

    def fingerprint(self, algorithm):
        return digest(algorithm, self._data)

    def public_bytes(self, encoding):
        from cryptography.hazmat.primitives._serialization import Encoding

        return pem.encode_der("CERTIFICATE", self._data, instance("encoding", encoding, Encoding))

    @property
    def serial_number(self):
        extension_reading.warn_if_not_positive(self._serial)
        return self._serial

    @property
    def version(self):
        from cryptography.x509 import Version

        return Version.v1 if self._version == 0 else Version.v3

    def _name(self, which, element):
        def read():
            try:
                return names.read_name(element.reader())
            except der.ParseError as error:
                raise error.within(which)

        return self._once(which, read)

    @property
    def issuer(self):
        return self._name("issuer", self._issuer)

    @property
    def subject(self):
        return self._name("subject", self._subject)

    @property
    def tbs_certificate_bytes(self):
        return self._content.full

    @property
    def tbs_precertificate_bytes(self):
        extension_reading.check_duplicates(self._raw_extensions)
        kept = [each for each in self._raw_extensions if each[0] != "1.3.6.1.4.1.11129.2.4.2"]
        if len(kept) == len(self._raw_extensions):
            raise ValueError("Could not find pre-certificate SCT list extension")
        parts, reader = [], self._content.reader()
        while reader.peek() is not None:
            element = reader.element()
            if element.tag == 0xA3:
                written = [
                    der.sequence(der.oid(oid), der.boolean(True) if critical else b"", der.octets(value))
                    for oid, critical, value in kept
                ]
                parts.append(der.explicit(3, der.sequence(*written)))
            else:
                parts.append(element.full)
        return der.sequence(*parts)

    @property
    def not_valid_before(self):
        return naive(self._not_before, "not_valid_before")

    @property
    def not_valid_before_utc(self):
        return aware(self._not_before)

    @property
    def not_valid_after(self):
        return naive(self._not_after, "not_valid_after")

    @property
    def not_valid_after_utc(self):
        return aware(self._not_after)

    @property
    def extensions(self):
        return self._once(
            "extensions",
            lambda: extension_reading.extensions(self._raw_extensions, extension_reading.OF_CERTIFICATE),
        )

    def verify_directly_issued_by(self, issuer):
        instance("issuer", issuer, Certificate)
        if self._inner_algorithm != self._algorithm:
            raise ValueError(
                "Inner and outer signature algorithms do not match. This is an invalid certificate."
            )
        if self._issuer.full != issuer._subject.full:
            raise ValueError("Issuer certificate subject does not match certificate issuer.")
        self._algorithm.verify(issuer.public_key(), self._signature, self._content.full)


def _time(reader):
    """A moment, and which of the two kinds it is written as."""
    element = reader.element()
    return der.time_of(element), element.tag


def _refuse_version(version):
    from cryptography.x509 import InvalidVersion

    raise InvalidVersion(f"{version} is not a valid X509 version", version)


def load_der_x509_certificate(data, backend=None):
    return Certificate._of(only_bytes("data", data))


def load_pem_x509_certificate(data, backend=None):
    section = pem.find(
        only_bytes("data", data), _TAGS,
        "Valid PEM but no BEGIN CERTIFICATE/END CERTIFICATE delimiters. Are you sure this is a certificate?",
    )
    return Certificate._of(section.contents)


def load_pem_x509_certificates(data):
    sections = pem.sections(only_bytes("data", data))
    found = [Certificate._of(each.contents) for each in sections if each.tag in _TAGS]
    if not found:
        raise pem.malformed()
    return found


def written_time(moment):
    return der.time(extension_writing.utc(moment))


def spki_of(key):
    from cryptography.hazmat.primitives._serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def create_x509_certificate(builder, private_key, hash_algorithm, rsa_padding, ecdsa_deterministic=None):
    if private_key is None:
        # RFC 9925: a certificate without a signature.
        identifier = der.sequence(der.oid("1.3.6.1.5.5.7.6.36"))
    else:
        identifier = signing.signature_algorithm(private_key, hash_algorithm, rsa_padding)
    spki = spki_of(builder._public_key)
    if getattr(builder, "_public_key_rsa_padding", None) is not None:
        fields = der.Reader(spki).sequence()
        fields.sequence()
        spki = der.sequence(der.sequence(der.oid(signing.PSS)), fields.element().full)
    version = builder._version.value
    written = extension_writing.encode_extensions(builder._extensions)
    content = der.sequence(
        der.explicit(0, der.integer(version)) if version else b"",
        extension_writing.unsigned(builder._serial_number),
        identifier,
        names.write_name(builder._issuer_name),
        der.sequence(written_time(builder._not_valid_before), written_time(builder._not_valid_after)),
        names.write_name(builder._subject_name),
        spki,
        der.explicit(3, written) if written else b"",
    )
    signature = b""
    if private_key is not None:
        signature = signing.sign(private_key, hash_algorithm, rsa_padding, ecdsa_deterministic, content)
    return Certificate._of(der.sequence(content, identifier, der.bits(signature)))
