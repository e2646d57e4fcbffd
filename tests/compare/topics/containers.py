"""Methods of list, tuple, dict, set, frozenset, range, slice and their views, and built-in
functions that take what can be iterated."""

from draw import table

LIST = table("""
append element
extend iterable
insert index element
remove element
pop index?
clear copy reverse __len__ __repr__ |
index element index? index?
count element
sort
sort key=key? reverse=boolean?
__getitem__ __delitem__ | position
__setitem__ position stored
__iadd__ iterable
__add__ __eq__ __lt__ __ge__ | list
__mul__ __imul__ | count
__contains__ element
__init__ iterable?
""")

TUPLE = table("""
index element index? index?
count element
__getitem__ position
__add__ __eq__ __lt__ __ge__ | tuple
__mul__ count
__contains__ element
__len__ |
""")

DICT = table("""
get element element?
setdefault element element?
pop element element?
popitem clear copy __len__ |
update mapping
update
update a=element? b=element?
update mapping a=element?
__getitem__ __delitem__ __contains__ | element
__setitem__ element element
__or__ __ior__ __ror__ __eq__ __lt__ | mapping
__init__ mapping
""")

SET = table("""
add remove discard | element
pop |
clear copy __len__ |
update intersection_update difference_update symmetric_difference_update | *iterable
union intersection difference symmetric_difference isdisjoint issubset issuperset | *iterable
union intersection difference symmetric_difference isdisjoint issubset issuperset update | iterable
__or__ __and__ __sub__ __xor__ __le__ __lt__ __ge__ __gt__ __eq__ __ior__ __iand__ __isub__ __ixor__ __ror__ __rsub__ | group
__contains__ element
""")

RANGE = table("""
index count __contains__ | entry
__getitem__ position
__len__ __reversed__ |
__eq__ range
""")

CALLS = table("""
list tuple set frozenset dict iter reversed enumerate sorted any all len max min sum | iterable
max min | iterable key=key? default=element?
sorted iterable key=key? reverse=boolean?
sum iterable element?
enumerate iterable start=index?
zip *iterable
zip iterable iterable strict=boolean?
map key iterable
map operator iterable iterable strict=boolean?
filter key iterable
dict mapping a=element? b=element?
dict pairs
dict.fromkeys iterable element?
range index index? index?
slice index index? index?
next reversed iter | sequence
next iterator element?
iter any any?
isinstance any types
""")

KINDS = {
    "position": lambda draw: draw.index() if draw.chance(0.5) else shown_slice(draw),
    "stored": lambda draw: draw.iterable() if draw.chance(0.5) else draw.element() if draw.chance(0.5) else draw.list(),
    "key": lambda draw: draw.of((
        "None", "len", "str", "abs", "lambda x: -x", "lambda x: (x is None, str(x))", "repr", "type", "bool", "lambda x: 1 / x",
        "lambda x: x[0]", "id", "lambda: 0", "int", "lambda x: float('nan')", "1",
    )).replace("id", "str"),
    "operator": ("lambda a, b: (a, b)", "max", "divmod", "pow", "lambda a: a", "print", "isinstance"),
    "group": lambda draw: draw.set() if draw.chance(0.6) else draw.of(("frozenset({1, 2})", "{1: 0}.keys()", "{1: 2}.items()")) if draw.chance(0.5) else draw.any(),
    "mapping": lambda draw: draw.dict() if draw.chance(0.6) else draw.value("pairs") if draw.chance(0.5) else draw.iterable(),
    "pairs": lambda draw: draw.of((
        "[(1, 2), (3, 4)]", "[[1, 2]]", "['ab', 'cd']", "[(1,)]", "[1]", "[(1, 2, 3)]", "zip('ab', [1, 2])", "{'a': 1}.items()",
        "(('a', 1), ('a', 2))", "[([], 1)]", "['abc']", "[None]", "Failing((1, 2))", "[Failing(1)]", "{(1, 2)}", "[{1, 2}]",
    )),
    "entry": lambda draw: draw.index() if draw.chance(0.7) else draw.of(("1.0", "2.5", "'a'", "True", "2**70", "-(2**70)", "None", "1j")),
    "range": lambda draw: shown_range(draw),
    "sequence": lambda draw: draw.of((draw.list, draw.tuple, draw.iterable, draw.text))(),
    "iterator": lambda draw: f"iter({draw.iterable()})",
    "types": ("int", "(int, str)", "int | str", "list[int]", "(int, (str, float))", "1", "()", "None", "type(None)", "object", "(int, 1)"),
}

