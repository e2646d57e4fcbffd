"""itertools, functools, collections, operator, heapq, bisect, and random with a seed."""

from draw import table

PRELUDE = """
import bisect, collections, contextlib, functools, heapq, itertools, operator, random
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from itertools import *
def seeded(seed, call):
    return call(random.Random(seed))
"""

ITERTOOLS = table("""
accumulate iterable binary? initial=element?
batched iterable count strict=boolean?
chain *iterable
chain.from_iterable nested
combinations combinations_with_replacement | short r
permutations short r?
compress iterable iterable
count number? number?
cycle iterable
dropwhile takewhile filterfalse | predicate iterable
groupby iterable key=key?
islice iterable index index? step?
pairwise iterable
product *short
product short repeat=r?
repeat element count
starmap binary pairs
zip_longest iterable iterable fillvalue=element?
zip_longest *iterable
""")
FUNCTOOLS = table("""
functools.reduce binary iterable element?
functools.cmp_to_key binary
sorted iterable key=compared
heapq.nlargest heapq.nsmallest | count iterable key=key?
heapq.merge iterable iterable key=key? reverse=boolean?
bisect.bisect_left bisect.bisect_right | ordered element index? index? key=key?
operator.itemgetter(1) operator.itemgetter(0,1) operator.itemgetter("a") | container
operator.attrgetter("real") operator.attrgetter("real.imag") operator.methodcaller("count",1) | any
operator.add operator.sub operator.mul operator.concat operator.contains operator.countOf operator.indexOf operator.is_ operator.lt operator.eq operator.xor operator.iadd operator.matmul operator.getitem | element element
operator.length_hint container index?
operator.index operator.truth operator.not_ operator.inv operator.neg operator.pos operator.abs operator.is_none | any
operator.delitem list index
Counter iterable
deque iterable count?
ChainMap dict dict
OrderedDict dict
defaultdict callable dict
""".replace("operator.mul ", ""))
COUNTER = table("""
most_common count?
elements total copy __repr__ __len__ __pos__ __neg__ |
update subtract | iterable
__add__ __sub__ __and__ __or__ __le__ __lt__ __eq__ __iadd__ __isub__ __iand__ __ior__ | counter
__getitem__ __delitem__ pop | element
""")
DEQUE = table("""
append appendleft remove | element
extend extendleft | iterable
pop popleft clear copy reverse __len__ __repr__ maxlen |
insert index element
rotate index?
index element index? index?
count __contains__ | element
__getitem__ __delitem__ | index
__setitem__ index element
__add__ __eq__ __lt__ __iadd__ | deque
__mul__ __imul__ | count
""")
ORDERED = table("""
move_to_end element last=boolean?
popitem last=boolean?
pop element element?
update iterable
__eq__ dict
__reversed__ keys items values copy __repr__ |
__setitem__ element element
__delitem__ element
__or__ __ior__ | dict
setdefault element element?
""")
CHAIN = table("""
__getitem__ __delitem__ __contains__ get | element
__setitem__ pop | element element
new_child dict?
items keys values __len__ __repr__ parents maps popitem clear |
__or__ __ior__ | dict
""")
RANDOM = table("""
random |
uniform float float
randint randrange | whole whole
randrange whole whole? step?
choice seq
choices seq weights=weights? k=r?
sample seq r counts=weights?
shuffle list
gauss normalvariate lognormvariate | float float
expovariate paretovariate | positive
betavariate gammavariate weibullvariate | positive positive
triangular float? float? float?
vonmisesvariate float positive
binomialvariate whole fraction
getrandbits r
randbytes r
""")

