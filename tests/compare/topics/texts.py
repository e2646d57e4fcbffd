"""textwrap, string, shlex, difflib, fnmatch, pprint, reprlib, unicodedata and configparser."""

from draw import table

PRELUDE = """
import configparser, difflib, fnmatch, glob, io, pprint, reprlib, shlex, string, textwrap, unicodedata
def configured(text, **options):
    parser = configparser.ConfigParser(**options)
    parser.read_string(text)
    out = io.StringIO()
    parser.write(out)
    return {name: dict(section) for name, section in parser.items()}, out.getvalue()
def tokens(text, **options):
    lexer = shlex.shlex(text, **options)
    return list(lexer)
"""

CALLS = table("""
textwrap.wrap textwrap.fill | prose width=wide? initial_indent=indent? subsequent_indent=indent? tabsize=width? expand_tabs=boolean? replace_whitespace=boolean? drop_whitespace=boolean?
textwrap.wrap textwrap.fill | prose width? break_long_words=boolean? break_on_hyphens=boolean? fix_sentence_endings=boolean? max_lines=lines? placeholder=indent?
textwrap.dedent indented
textwrap.indent indented indent predicate?
textwrap.shorten prose width placeholder=indent?
string.capwords prose indent?
shlex.split command comments=boolean? posix=boolean?
shlex.quote text
shlex.join words
tokens command posix=boolean? punctuation_chars=boolean?
difflib.unified_diff difflib.context_diff difflib.ndiff | lined lined
difflib.get_close_matches word words n=count? cutoff=cutoff?
fnmatch.fnmatch fnmatch.fnmatchcase | word pattern
fnmatch.filter words pattern
fnmatch.translate glob.translate | pattern
pprint.pformat nested width=width? indent=width? depth=lines? compact=boolean? sort_dicts=boolean? underscore_numbers=boolean?
reprlib.repr nested
unicodedata.name unicodedata.category unicodedata.bidirectional unicodedata.combining unicodedata.east_asian_width unicodedata.mirrored unicodedata.decomposition | character
unicodedata.numeric unicodedata.decimal unicodedata.digit | character any?
unicodedata.normalize unicodedata.is_normalized | form text
unicodedata.lookup named
configured configuration strict=boolean? allow_no_value=boolean? delimiters=delimiters? comment_prefixes=delimiters? empty_lines_in_values=boolean?
string.Formatter().format form? any? any?
string.Formatter().parse template
""")

WORDS = ("the", "quick", "brown-fox", "jumps", "over", "a", "lazy,", "dog.", "e.g.", "\u4e2d\u6587\u5b57", "supercalifragilistic", "--option", "well-known--dash", "x\ty", "\n", "  ", "\n\n", "\xa0", "\u3000", "end.  Next", "\u2014", "e\u0301", "\U0001f600", "foo/bar", "don't", "A.", "\r\n", "\x0b", "-")
COMMANDS = ("ls", "-l", "'a b'", '"c d"', "\\", "\\ ", "'", '"', "a\\'b", "#c", "$x", "`", "|", "&&", ";", ">", "\n", " ", " ", "\u4e2d", '"a\\"b"', "''", "a=b", "*", "~", "(x)", "\t", "'\\'", '"$y"', "\\\n", "a'b'c")
LINES = ("[s]", "[s]", "[DEFAULT]", "a = 1", "b: 2", "c", "a=3", "  continued", "# c", "; c", "", "d = %(a)s", "e = %(x)s", "f = %%", "= x", "[t", "[ s ]", "A = up", "g = x ; y", "\ta = tab", "h = ${a}", "i = \u4e2d", "[]", "a b = c", "j =", "  # indented", "k = 1\n\n  2", "%(", "l = %(l)s")
PATTERNS = ("*", "?", "a*", "*.py", "[ab]*", "[!a]", "[]", "[", "[a-z]?", "**", "a[", "[!]", "[]]", "\\*", "*a*b*", "[z-a]", "[^a]", "\u4e2d*", "[a-c-e]", "x**y", "**/x", ".*", "[[]", "a\n*")


def joined(pieces, separator, most):
    return lambda draw: ascii(separator.join(draw.of(pieces) for _ in range(draw.some(most))))


def nested(draw, depth=3):
    if depth <= 0 or draw.chance(0.3):
        return draw.scalar() if draw.chance(0.3) else draw.of(("1", "'abc'", "None", "'lorem ipsum dolor sit amet ' * 3", "b'x' * 90", "{1, 2}", "frozenset({'a'})", "range(3)", "1234567", "'\u4e2d'", "()", "[]", "{}", "bytearray(b'q')", "'a\\nb'"))
    parts = [nested(draw, depth - 1) for _ in range(draw.some(6))]
    kind = draw.of(("[{}]", "({},)", "d", "Row([{}])", "__import__('collections').deque([{}])", "d", "__import__('types').SimpleNamespace(a=[{}])", "__import__('collections').OrderedDict(a=[{}])"))
    if kind == "d":
        return "{" + ", ".join(f"{draw.of(('\"k\"', '1', '\"a\"', 'None', '(1, 2)', '\"zz\"'))}: {part}" for part in parts) + "}"
    return kind.format(", ".join(parts)) if parts else "()"


