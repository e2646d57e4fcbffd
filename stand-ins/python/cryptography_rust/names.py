"""krait: names of X.509 (X.501, and RFC 5280's GeneralName), read and written, for cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import der
from _krait_stand_ins.cryptography_rust.oid import ObjectIdentifier


def read_name(reader):
    """A Name from its RDNs."""
    from cryptography import x509

    rdns = []
    while reader.peek() is not None:
        rdns.append(read_rdn(reader.read(der.SET).reader()))
    return x509.Name(rdns)


def read_rdn(reader):
    from cryptography import x509

    attributes, last = [], None
    while reader.peek() is not None:
        element = reader.read(der.SEQUENCE)
        _check_order(element, last)
        last = element.full
        attributes.append(der.whole(element.reader(), _read_attribute))
    return x509.RelativeDistinguishedName(attributes)


def check_name(reader):
    """Refuses what is no Name; the values of its attributes are read when they are asked for."""
    rdns = reader.read(der.SEQUENCE)
    inner = rdns.reader()
    while inner.peek() is not None:
        attributes, last = inner.read(der.SET).reader(), None
        while attributes.peek() is not None:
            element = attributes.read(der.SEQUENCE)
            _check_order(element, last)
            last = element.full
            fields = element.reader()
            fields.oid()
            value = fields.element()
            fields.finish()
            if value.tag in (der.PRINTABLE_STRING, der.BMP_STRING, der.UNIVERSAL_STRING):
                _text(value.tag, value.content)
    return rdns


def _check_order(element, last):
    if last is not None and element.full < last:
        raise der.ParseError("InvalidSetOrdering", "SET value was ordered incorrectly")


def _read_attribute(reader):
    from cryptography import x509
    from cryptography.x509.name import _ASN1_TYPE_TO_ENUM, _ASN1Type

    oid, value = reader.oid(), reader.element()
    if value.tag > 0xFF:
        raise ValueError("Long-form tags are not supported in NameAttribute values")
    if value.tag not in _ASN1_TYPE_TO_ENUM:
        raise der.unexpected(value.tag)
    kind, content = _ASN1_TYPE_TO_ENUM[value.tag], value.content
    if kind is not _ASN1Type.BitString:
        content = _text(value.tag, content)
    return x509.NameAttribute(ObjectIdentifier(oid), content, kind, _validate=False)


_PRINTABLE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")


def _text(tag, content):
    try:
        if tag == der.BMP_STRING:
            return content.decode("utf_16_be")
        if tag == der.UNIVERSAL_STRING:
            return content.decode("utf_32_be")
        if tag == der.PRINTABLE_STRING and not _PRINTABLE.issuperset(content):
            raise der.invalid_value()
        return content.decode()
    except UnicodeDecodeError:
        raise der.invalid_value()


def read_text(element):
    """A DisplayText (RFC 5280, section 4.2.1.4)."""
    if element.tag not in (der.IA5_STRING, der.UTF8_STRING, der.VISIBLE_STRING, der.BMP_STRING):
        raise der.unexpected(element.tag)
    content = element.content
    if element.tag == der.IA5_STRING and not content.isascii():
        raise der.invalid_value()
    if element.tag == der.VISIBLE_STRING and not all(0x20 <= byte < 0x7F for byte in content):
        import warnings

        from cryptography import utils

        warnings.warn(
            "Invalid ASN.1 (UTF-8 characters in a VisibleString) in the explicit text and/or notice reference of the "
            "certificate policies extension. In a future version of cryptography, an exception will be raised.",
            utils.DeprecatedIn41, stacklevel=2,
        )
    return _text(element.tag, content)


def read_ia5(element):
    if not element.content.isascii():
        raise der.invalid_value()
    return element.content.decode()


def _utf8(content):
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise der.invalid_value()


def read_general_name(reader):
    import ipaddress

    from cryptography import x509

    element = reader.element()
    tag, content = element.tag, element.content
    if tag == 0xA0:
        def other(fields):
            oid = fields.oid()
            return oid, der.whole(fields.read(0xA0).reader(), der.Reader.element).full

        oid, value = der.whole(element.reader(), other)
        return x509.OtherName(ObjectIdentifier(oid), value)
    if tag == 0x81:
        return x509.RFC822Name._init_without_validation(_utf8(content))
    if tag == 0x82:
        return x509.DNSName._init_without_validation(_utf8(content))
    if tag == 0xA4:
        return x509.DirectoryName(read_name(der.whole(element.reader(), der.Reader.sequence)))
    if tag == 0x86:
        return x509.UniformResourceIdentifier._init_without_validation(_utf8(content))
    if tag == 0x87:
        if len(content) in (4, 16):
            return x509.IPAddress(ipaddress.ip_address(content))
        return x509.IPAddress(_network(content))
    if tag == 0x88:
        return x509.RegisteredID(ObjectIdentifier(der.oid_of(content)))
    if tag in (0xA3, 0xA5):
        raise x509.UnsupportedGeneralNameType("x400Address/EDIPartyName are not supported types")
    raise der.unexpected(tag)


def _network(content):
    import ipaddress

    if len(content) not in (8, 32):
        raise ValueError(
            "Invalid IPNetwork, must be 8 bytes for IPv4 and 32 bytes for IPv6. Found length: " f"{len(content)}"
        )
    half = len(content) // 2
    bits = f"{int.from_bytes(content[half:]):0{8 * half}b}"
    ones = bits.rstrip("0")
    if "0" in ones:
        raise ValueError("Invalid netmask")
    return ipaddress.ip_network(f"{ipaddress.ip_address(content[:half]).exploded}/{len(ones)}")


def read_general_names(reader):
    """All the names that there are."""
    names = []
    while reader.peek() is not None:
        names.append(read_general_name(reader))
    return names


def write_name(name):
    return der.sequence(*(write_rdn(rdn) for rdn in name.rdns))


def write_rdn(rdn):
    return der.set_of(*map(_write_attribute, rdn))


def _write_attribute(attribute):
    from cryptography.x509.name import _ASN1Type

    kind, value = attribute._type, attribute.value
    if kind is _ASN1Type.BMPString:
        value = value.encode("utf_16_be")
    elif kind is _ASN1Type.UniversalString:
        value = value.encode("utf_32_be")
    elif kind is not _ASN1Type.BitString:
        value = value.encode()
    return der.sequence(der.oid(attribute.oid.dotted_string), der.tlv(kind.value, value))


def write_general_name(name):
    from cryptography import x509

    kind, value = type(name), name.value
    if kind is x509.DNSName:
        return der.tlv(0x82, value.encode())
    if kind is x509.RFC822Name:
        return der.tlv(0x81, value.encode())
    if kind is x509.DirectoryName:
        return der.explicit(4, write_name(value))
    if kind is x509.OtherName:
        try:
            der.single(value, der.Reader.element)
        except der.ParseError as error:
            raise ValueError(f"OtherName value must be valid DER: {error.debugged()}")
        return der.tlv(0xA0, der.oid(name.type_id.dotted_string) + der.explicit(0, value))
    if kind is x509.UniformResourceIdentifier:
        return der.tlv(0x86, value.encode())
    if kind is x509.IPAddress:
        return der.tlv(0x87, name._packed())
    if kind is x509.RegisteredID:
        return der.tlv(0x88, der.oid_bytes(value.dotted_string))
    raise ValueError("Unsupported GeneralName type")


def write_general_names(names):
    return b"".join(map(write_general_name, names))


def encode_name_bytes(py_name):
    return write_name(py_name)


def parse_name_bytes(data):
    return der.single(data, lambda reader: read_name(reader.sequence()))
