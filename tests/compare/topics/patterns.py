"""Regular expressions over a grammar, and the functions of re."""

import pools

PRELUDE = """
import re
def found(pattern, text, flags=0, how="search"):
    match = getattr(re.compile(pattern, flags), how)(text)
    return match and (match.span(), match.groups(), match.regs, match.lastindex, match.lastgroup)
"""

# Some patterns take for ever, as they should.
LIMIT = 0.3

LITERALS = ("a", "b", "a", "b", "c", "ab", "A", "\\.", "\\|", "\\^", " ", "\n", "\\n", "1", "_", "-", "\u4e2d", "\xe9", "\u0130", "\u017f",
            "K", "\u212a", "\\x41", "\\u4e2d", "\\0", "\\101", "\\ ", "\U0001f600", "\ud800")
CLASSES = ("\\d", "\\D", "\\w", "\\W", "\\s", "\\S", ".", "[ab]", "[^a]", "[a-c]", "[^\\n]", "[\\d_]", "[\\w-]", "[]a]", "[^]a]", "[a\\-c]",
           "[\u4e00-\u9fff]", "[A-Z]", "[\\s\\S]", "[^\\W\\d]", "[b-b]", "[.*]", "[^^]", "[\\]]", "[\u0130\u0131]")
ANCHORS = ("^", "$", "\\A", "\\Z", "\\b", "\\B", "\\z")
COUNTS = ("*", "+", "?", "{2}", "{1,2}", "{0,1}", "{,2}", "{0}", "{2,}", "{1,3}", "{0,}", "{3}")
BROKEN = ("(", ")", "[", "]", "*", "+", "?", "{", "}", "{1", "\\", "(?", "(?P<", "(?P<1>a)", "(?P=x)", "(?(3)a)", "(?#x", "\\9", "[b-a]",
          "\\N", "\\u12", "(?i", "a**", "a{2}{3}", "(?<=a*)", "(?z)", "\\N{DIGIT ONE}", "\\c", "(?-i)", "(?i-i:a)", "{2,1}", "x{99999999999}")


class Group:
    """What the parts of a pattern know of each other: how many groups there are."""

    def __init__(self):
        self.count, self.open = 0, set()


def piece(draw, depth, groups):
    number = draw.random()
    if depth <= 0 or number < 0.32:
        return draw.of(LITERALS) if draw.chance(0.6) else draw.of(CLASSES)
    if number < 0.37:
        return draw.of(ANCHORS)
    if number < 0.42:
        return f"\\{draw.randint(1, groups.count)}" if groups.count and draw.chance(0.9) else "\\1"
    if number < 0.45 and groups.count:
        return f"(?({draw.randint(1, groups.count)}){sequence(draw, depth - 1, groups)}{draw.of(('', '|b', '|'))})"
    if number < 0.425 + 0.02:
        return draw.of(BROKEN)
    inner = lambda: alternatives(draw, depth - 1, groups)
    if number < 0.68:
        groups.count += 1
        name = f"?P<n{groups.count}>" if draw.chance(0.15) else ""
        return f"({name}{inner()})"
    if number < 0.8:
        return f"(?:{inner()})"
    if number < 0.9:
        look = draw.of(("?=", "?!", "?=", "?!", "?<=", "?<!"))
        if "<" in look:
            return f"({look}{draw.of(('a', 'ab', 'b', '[ab]', '^', '(a)', 'a|b', '.', '(?:ab)', '$', '\\b', 'ab|cd', 'a|bc', '(?i:A)'))})"
        return f"({look}{inner()})"
    if number < 0.94:
        return f"(?>{inner()})"
    flags = draw.of(("i", "s", "m", "x", "-i", "i-s", "a", "u"))
    return f"(?{flags}:{inner()})"


def repeated(draw, depth, groups):
    shown = piece(draw, depth, groups)
    if draw.chance(0.42):
        shown += draw.of(COUNTS) + draw.of(("", "", "", "?", "+"))
    return shown


def sequence(draw, depth, groups):
    return "".join(repeated(draw, depth, groups) for _ in range(draw.some(4)))


def alternatives(draw, depth, groups):
    return "|".join(sequence(draw, depth, groups) for _ in range(draw.of((1, 1, 1, 2, 2, 3))))


def pattern(draw):
    shown = alternatives(draw, draw.of((1, 2, 2, 3)), Group())
    if draw.chance(0.03):
        place = draw.below(len(shown) + 1)
        shown = shown[:place] + draw.of(BROKEN) + shown[place:]
    if draw.chance(0.03):
        shown = draw.of(("(?i)", "(?m)", "(?s)", "(?x)", "(?a)", "(?L)", "(?ai)", "(?au)")) + shown
    return shown


def text(draw):
    number = draw.random()
    if number < 0.75:
        return "".join(draw.of("aaabbbc AB1_\n") for _ in range(draw.some(9)))
    if number < 0.85:
        return draw.of(pools.TEXTS[:50])
    return "".join(draw.of("ab\u4e2d\xe9\u0130i\u017fsK\u212a\U0001f600\ud800") for _ in range(draw.some(8)))


def shown(draw, value, octets):
    """The value as text or, if it can be, as bytes."""
    return repr(value.encode("utf-8", "surrogatepass")) if octets else ascii(value)


REPLACEMENTS = ("x", "", "\\1", "<\\g<0>>", "\\g<1>", "\\n", "\\\\", "[\\2]", "\\g<n1>", "\\0", "\\101", "\\q", "\\g<", "\\g<x>", "\\8", "$1", "\\",
                "\\g<-1>", "\\g<+1>", "\\g<01>", "\\x41")
FLAGS = ("re.I", "re.M", "re.S", "re.X", "re.A", "re.I | re.A", "re.M | re.S", "re.U", "re.L", "re.I | re.M", "0")


def program(draw):
    octets = draw.chance(0.1)
    regex, subject = shown(draw, pattern(draw), octets), shown(draw, text(draw), octets)
    flags = f", {draw.of(FLAGS)}" if draw.chance(0.25) else ""
    number = draw.random()
    if number < 0.6:
        how = draw.of(("search", "search", "match", "fullmatch"))
        return f"found({regex}, {subject}{flags or ', 0'}, {how!r})"
    if number < 0.72:
        return f"re.findall({regex}, {subject}{flags})"
    if number < 0.78:
        return f"[each.span() for each in re.finditer({regex}, {subject}{flags})]"
    if number < 0.88:
        new = shown(draw, draw.of(REPLACEMENTS), octets) if draw.chance(0.8) else "lambda match: match[0] * 2"
        return f"re.{draw.of(('sub', 'subn'))}({regex}, {new}, {subject}, count={draw.of((0, 0, 1, 2))}{flags.replace(', ', ', flags=')})"
    if number < 0.94:
        return f"re.split({regex}, {subject}, maxsplit={draw.of((0, 0, 1, 2))}{flags.replace(', ', ', flags=')})"
    if number < 0.97:
        start, end = draw.randint(-1, 5), draw.randint(-1, 9)
        return f"(lambda m: m and (m.span(), m.pos, m.endpos))(re.compile({regex}).{draw.of(('search', 'match'))}({subject}, {start}, {end}))"
    if number < 0.985:
        return f"re.escape({subject})"
    new = shown(draw, draw.of(REPLACEMENTS), octets)
    return f"(lambda m: m and (m.expand({new}), m.groupdict(), m.group(0, 0), m[0], m.start(), m.end(0)))(re.search({regex}, {subject}{flags}))"
