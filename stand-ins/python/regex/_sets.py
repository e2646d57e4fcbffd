"""krait: sets of characters for regex: ranges of code points, in order, and the properties that name them."""

import unicodedata

_LAST = 0x10FFFF

# The abbreviations of general categories, by their long names.
_CATEGORIES = {
    "letter": "l", "casedletter": "lc", "uppercaseletter": "lu", "lowercaseletter": "ll", "titlecaseletter": "lt",
    "modifierletter": "lm", "otherletter": "lo", "mark": "m", "nonspacingmark": "mn", "spacingmark": "mc",
    "enclosingmark": "me", "number": "n", "decimalnumber": "nd", "letternumber": "nl", "othernumber": "no",
    "punctuation": "p", "connectorpunctuation": "pc", "dashpunctuation": "pd", "openpunctuation": "ps",
    "closepunctuation": "pe", "initialpunctuation": "pi", "finalpunctuation": "pf", "otherpunctuation": "po",
    "symbol": "s", "mathsymbol": "sm", "currencysymbol": "sc", "modifiersymbol": "sk", "othersymbol": "so",
    "separator": "z", "spaceseparator": "zs", "lineseparator": "zl", "paragraphseparator": "zp", "other": "c",
    "control": "cc", "format": "cf", "surrogate": "cs", "privateuse": "co", "unassigned": "cn", "l&": "lc",
}
_SAME = {
    "alphabetic": "alpha", "uppercase": "upper", "lowercase": "lower", "whitespace": "space", "posixdigit": "digit",
    "posixalnum": "alnum", "posixpunct": "punct", "posixxdigit": "xdigit", "hexdigit": "xdigit", "extpict":
    "extendedpictographic", "ideo": "ideographic", "di": "defaultignorablecodepoint",
}
_FIXED = {
    "any": [(0, _LAST)],
    "ascii": [(0, 127)],
    "blank": [(9, 9), (32, 32), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x202F, 0x202F), (0x205F, 0x205F),
              (0x3000, 0x3000)],
    "space": [(9, 13), (32, 32), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
              (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)],
    "defaultignorablecodepoint": [
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
        (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    ],
    "xdigit": [(48, 57), (65, 70), (97, 102), (0xFF10, 0xFF19), (0xFF21, 0xFF26), (0xFF41, 0xFF46)],
}
# Planes in which there are characters, and the private ones.
_SCANNED = (range(0x33480), range(0xE0000, 0xE0200))
_PRIVATE = [(0xF0000, 0xFFFFD), (0x100000, 0x10FFFD)]

_known = {}


def _of_numbers(numbers):
    """Ranges of numbers in order."""
    found = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return [tuple(each) for each in found]


def united(*sets):
    found = []
    for low, high in sorted(each for ranges in sets for each in ranges):
        if found and low <= found[-1][1] + 1:
            found[-1][1] = max(high, found[-1][1])
        else:
            found.append([low, high])
    return [tuple(each) for each in found]


def complement(ranges):
    found, start = [], 0
    for low, high in ranges:
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    if start <= _LAST:
        found.append((start, _LAST))
    return found


def common(one, other):
    return complement(united(complement(one), complement(other)))


def less(one, other):
    return common(one, complement(other))


def either(one, other):
    return less(united(one, other), common(one, other))


def _categories():
    """The ranges of each general category of two letters."""
    if "cn" not in _known:
        numbers = {}
        category = unicodedata.category
        for part in _SCANNED:
            for number in part:
                numbers.setdefault(category(chr(number)), []).append(number)
        for name, members in numbers.items():
            _known[name.lower()] = _of_numbers(members)
        _known["co"] = _known["co"] + _PRIVATE
        names = [name for name in map(str.lower, numbers) if name != "cn"]
        _known["cn"] = complement(united(*(_known[name] for name in names)))
        for first in "lmnpszc":
            _known[first] = united(*(_known[name] for name in [*names, "cn"] if name[0] == first))
        _known["lc"] = united(_known["lu"], _known["ll"], _known["lt"])
    return _known


def _scripts():
    """The ranges of scripts and of some other properties, by their names."""
    if "han" not in _known:
        from _krait_stand_ins.regex._scripts import TABLE

        for line in TABLE.splitlines():
            names, _, ranges = line.partition(":")
            for name in names.lower().split():
                # A category has the name before a script: there is none of two names.
                _known.setdefault(name.replace("_", ""), ranges)
    return _known


def _unpacked(ranges):
    """Ranges as the table has them: how far each begins behind the end before, and how long it is."""
    found, last = [], 0
    for part in ranges.split(","):
        step, _, length = part.partition("-")
        low = last + int(step, 36)
        last = low + (int(length, 36) if length else 0)
        found.append((low, last))
    return found


def _made(name):
    """A property that is made of others."""
    if name == "alpha":
        return _named_by_table("alphabetic")
    if name == "upper":
        return _named_by_table("uppercase")
    if name == "lower":
        return _named_by_table("lowercase")
    categories = _categories
    if name == "digit":
        return categories()["nd"]
    if name == "alnum":
        return united(ranges_of("alpha"), categories()["nd"])
    if name == "word":
        return united(ranges_of("alpha"), *(categories()[each] for each in ("m", "nd", "pc")), [(0x200C, 0x200D)])
    if name == "punct":
        return categories()["p"]
    if name == "cntrl":
        return categories()["cc"]
    if name == "graph":
        return less(complement(_FIXED["space"]), united(*(categories()[each] for each in ("cc", "cn", "cs"))))
    if name == "print":
        return less(united(ranges_of("graph"), _FIXED["blank"]), categories()["cc"])
    if name == "assigned":
        return complement(categories()["cn"])
    return None


def _named_by_table(name):
    found = _scripts().get(name)
    if isinstance(found, str):
        found = _known[name] = _unpacked(found)
    return found


def ranges_of(name):
    """The ranges of a property, whose name is as people write it; None of one that is not known."""
    key = "".join(each for each in name.lower() if each not in " _-")
    for separator in "=:":
        kind, found, value = key.partition(separator)
        if found:
            if kind in ("gc", "generalcategory"):
                value = _CATEGORIES.get(value, value)
                return _categories().get(value) if len(value) <= 2 else None
            return _named_by_table(value) if kind in ("sc", "script") else None
    key = _SAME.get(key, key)
    if key in _FIXED:
        return _FIXED[key]
    if key in ("alpha", "upper", "lower", "digit", "alnum", "word", "punct", "cntrl", "graph", "print", "assigned"):
        if f"+{key}" not in _known:
            _known[f"+{key}"] = _made(key)
        return _known[f"+{key}"]
    key = _CATEGORIES.get(key, key)
    if len(key) <= 2:
        return _categories().get(key)
    found = _named_by_table(key)
    if found is None and key.startswith("is"):
        return ranges_of(key[2:])
    return found


def text_of(ranges):
    """Ranges as they are written in a set of a pattern."""
    def one(number):
        return f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}"

    return "".join(one(low) if low == high else f"{one(low)}-{one(high)}" for low, high in ranges)
