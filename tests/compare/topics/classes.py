"""Classes: bases, descriptors, metaclasses, slots, special methods, properties, and how attributes
are looked up again and again."""

PRELUDE = """
import abc
class Logged:
    # A descriptor that tells of itself.
    def __init__(self, name): self.name = name
    def __set_name__(self, owner, name): trace(f"set_name {owner.__name__} {name}")
    def __get__(self, instance, owner):
        trace(f"get {self.name} {instance is None} {owner.__name__}")
        return self.name
    def __set__(self, instance, value):
        trace(f"set {self.name} {value!r}")
        instance.__dict__[self.name] = value
class GetOnly:
    def __init__(self, name): self.name = name
    def __get__(self, instance, owner): return f"got {self.name}"
class SetOnly:
    def __init__(self, name): self.name = name
    def __set__(self, instance, value): instance.__dict__[self.name] = value
class Deleting:
    def __delete__(self, instance): trace("delete")
class Meta(type):
    def __new__(meta, name, bases, names, **options):
        trace(f"new {name} {[base.__name__ for base in bases]} {options}")
        return super().__new__(meta, name, bases, names)
    def __init__(cls, name, bases, names, **options):
        super().__init__(name, bases, names)
    def __call__(cls, *args, **options):
        trace(f"call {cls.__name__} {args}")
        return super().__call__(*args, **options)
    def __getattr__(cls, name):
        if name.startswith("__"): raise AttributeError(name)
        return f"meta {name}"
    def __instancecheck__(cls, instance): return "instance"
    def __iter__(cls): return iter("meta")
    @property
    def shown(cls): return f"shown {cls.__name__}"
class Prepared(type):
    @classmethod
    def __prepare__(meta, name, bases, **options):
        trace(f"prepare {name} {options}")
        return {"prepared": 1}
    def __new__(meta, name, bases, names, **options): return super().__new__(meta, name, bases, names)
def attempt(call):
    # The value of a call, or how it fails.
    try:
        return show(call())
    except Exception as error:
        return f"{type(error).__name__}: {error}"
"""

BATCH = 800
BASES = ("", "", "object", "dict", "list", "int", "str", "Exception", "tuple", "abc.ABC", "set", "float", "type", "bool", "property", "bytes")
NAMES = ("x", "y", "z", "w")
OPERATORS = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "matmul", "divmod")
SIGNS = dict(zip(OPERATORS, ("+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", "@", "divmod")))
COMPARISONS = {"lt": "<", "le": "<=", "eq": "==", "ne": "!=", "gt": ">", "ge": ">="}


