"""krait: `ObjectIdentifier`."""


class ObjectIdentifier:
    """The number of an object, as dotted text."""

    __slots__ = ("_text",)
    __module__ = "cryptography.hazmat.bindings._rust"

    def __new__(cls, value):
        if not isinstance(value, str):
            raise TypeError(f"'{type(value).__name__}' object is not an instance of 'str'")
        numbers = value.split(".")
        if not _are_valid(numbers):
            raise ValueError("error parsing asn1 value: ParseError { kind: InvalidValue }")
        self = object.__new__(cls)
        self._text = ".".join(str(int(each)) for each in numbers)
        return self

    @property
    def dotted_string(self):
        return self._text

    @property
    def _name(self):
        from cryptography.hazmat._oid import _OID_NAMES

        return _OID_NAMES.get(self, "Unknown OID")

    def __repr__(self):
        return f"<ObjectIdentifier(oid={self._text}, name={self._name})>"

    def __eq__(self, other):
        if not isinstance(other, ObjectIdentifier):
            return NotImplemented
        return self._text == other._text

    def __hash__(self):
        return hash(self._text)

    def __copy__(self):
        return self

    def __deepcopy__(self, memory):
        return self


def _are_valid(texts):
    if len(texts) < 2 or not all(each.isascii() and each.isdigit() and len(each) < 64 for each in texts):
        return False
    first, second, *rest = map(int, texts)
    if first > 2 or first < 2 and second >= 40 or max(second, *rest, 0) >= 1 << 128:
        return False
    # DER has seven bits in a byte; the original keeps 63 bytes at most.
    sizes = (max(1, -(-number.bit_length() // 7)) for number in (40 * first + second, *rest))
    return sum(sizes) <= 63
