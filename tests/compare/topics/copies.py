"""pickle, copy and marshal: values that go and come back."""

PRELUDE = """
import array, collections, copy, copyreg, datetime, decimal, enum, fractions, io, itertools, operator, pickle, re, types, uuid, functools
class State:
    def __init__(self, value): self.value = value
    def __repr__(self): return f"State({self.value!r})"
class Getting(State):
    def __getstate__(self): return {"value": ("state", self.value)}
class Setting(State):
    def __setstate__(self, state): self.value = ("set", state)
class Reducing(State):
    def __reduce__(self): return (Reducing, (5,), {"value": 6})
class ReducingMore(list):
    def __reduce_ex__(self, protocol): return (ReducingMore, (), None, iter([1, protocol]))
class Arguments(State):
    def __new__(cls, *args):
        made = super().__new__(cls)
        made.args = args
        return made
    def __getnewargs__(self): return (self.value,)
class ArgumentsEx(State):
    def __getnewargs_ex__(self): return ((), {"value": 9})
    def __new__(cls, *args, **options): return super().__new__(cls)
class Slots:
    __slots__ = ("a", "b")
    def __init__(self, a): self.a = a
    def __repr__(self): return f"Slots({self.a!r})"
class Copying(State):
    def __copy__(self): return Copying(("copied", self.value))
    def __deepcopy__(self, memo): return Copying(("deep", copy.deepcopy(self.value, memo)))
class Color(enum.Enum):
    RED = 1
    BLUE = [2]
Point = collections.namedtuple("Point", "x y")
class Refusing:
    def __reduce__(self): raise RuntimeError("refused")
    def __repr__(self): return "Refusing()"
class Child(dict):
    def __init__(self, *args): super().__init__(*args); self.extra = 1
def there_and_back(value, protocol):
    return pickle.loads(pickle.dumps(value, protocol))
def same_twice(value):
    return [value, value]
nameless = types.ModuleType("nameless")
def find(module, name):
    return pickle.Unpickler(io.BytesIO(b"")).find_class(module, name)
"""

PLAIN = ("None", "True", "0", "1", "-1", "255", "256", "65536", "-2**31", "2**31", "2**63", "-2**200", "1.5", "float('nan')", "-0.0", "'a'", "'\u4e2d'", "'\\ud800'", "'a' * 300", "b''", "b'\\x00\\xff'", "b'x' * 300", "bytearray(b'q')", "()", "(1,)", "(1, 2, 3)", "(1, 2, 3, 4)", "[]", "{}", "set()", "{1}", "frozenset({2})",
         "1j", "range(3)", "slice(1, 2)", "...", "NotImplemented", "int", "len", "'\\n'", "Ellipsis")
OBJECTS = ("State({})", "Getting({})", "Setting({})", "Reducing({})", "ReducingMore([{}])", "Arguments({})", "ArgumentsEx({})", "Slots({})", "Copying({})", "Color.RED", "Color.BLUE", "Point({}, 2)", "Child([('a', {})])", "collections.OrderedDict(a={})",
           "collections.deque([{}], 3)", "collections.defaultdict(list, k={})", "collections.Counter('aab')", "datetime.datetime(2024, 1, 2, 3, 4, 5, 6)", "datetime.timezone(datetime.timedelta(hours=8))", "datetime.timedelta(1, 2)", "decimal.Decimal('1.50')", "fractions.Fraction(1, 3)", "uuid.UUID(int=7)", "array.array('i', [1, 2])",
           "ValueError({})", "KeyError({}, 1)", "OSError(2, 'no', 'f')", "UnicodeDecodeError('utf-8', b'x', 0, 1, 'r')", "StopIteration({})", "types.SimpleNamespace(a={})", "Row([{}])", "Text('t')", "Whole(3)", "Table(k={})", "Bunch([1])", "Pair(({}, 1))", "looped_list()", "looped_dict()", "same_twice([{}])", "functools.partial(int, {})",
           "iter([1, 2])", "enumerate('ab')", "zip('ab', 'cd')", "map(str, [1])", "lambda: 1", "(x for x in ())", "object()", "open", "Refusing()", "memoryview(b'x')", "nameless", "State", "Slots", "operator.itemgetter({})", "operator.attrgetter('a.b')", "operator.methodcaller('f', {})", "ExceptionGroup('g', [ValueError({})])", "type(None)", "State.__init__",
           "State(1).__init__", "[].append", "str.upper", "'a'.upper", "{{}}.keys()", "property()", "staticmethod(len)", "re.compile('a')", "super", "dict.fromkeys", "reversed([1, 2])", "iter({{1: 2}})", "itertools.count(3)", "range(5).__iter__()", "Color", "bytes")


