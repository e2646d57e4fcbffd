"""Values that bite, as the text of expressions, and names that every program sees."""

# Run before the programs of every topic.
PRELUDE = '''
class Text(str): pass
class Octets(bytes): pass
class Whole(int): pass
class Real(float): pass
class Row(list): pass
class Pair(tuple): pass
class Table(dict): pass
class Bunch(set): pass
class Bare: 
    def __repr__(self): return "Bare()"
class Index:
    def __init__(self, value): self.value = value
    def __index__(self): return self.value
    def __repr__(self): return f"Index({self.value!r})"
class AsFloat:
    def __init__(self, value): self.value = value
    def __float__(self): return self.value
    def __repr__(self): return f"AsFloat({self.value!r})"
class Sequence:
    def __init__(self, *values): self.values = values
    def __len__(self): return len(self.values)
    def __getitem__(self, index): return self.values[index]
    def __repr__(self): return f"Sequence{self.values!r}"
class Failing:
    def __init__(self, *values): self.values = values
    def __iter__(self):
        yield from self.values
        raise LookupError("no more")
    def __repr__(self): return f"Failing{self.values!r}"
class Unhashable:
    __hash__ = None
    def __eq__(self, other): return self is other
    def __repr__(self): return "Unhashable()"
class Same:
    """Equal to everything, with one hash for all."""
    def __init__(self, name): self.name = name
    def __eq__(self, other): return True
    def __hash__(self): return 7
    def __repr__(self): return f"Same({self.name!r})"
class Wild:
    """Raises whatever is asked of it."""
    def __eq__(self, other): raise ArithmeticError("eq")
    def __lt__(self, other): raise ArithmeticError("lt")
    def __hash__(self): raise ArithmeticError("hash")
    def __bool__(self): raise ArithmeticError("bool")
    def __len__(self): raise ArithmeticError("len")
    def __iter__(self): raise ArithmeticError("iter")
    def __index__(self): raise ArithmeticError("index")
    def __repr__(self): return "Wild()"
def looped_list():
    value = [1]
    value.append(value)
    return value
def looped_dict():
    value = {}
    value["self"] = value
    return value
def with_after(value, call):
    """What the call gives; what the value is then is told of, too."""
    try:
        result = call(value)
        return "itself" if result is value else result
    finally:
        trace("then " + show(value))
'''

# Single characters, each for a reason of its own.
CHARACTERS = (
    "a", "b", "z", "A", "B", "Z", "0", "1", "9", " ", "-", "_", ".", ",", ":", "/", "\\", "'", '"', "%", "{", "}",
    "\n", "\r", "\t", "\x0b", "\x0c", "\x1c", "\x1f", "\x00", "\x7f", "\x85", "\xa0", "\xad", "\xb2", "\xb5", "\xbd",
    "\xdf", "\xe9", "\xff", "\u0130", "\u0131", "\u0149", "\u017f", "\u01c4", "\u01c5", "\u0301", "\u0345", "\u0390",
    "\u03a3", "\u03c2", "\u03c3", "\u0587", "\u0660", "\u06f3", "\u0966", "\u0e33", "\u10d0", "\u1c90", "\u1e9e",
    "\u1f88", "\u1fb3", "\u1fbc", "\u200b", "\u200d", "\u2028", "\u2029", "\u202f", "\u2160", "\u2170", "\u24b6",
    "\u3000", "\u4e2d", "\u6587", "\u4e00", "\u3007", "\uac00", "\uac01", "\uab70", "\u13a0", "\ufb01", "\ufb03",
    "\ufeff", "\uff10", "\uff21", "\ufffd", "\uffff", "\ud800", "\udc80", "\udcff", "\udfff", "\U00010400",
    "\U00010428", "\U0001d7ce", "\U0001f600", "\U0001f1e9", "\U0001e900", "\U0001e922", "\U000e0001", "\U0010ffff",
)

TEXTS = (
    "", "a", "ab", "abc", "A", "aB", "Abc Def", "abab", "aaa", "hello world", "  spam  ", "\t\n x \r\n", "a\tb\tc",
    "one\ntwo\r\nthree\rfour\x0bfive\x0csix\x1cseven\x85eight\u2028nine", "a,b,,c", ",", "0", "1", "-1", "+1", "007",
    "1_000", "3.14", "1e5", "nan", "inf", "-inf", " 12 ", "0x1f", "\u0663\u0664", "\uff11\uff12", "\xb2", "\xbd",
    "\u4e2d", "\u4e2d\u6587", "\u7b2c\u4e00", "\u4e2d\u6587\u5b57\u7b26\u4e32", "caf\xe9", "cafe\u0301", "stra\xdfe",
    "\u01c5", "\u0130", "\u03a3\u03a3", "\u1f88", "\ufb01", "\U0001f600", "x\U0001f600y", "\ud800", "a\udc80b",
    "\ud83d\ude00", "\x00", "a\x00b", "\u200d", "\U0001f468\u200d\U0001f469", "%s", "%d %s", "{}", "{0}", "{a}", "{{}}",
    "$a", "True", "None", "class", "_x", "x1", "1x", "\xaax", "\u2118", "a" * 300, "\u4e2d" * 70, "lorem ipsum " * 9,
)

