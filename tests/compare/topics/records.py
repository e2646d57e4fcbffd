"""Dataclasses, enumerations, named tuples, and typing's classes."""

PRELUDE = """
import collections, copy, dataclasses, enum, functools, pickle, re, types, typing
from dataclasses import dataclass, field
from enum import Enum, Flag, IntEnum, IntFlag, StrEnum, auto
def attempt(call):
    # The value of a call, or how it fails.
    try:
        return show(call())
    except Exception as error:
        return f"{type(error).__name__}: {error}"
"""

BATCH = 800
OPTIONS = ("order=True", "frozen=True", "eq=False", "repr=False", "slots=True", "kw_only=True", "unsafe_hash=True", "init=False", "match_args=False", "weakref_slot=True")
TYPES = ("int", "str", "'int'", "list[int]", "typing.Any", "typing.ClassVar[int]", "dataclasses.InitVar[int]", "typing.Optional[str]", "int | None", "float")
DEFAULTS = ("", "", " = 1", " = 'x'", " = field(default=2)", " = field(default_factory=list)", " = field(repr=False, default=3)", " = field(init=False, default=4)", " = field(compare=False, default=5)",
            " = field(kw_only=True)", " = field(hash=False, default=6)", " = []", " = None", " = field(default=1, default_factory=list)", " = field(metadata={'m': 1}, default=0)", " = field()")


def dataclass(draw):
    lines, owners = [], []
    for place in range(draw.of((1, 1, 1, 2, 2, 3))):
        owner = "ABC"[place]
        options = draw.sample(OPTIONS, draw.some(3)) if draw.chance(0.6) else []
        base = f"({draw.of(owners)})" if owners and draw.chance(0.8) else draw.of(("", "", "", "(Exception)", "(typing.Generic[typing.TypeVar('T')])"))
        body = []
        for name in draw.sample("abcd", draw.some(4, 1)):
            body.append(f"{name}: {draw.of(TYPES)}{draw.of(DEFAULTS)}")
        if draw.chance(0.1):
            body.append("_: dataclasses.KW_ONLY")
            body.append("e: int = 7")
        if draw.chance(0.35):
            body.append(draw.of((
                "def __post_init__(self, *a):\n        trace(f'post {a}')", "def __post_init__(self):\n        self.a = 9", "def __eq__(self, o): return 'mine'", "def __repr__(self): return 'mine'",
                "def __hash__(self): return 3", "def __lt__(self, o): return True", "def m(self): return self.a", "@property\n    def a(self): return 3", "def __setattr__(self, n, v): object.__setattr__(self, n, v)",
                "__slots__ = ('a',)", "x = 5", "__match_args__ = ()",
            )))
        lines += [f"@dataclass{'(' + ', '.join(options) + ')' if options else draw.of(('', '()'))}", f"class {owner}{base}:", *("    " + each for each in body)]
        owners.append(owner)
    owner = owners[-1]
    lines.append(f"o = attempt(lambda: {owner}())")
    given = sorted(dict.fromkeys(draw.of(("1", "'s'", "a=1", "b=2", "c=3", "d=4")) for _ in range(draw.below(5))), key=lambda each: "=" in each)
    arguments = ", ".join(given)
    lines += [f"try:\n    o = {owner}({arguments})\nexcept TypeError as e:\n    print(e)\n    o = {owner}.__new__({owner})"]
    uses = (
        "o", "repr(o)", f"o == {owner}({arguments})", f"o < {owner}({arguments})", "hash(o) == hash(copy.copy(o))", "dataclasses.asdict(o)", "dataclasses.astuple(o)", "dataclasses.replace(o, a=5)", "dataclasses.replace(o)",
        f"[(f.name, str(f.type), f.init, f.kw_only, f.compare, f.hash) for f in dataclasses.fields({owner})]", f"{owner}.__match_args__", f"{owner}.__doc__", "setattr(o, 'a', 3), o.a", "setattr(o, 'q', 3)", "o.__dict__",
        f"{owner}.__dataclass_params__", f"__import__('inspect').signature({owner})", f"{owner}.__hash__ is None", "dataclasses.is_dataclass(o)", "copy.deepcopy(o) == o", "copy.replace(o, b=1)", f"{owner}.__slots__", "delattr(o, 'a')",
        f"{owner}.__annotations__", "o.b", f"{owner}.a", "o.__post_init__()", "pickle.loads(pickle.dumps((1, 2)))", f"dataclasses.fields(o)[0]", f"{owner}.__init__.__annotations__", f"dataclasses.make_dataclass('M', ['x', ('y', int), ('z', int, 3)])(1, 2)",
    )
    lines += [f"print(attempt(lambda: {each}))" for each in (draw.of(uses) for _ in range(1 + draw.below(3)))]
    return "\n".join(lines) + "\n"