KINDS = {
    "binary": ("operator.add", "max", "lambda a, b: (a, b)", "lambda a, b: a", "operator.sub", "None", "divmod", "lambda a: a", "pow", "lambda a, b: 1 / 0"),
    "predicate": ("bool", "None", "lambda x: x == 1", "str", "lambda x: 1 / x", "lambda x: x is not None", "len"),
    "key": ("None", "str", "len", "lambda x: x[0]", "lambda x: -x", "type", "lambda x: 0", "repr", "lambda x: float('nan')"),
    "short": lambda draw: draw.of(("'abc'", "[1, 2]", "range(3)", "()", "'aab'", "range(4)", "5", "Failing(1)", "iter('xy')", "{1}")),
    "r": ("0", "1", "2", "3", "4", "-1", "None", "10", "1.5", "2**70"),
    "step": ("1", "2", "3", "0", "-1", "None"),
    "nested": ("[[1], [2, 3]]", "['ab', 'c']", "[]", "[1]", "5", "Failing([1])", "[(), range(2)]"),
    "pairs": ("[(1, 2), (3, 4)]", "[(1,), (2, 3)]", "[1]", "['ab']", "[]", "[[5, 3]]"),
    "compared": ("functools.cmp_to_key(lambda a, b: (a > b) - (a < b))", "functools.cmp_to_key(lambda a, b: 0)", "functools.cmp_to_key(lambda a, b: 'x')"),
    "ordered": lambda draw: f"{sorted(draw.randint(0, 9) for _ in range(draw.some(6)))}" if draw.chance(0.8) else draw.list(),
    "counter": lambda draw: draw.of(("Counter('abc')", "Counter({'a': 3, 'b': -1})", "Counter(a=1)", "Counter()", "{'a': 2}", "None", "Counter({1: 1.5})", "[1]")),
    "deque": lambda draw: draw.of(("deque([1, 2])", "deque()", "[1]", "deque('ab', 1)", "None")),
    "seq": ("[1, 2, 3]", "'abcdef'", "range(100)", "()", "(5,)", "[None, 'a', 2.5]", "{1}", "5", "range(2**70)", "'\u4e2d\u6587'"),
    "whole": lambda draw: draw.of((str(draw.randint(-20, 40)), draw.integer())),
    "weights": ("[1, 2, 3]", "[0, 0, 1]", "[1]", "[-1, 2, 3]", "[0.5, 0.25, 0.25]", "[0, 0, 0]", "[float('inf'), 1, 1]"),
    "positive": ("1.0", "0.5", "2", "3.7", "0.1", "10.5", "0", "-1.0", "100.0"),
    "fraction": ("0.5", "0.1", "0.9", "0", "1", "-0.1", "2", "0.0001"),
    "seed": ("0", "1", "14", "-5", "2**70", "'text'", "b'bytes'", "1.5", "None.__class__.__name__", "True", "bytearray(b'x')", "''", "'\u4e2d'"),
}


def changed(draw, value, methods):
    name, signature = draw.of(methods)
    if name in ("maxlen", "parents", "maps"):
        return f"{value}.{name}"
    return f"with_after({value}, lambda it: it.{name}({draw.arguments(signature)}))"


LOOPS = ("functools.lru_cache({0})(lambda x: x)", "functools.singledispatch(lambda x: 'base')", "functools.partial({1}, {2})", "functools.partial(max, 1, key={1})({2}, 3)", "functools.partial({1}).func", "functools.partial(lambda *a, **k: (a, k), functools.Placeholder, 2)({2})", "functools.reduce({1}, {2})", "functools.partial(functools.partial(int, base=2), '101')()", "functools.wraps(len)(lambda: 1).__name__",
         "functools.total_ordering(type('T', (), {{'__lt__': lambda a, b: True, '__eq__': lambda a, b: False}}))() >= 1", "(lambda f: (f(1), f(2), f(1), f(1.0), f.cache_info()))(functools.lru_cache(maxsize={0}, typed={3})(lambda x: x))", "(lambda f: (f(1), f.cache_info(), f.cache_clear(), f.cache_parameters()))(functools.cache(lambda x: x))")


def program(draw):
    number = draw.random()
    if number < 0.33:
        return draw.call(*draw.of(ITERTOOLS))
    if number < 0.5:
        return draw.call(*draw.of(FUNCTOOLS))
    if number < 0.58:
        return changed(draw, draw.of((draw.value("counter"), f"Counter({draw.iterable()})")), COUNTER)
    if number < 0.68:
        return changed(draw, f"deque({draw.list()}{draw.of(('', '', ', 2', ', 0', ', maxlen=3'))})", DEQUE)
    if number < 0.74:
        return changed(draw, f"OrderedDict({draw.dict()})", ORDERED)
    if number < 0.78:
        return changed(draw, f"ChainMap({draw.dict()}, {draw.dict()})", CHAIN)
    if number < 0.81:
        return f"with_after(defaultdict({draw.callable()}, {draw.dict()}), lambda it: it[{draw.element()}])"
    if number < 0.84:
        call = draw.of((f"heapq.heappush(it, {draw.element()})", "heapq.heappop(it)", f"heapq.heapreplace(it, {draw.element()})", f"heapq.heappushpop(it, {draw.element()})", "heapq.heapify(it)", "heapq.heapify_max(it)", "heapq.heappop_max(it)", f"heapq.heappush_max(it, {draw.element()})", f"bisect.insort(it, {draw.element()})", f"bisect.insort_left(it, {draw.element()}, {draw.index()})"))
        return f"with_after({draw.value('ordered')}, lambda it: {call})"
    if number < 0.88:
        return draw.of(LOOPS).format(draw.of(("None", "1", "2", "0", "-1", "'x'")), draw.callable(), draw.container(), draw.boolean())
    name, signature = draw.of(RANDOM)
    shown = f"r.{name}({draw.arguments(signature)})"
    return f"seeded({draw.value('seed')}, lambda r: ({shown}, r.random()))" if name != "shuffle" else f"seeded({draw.value('seed')}, lambda r: with_after({draw.list()}, lambda it: r.shuffle(it)))"
