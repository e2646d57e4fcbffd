"""krait: X.509's extensions from objects of the package (RFC 5280, section 4.2), for cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import der, names


def encode_extensions(extensions):
    """The sequence of all of them, b"" where there are none."""
    from cryptography import x509

    parts = []
    for extension in extensions:
        oid, value = extension.oid.dotted_string, extension.value
        content = value.value if isinstance(value, x509.UnrecognizedExtension) else encode_extension_value(value)
        critical = der.boolean(True) if extension.critical else b""
        parts.append(der.sequence(der.oid(oid), critical, der.octets(content)))
    return der.sequence(*parts) if parts else b""


def encode_extension_value(py_ext):
    oid = py_ext.oid.dotted_string
    if oid not in _WRITERS:
        raise NotImplementedError(f"Extension not supported: {oid}")
    return _WRITERS[oid](py_ext)


def unsigned(value):
    if value < 0:
        raise ValueError("Negative integers are not supported")
    return der.integer(value)


def utc(moment):
    """A moment in UTC; one without a zone is that already."""
    import datetime

    return moment if moment.tzinfo is None else moment.astimezone(datetime.timezone.utc)


def bits_without_zeros(numbers, count):
    """A string of bits with those of these numbers set, as short as DER wants it."""
    value = 0
    for number in numbers:
        value |= 1 << count - 1 - number
    content = value.to_bytes(count // 8).rstrip(b"\0")
    unused = (content[-1] & -content[-1]).bit_length() - 1 if content else 0
    return content, unused


def _number_in(tag, value):
    return b"" if value is None else der.tlv(tag, der.integer_bytes(value))


def _basic_constraints(ext):
    ca = der.boolean(True) if ext.ca else b""
    return der.sequence(ca, b"" if ext.path_length is None else der.integer(ext.path_length))


_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign",
)


def _key_usage(ext):
    numbers = [number for number, name in enumerate(_USAGES) if getattr(ext, name)]
    if ext.key_agreement:
        numbers += [7] * bool(ext.encipher_only) + [8] * bool(ext.decipher_only)
    return der.bits(*bits_without_zeros(numbers, 16))


def _access_descriptions(ext):
    return der.sequence(*(
        der.sequence(der.oid(each.access_method.dotted_string), names.write_general_name(each.access_location))
        for each in ext
    ))


def _oids(ext):
    return der.sequence(*(der.oid(each.dotted_string) for each in ext))


def _utf8(text):
    return der.tlv(der.UTF8_STRING, text.encode())


def _policies(ext):
    def qualifier(each):
        if isinstance(each, str):
            if not each.isascii():
                raise ValueError("Qualifier must be an ASCII-string.")
            return der.sequence(der.oid("1.3.6.1.5.5.7.2.1"), der.tlv(der.IA5_STRING, each.encode()))
        parts = []
        if each.notice_reference:
            numbers = der.sequence(*map(unsigned, each.notice_reference.notice_numbers))
            parts.append(der.sequence(_utf8(each.notice_reference.organization), numbers))
        if each.explicit_text:
            parts.append(_utf8(each.explicit_text))
        return der.sequence(der.oid("1.3.6.1.5.5.7.2.2"), der.sequence(*parts))

    def policy(each):
        qualifiers = each.policy_qualifiers
        written = der.sequence(*map(qualifier, qualifiers)) if qualifiers else b""
        return der.sequence(der.oid(each.policy_identifier.dotted_string), written)

    return der.sequence(*map(policy, ext))


def _policy_constraints(ext):
    return der.sequence(
        _number_in(0x80, ext.require_explicit_policy), _number_in(0x81, ext.inhibit_policy_mapping)
    )


def _name_constraints(ext):
    def subtrees(tag, found):
        if found is None:
            return b""
        return der.tlv(tag, b"".join(der.sequence(names.write_general_name(each)) for each in found))

    return der.sequence(subtrees(0xA0, ext.permitted_subtrees), subtrees(0xA1, ext.excluded_subtrees))


def _names_of(ext):
    return der.sequence(names.write_general_names(ext))


def authority_key_identifier(ext):
    key, issuer, serial = ext.key_identifier, ext.authority_cert_issuer, ext.authority_cert_serial_number
    if serial is not None and serial < 0:
        raise ValueError("Negative integers are not supported")
    return der.sequence(
        b"" if key is None else der.tlv(0x80, key),
        b"" if issuer is None else der.tlv(0xA1, names.write_general_names(issuer)),
        _number_in(0x82, serial),
    )


def _reasons(tag, reasons):
    from cryptography.x509.extensions import _CRLREASONFLAGS

    content, unused = bits_without_zeros([_CRLREASONFLAGS[each] for each in reasons], 16)
    return der.tlv(tag, unused.to_bytes(1) + content)


def _point_name(full_name, relative_name):
    if full_name:
        return der.explicit(0, der.tlv(0xA0, names.write_general_names(full_name)))
    if relative_name:
        entries = der.Reader(names.write_rdn(relative_name)).element().content
        return der.explicit(0, der.tlv(0xA1, entries))
    return b""


def _distribution_points(ext):
    def one(point):
        return der.sequence(
            _point_name(point.full_name, point.relative_name),
            b"" if point.reasons is None else _reasons(0x81, point.reasons),
            b"" if point.crl_issuer is None else der.tlv(0xA2, names.write_general_names(point.crl_issuer)),
        )

    return der.sequence(*map(one, ext))


def _issuing_point(ext):
    def flag(number, value):
        return der.tlv(0x80 | number, b"\xff") if value else b""

    return der.sequence(
        _point_name(ext.full_name, ext.relative_name),
        flag(1, ext.only_contains_user_certs), flag(2, ext.only_contains_ca_certs),
        _reasons(0x83, ext.only_some_reasons) if ext.only_some_reasons else b"",
        flag(4, ext.indirect_crl), flag(5, ext.only_contains_attribute_certs),
    )


def _timestamps(ext):
    from _krait_stand_ins.cryptography_rust import transparency

    return der.octets(transparency.write_all(ext))


def _crl_reason(ext):
    from cryptography.x509.extensions import _CRL_ENTRY_REASON_ENUM_TO_CODE

    return der.tlv(der.ENUMERATED, der.integer_bytes(_CRL_ENTRY_REASON_ENUM_TO_CODE[ext.reason]))


def _template(ext):
    versions = [b"" if each is None else der.integer(each) for each in (ext.major_version, ext.minor_version)]
    return der.sequence(der.oid(ext.template_id.dotted_string), *versions)


def _naming_authority(authority):
    parts = []
    if authority.id is not None:
        parts.append(der.oid(authority.id.dotted_string))
    if authority.url is not None:
        if not authority.url.isascii():
            raise ValueError("url value must be a valid IA5String")
        parts.append(der.tlv(der.IA5_STRING, authority.url.encode()))
    if authority.text is not None:
        parts.append(_utf8(authority.text))
    return der.sequence(*parts)


def _profession_info(info):
    parts = []
    if info.naming_authority is not None:
        parts.append(der.explicit(0, _naming_authority(info.naming_authority)))
    parts.append(der.sequence(*map(_utf8, info.profession_items)))
    if info.profession_oids is not None:
        parts.append(_oids(info.profession_oids))
    if info.registration_number is not None:
        number = info.registration_number.encode()
        if not names._PRINTABLE.issuperset(number):
            raise ValueError("registration_number value must be a valid PrintableString")
        parts.append(der.tlv(der.PRINTABLE_STRING, number))
    if info.add_profession_info is not None:
        parts.append(der.octets(info.add_profession_info))
    return der.sequence(*parts)


def _admissions(ext):
    def one(admission):
        parts = []
        if admission.admission_authority is not None:
            parts.append(der.explicit(0, names.write_general_name(admission.admission_authority)))
        if admission.naming_authority is not None:
            parts.append(der.explicit(1, _naming_authority(admission.naming_authority)))
        parts.append(der.sequence(*map(_profession_info, admission.profession_infos)))
        return der.sequence(*parts)

    authority = b"" if ext.authority is None else names.write_general_name(ext.authority)
    return der.sequence(authority, der.sequence(*map(one, ext)))


def _moment(moment):
    return der.generalized_time(utc(moment))


def _usage_period(ext):
    def part(tag, moment):
        return b"" if moment is None else der.tlv(tag, der.Reader(_moment(moment)).element().content)

    return der.sequence(part(0x80, ext.not_before), part(0x81, ext.not_after))


def _null(ext):
    return der.null()


_WRITERS = {
    "2.5.29.19": _basic_constraints,
    "2.5.29.14": lambda ext: der.octets(ext.digest),
    "2.5.29.15": _key_usage,
    "1.3.6.1.5.5.7.1.1": _access_descriptions,
    "1.3.6.1.5.5.7.1.11": _access_descriptions,
    "2.5.29.37": _oids,
    "1.3.6.1.5.5.7.48.1.4": _oids,
    "2.5.29.32": _policies,
    "2.5.29.36": _policy_constraints,
    "2.5.29.30": _name_constraints,
    "2.5.29.54": lambda ext: unsigned(ext.skip_certs),
    "2.5.29.17": _names_of,
    "2.5.29.18": _names_of,
    "2.5.29.35": authority_key_identifier,
    "2.5.29.46": _distribution_points,
    "2.5.29.31": _distribution_points,
    "1.3.6.1.5.5.7.48.1.5": _null,
    "1.3.6.1.5.5.7.1.24": lambda ext: der.sequence(*(der.integer(each.value) for each in ext)),
    "1.3.6.1.4.1.11129.2.4.3": _null,
    "1.3.6.1.4.1.11129.2.4.2": _timestamps,
    "1.3.6.1.4.1.11129.2.4.5": _timestamps,
    "2.5.29.21": _crl_reason,
    "2.5.29.29": _names_of,
    "2.5.29.24": lambda ext: _moment(ext.invalidity_date_utc),
    "2.5.29.20": lambda ext: unsigned(ext.crl_number),
    "2.5.29.27": lambda ext: unsigned(ext.crl_number),
    "2.5.29.28": _issuing_point,
    "1.3.6.1.5.5.7.48.1.2": lambda ext: der.octets(ext.nonce),
    "1.3.6.1.4.1.311.21.7": _template,
    "1.3.36.8.3.3": _admissions,
    "2.5.29.16": _usage_period,
}