def enumeration(draw):
    base = draw.of(("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "str, Enum", "int, Enum", "float, Enum", "Mixin, Enum", "Enum", "Flag, boundary=enum.CONFORM", "IntFlag, boundary=enum.STRICT", "Flag, boundary=enum.KEEP",
                    "Flag, boundary=enum.EJECT", "enum.ReprEnum", "tuple, Enum", "bytes, Enum"))
    values = ("1", "2", "4", "auto()", "auto()", "3", "0", "-1", "'a'", "'b'", "(1, 2)", "None", "1.5", "A", "A | 2", "[1]", "object", "2**70", "b'x'", "enum.nonmember(5)", "enum.member(6)", "8", "1 << 5")
    body = [f"{name} = {draw.of(values[:7] if draw.chance(0.7) else values)}" for name in ("A", "B", *draw.sample(("C", "D", "E"), draw.some(3)))]
    if draw.chance(0.35):
        body.append(draw.of((
            "def m(self): return self.name", "def __str__(self): return 'mine'", "@property\n    def p(self): return self.value", "@staticmethod\n    def _generate_next_value_(name, start, count, last): return (name, start, count, last)",
            "@classmethod\n    def _missing_(cls, v): return cls.A", "@classmethod\n    def _missing_(cls, v): return 5", "_ignore_ = 'x'\n    x = 1", "def __new__(cls, v):\n        o = object.__new__(cls)\n        o._value_ = (v, v)\n        return o",
            "def __init__(self, *v): self.i = v", "x: int", "A = 9", "_order_ = 'A B'", "__private = 4", "_sunder_ = 1", "mro = 1", "class N: pass", "def __repr__(self): return 'R'", "def __format__(self, s): return 'F'", "_value_: int",
        )))
    lines = [*(["class Mixin:", "    def mixed(self): return 'mixed'"] if "Mixin" in base else []), draw.of(("", "", "", "", "@enum.unique", "@enum.verify(enum.CONTINUOUS)", "@enum.verify(enum.NAMED_FLAGS)")), f"class K({base}):", *("    " + each for each in body)]
    uses = (
        "list(K)", "K.A", "str(K.A)", "repr(K.A)", "f'{K.A}'", "format(K.A, '>9')", "K.A.value", "K.A.name", "K(1)", "K(3)", "K('a')", "K(0)", "K(-1)", "K['A']", "K['Z']", "K.A == 1", "K.A is K(K.A.value)", "K.A < K.B", "hash(K.A) == hash('A')",
        "K.__members__", "len(K)", "K.A in K", "1 in K", "'a' in K", "isinstance(K.A, K)", "K.A | K.B", "K.A & K.B", "~K.A", "K.A ^ K.B", "K(7)", "K(1 | 2)", "list(K.A | K.B)", "K.A.p", "K.A.m()", "K.A + 1", "K.A.i", "bool(K.A)", "K.A.B", "K.Z",
        "setattr(K, 'A', 3)", "setattr(K.A, 'value', 3)", "delattr(K, 'A')", "K('x', 'a b')", "Enum('F', 'a b c')", "list(Enum('F', {'a': 1, 'b': 1}))", "Flag('F', ['p', 'q'])(3)", "IntFlag('G', 'r s t')(6)", "list(reversed(K))", "K.__doc__",
        "copy.deepcopy(K.A) is K.A", "K.A._value_", "K.A.__class__", "type('S', (K,), {})", "repr(K)", "dir(K)[:3]", "K.mixed", "K.N", "K.A.A", "int(K.A)", "K._member_names_", "K.A.mixed()", "K.A ** 2", "'%s %r' % (K.A, K.A)", "K.A.__reduce_ex__(2)",
        "sorted(K)", "{K.A: 1}", "K.A != K.B", "(K.A | K.B).name", "K(5)", "K(16)", "(K.A | K.B).value", "K.A in (K.A | K.B)", "len(K.A | K.B)", "K.x", "K.A | 8", "9 & K.A", "K.__call__(1)", "enum.property", "K._missing_(5)",
    )
    lines += [f"print(attempt(lambda: {each}))" for each in (draw.of(uses) for _ in range(2 + draw.below(4)))]
    return "\n".join(line for line in lines if line) + "\n"