def member(draw, owner, parents):
    """Lines of a class's body."""
    name = draw.of(NAMES)
    number = draw.random()
    if number < 0.16:
        return f"{name} = {draw.of(('1', repr(owner), '[]', 'None', 'lambda self: 7', 'len', 'property(lambda self: 3)', 'staticmethod(abs)', 'classmethod(lambda cls: cls.__name__)'))}"
    if number < 0.28:
        kind = draw.of(("Logged", "GetOnly", "SetOnly", "Deleting", "GetOnly", "SetOnly"))
        return f"{name} = {kind}({'' if kind == 'Deleting' else repr(draw.of((name, name, 'x')))})"
    if number < 0.36:
        called = draw.of(("super()." + name, f"super({owner}, self)." + name, "self.y", "type(self).x", "__class__", f"self._{owner}__p"))
        return f"def {name}(self, *a):\n    return ({owner!r}, {called})"
    if number < 0.43:
        text = f"@property\ndef {name}(self):\n    return {draw.of(('5', 'self.__dict__', 'self.w', '1 / 0'))}"
        if draw.chance(0.4):
            text += f"\n@{name}.setter\ndef {name}(self, v):\n    trace(f'setter {{v}}')"
        return text
    if number < 0.5:
        return draw.of((
            "def __getattr__(self, n):\n    if n[:1] == '_': raise AttributeError(n)\n    return f'getattr {n}'",
            "def __getattribute__(self, n):\n    trace(f'attribute {n}')\n    return super().__getattribute__(n)",
            "def __setattr__(self, n, v):\n    trace(f'setattr {n}')\n    super().__setattr__(n, v)",
            "def __delattr__(self, n):\n    trace(f'delattr {n}')\n    super().__delattr__(n)",
            "def __dir__(self):\n    return ['b', 'a']",
        ))
    if number < 0.57:
        return draw.of((
            f"def __init__(self, *a, **k):\n    trace(f'init {owner} {{a}} {{k}}')\n    super().__init__()", "def __init__(self, x=1):\n    self.x = x", "def __init__(self):\n    return 1",
            f"def __new__(cls, *a, **k):\n    trace('new {owner}')\n    return super().__new__(cls)", "def __new__(cls, *a):\n    return 5",
            "def __init_subclass__(cls, **k):\n    trace(f'subclass {cls.__name__} {k}')\n    super().__init_subclass__()", "def __class_getitem__(cls, item):\n    return (cls.__name__, item)",
            "def __call__(self, *a, **k):\n    return (a, k)", "def __set_name__(self, owner, name):\n    trace(name)",
        ))
    if number < 0.68:
        operator = draw.of(OPERATORS)
        prefix = draw.of(("", "r", "i", "", "r")) if operator != "divmod" else draw.of(("", "r"))
        return f"def __{prefix}{operator}__(self, other, *m):\n    return {draw.of(('NotImplemented', repr(f'{owner} {prefix}{operator}'), 'NotImplemented', 'self', 'other'))}"
    if number < 0.76:
        name = draw.of(tuple(COMPARISONS))
        return f"def __{name}__(self, other):\n    return {draw.of(('NotImplemented', repr(f'{owner} {name}'), 'True', '[]', 'NotImplemented'))}"
    if number < 0.9:
        return draw.of((
            "def __len__(self):\n    return 3", "def __len__(self):\n    return -1", "def __len__(self):\n    return 2**70", "def __len__(self):\n    return 'a'", "def __bool__(self):\n    return False",
            "def __bool__(self):\n    return 1", "def __getitem__(self, i):\n    if i == 3: raise IndexError\n    return i", "def __iter__(self):\n    return iter('it')", "def __iter__(self):\n    return 1",
            "def __iter__(self):\n    yield 1\n    yield 2", "def __contains__(self, v):\n    return v", "def __hash__(self):\n    return 5", "def __hash__(self):\n    return 2**70", "__hash__ = None",
            "def __repr__(self):\n    return 'R'", "def __repr__(self):\n    return 1", "def __str__(self):\n    return 'S'", "def __format__(self, s):\n    return f'F{s}'", "def __bytes__(self):\n    return b'B'",
            "def __int__(self):\n    return 4", "def __int__(self):\n    return 4.5", "def __index__(self):\n    return 2", "def __float__(self):\n    return 1", "def __complex__(self):\n    return 1j",
            "def __round__(self, n=None):\n    return ('round', n)", "def __neg__(self):\n    return 'neg'", "def __abs__(self):\n    return 'abs'", "def __reversed__(self):\n    return 'rev'",
            "def __length_hint__(self):\n    return 4", "def __enter__(self):\n    return 'in'\ndef __exit__(self, *a):\n    return True", "def __missing__(self, k):\n    return ('missing', k)",
            "__iter__ = None", "__contains__ = None", "__eq__ = None", "def __trunc__(self):\n    return 3", "def __setitem__(self, k, v):\n    trace(f'{k} {v}')", "def __delitem__(self, k):\n    trace(k)",
            "def __await__(self):\n    yield 1", "def __next__(self):\n    raise StopIteration", "def __sizeof__(self):\n    return 10", "def __reduce__(self):\n    return (int, (5,))", "def __copy__(self):\n    return 'copy'",
        ))
    return draw.of((
        f"__slots__ = {draw.of(('()', '[\"x\"]', '(\"x\", \"y\")', '\"z\"', '(\"__dict__\",)', '(\"x\", \"x\")', '(\"1\",)', '{\"w\": \"doc\"}'))}", "__match_args__ = ('x',)",
        "x: int = 3", "y: 'str'", "@staticmethod\ndef y(*a):\n    return a", "@classmethod\ndef z(cls, *a):\n    return (cls.__name__, a)", "@abc.abstractmethod\ndef x(self):\n    return 0",
        "__p = 4", "class x:\n    y = 1", "def __p(self):\n    return 'private'", "'a docstring'", "pass", "__module__ = 'm'", "__qualname__ = 'Q'", "x = y = w = 2", "locals()['z'] = 9",
        "for x in 'ab': pass", "__doc__ = 5", "def w(self):\n    nonlocal_ = __class__\n    return nonlocal_.__name__", "w = [x for x in range(2)]", "__annotations__ = {}", "if 1:\n    z: int",
    ))


def indented(text):
    return "\n".join("    " + line for line in text.split("\n"))