def value(draw, depth=2):
    number = draw.random()
    if depth <= 0 or number < 0.4:
        return draw.of(PLAIN)
    if number < 0.75:
        return draw.of(OBJECTS).format(value(draw, depth - 1))
    parts = ", ".join(value(draw, depth - 1) for _ in range(draw.some(3, 1)))
    return draw.of(("[{}]", "({},)", "d")).format(parts) if draw.chance(0.7) else f"{{1: {value(draw, depth - 1)}, 'k': {value(draw, depth - 1)}}}"


OPCODES = (b"N.", b"K\x05.", b"I1\n.", b"I01\n.", b"L5L\n.", b"F1.5\n.", b"S'a'\n.", b"V\\u4e2d\n.", b"(lp0\n.", b"(dp0\n.", b"(I1\nI2\nt.", b"]q\x00(K\x01K\x02e.", b"}q\x00(K\x01K\x02u.", b"cbuiltins\nint\n.", b"cbuiltins\nlist\n)R.", b"\x80\x04\x8c\x01a.", b"\x80\x06N.", b"", b".", b"K", b"x", b"(", b"0.", b"\x80\x02N.", b"cos\nnone\n.", b"J\xff\xff\xff\xff.",
           b"\x8a\x02\xff\x7f.", b"G?\xf8\x00\x00\x00\x00\x00\x00.", b"U\x01a.", b"T\x01\x00\x00\x00a.", b"X\x01\x00\x00\x00a.", b"\x95\x00\x00\x00\x00\x00\x00\x00\x00N.", b"h\x00.", b"g0\n.", b"2.", b"N2\x86.", b"K\x01K\x02\x86.", b"\x8e\x05\x00\x00\x00\x00\x00\x00\x00hello.", b"\x88.", b"\x89.", b"\x8f(K\x01\x90.", b"(K\x01\x91.", b"P1\n.", b"N1.", b"]K\x01a.", b"]N\x94.", b"Va\n\x93.")


def program(draw):
    number = draw.random()
    shown = value(draw)
    if number < 0.45:
        return f"there_and_back({shown}, {draw.of((0, 1, 2, 3, 4, 5, 5, -1, 6))})"
    if number < 0.62:
        return f"pickle.dumps({shown}, {draw.of((0, 1, 2, 3, 4, 5))})"
    if number < 0.82:
        return f"copy.{draw.of(('copy', 'deepcopy', 'deepcopy'))}({shown})"
    if number < 0.86:
        return f"copy.replace({shown}, {draw.of(('a=1', 'x=2', 'value=3', 'day=4'))})"
    if number < 0.92:
        return f"(lambda v: copy.deepcopy(v)[0] is copy.deepcopy(v)[1])(same_twice({shown}))" if draw.chance(0.3) else f"({shown}).__reduce_ex__({draw.of((0, 1, 2, 4))})[1:3]"
    data = draw.of(OPCODES)
    if draw.chance(0.3):
        data = data[:-1] + draw.of(OPCODES)
    return f"pickle.loads({data!r}{draw.of(('', '', ', encoding=\"bytes\"', ', fix_imports=False', ', encoding=\"latin-1\"'))})"