# Sets of which is known what comes first: the order does not hang on where an object is.
POPPED = ("{1, 2}", "{'a'}", "set()", "{0.5}", "{(1, 2)}", "{3, 1, 2}", "{None}", "{-1, 2**70}", "Bunch({1})", "{9, 17, 1, 25}")


def shown_slice(draw):
    parts = [draw.of(("None", "None", "0", "1", "-1", "2", "-2", "5", "-5", "2**70", "-(2**70)", "Index(1)", "'a'" if draw.chance(0.1) else "3")) for _ in range(2)]
    return f"slice({', '.join(parts)}, {draw.of(('None', '1', '2', '-1', '-2', '3', '0', '2**70', '-(2**70)'))})"


def shown_range(draw):
    bounds = ", ".join(draw.of(("None", "1.0", "Index(3)")) if draw.chance(0.05) else str(draw.randint(-6, 9)) for _ in range(draw.of((1, 2, 2, 3))))
    return f"range({bounds})"


def program(draw):
    number = draw.random()
    if number < 0.3:
        return draw.call(*draw.of(CALLS))
    if number < 0.36:
        name, signature = draw.of(RANGE)
        return f"{shown_range(draw)}.{name}({draw.arguments(signature)})"
    if number < 0.4:
        return f"{shown_slice(draw)}.indices({draw.of(('0', '1', '5', '10', '-1', '2**70', 'Index(3)', '1.0'))})"
    if number < 0.46:
        view = draw.of(("keys", "values", "items"))
        if draw.chance(0.3):
            return f"{draw.of(('list', 'len', 'reversed', 'set', 'repr', 'iter'))}({draw.dict()}.{view}())"
        operator = draw.of(("&", "|", "-", "^", "<", "<=", "==", "!=", ">"))
        other = draw.value("group") if draw.chance(0.6) else draw.iterable()
        return f"{draw.dict()}.{view}() {operator} {other}" if draw.chance(0.7) else f"{other} {operator} {draw.dict()}.{view}()"
    if number < 0.52:
        kind = draw.of((draw.list, draw.tuple, draw.set, draw.dict, draw.container))
        return f"{kind()} {draw.of(('+', '*', '<', '<=', '==', '!=', '|', '&', '-', '^', 'in'))} {draw.of((kind, kind, draw.element))()}"
    if number < 0.68:
        return changed(draw, draw.list() if draw.chance(0.8) else draw.of(("Row([1, 2, 3])", "looped_list()")), LIST)
    if number < 0.74:
        return changed(draw, draw.tuple() if draw.chance(0.9) else "Pair((1, 2))", TUPLE)
    if number < 0.87:
        return changed(draw, draw.dict() if draw.chance(0.8) else draw.of(("Table(a=1)", "looped_dict()", "dict(a=1, b=2)")), DICT)
    value = draw.set()
    return changed(draw, f"frozenset({value})" if draw.chance(0.2) else f"Bunch({value})" if draw.chance(0.1) else value, SET)


def changed(draw, value, methods):
    name, signature = draw.of(methods)
    if draw.chance(0.3) and not (methods is SET and name == "pop"):
        return f"{value}.{name}({draw.arguments(signature)})"
    second, other = draw.of(methods)
    if methods is SET and "pop" in (name, second):
        value = draw.of(POPPED)
    if draw.chance(0.2):
        return f"with_after({value}, lambda it: (it.{name}({draw.arguments(signature)}), it.{second}({draw.arguments(other)})))"
    return f"with_after({value}, lambda it: it.{name}({draw.arguments(signature)}))"
