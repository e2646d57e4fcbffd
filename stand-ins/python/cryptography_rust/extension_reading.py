"""krait: X.509's extensions (RFC 5280, section 4.2), as objects of the package, for cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import der, names
from _krait_stand_ins.cryptography_rust.oid import ObjectIdentifier

REASONS = {
    0: "unspecified", 1: "key_compromise", 2: "ca_compromise", 3: "affiliation_changed", 4: "superseded",
    5: "cessation_of_operation", 6: "certificate_hold", 8: "remove_from_crl", 9: "privilege_withdrawn",
    10: "aa_compromise",
}


def raw_extensions(reader):
    """The identifiers, whether they are critical, and the values of a sequence's extensions."""
    found = []
    while reader.peek() is not None:
        fields = reader.sequence()
        oid = der.within("Extension::extn_id", fields.oid)
        critical = False
        if fields.peek() == der.BOOLEAN:
            critical = der.within("Extension::critical", fields.boolean)
            if not critical:
                raise der.encoded_default().within("Extension::critical")
        value = der.within("Extension::extn_value", fields.octets)
        fields.finish()
        found.append((oid, critical, value))
    return found


def extensions(raw, read):
    """The package's Extensions; `read` has a function for each identifier."""
    from cryptography import x509

    check_duplicates(raw)
    made = []
    for oid, critical, value in raw:
        identifier = ObjectIdentifier(oid)
        if oid in read:
            extension = read[oid](value)
        else:
            extension = x509.UnrecognizedExtension(identifier, value)
        made.append(x509.Extension(identifier, critical, extension))
    return x509.Extensions(made)


def check_duplicates(raw):
    from cryptography import x509

    seen = set()
    for oid, _, _ in raw:
        if oid in seen:
            raise x509.DuplicateExtension(f"Duplicate {oid} extension found", ObjectIdentifier(oid))
        seen.add(oid)


def _made(name, *arguments):
    from cryptography import x509

    return getattr(x509, name)(*arguments)


def _all(reader, read):
    found = []
    while reader.peek() is not None:
        found.append(read(reader))
    return found


def _of_names(kind, place=None):
    def read(value):
        def of(reader):
            return names.read_general_names(reader.sequence())

        try:
            found = der.single(value, of)
        except der.ParseError as error:
            raise error.within(place) if place else error
        return _made(kind, found)

    return read


def _of_number(kind):
    return lambda value: _made(kind, der.single(value, der.Reader.unsigned))


def _of_nothing(kind):
    def read(value):
        der.single(value, der.Reader.null)
        return _made(kind)

    return read


def _oids(value, least=0):
    found = der.single(value, lambda reader: _all(reader.sequence(), lambda each: ObjectIdentifier(each.oid())))
    if len(found) < least:
        raise der.ParseError(f"InvalidSize {{ min: {least}, max: {2**64 - 1}, actual: {len(found)} }}", "invalid size")
    return found


def has_bit(bits, number):
    content, _ = bits
    return number // 8 < len(content) and bool(content[number // 8] & 0x80 >> number % 8)


def _key_usage(value):
    bits = der.single(value, der.Reader.bits)
    return _made("KeyUsage", *(has_bit(bits, each) for each in range(9)))


def _basic_constraints(value):
    def fields(reader):
        ca, length = False, None
        if reader.peek() == der.BOOLEAN:
            ca = der.within("BasicConstraints::ca", reader.boolean)
            if not ca:
                raise der.encoded_default().within("BasicConstraints::ca")
        if reader.peek() == der.INTEGER:
            length = der.within("BasicConstraints::path_length", reader.small, 64)
        return ca, length

    return _made("BasicConstraints", *_in_sequence(value, fields))


def _in_sequence(value, function):
    return der.single(value, lambda reader: der.whole(reader.sequence(), function))


def _implicit_number(reader, number):
    element = reader.optional(0x80 | number)
    if element is None:
        return None
    value = der.integer_of(element.content)
    if value < 0:
        raise der.invalid_value()
    return value


def _policy_constraints(value):
    def fields(reader):
        return _implicit_number(reader, 0), _implicit_number(reader, 1)

    return _made("PolicyConstraints", *_in_sequence(value, fields))


def authority_key_identifier(value):
    def fields(reader):
        key = reader.optional(0x80)
        issuer = reader.optional(0xA1)
        issuer = issuer and names.read_general_names(issuer.reader())
        serial = reader.optional(0x82)
        if serial is not None:
            serial = der.integer_of(serial.content)
            warn_if_not_positive(serial)
        return key and key.content, issuer, serial

    return _made("AuthorityKeyIdentifier", *_in_sequence(value, fields))


def warn_if_not_positive(serial):
    if serial <= 0:
        import warnings

        from cryptography import utils

        warnings.warn(
            "Parsed a serial number which wasn't positive (i.e., it was negative or zero), which is disallowed by "
            "RFC 5280. Loading this certificate will cause an exception in a future release of cryptography.",
            utils.DeprecatedIn36, stacklevel=3,
        )


