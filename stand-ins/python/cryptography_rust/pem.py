"""krait: PEM (RFC 7468, and RFC 1421's headers), for cryptography's stand-in."""

import binascii

_SYMBOLS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class Section:
    """What is between two lines: the tag in them, headers, and the bytes."""

    __slots__ = ("tag", "headers", "contents")

    def __init__(self, tag, headers, contents):
        self.tag, self.headers, self.contents = tag, headers, contents


def _refused(what):
    return ValueError(
        "Unable to load PEM file. See https://cryptography.io/en/latest/faq/#why-can-t-i-import-my-pem-file for more "
        f"details. {what}"
    )


def _decoded(text):
    text = text.translate(None, b" \t\r\n\f\v")
    body = text.rstrip(b"=")
    for place, byte in enumerate(body.translate(None, _SYMBOLS) and body):
        if byte not in _SYMBOLS:
            raise _refused(f"InvalidData(Invalid symbol {byte}, offset {place}.)")
    if len(text) % 4 or len(text) - len(body) > 2:
        raise _refused("InvalidData(Invalid padding)")
    try:
        return binascii.a2b_base64(text)
    except binascii.Error:
        raise _refused("InvalidData(Invalid padding)")


def sections(data):
    """All the sections; a ValueError where one is damaged."""
    found, at = [], 0
    while True:
        start = data.find(b"-----BEGIN ", at)
        name_end = data.find(b"-----", start + 11)
        body_end = data.find(b"-----END ", name_end + 5)
        end = data.find(b"-----", body_end + 9)
        if min(start, name_end, body_end, end) < 0:
            return found
        tag, other = data[start + 11:name_end], data[body_end + 9:end]
        at = end + 5
        if tag != other:
            raise _refused(f'MismatchedTags("{tag.decode()}", "{other.decode()}")')
        body = data[name_end + 5:body_end].replace(b"\r\n", b"\n").lstrip()
        headers = {}
        head, blank, rest = body.partition(b"\n\n")
        if blank and b":" in head:
            body = rest
            for line in head.decode("latin-1").splitlines():
                name, colon, value = line.partition(":")
                if not colon:
                    raise _refused(f'InvalidHeader("{line}")')
                headers[name.strip()] = value.strip()
        found.append(Section(tag.decode("latin-1"), headers, _decoded(body)))


def find(data, tags, otherwise):
    """The first section with one of these tags."""
    all_of_them = sections(data)
    if not all_of_them:
        raise malformed()
    for section in all_of_them:
        if section.tag in tags:
            return section
    raise ValueError(otherwise)


def malformed():
    return _refused("MalformedFraming")


def encode(tag, contents, headers=()):
    text = binascii.b2a_base64(contents, newline=False)
    lines = [b"-----BEGIN %b-----" % tag.encode()]
    lines += [f"{name}: {value}".encode() for name, value in headers]
    if headers:
        lines.append(b"")
    lines += [text[each:each + 64] for each in range(0, len(text), 64)]
    lines += [b"-----END %b-----" % tag.encode(), b""]
    return b"\n".join(lines)


def encode_der(tag, contents, encoding):
    """DER or PEM, by the package's `Encoding`."""
    from cryptography.hazmat.primitives._serialization import Encoding

    if encoding == Encoding.DER:
        return contents
    if encoding == Encoding.PEM:
        return encode(tag, contents)
    raise TypeError("encoding must be Encoding.DER or Encoding.PEM")