def use(draw, owner):
    """An expression that uses the class, or an instance `o` of it."""
    name = draw.of(NAMES)
    operator = draw.of(OPERATORS)
    other = draw.of(("1", "o", "2.5", "'s'", "p", "[1]", "None"))
    number = draw.random()
    if number < 0.3:
        return draw.of((f"o.{name}", f"o.{name}", f"{owner}.{name}", f"o.{name}()", f"{owner}.{name}(o)", f"getattr(o, {name!r}, 'none')", f"hasattr(o, {name!r})", f"vars(o)", f"o.{name}(1)"))
    if number < 0.45:
        shown = f"o {SIGNS[operator]} {other}" if operator != "divmod" else f"divmod(o, {other})"
        return shown if draw.chance(0.6) else (f"{other} {SIGNS[operator]} o" if operator != "divmod" else f"divmod({other}, o)")
    if number < 0.55:
        sign = draw.of(tuple(COMPARISONS.values()))
        return f"o {sign} {other}" if draw.chance(0.6) else f"{other} {sign} o"
    if number < 0.75:
        function = draw.of(("len", "bool", "list", "iter", "repr", "str", "hash", "int", "float", "complex", "round", "abs", "reversed", "tuple", "bytes", "sorted", "format", "callable", "dir", "vars", "next", "set", "sum", "bin",
                            "range", "isinstance", "dict", "not ", "-", "+", "~", "[*", "(lambda **k: k)(**", "f'{", "math.floor", "operator.index", "copy.copy"))
        if function == "isinstance":
            return f"isinstance(o, {owner})"
        if function in ("dir", "hash"):
            return f"'x' in dir(o), hash({owner}) == hash({owner})"
        if function.startswith(("math", "operator", "copy")):
            return f"__import__('{function.split('.')[0]}').{function.split('.')[1]}(o)"
        return {"not ": "not o", "-": "-o", "+": "+o", "~": "~o", "[*": "[*o]", "(lambda **k: k)(**": "(lambda **k: k)(**o)", "f'{": "f'{o}' f'{o!r:>4}' f'{o:x}'"}.get(function, f"{function}(o)")
    return draw.of((
        f"[c.__name__ for c in {owner}.__mro__]", f"[c.__name__ for c in {owner}.__bases__]", f"{owner}.__name__, {owner}.__qualname__, {owner}.__module__", f"{owner}.__doc__", f"{owner}.__dict__.get({name!r})",
        f"isinstance(o, {owner}), issubclass({owner}, object)", f"o.__class__.__name__", f"type(o).__name__", f"{owner}[1]", f"{owner}[int]", f"o[1]", f"o[0:1]", f"1 in o", "o()", "o(1, a=2)", f"{owner}.__slots__",
        f"sorted(n for n in {owner}.__dict__ if n[0] != '_')", f"super({owner}, o).{name}", f"{owner}.mro()[1:2]", f"{owner}.shown", f"list({owner})", f"{owner}()", f"{owner}(1)", f"{owner}.__annotations__",
        f"{owner} | int", f"getattr({owner}, '__abstractmethods__', None)", f"{owner}.__hash__ is None", f"o.__dict__", f"o.__doc__", f"{owner}.__subclasses__()", f"str({owner})", f"o is copy.copy(o)".replace("copy.", "__import__('copy')."),
        f"setattr(o, {name!r}, 5), o.{name}", f"delattr(o, {name!r})", f"setattr({owner}, {name!r}, 6), o.{name}", f"type('N', ({owner},), {{}}).{name}", f"o.__class__.__base__.__name__", f"[c for c in o]", f"{owner}.__init_subclass__()",
        f"o.__reduce_ex__(2)[0].__name__", f"o.__sizeof__() > 0", f"o.__getstate__()",
    ))


def program(draw):
    lines, owners = [], []
    for place in range(draw.of((1, 1, 2, 2, 3, 4))):
        owner = "ABCD"[place]
        bases = draw.sample(owners, min(len(owners), draw.of((0, 1, 1, 2, 3))))
        if not bases or draw.chance(0.12):
            base = draw.of(BASES)
            bases += [base] if base else []
        options = draw.of(("",) * 14 + ("metaclass=Meta", "metaclass=Prepared", "metaclass=abc.ABCMeta", "k=1"))
        head = ", ".join(bases + ([options] if options else []))
        members = [member(draw, owner, bases) for _ in range(draw.some(4, 0 if owners else 1))] or ["pass"]
        lines += [f"class {owner}({head}):" if head else f"class {owner}:", *(indented(each) for each in members)]
        owners.append(owner)
    owner = owners[-1]
    lines.append(f"o, p = None, {draw.of(owners)}{draw.of(('', '()', '()'))}")
    lines.append(f"o = {owner}({draw.of(('', '', '', '1', 'x=2'))})")
    uses = [use(draw, draw.of(owners) if draw.chance(0.2) else owner) for _ in range(1 + draw.below(4))]
    if draw.chance(0.2):
        # What is done often is specialised.
        name = draw.of(NAMES)
        lines += [f"def work(o):\n    o.{name} = 5\n    return o.{name}" if draw.chance(0.5) else f"def work(o):\n    return {uses[0]}"]
        uses = ["work(o)"] * 6
    lines += [f"print(attempt(lambda: ({each})))" for each in uses]
    return "\n".join(lines) + "\n"
