"""json: reading and writing documents, right ones and broken ones."""

import pools

PRELUDE = """
import collections, json
class Plain:
    pass
def default(value):
    if isinstance(value, (set, complex)): return sorted(map(str, value)) if isinstance(value, set) else [value.real]
    raise TypeError(f"no {type(value).__name__}")
"""

NUMBERS = ("0", "-0", "1", "-1", "0.0", "-0.0", "1.5", "1e5", "1E+2", "1e-7", "1e400", "-1e400", "01", "+1", ".5", "1.", "1e", "-", "NaN", "Infinity", "-Infinity", "nan", "123456789012345678901234567890", "1.0000000000000000001",
           "0x1", "1_0", "\u0661", "5e-324", "1" * 50, "1.5E3", "-01", "--1", "9007199254740993", "2.5e-8")
STRINGS = ('""', '"a"', '"\\n"', '"\\u4e2d"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\udc00\\ud800"', '"\\x"', '"\\u12"', '"\\u12G4"', '"\n"', '"\t"', '"\x00"', '"\u4e2d"', '"\U0001f600"', '"\\/"', '"\\"', '"', "'a'", '"a', '"\\b\\f\\r\\t\\"\\\\"',
           '"\\uD83D"', '"\\uD83D\\u0041"', '"\x7f"', '"\u2028"', '"\\U0041"', '"\\u+123"', '"\\u 123"', '"key"', '"\ud800"')
WORDS = ("true", "false", "null", "True", "nul", "tru", "undefined", "", "nulll")
SPACES = ("", "", "", " ", "\n", "\t", "\r", "\x0b", "\u00a0", "  ")
BREAKS = (",", ":", "[", "]", "{", "}", '"', "\\", "1", " ", "//", "\ufeff", "\x00", "#", "'")


def document(draw, depth=3):
    number = draw.random()
    space = draw.of(SPACES[:7])
    if depth <= 0 or number < 0.45:
        return space + draw.of(draw.of((NUMBERS, STRINGS, STRINGS, WORDS[:3], WORDS[:3], NUMBERS, WORDS))) + draw.of(SPACES[:7])
    if number < 0.7:
        return f"[{','.join(document(draw, depth - 1) for _ in range(draw.some(4)))}]{space}"
    members = [f"{space}{draw.of(STRINGS if draw.chance(0.3) else STRINGS[:3])}:{document(draw, depth - 1)}" for _ in range(draw.some(4))]
    return "{" + ",".join(members) + "}" + space


def broken(draw, text):
    for _ in range(draw.some(2, 1)):
        place = draw.below(len(text) + 1)
        text = text[:place] + draw.of((draw.of(BREAKS), "")) + text[place + draw.below(2):]
    return text


def value(draw, depth=3):
    number = draw.random()
    if depth <= 0 or number < 0.5:
        return draw.of((draw.text, draw.integer, draw.float, lambda: draw.of(("None", "True", "False", "Whole(3)", "Real(2.5)", "Text('ab')", "()", "[]", "{}")), lambda: draw.of(pools.ODD) if draw.chance(0.2) else "1"))()
    if number < 0.75:
        return draw.of(("[{}]", "({},)", "Row([{}])")).format(", ".join(value(draw, depth - 1) for _ in range(draw.some(3, 1))))
    keys = ("'a'", "'b'", "''", "1", "1.5", "None", "True", "'\u4e2d'", "float('nan')", "Whole(2)", "-0.0", "Text('k')", "10**20") + ((("(1, 2)", "b'k'") if draw.chance(0.1) else ()))
    return "{" + ", ".join(f"{draw.of(keys)}: {value(draw, depth - 1)}" for _ in range(draw.some(4))) + "}"


OPTIONS = ("indent=2", "indent=0", "indent='\\t'", "indent=-1", "indent=None", "separators=(',', ':')", "separators=(' ,', ' : ')", "sort_keys=True", "ensure_ascii=False", "ensure_ascii=False", "skipkeys=True", "allow_nan=False",
           "check_circular=False", "default=default", "default=str", "default=lambda v: v", "cls=json.JSONEncoder", "indent=True")
HOOKS = ("parse_float=str", "parse_int=str", "parse_constant=str", "object_hook=lambda d: sorted(d)", "object_pairs_hook=list", "object_pairs_hook=collections.OrderedDict", "strict=False", "parse_int=float", "object_hook=len")


def program(draw):
    number = draw.random()
    if number < 0.45:
        text = document(draw)
        if draw.chance(0.35):
            text = broken(draw, text)
        options = "".join(f", {each}" for each in draw.sample(HOOKS, draw.some(2)))
        shown = ascii(text)
        if draw.chance(0.1):
            encoding = draw.of(("utf-8", "utf-16", "utf-16-le", "utf-32-be", "utf-8-sig", "latin-1"))
            shown = repr(text.encode(encoding, "replace" if encoding == "latin-1" else "surrogatepass"))
        if draw.chance(0.05):
            return f"json.JSONDecoder().raw_decode({shown}, {draw.of((0, 0, 1, 2, -1, 100))})"
        return f"json.loads({shown}{options})"
    names = {each.split("=")[0]: each for each in draw.sample(OPTIONS, draw.some(3))}
    shown = value(draw)
    if number < 0.5:
        return f"''.join(json.JSONEncoder({', '.join(name for name in names.values() if not name.startswith('cls'))}).iterencode({shown}))"
    return f"json.dumps({', '.join([shown, *names.values()])})"