def named(draw):
    number = draw.random()
    if number < 0.5:
        names = draw.of(("'a b c'", "['x', 'y']", "'a, b'", "('a', 'a')", "['class', 'x']", "['_x']", "''", "'1a b'", "['a', 'def', '_z', 'a']", "'a'"))
        options = draw.of(("", ", rename=True", ", defaults=[1]", ", defaults=(1, 2)", ", module='m'", ", defaults=[1, 2, 3, 4]"))
        lines = [f"N = collections.namedtuple({draw.of(('\"N\"', '\"N\"', '\"1\"', '\"class\"'))}, {names}{options})"]
    else:
        fields = [f"{name}: {draw.of(TYPES[:4])}{draw.of(('', '', ' = 1', ' = None'))}" for name in draw.sample(("a", "b", "c", "_d"), draw.some(3, 1))]
        lines = ["class N(typing.NamedTuple):", *("    " + each for each in fields), *(["    def m(self): return self[0]"] if draw.chance(0.2) else [])]
    lines.append(f"try:\n    o = N({draw.of(('', '1', '1, 2', '1, 2, 3', 'a=1, b=2', '1, a=2', '*range(3)'))})\nexcept TypeError as e:\n    print(e)\n    o = N._make([1, 2])")
    uses = ("o", "o._asdict()", "o._fields", "N._field_defaults", "o._replace(a=5)", "o._replace(z=5)", "o[0]", "o.a", "o == (1, 2)", "N.__doc__", "N.a", "N.a.__doc__", "N._make('ab')", "hash(o) == hash(tuple(o))", "o + (1,)", "a, *b = o",
            "copy.copy(o)", "copy.replace(o, a=1)", "setattr(o, 'a', 1)", "setattr(o, 'q', 1)", "N.__match_args__", "o.__getnewargs__()", "N.__annotations__", "repr(N)", "N.__new__.__defaults__", "o.m()", "__import__('inspect').signature(N)", "o < o", "len(o)")
    lines += [f"print(attempt(lambda: {each}))" for each in (draw.of(uses) for _ in range(1 + draw.below(4))) if "*b" not in each]
    return "\n".join(lines) + "\n"


TYPING = ("typing.List[int]", "typing.Dict[str, int]", "typing.Optional[int]", "typing.Union[int, str]", "typing.Union[int, None, int]", "int | str | None", "list[int] | None", "typing.Callable[[int], str]", "typing.Callable[..., int]", "typing.Tuple[int, ...]",
          "tuple[()]", "dict[str, list[int]]", "typing.Literal[1, 'a', None]", "typing.Literal[1, 1]", "typing.Annotated[int, 'x']", "typing.Any", "typing.ClassVar[int]", "typing.Final[int]", "typing.Type[int]", "typing.NoReturn", "typing.TypeVar('T')",
          "typing.TypeVar('T', bound=int)", "typing.TypeVar('T', int, str)", "typing.ParamSpec('P')", "typing.NewType('N', int)", "typing.ForwardRef('x')", "typing.List['x']", "typing.Iterable[typing.TypeVar('K')]", "type[int]", "collections.OrderedDict[int, str]",
          "typing.Concatenate[int, ...]", "typing.Required[int]", "typing.Unpack[tuple[int]]", "typing.TypedDict('D', {'a': int, 'b': str})", "typing.NamedTuple('N', [('a', int)])", "typing.Protocol", "typing.Self", "typing.LiteralString", "re.Pattern[str]",
          "list[typing.TypeVar('T')][int]", "typing.Union[typing.List[int], dict]", "typing.Optional[typing.Optional[str]]", "typing.Callable[[int, str], None]", "dict[int]", "typing.Dict[int]", "typing.Union[()]", "typing.Optional[1]", "list[1]", "int | 'a'", "1 | int")


def typed(draw):
    value = draw.of(TYPING)
    return draw.of(("{}", "repr({})", "typing.get_origin({})", "typing.get_args({})", "{} == {}", "hash({0}) == hash({0})", "{}.__args__", "{}.__parameters__", "isinstance([], {})", "{}.__origin__", "{}()", "issubclass(list, {})", "{} | None", "{}[int]", "{}.__name__",
                    "{}.__module__", "{}.__bound__", "copy.copy({})", "typing.get_type_hints(type('C', (), {{'__annotations__': {{'a': {}}}}}))")).format(value, draw.of(TYPING))


def program(draw):
    number = draw.random()
    if number < 0.4:
        return dataclass(draw)
    if number < 0.75:
        return enumeration(draw)
    return named(draw) if number < 0.9 else typed(draw)
