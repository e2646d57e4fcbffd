"""krait: reading and writing DER (X.690), for cryptography's stand-in.

The errors' texts are those of the original: they name the kind of the fault and where it is, from the
outermost structure to the innermost.
"""

import datetime

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, ENUMERATED, UTF8_STRING = 1, 2, 3, 4, 5, 6, 10, 12
PRINTABLE_STRING, T61_STRING, IA5_STRING, UTC_TIME, GENERALIZED_TIME = 19, 20, 22, 23, 24
VISIBLE_STRING, UNIVERSAL_STRING, BMP_STRING, SEQUENCE, SET = 26, 28, 30, 0x30, 0x31
_CLASSES = ("Universal", "Application", "ContextSpecific", "Private")


def shown_tag(tag):
    first = tag & 0xFF
    value = tag >> 8 if tag > 0xFF else first & 31
    constructed = "true" if first & 0x20 else "false"
    return f"Tag {{ value: {value}, constructed: {constructed}, class: {_CLASSES[first >> 6]} }}"


class ParseError(ValueError):
    """What is wrong with DER: its kind, as the original's debugger and as its user see it, and where."""

    def __init__(self, kind, shown, places=()):
        self.kind, self.shown, self.places = kind, shown, list(places)
        super().__init__(kind)

    def within(self, *places):
        """The same, in a structure's field."""
        self.places[:0] = places
        return self

    def __str__(self):
        return f"error parsing asn1 value: {self.debugged()}"

    def debugged(self):
        where = ", ".join(each if isinstance(each, str) and each.isdigit() else f'"{each}"' for each in self.places)
        return f"ParseError {{ kind: {self.kind}{f', location: [{where}]' if where else ''} }}"


ParseError.__name__ = ParseError.__qualname__ = "ValueError"
ParseError.__module__ = "builtins"


def invalid_value():
    return ParseError("InvalidValue", "invalid value")


def _short(needed):
    return ParseError(f"ShortData {{ needed: {needed} }}", f"short data (needed at least {needed} additional bytes)")


def _invalid_length():
    return ParseError("InvalidLength", "invalid length")


def unexpected(tag):
    return ParseError(f"UnexpectedTag {{ actual: {shown_tag(tag)} }}", f"unexpected tag (got {shown_tag(tag)})")


def encoded_default():
    return ParseError("EncodedDefault", "DEFAULT value was explicitly encoded")


def extra_data():
    return ParseError("ExtraData", "extra data")


class Element:
    """A tag with its content; the whole of both is `full`."""

    __slots__ = ("tag", "data", "start", "body", "end")

    def __init__(self, tag, data, start, body, end):
        self.tag, self.data, self.start, self.body, self.end = tag, data, start, body, end

    @property
    def content(self):
        return self.data[self.body:self.end]

    @property
    def full(self):
        return self.data[self.start:self.end]

    def reader(self):
        return Reader(self.data, self.body, self.end)