KINDS = {
    "prose": lambda draw: ascii(draw.of((" ", " ", " ", "", "\n")).join(draw.of(WORDS) for _ in range(draw.some(14)))),
    "indented": lambda draw: ascii("".join(draw.of(("  ", "    ", "\t", "", " \t", "")) + draw.of(("a", "b c", "", " ", "\u4e2d", "x  ")) + draw.of(("\n", "\n", "\r\n", "\n\n", "")) for _ in range(draw.some(6)))),
    "indent": ("''", "'  '", "'> '", "'...'", "'\\t'", "'\u4e2d'", "' [...]'", "None"),
    "predicate": ("lambda line: True", "str.strip", "lambda line: 'a' in line"),
    "width": ("0", "1", "2", "5", "7", "10", "20", "40", "70", "-1"),
    # Where an indent is wider than the line, there is no end.
    "wide": ("7", "10", "20", "40", "70"),
    "lines": ("0", "1", "2", "3", "None"),
    "command": joined(COMMANDS, "", 7),
    "words": lambda draw: f"[{', '.join(ascii(draw.of(WORDS[:12] + COMMANDS[:8])) for _ in range(draw.some(6)))}]",
    "word": lambda draw: ascii(draw.of(WORDS[:12] + ("abc.py", "a", "quack", "brown", "ab", "x\ny"))),
    "lined": lambda draw: f"[{', '.join(draw.of(('\"a\\n\"', '\"b\\n\"', '\"abc\\n\"', '\"abd\\n\"', '\"\"', '\"c\"', '\"\\tx\\n\"', '\"one two\\n\"', '\"one too\\n\"')) for _ in range(draw.some(7)))}]",
    "cutoff": ("0.6", "0", "1", "0.1", "2", "-1"),
    "pattern": lambda draw: ascii(draw.of(PATTERNS) + draw.of(("", "", draw.of(PATTERNS)))),
    "nested": nested,
    "form": ("'NFC'", "'NFD'", "'NFKC'", "'NFKD'", "'NFX'"),
    "named": ("'DIGIT ONE'", "'latin small letter a'", "'NULL'", "'CJK UNIFIED IDEOGRAPH-4E2D'", "'HANGUL SYLLABLE GAG'", "'none'", "''", "'BELL'", "'LINE FEED'", "'GRINNING FACE'", "'KEYCAP DIGIT ONE'", "'BYTE ORDER MARK'", "'LATIN SMALL LETTER GHA'", "'CJK UNIFIED IDEOGRAPH-FFFF'"),
    "configuration": lambda draw: ascii("\n".join(draw.of(LINES) for _ in range(draw.some(8, 1)))),
    "delimiters": ("('=',)", "(':', '=')", "('#',)", "('=', ':')", "('|',)"),
    "template": joined(("{}", "{a}", "{0!r:>{w}}", "{", "}", "{{", "x", "}}", "{a.b[c]}", "{!x}", "{:}", "{a:{b}}"), "", 5),
}


def program(draw):
    number = draw.random()
    if number < 0.06:
        return f"[op for op in difflib.SequenceMatcher({draw.of(('None', 'lambda x: x == \" \"'))}, {draw.text()}, {draw.text()}).get_opcodes()]"
    if number < 0.1:
        return f"round(difflib.SequenceMatcher(None, {draw.text()}, {draw.text()}, {draw.boolean()}).{draw.of(('ratio', 'quick_ratio', 'real_quick_ratio'))}(), 12)"
    if number < 0.14:
        return f"{draw.of(('unicodedata.name', 'unicodedata.category', 'unicodedata.decomposition', 'unicodedata.normalize', 'unicodedata.ucd_3_2_0.category'))}(chr({draw.below(0x110000)}))".replace("normalize(", "normalize('NFKD', ")
    if number < 0.16:
        return f"[{draw.of(('str.isalpha', 'str.isprintable', 'str.isnumeric', 'str.isidentifier', 'str.lower', 'str.upper', 'str.title', 'str.casefold', 'unicodedata.category', 'unicodedata.combining', 'unicodedata.east_asian_width'))}(chr(i)) for i in range({(start := draw.below(0x110000 - 16))}, {start + 12})]"
    return draw.call(*draw.of(CALLS))