def access_descriptions(kind):
    def one(reader):
        fields = reader.sequence()
        oid, location = fields.oid(), names.read_general_name(fields)
        fields.finish()
        return _made("AccessDescription", ObjectIdentifier(oid), location)

    return lambda value: _made(kind, der.single(value, lambda reader: _all(reader.sequence(), one)))


def point_name(reader):
    """A DistributionPointName: the full name and the relative one, one of which is None."""
    element = reader.element()
    if element.tag == 0xA0:
        return names.read_general_names(element.reader()), None
    if element.tag == 0xA1:
        return None, names.read_rdn(element.reader())
    raise der.unexpected(element.tag)


def reasons_of(element):
    from cryptography.x509.extensions import _REASON_BIT_MAPPING

    if element is None:
        return None
    bits = der.bits_of(element.content)
    return frozenset(_REASON_BIT_MAPPING[each] for each in range(1, 9) if has_bit(bits, each))


def distribution_points(kind):
    def one(reader):
        fields = reader.sequence()
        point = fields.explicit(0)
        full, relative = der.whole(point, point_name) if point else (None, None)
        reasons = reasons_of(fields.optional(0x81))
        issuer = fields.optional(0xA2)
        issuer = issuer and names.read_general_names(issuer.reader())
        fields.finish()
        return _made("DistributionPoint", full, relative, reasons, issuer)

    return lambda value: _made(kind, der.single(value, lambda reader: _all(reader.sequence(), one)))


def _name_constraints(value):
    def subtrees(element):
        def one(reader):
            fields = reader.sequence()
            base = names.read_general_name(fields)
            if fields.optional(0x80) is not None:
                pass
            fields.optional(0x81)
            fields.finish()
            return base

        return element and _all(element.reader(), one)

    def fields(reader):
        return subtrees(reader.optional(0xA0)), subtrees(reader.optional(0xA1))

    return _made("NameConstraints", *_in_sequence(value, fields))


_CPS, _NOTICE = "1.3.6.1.5.5.7.2.1", "1.3.6.1.5.5.7.2.2"


def _policies(value):
    def notice(element):
        fields = element.reader()
        reference = text = None
        if fields.peek() == der.SEQUENCE:
            inner = fields.sequence()
            organization = names.read_text(inner.element())
            numbers = _all(inner.sequence(), der.Reader.unsigned)
            inner.finish()
            reference = _made("NoticeReference", organization, numbers)
        if fields.peek() is not None:
            text = names.read_text(fields.element())
        fields.finish()
        return _made("UserNotice", reference, text)

    def qualifier(reader):
        fields = reader.sequence()
        oid, element = fields.oid(), fields.element()
        fields.finish()
        if element.tag == der.IA5_STRING:
            if oid != _CPS:
                raise ValueError("CpsUri ASN.1 structure found but OID did not match")
            return names.read_ia5(element)
        if element.tag != der.SEQUENCE:
            raise der.unexpected(element.tag)
        if oid != _NOTICE:
            raise ValueError("UserNotice ASN.1 structure found but OID did not match")
        return notice(element)

    def one(reader):
        fields = reader.sequence()
        oid = fields.oid()
        qualifiers = _all(fields.sequence(), qualifier) if fields.peek() is not None else None
        fields.finish()
        return _made("PolicyInformation", ObjectIdentifier(oid), qualifiers)

    return _made("CertificatePolicies", der.single(value, lambda reader: _all(reader.sequence(), one)))


def _tls_feature(value):
    from cryptography.x509.extensions import _TLS_FEATURE_TYPE_TO_ENUM

    numbers = der.single(value, lambda reader: _all(reader.sequence(), lambda each: each.small(64)))
    return _made("TLSFeature", [_TLS_FEATURE_TYPE_TO_ENUM[each] for each in numbers])


def _template(value):
    def fields(reader):
        oid = reader.oid()
        versions = [reader.small(32) if reader.peek() == der.INTEGER else None for _ in range(2)]
        return ObjectIdentifier(oid), *versions

    return _made("MSCertificateTemplate", *_in_sequence(value, fields))


def _usage_period(value):
    def moment(reader, number):
        element = reader.optional(0x80 | number)
        if element is None:
            return None
        return der.time_of(der.Element(der.GENERALIZED_TIME, element.data, element.start, element.body, element.end))

    return _made("PrivateKeyUsagePeriod", *_in_sequence(value, lambda reader: (moment(reader, 0), moment(reader, 1))))


def _naming_authority(reader):
    oid = ObjectIdentifier(reader.oid()) if reader.peek() == der.OID else None
    url = names.read_ia5(reader.element()) if reader.peek() == der.IA5_STRING else None
    text = names.read_text(reader.element()) if reader.peek() is not None else None
    return _made("NamingAuthority", oid, url, text)