class Reader:
    """Reads elements one after another."""

    __slots__ = ("data", "at", "end")

    def __init__(self, data, at=0, end=None):
        self.data, self.at, self.end = data, at, len(data) if end is None else end

    def peek(self):
        """The next element's tag, None at the end."""
        return self.data[self.at] if self.at < self.end else None

    def element(self):
        data, at, end = self.data, self.at, self.end
        start = at
        if at >= end:
            raise _short(1)
        tag = data[at]
        at += 1
        if tag & 31 == 31:
            number = 0
            while True:
                if at >= end:
                    raise _short(1)
                byte = data[at]
                at += 1
                if byte == 0x80 and not number:
                    raise ParseError("InvalidTag", "invalid tag")
                number = number << 7 | byte & 0x7F
                if number > 0xFFFFFFFF:
                    raise ParseError("InvalidTag", "invalid tag")
                if byte < 0x80:
                    break
            if number < 31:
                raise ParseError("InvalidTag", "invalid tag")
            tag |= number << 8
        if at >= end:
            raise _short(1)
        length = data[at]
        at += 1
        if length > 0x7F:
            count = length & 0x7F
            if not 1 <= count <= 4:
                raise _invalid_length()
            if at + count > end:
                raise _short(at + count - end)
            length = int.from_bytes(data[at:at + count])
            at += count
            if length < 0x80 or length >> 8 * (count - 1) == 0:
                raise _invalid_length()
        if at + length > end:
            raise _short(at + length - end)
        self.at = at + length
        return Element(tag, data, start, at, self.at)

    def read(self, tag):
        """The next element, which must have this tag."""
        start = self.at
        element = self.element()
        if element.tag != tag:
            self.at = start
            raise unexpected(element.tag)
        return element

    def optional(self, tag):
        return self.read(tag) if self.peek() == tag else None

    def finish(self):
        if self.at != self.end:
            raise extra_data()

    def sequence(self):
        return self.read(SEQUENCE).reader()

    def integer(self):
        return integer_of(self.read(INTEGER).content)

    def unsigned(self):
        return unsigned_of(self.read(INTEGER).content)

    def small(self, bits=8):
        """An integer that must fit."""
        value = self.integer()
        if value < 0:
            raise invalid_value()
        if value >> bits:
            raise ParseError("IntegerOverflow", "integer overflow")
        return value

    def oid(self):
        return oid_of(self.read(OID).content)

    def octets(self):
        return self.read(OCTET_STRING).content

    def bits(self):
        return bits_of(self.read(BIT_STRING).content)

    def boolean(self):
        return boolean_of(self.read(BOOLEAN).content)

    def null(self):
        if self.read(NULL).content:
            raise invalid_value()

    def explicit(self, number):
        """What is in an explicit tag, None where there is none."""
        element = self.optional(0xA0 | number)
        return element and element.reader()


def within(place, function, *arguments):
    """What a function gives; a fault in it is said to be at this place."""
    try:
        return function(*arguments)
    except ParseError as error:
        raise error.within(place)


_STRINGS = (BIT_STRING, OCTET_STRING, UTF8_STRING, PRINTABLE_STRING, IA5_STRING, BMP_STRING)


def of_ber(data):
    """The DER of data that end lengths by a mark, or have strings in parts (X.690, section 8)."""
    element, at = _of_ber(data, 0, 0)
    if at != len(data):
        raise extra_data()
    return element


def _of_ber(data, at, depth):
    if depth > 64:
        raise invalid_value()
    if at + 2 > len(data):
        raise _short(at + 2 - len(data))
    tag, length = data[at], data[at + 1]
    at += 2
    if tag & 31 == 31:
        raise ParseError("InvalidTag", "invalid tag")
    open_ended = length == 0x80
    if length > 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[at:at + count])
        at += count
    if not open_ended and at + length > len(data):
        raise _short(at + length - len(data))
    if not tag & 0x20:
        if open_ended:
            raise _invalid_length()
        return tlv(tag, data[at:at + length]), at + length
    parts, end = [], None if open_ended else at + length
    while at != end:
        if open_ended and data[at:at + 2] == b"\0\0":
            at += 2
            break
        part, at = _of_ber(data, at, depth + 1)
        parts.append(part)
        if end is not None and at > end:
            raise _invalid_length()
    if tag & 0xDF in _STRINGS and tag < 0x40:
        contents = [Reader(part).element().content for part in parts]
        if tag & 0xDF == BIT_STRING:
            contents = [(contents[-1:] or [b"\0"])[0][:1], *(each[1:] for each in contents)]
        return tlv(tag & 0xDF, b"".join(contents)), at
    return tlv(tag, b"".join(parts)), at


def single(data, function):
    """What a function reads of all of the data."""
    reader = Reader(data)
    value = function(reader)
    reader.finish()
    return value


def whole(reader, function):
    """The same, of a reader that is there."""
    value = function(reader)
    reader.finish()
    return value


def integer_of(content):
    if not content or len(content) > 1 and (
        content[0] == 0 and content[1] < 0x80 or content[0] == 0xFF and content[1] >= 0x80
    ):
        raise invalid_value()
    return int.from_bytes(content, signed=True)


def unsigned_of(content):
    value = integer_of(content)
    if value < 0:
        raise invalid_value()
    return value


def boolean_of(content):
    if content not in (b"\0", b"\xff"):
        raise invalid_value()
    return content == b"\xff"


