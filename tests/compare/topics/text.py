"""Methods of str."""

from draw import table

METHODS = table("""
capitalize casefold lower upper swapcase title isalnum isalpha isascii isdecimal isdigit isidentifier islower |
isnumeric isprintable isspace istitle isupper __len__ __repr__ __str__ |
center ljust rjust | count character?
zfill count
count find rfind index rindex | letters index? index?
startswith endswith | affix index? index?
expandtabs count?
encode encoding? errors?
join texts
strip lstrip rstrip | letters?
partition rpartition | letters
removeprefix removesuffix | letters
replace letters letters count=index?
replace letters letters index?
split rsplit | separator? index?
split rsplit | sep=separator? maxsplit=index?
splitlines keepends=boolean?
translate mapping
format *any
format_map dict
__contains__ __add__ __eq__ __lt__ __ge__ | text
__mul__ __rmul__ | count
__getitem__ position
__format__ specification
__mod__ any
""")

KINDS = {
    "separator": lambda draw: draw.of(("None", "','", "' '", "''", "'ab'")) if draw.chance(0.5) else draw.letters(),
    "affix": lambda draw: f"({draw.letters()}, {draw.letters()})" if draw.chance(0.2) else draw.letters(),
    "texts": lambda draw: f"[{', '.join(draw.text() for _ in range(draw.some(4)))}]" if draw.chance(0.8) else draw.iterable(),
    "mapping": lambda draw: draw.of((
        "{97: 98}", "{97: None}", "{97: 'xyz'}", "{97: 0x110000}", "{97: -1}", "{0x4e2d: '\\ud800'}", "str.maketrans('ab', 'ba')",
        "str.maketrans('a', '\\U0001f600', 'b')", "{'a': 'b'}", "'xyz' * 50", "[]", "{97: 1.5}", "Table({98: 'c'})",
    )),
    "position": lambda draw: draw.index() if draw.chance(0.5) else draw.of((
        "slice(None)", "slice(1, None)", "slice(None, None, -1)", "slice(None, None, 2)", "slice(-3, 2)", "slice(0, 0)",
        "slice(None, None, 0)", "slice(2**70, None, -1)", "slice('a')", "1.0",
    )),
    "specification": lambda draw: ascii(draw.of((
        "", "5", "<5", ">5", "^5", "=5", "*^9", "\u4e2d>6", "05", ".2", "10.3", ",", "_", "s", "d", "<<5", "+", " ", "#", "z",
        "\ud800<4", "5.", "99999999999999999999", ".0", "-5", "{", "\x00^7",
    ))),
}


def program(draw):
    number = draw.random()
    if number < 0.03:
        return draw.call("str.maketrans", "any any? any?")
    if number < 0.06:
        return draw.call("str", "any? encoding? errors?")
    if number < 0.1:
        return f"{draw.of(('ascii', 'repr', 'len', 'list', 'max', 'min', 'sorted', 'ord'))}({draw.text()})"
    name, signature = draw.of(METHODS)
    return f"{draw.text()}.{name}({draw.arguments(signature)})"
