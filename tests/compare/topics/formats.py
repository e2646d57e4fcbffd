"""Format specifications, f-strings, printf's formats, str.format and string.Template."""

PRELUDE = """
import datetime, decimal, fractions, string
class Formatted:
    def __format__(self, spec): return f"<{spec}>"
    def __repr__(self): return "Formatted()"
    def __str__(self): return "formatted"
class Named:
    name = "n\u00e9"
    items = {"k": [1, 2], 0: "zero", "": "empty"}
    def __repr__(self): return "Named()"
    def __str__(self): return "named"
"""

TYPES = "bcdeEfFgGnosxX%"


def specification(draw, types=TYPES):
    spec = ""
    if draw.chance(0.35):
        spec += draw.of(("", "*", "0", " ", "\u4e2d", "\U0001f600", "<", "x", "\ud800", "\x00")) + draw.of("<>^=")
    if draw.chance(0.3):
        spec += draw.of("+- ")
    if draw.chance(0.1):
        spec += "z"
    if draw.chance(0.2):
        spec += "#"
    if draw.chance(0.2):
        spec += "0"
    if draw.chance(0.5):
        spec += str(draw.of((0, 1, 2, 5, 8, 10, 12, 20, 25, 60)))
    if draw.chance(0.2):
        spec += draw.of(",_")
    if draw.chance(0.5):
        spec += "." + str(draw.of((0, 1, 2, 3, 5, 6, 10, 15, 16, 17, 18, 20, 30, 60, "")))
    if draw.chance(0.05):
        spec += draw.of(",_")
    if draw.chance(0.7):
        spec += draw.of(types) if draw.chance(0.95) else draw.of("aijkrzZ!\u4e2d")
    return spec


def value(draw):
    number = draw.random()
    if number < 0.35:
        return draw.integer()
    if number < 0.7:
        return draw.float()
    if number < 0.76:
        return draw.complex()
    if number < 0.86:
        return draw.text()
    return draw.of((
        "True", "None", "[1]", "b'a'", "Formatted()", "Named()", "Text('ab')", "Whole(3)", "Real(2.5)", "decimal.Decimal('1.50')",
        "fractions.Fraction(22, 7)", "datetime.date(2024, 2, 29)", "(1, 2)", "{'a': 1}", "object", "'a\\ud800'", "Bare()",
    ))


def fitting(draw, shown):
    """Types that go with the value more often than not."""
    if draw.chance(0.2):
        return TYPES
    if "'" in shown[:6]:
        return "s"
    if "." in shown or "e" in shown or "float" in shown:
        return "eEfFgGn%"
    return "bcdnoxXeEfFgG%" if len(shown) < 6 else "bdnoxX"


def f_string(draw):
    names = {"a": value(draw), "b": value(draw), "w": draw.of(("5", "0", "12", "-1", "'x'")), "p": draw.of(("0", "2", "10"))}
    parts = []
    for _ in range(draw.some(3, 1)):
        parts.append(draw.of(("", "", "x", "{{", "}}", "\\n", "\\u4e2d", "{{}}", " ")))
        name = draw.of("ab")
        shown = draw.of((name, name, name, f"{name}!r", f"{name}!s", f"{name}!a", f"{name}=", f"{name} = ", f"{name}=!r", f"({name}, 1)"))
        if draw.chance(0.6):
            spec = specification(draw, fitting(draw, names[name])) if draw.chance(0.7) else draw.of((
                "{w}", ">{w}", "{w}.{p}f", ".{p}", "{p}", "{w}d", "*^{w}", "{w!r:>3}", "{'x'}>{w}",
            ))
            shown += ":" + ascii(spec)[1:-1]
        parts.append("{" + shown + "}")
    quote = draw.of(('"', '"""'))
    return f"(lambda {', '.join(names)}: {draw.of('ffFr').replace('r', 'rf')}{quote}{''.join(parts)}{quote})({', '.join(names.values())})"


def printf(draw):
    parts, values = [], []
    for _ in range(draw.some(3, 1)):
        flags = "".join(draw.of("-+ #0") for _ in range(draw.some(2)))
        width = draw.of(("", "", "5", "12", "*"))
        precision = draw.of(("", "", ".0", ".3", ".", ".*", ".20"))
        kind = draw.of("diouxXeEfFgGcrsa") if draw.chance(0.96) else draw.of("%bkzn\u4e2d")
        parts.append(draw.of(("", "x", "%%")) + draw.of(("%",) * 9 + ("%(k)",)) + flags + width + precision + draw.of(("",) * 9 + ("l",)) + kind)
        values += [draw.of(("5", "0", "-6", "'x'")) for part in (width, precision) if "*" in part]
        values.append(value(draw) if kind not in "diuxXoc" or draw.chance(0.2) else draw.integer())
    if draw.chance(0.06):
        values.append("1")
    given = f"({', '.join(values)},)" if draw.chance(0.9) else draw.of(("{'k': 1}", values[0], "()", "{}"))
    return f"{ascii(''.join(parts))} % {given}"


def str_format(draw):
    fields = []
    for _ in range(draw.some(3, 1)):
        name = draw.of((
            "", "0", "1", "a", "a.name", "a.items[k]", "a.items[k][0]", "a.items[0]", "2", "a.none", "a[", "0.real", "a.items[]",
            "0!r", "a!s", "0!a", "0!x", "0!", " ", "-1", "a.", "[0]", "a.items[x]y",
        )) if draw.chance(0.5) else draw.of(("", "", "0", "1", "a"))
        fields.append("{" + name + (":" + specification(draw) if draw.chance(0.5) else "") + "}")
        fields.append(draw.of(("", "", "", "{{", "}}", "{", "}", "{:{w}}", "{0:{w}}")))
    return f"{ascii(''.join(fields))}.format({value(draw)}, {value(draw)}, a=Named(), w={draw.count()})"


def template(draw):
    pieces = ("$a", "${a}", "$$", "$", "${a", "$1", "$A", "${b}", "$a_b", "x", "$\u0131", "${ a}", "\n", "$\xe9", "a$a$a")
    text = "".join(draw.of(pieces) for _ in range(draw.some(4, 1)))
    method = draw.of(("substitute", "safe_substitute", "is_valid", "get_identifiers"))
    given = "a=1, b='$a'" if "substitute" in method else ""
    return f"string.Template({ascii(text)}).{method}({given})"


def program(draw):
    number = draw.random()
    if number < 0.45:
        shown = value(draw)
        return f"format({shown}, {ascii(specification(draw, fitting(draw, shown)))})"
    if number < 0.65:
        return f_string(draw)
    if number < 0.82:
        return printf(draw)
    if number < 0.96:
        return str_format(draw)
    return template(draw)