def bits_of(content):
    """The bytes of a string of bits, and how many bits of the last are not used."""
    if not content:
        raise invalid_value()
    unused = content[0]
    if unused > 7 or unused and (len(content) == 1 or content[-1] & (1 << unused) - 1):
        raise invalid_value()
    return content[1:], unused


def oid_of(content):
    if not content or content[-1] & 0x80:
        raise invalid_value()
    if len(content) > 63:
        raise ParseError("OidTooLong", "OBJECT IDENTIFIER was too large to be stored in rust-asn1's buffer")
    parts, number, fresh = [], 0, True
    for byte in content:
        if fresh and byte == 0x80:
            raise invalid_value()
        number = number << 7 | byte & 0x7F
        fresh = byte < 0x80
        if fresh:
            if number >> 128:
                raise invalid_value()
            parts.append(number)
            number = 0
    first = min(parts[0] // 40, 2)
    return ".".join(map(str, (first, parts[0] - 40 * first, *parts[1:])))


def tlv(tag, content):
    length = len(content)
    head = tag.to_bytes(1)
    if length < 0x80:
        return head + length.to_bytes(1) + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return head + (0x80 | len(size)).to_bytes(1) + size + content


def sequence(*parts):
    return tlv(SEQUENCE, b"".join(parts))


def set_of(*parts):
    return tlv(SET, b"".join(sorted(parts)))


def integer(value):
    return tlv(INTEGER, integer_bytes(value))


def integer_bytes(value):
    return value.to_bytes(((~value if value < 0 else value).bit_length() // 8) + 1, signed=True)


def octets(content):
    return tlv(OCTET_STRING, bytes(content))


def bits(content, unused=0):
    return tlv(BIT_STRING, unused.to_bytes(1) + content)


def boolean(value):
    return tlv(BOOLEAN, b"\xff" if value else b"\0")


def null():
    return b"\5\0"


def explicit(number, content):
    return tlv(0xA0 | number, content)


def oid(dotted):
    return tlv(OID, oid_bytes(dotted))


def oid_bytes(dotted):
    """The content of an identifier's element; ValueError where it is none."""
    parts = dotted.split(".")
    if len(parts) < 2 or not all(each.isascii() and each.isdigit() for each in parts):
        raise invalid_value()
    first, second, *rest = map(int, parts)
    if first > 2 or first < 2 and second > 39 or any(each >> 128 for each in (second, *rest)):
        raise invalid_value()
    content = bytearray()
    for number in (40 * first + second, *rest):
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(number & 0x7F | 0x80)
        content += bytes(reversed(digits))
    if len(content) > 63:
        raise invalid_value()
    return bytes(content)


_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _moment(year, text):
    month, day, hour, minute, second = (int(text[each:each + 2]) for each in range(0, 10, 2))
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not (1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] + leap and hour < 24 and minute < 60 and second < 60):
        raise invalid_value()
    return datetime.datetime(year, month, day, hour, minute, second)


def time_of(element):
    """The moment of a UTCTime or GeneralizedTime, without its zone, which is UTC."""
    content = element.content
    if element.tag not in (UTC_TIME, GENERALIZED_TIME):
        raise unexpected(element.tag)
    size = 13 if element.tag == UTC_TIME else 15
    digits = content[:-1].decode("latin-1")
    if len(content) != size or content[-1:] != b"Z" or not (digits.isascii() and digits.isdigit()):
        raise invalid_value()
    if size == 15:
        year = int(digits[:4])
        if year == 0:
            raise invalid_value()
        return _moment(year, digits[4:])
    year = int(digits[:2])
    return _moment(year + (1900 if year >= 50 else 2000), digits[2:])


def generalized_time(moment):
    return tlv(GENERALIZED_TIME, f"{moment.year:04}{moment:%m%d%H%M%S}Z".encode())


def time(moment):
    """A moment as RFC 5280 (section 4.1.2.5) has it: a UTCTime from 1950 to 2049."""
    if 1950 <= moment.year < 2050:
        return tlv(UTC_TIME, f"{moment.year % 100:02}{moment:%m%d%H%M%S}Z".encode())
    return generalized_time(moment)
