"""Small programs, each of which does one thing over and over: what the engine's own loop costs.

Each is run once in a process, as the code of a handler is, so that what specialises itself does so here.
compare.py runs them on krait and on CPython and prints the table of BENCHMARKS.md."""
import time


def run_calls(n):
    def f(a, b): return a
    for i in range(n): f(i, 1)


def run_calls_kw(n):
    def f(a, b=1, *, c=2): return a
    for i in range(n): f(i, c=3)


def run_calls_default(n):
    def f(a, b=1): return a
    for i in range(n): f(i)


def run_methods(n):
    class A:
        def m(self, x): return x
    a = A()
    for i in range(n): a.m(i)


def run_init(n):
    class A:
        def __init__(self, x): self.x = x
    for i in range(n): A(i)


def run_property(n):
    class A:
        def __init__(self): self.x = 1
        @property
        def p(self): return self.x
    a = A()
    for i in range(n): a.p


def run_fib(n):
    def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
    for _ in range(max(1, n // 465)): fib(12)   # that are 465 calls


def run_attrs(n):
    class A: pass
    a = A(); a.x = 0; a.y = 1
    for i in range(n):
        a.x = a.y


def run_listloop(n):
    xs = list(range(100))
    for _ in range(n // 100):
        for x in xs: pass


def run_listindex(n):
    xs = list(range(100)); i = 5
    for _ in range(n): xs[i] = xs[i]


def run_rangeloop(n):
    for i in range(n): pass


def run_intarith(n):
    t = 0
    for i in range(n): t = (t + i * 3) % 1000


def run_bitops(n):
    t = 0
    for i in range(n): t = (t ^ i) & 255


def run_compare(n):
    t = 0
    for i in range(n):
        if i % 3 == 0 or i < 5: t += 1


def run_float(n):
    x = 0.5
    for i in range(n): x = x * 1.1 + 0.3 - x / 3.0


def run_mixed(n):
    x = 0.5
    for i in range(n): x = (i + 0.5) * x / 7


def run_dict(n):
    d = {"k%d" % i: i for i in range(50)}
    for _ in range(n // 50):
        for k in d: d[k] = d[k]


def run_dictitems(n):
    d = {"k%d" % i: i for i in range(50)}
    for _ in range(n // 50):
        for k, v in d.items(): pass


def run_dictget(n):
    d = {}
    for i in range(n): d["a"] = d.get("a", 0) + 1


def run_gen(n):
    def g(n):
        for i in range(n): yield i
    for x in g(n): pass


def run_genexpr(n):
    sum(x for x in range(n))


def run_comp(n):
    for _ in range(n // 100): [x for x in range(100) if x]


def run_exc(n):
    for i in range(n):
        try: raise ValueError
        except ValueError: pass


def run_exccall(n):
    def f(x):
        try: return int("x")
        except ValueError: return -1
    for i in range(n): f(i)


def run_strbuild(n):
    for i in range(n): f"{i}:{i}"


def run_strpct(n):
    for i in range(n): "k%d" % i


def run_strjoin(n):
    xs = [str(i) for i in range(50)]
    for _ in range(n // 50): ",".join(xs)


def run_strmeth(n):
    s = "hello"
    for i in range(n): s.startswith("he")


def run_strlower(n):
    s = "Hello"
    for i in range(n): s.lower()


def run_strcat(n):
    s = "ab"
    for i in range(n): s + "x"


def run_len(n):
    s = [1]
    for i in range(n): len(s)


def run_append(n):
    for _ in range(n // 100):
        a = []
        for i in range(100): a.append(i)


def run_tuple(n):
    for i in range(n):
        a, b = i, 1
        t = (a, b)


def run_isinstance(n):
    for i in range(n): isinstance(i, int)


def run_with(n):
    class C:
        def __enter__(self): return self
        def __exit__(self, *a): return None
    c = C()
    for i in range(n):
        with c: pass


def run_zip(n):
    xs = list(range(100))
    for _ in range(n // 100):
        for a, b in zip(xs, xs): pass


def run_enumerate(n):
    xs = list(range(100))
    for _ in range(n // 100):
        for a, b in enumerate(xs): pass


def run_closure(n):
    k = 1
    def f(x): return k
    for i in range(n): f(i)


def run_lambda_sort(n):
    xs = list(range(100))
    for _ in range(n // 100): sorted(xs, key=lambda v: -v)


def run_int(n):
    for i in range(n): int("12")


def run_str(n):
    for i in range(n): str(i)


def run_starargs(n):
    def f(*a, **k): return a
    for i in range(n): f(i)


def run_setadd(n):
    s = set()
    for i in range(n): s.add("a")


def run_global(n):
    for i in range(n): time


def run_super(n):
    class A:
        def m(self): pass
    class B(A):
        def m(self): super().m()
    b = B()
    for i in range(n): b.m()


def run_slice(n):
    s = "hello world"
    for i in range(n): s[1:4]


def run_stariter(n):
    for i in range(n):
        for c in "ab": pass


def run_contains(n):
    d = {"a": 1}
    for i in range(n): "a" in d


def run_bigint(n):
    t = 1 << 40
    for i in range(n): t = t + 3


def run_mathcall(n):
    import math
    for i in range(n): math.sqrt(2.0)


def run_classattr(n):
    class A: z = 3
    a = A()
    for i in range(n): a.z


def run_slots(n):
    class A: __slots__ = "x",
    a = A(); a.x = 1
    for i in range(n): a.x = a.x


def run_build(n):
    for i in range(n): {"a": i, "b": [i, i]}


def run_divmod(n):
    for i in range(n): i // 7


def run_truediv(n):
    for i in range(n): i / 7


def run_max(n):
    for i in range(n): max(i, 5)


def run_hashtuple(n):
    d = {}
    for i in range(n): d[(1, 2)] = i


def run_eqstr(n):
    a = "hello"; b = "hellx"
    for i in range(n): a == b


def run_await(n):
    import asyncio
    async def g(): return 1
    async def main():
        for i in range(n): await g()
    try: main().send(None)
    except StopIteration: pass


def run_classstore(n):
    class A: z = 0
    for i in range(n): A.z += 1


def _ring(n):
    class A: pass
    ring = [A() for _ in range(n)]
    for i in range(n): ring[i].next = ring[i - 1]
    return ring


def run_collectlive(n):
    import gc
    ring = _ring(n)
    gc.collect()


def run_collectdead(n):
    import gc
    gc.disable()
    _ring(n)
    gc.collect()
    gc.enable()


def main_handler(event, context):
    """The nanoseconds that each takes for one turn."""
    times, turns = {}, event.get("turns", 100_000)
    for name, run in list(globals().items()):
        if name.startswith("run_") and name[4:] in event.get("only", [name[4:]]):
            start = time.perf_counter()
            run(turns)
            times[name[4:]] = (time.perf_counter() - start) / turns * 1e9
    return times