def _admissions(value):
    def authority(reader, number):
        inner = reader.explicit(number)
        return inner and der.whole(inner, lambda each: der.whole(each.sequence(), _naming_authority))

    def info(reader):
        fields = reader.sequence()
        naming = authority(fields, 0)
        items = _all(fields.sequence(), lambda each: names.read_text(each.element()))
        oids = None
        if fields.peek() == der.SEQUENCE:
            oids = _all(fields.sequence(), lambda each: ObjectIdentifier(each.oid()))
        number = fields.optional(der.PRINTABLE_STRING)
        more = fields.optional(der.OCTET_STRING)
        fields.finish()
        return _made(
            "ProfessionInfo", naming, items, oids, number and names._text(number.tag, number.content),
            more and more.content,
        )

    def one(reader):
        fields = reader.sequence()
        inner = fields.explicit(0)
        name = inner and der.whole(inner, names.read_general_name)
        naming = authority(fields, 1)
        infos = _all(fields.sequence(), info)
        fields.finish()
        return _made("Admission", name, naming, infos)

    def fields(reader):
        name = names.read_general_name(reader) if reader.peek() != der.SEQUENCE else None
        return name, _all(reader.sequence(), one)

    return _made("Admissions", *_in_sequence(value, fields))


def timestamps(kind, of_precertificate):
    def read(value):
        from _krait_stand_ins.cryptography_rust import transparency

        content = der.single(value, der.Reader.octets)
        return _made(kind, transparency.read_all(content, of_precertificate))

    return read


def issuing_point(value):
    def flag(reader, number):
        element = reader.optional(0x80 | number)
        return element is not None and der.boolean_of(element.content)

    def fields(reader):
        point = reader.explicit(0)
        full, relative = der.whole(point, point_name) if point else (None, None)
        user, ca = flag(reader, 1), flag(reader, 2)
        reasons = reasons_of(reader.optional(0x83))
        return full, relative, user, ca, reasons, flag(reader, 4), flag(reader, 5)

    return _made("IssuingDistributionPoint", *_in_sequence(value, fields))


def reason_flag(number):
    from cryptography import x509

    if number not in REASONS:
        raise ValueError(f"Unsupported reason code: {number}")
    return getattr(x509.ReasonFlags, REASONS[number])


def enumerated(reader):
    value = der.integer_of(reader.read(der.ENUMERATED).content)
    if value < 0:
        raise der.invalid_value()
    return value


def _crl_reason(value):
    return _made("CRLReason", reason_flag(der.single(value, enumerated)))


def _invalidity_date(value):
    moment = der.single(value, lambda reader: der.time_of(reader.read(der.GENERALIZED_TIME)))
    return _made("InvalidityDate", moment)


_COMMON = {
    "2.5.29.18": _of_names("IssuerAlternativeName", "issuer_alternative_name"),
    "1.3.6.1.5.5.7.1.1": access_descriptions("AuthorityInformationAccess"),
    "2.5.29.35": authority_key_identifier,
    "2.5.29.46": distribution_points("FreshestCRL"),
}
OF_REQUEST = {
    **_COMMON,
    "2.5.29.17": _of_names("SubjectAlternativeName", "subject_alternative_name"),
    "1.3.6.1.5.5.7.1.24": _tls_feature,
    "2.5.29.14": lambda value: _made("SubjectKeyIdentifier", der.single(value, der.Reader.octets)),
    "2.5.29.37": lambda value: _made("ExtendedKeyUsage", _oids(value, 1)),
    "2.5.29.15": _key_usage,
    "1.3.6.1.5.5.7.1.11": access_descriptions("SubjectInformationAccess"),
    "2.5.29.32": _policies,
    "2.5.29.36": _policy_constraints,
    "1.3.6.1.5.5.7.48.1.5": _of_nothing("OCSPNoCheck"),
    "2.5.29.54": _of_number("InhibitAnyPolicy"),
    "2.5.29.19": _basic_constraints,
    "2.5.29.31": distribution_points("CRLDistributionPoints"),
    "2.5.29.30": _name_constraints,
    "1.3.6.1.4.1.311.21.7": _template,
    "1.3.36.8.3.3": _admissions,
    "2.5.29.16": _usage_period,
}
OF_CERTIFICATE = {
    **OF_REQUEST,
    "1.3.6.1.4.1.11129.2.4.3": _of_nothing("PrecertPoison"),
    "1.3.6.1.4.1.11129.2.4.2": timestamps("PrecertificateSignedCertificateTimestamps", True),
}
OF_LIST = {
    **_COMMON,
    "2.5.29.20": _of_number("CRLNumber"),
    "2.5.29.27": _of_number("DeltaCRLIndicator"),
    "2.5.29.28": issuing_point,
}
OF_ENTRY = {
    "2.5.29.21": _crl_reason,
    "2.5.29.29": _of_names("CertificateIssuer"),
    "2.5.29.24": _invalidity_date,
}
OF_OCSP_REQUEST = {
    "1.3.6.1.5.5.7.48.1.2": lambda value: _made("OCSPNonce", der.single(value, der.Reader.octets)),
    "1.3.6.1.5.5.7.48.1.4": lambda value: _made("OCSPAcceptableResponses", _oids(value)),
}
OF_OCSP_RESPONSE = {"1.3.6.1.5.5.7.48.1.2": OF_OCSP_REQUEST["1.3.6.1.5.5.7.48.1.2"]}
OF_OCSP_SINGLE = {
    **OF_ENTRY,
    "1.3.6.1.4.1.11129.2.4.5": timestamps("SignedCertificateTimestamps", False),
}
