"""Methods of bytes, bytearray and memoryview, and what makes them."""

from draw import table

METHODS = table("""
capitalize lower upper swapcase title isalnum isalpha isascii isdigit islower isspace istitle isupper __len__ |
__repr__ hex |
hex separator grouping?
center ljust rjust | count octets?
zfill count
expandtabs count?
count find rfind index rindex | one index? index?
startswith endswith | affix index? index?
decode encoding? errors?
join many
strip lstrip rstrip | octets?
partition rpartition removeprefix removesuffix | octets
replace octets octets index?
split rsplit | octets? index?
split rsplit | sep=bytes? maxsplit=index?
splitlines keepends=boolean?
translate mapping delete=octets?
__contains__ one
__add__ __eq__ __lt__ __ge__ | bytes
__mul__ count
__getitem__ position
__mod__ values
""")

CHANGES = table("""
append remove | byte
insert index byte
pop index?
extend iadd | many
clear reverse copy |
resize count
__setitem__ position stored
__delitem__ position
__iadd__ bytes
__imul__ count
""")

VIEWS = table("""
tobytes tolist toreadonly hex |
cast code
__getitem__ position
__len__ |
__eq__ bytes
count index | byte
""")

KINDS = {
    "separator": ("':'", "b'-'", "'\\u4e2d'", "'ab'", "''", "b'\\xff'"),
    "grouping": ("1", "2", "-1", "-2", "3", "0", "100"),
    "one": lambda draw: draw.byte() if draw.chance(0.3) else draw.octets(),
    "affix": lambda draw: f"({draw.octets()}, {draw.octets()})" if draw.chance(0.2) else draw.octets(),
    "many": lambda draw: f"[{', '.join(draw.bytes() for _ in range(draw.some(4)))}]" if draw.chance(0.8) else draw.iterable(),
    "mapping": ("None", "bytes(range(256))", "bytes(range(255, -1, -1))", "b'abc'", "bytes.maketrans(b'ab', b'ba')"),
    "position": lambda draw: draw.index() if draw.chance(0.5) else draw.of((
        "slice(None)", "slice(1, None)", "slice(None, None, -1)", "slice(None, None, 2)", "slice(-3, 2)", "slice(0, 0)",
        "slice(1, 1)", "slice(None, None, 0)", "slice(2**70, None, -1)", "slice(3, 0, -2)",
    )),
    "stored": lambda draw: draw.byte() if draw.chance(0.4) else draw.bytes() if draw.chance(0.7) else draw.any(),
    "code": ("'B'", "'b'", "'c'", "'H'", "'I'", "'d'", "'?'", "'x'", "''", "'@i'", "'<i'", "'e'", "'q'", "'N'"),
    "values": lambda draw: f"({', '.join(draw.any() for _ in range(draw.some(3)))},)" if draw.chance(0.5) else draw.any(),
    "source": lambda draw: draw.of((draw.bytes, draw.container, draw.count, draw.any, lambda: f"[{draw.byte()}, {draw.byte()}]"))(),
    "digits": lambda draw: ascii("".join(draw.of(("00", "ff", "Ab", " ", "\n", "\t", "0", "g", "\u0661", "7F")) for _ in range(draw.some(5)))),
}


def template(draw):
    """A format of printf's for bytes."""
    piece = draw.of(("%s", "%b", "%d", "%a", "%r", "%c", "%5s", "%-5b|", "%05d", "%x", "%.2f", "%%", "%", "%(a)s", "%i"))
    return repr(b"<" + piece.encode() + b">")


def program(draw):
    number = draw.random()
    if number < 0.07:
        return draw.call(draw.of(("bytes", "bytearray")), draw.of(("source", "source", "text encoding errors?", "")))
    if number < 0.1:
        return draw.call(draw.of(("bytes.fromhex", "bytearray.fromhex")), "digits")
    if number < 0.12:
        return draw.call("bytes.maketrans", "octets octets")
    if number < 0.17:
        return f"{template(draw)} % {draw.any() if draw.chance(0.5) else draw.bytes()}"
    kind = draw.of(("", "", "bytearray", "Octets"))
    value = f"{kind}({draw.raw_bytes()!r})"
    if number < 0.35:
        name, signature = draw.of(CHANGES)
        return f"with_after(bytearray({value}), lambda it: it.{name}({draw.arguments(signature)}))"
    if number < 0.43:
        name, signature = draw.of(VIEWS)
        cut = draw.of(("", "", "[1:]", "[::2]", "[::-1]", "[2:1]"))
        return f"memoryview({value}){cut}.{name}({draw.arguments(signature)})"
    name, signature = draw.of(METHODS)
    shown = f"{value}.{name}({draw.arguments(signature)})"
    if name == "decode" and draw.chance(0.5):
        # Text comes back as it went.
        return f"{draw.text()}.encode({draw.encoding()}, 'replace').decode({draw.arguments(signature)})"
    return shown