BYTES = (
    b"", b"a", b"ab", b"abc", b"aB", b"ABC", b"abab", b"aaa", b"hello world", b"  spam  ", b"\t\n x \r\n", b"a\tb",
    b"one\ntwo\r\nthree\rfour\x0bfive\x0csix\x1cseven\x85eight", b"a,b,,c", b",", b"0", b"1", b"-1", b"1_000",
    b"3.14", b" 12 ", b"\x0b5\x0c", b"\x00", b"a\x00b", b"\x00\x00\x00", b"\x7f", b"\x80", b"\x85", b"\xa0", b"\xe9",
    b"\xff", b"ab\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\xa9", b"\xc3", b"\xe4\xb8\xad", b"\xe4\xb8", b"\xb8\xad",
    b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"caf\xe9", bytes(range(256)), b"x" * 300,
    b"%s", b"%d", b"=", b"YWJj", b"YQ==", b"616263", b"\x93NUMPY",
)

INTEGERS = (
    0, 1, -1, 2, -2, 3, -3, 4, 5, 7, -7, 8, 9, 10, -10, 11, 16, 31, 32, 63, 64, 100, 127, 128, 255, 256, -128, -129, 257,
    999, 1000, 1024, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, -(2**31), 2**32 - 1, 2**32, 2**52, 2**53 - 1,
    2**53, 2**53 + 1, 2**60 - 1, 2**60, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64 - 1, 2**64, 10**15, 10**16,
    10**17, 10**18, 10**19, 10**22, 10**23, 10**30, 3**50, 2**100, -(2**100), 2**128 - 1, 10**50, 7**77, 2**1023,
    2**1024, 10**308, 10**309, 12009599006321323, 576460752303423488, 9007199254740993,
)

FLOATS = (
    "0.0", "-0.0", "0.5", "-0.5", "1.0", "-1.0", "1.5", "2.5", "-2.5", "3.5", "0.1", "0.2", "0.3", "1/3", "2/3", "2.675",
    "1.005", "0.125", "3.14", "10.0", "100.0", "1e5", "123456.789", "1e15", "1e16", "1e17", "9007199254740991.0",
    "9007199254740992.0", "9007199254740994.0", "1e21", "1e22", "1e23", "1e100", "1e-4", "1e-5", "1e-6", "1e-7",
    "1e-10", "1e-100", "1e300", "1e308", "1.7976931348623157e308", "2.2250738585072014e-308", "2.225073858507201e-308",
    "5e-324", "-5e-324", "1e-320", "2.220446049250313e-16", "1.1102230246251565e-16", "0.9999999999999999",
    "1.0000000000000002", "4.35", "4.349999999999999", "8.5", "1e16 + 1", "0.30000000000000004", "5e15", "12345678.9",
    "float('inf')", "float('-inf')", "float('nan')",
)

COMPLEXES = (
    "0j", "1j", "-1j", "1+2j", "-0.0+0j", "complex(0.0, -0.0)", "complex(-0.0, -0.0)", "complex('nan')", "3-4j",
    "complex('inf')", "complex(0, float('inf'))", "complex(float('nan'), float('inf'))", "1e308+1e308j", "0.1-0.2j",
    "1e-320+0j", "complex(1, -0.0)",
)

CONTAINERS = (
    "[]", "[1]", "[1, 2, 3]", "[3, 1, 2]", "[0.1] * 10", "['b', 'a']", "[[1], [2]]", "[None]", "[1, 'a']", "[True, 1, 1.0]",
    "[float('nan')]", "list(range(20))", "Row([1, 2])", "looped_list()", "()", "(1,)", "(1, 2)", "(1, 'a', None)",
    "((1, 2), (3, 4))", "Pair((1, 2))", "([],)", "{}", "{'a': 1}", "{1: 2, 3: 4}", "{'b': 2, 'a': 1}", "{(1, 2): [3]}",
    "{None: None}", "{1: 'x', 1.0: 'y', True: 'z'}", "Table(a=1)", "looped_dict()", "set()", "{1}", "{1, 2, 3}",
    "{'a'}", "{(1,), 2}", "frozenset()", "frozenset({1, 2})", "Bunch({1})", "range(0)", "range(5)", "range(10, 0, -3)",
    "range(2**70, 2**70 + 3)", "iter([1, 2])", "iter(())", "(x for x in 'ab')", "zip('ab', 'cd')", "map(str, [1, 2])",
    "enumerate('ab')", "reversed([1, 2])", "{'a': 1}.keys()", "{'a': 1}.values()", "{'a': 1, 'b': 2}.items()",
    "Sequence(1, 2)", "Sequence()", "Failing(1)", "Failing()", "'abc'", "b'abc'", "bytearray(b'ab')", "memoryview(b'abc')",
)

ODD = (
    "None", "True", "False", "...", "NotImplemented", "object", "int", "str", "type", "Bare", "Unhashable()", "Wild()",
    "Same('a')", "len", "print", "lambda: 1", "lambda x: x", "Index(2)", "Index(-1)", "AsFloat(1.5)", "Whole(3)",
    "Text('ab')", "Octets(b'ab')", "Real(2.5)", "Text()", "slice(1, 2)", "slice(None, None, -1)", "KeyError('k')",
    "ValueError", "property()", "super", "NotImplementedError()",
)

ENCODINGS = (
    "utf-8", "utf8", "UTF-8", "ascii", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "utf-7",
    "utf-8-sig", "cp1252", "gbk", "gb2312", "gb18030", "big5", "hz", "shift_jis", "euc-jp", "euc-kr", "iso2022_jp",
    "koi8-r", "cp437", "cp949", "cp950", "big5hkscs", "johab", "iso8859-15", "mac-roman", "idna", "punycode",
    "unicode_escape", "raw_unicode_escape", "rot13", "hex", "base64", "nonsense", "", "utf\x00", "cp65001", "mbcs",
)

ERROR_HANDLERS = (
    "strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "namereplace", "surrogateescape",
    "surrogatepass", "nonsense", "",
)
