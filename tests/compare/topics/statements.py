"""Statements of random shapes, nested, which print where they come by."""

PRELUDE = """
import asyncio, contextlib
class Manager:
    def __init__(self, name, swallow=False, fail=None):
        self.name, self.swallow, self.fail = name, swallow, fail
    def __enter__(self):
        trace(f"enter {self.name}")
        if self.fail == "enter": raise ValueError(self.name)
        return self.name
    def __exit__(self, kind, error, traceback):
        trace(f"exit {self.name} {kind and kind.__name__}")
        if self.fail == "exit": raise KeyError(self.name)
        return self.swallow
    async def __aenter__(self):
        await asyncio.sleep(0)
        return self.__enter__()
    async def __aexit__(self, *all):
        await asyncio.sleep(0)
        return self.__exit__(*all)
class Countdown:
    def __init__(self, start): self.start = start
    def __iter__(self): return self
    def __next__(self):
        if self.start <= 0: raise StopIteration
        self.start -= 1
        return self.start
    def __aiter__(self): return self
    async def __anext__(self):
        await asyncio.sleep(0)
        if self.start <= 0: raise StopAsyncIteration
        self.start -= 1
        return self.start
class Point:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
    def __repr__(self): return f"Point({self.x}, {self.y})"
def drive(generator):
    # Sends and throws into a generator, and tells what it gives.
    seen = []
    steps = [lambda: next(generator), lambda: generator.send(7), lambda: generator.throw(ValueError("thrown")),
             lambda: next(generator), lambda: generator.send(None), lambda: generator.close(), lambda: next(generator)]
    for step in steps:
        try:
            seen.append(step())
        except BaseException as error:
            seen.append(f"{type(error).__name__} {error} {getattr(error, 'value', None)}")
            if isinstance(error, StopIteration): break
    return seen
def lines_of(error):
    lines, step = [], error.__traceback__
    while step:
        if step.tb_frame.f_code.co_filename == "<program>":
            lines.append((step.tb_frame.f_code.co_name, step.tb_lineno))
        step = step.tb_next
    return lines
"""

BATCH = 600
LIMIT = 0.5
EXCEPTIONS = ("ValueError", "KeyError", "TypeError", "Exception", "ZeroDivisionError", "(ValueError, KeyError)", "LookupError", "StopIteration", "BaseException")
# None doubles what it is made of, or loops make too much of it.
EXPRESSIONS = ("1", "x", "y", "x + 1", "x - y", "[x, 1]", "(y, 2)", "x * 1", "x // (y - 1)", "{'k': x}", "z", "not x", "x and y", "f'{x}'", "x if y else 3", "-x",
               "[i for i in range(2)]", "len(str(x))", "(w := x)", "Point(x, 2)", "'ab'", "None")
CONDITIONS = ("x", "y", "x < 2", "x == y", "x and y", "not x", "x or y", "0", "1", "x is None", "x in (1, 2)", "x < y < 3", "x != 0", "True", "(w := y) > 1")
ITERABLES = ("range(3)", "range(2)", "[x, y]", "()", "Countdown(3)", "'ab'", "enumerate('ab')", "zip(range(2), 'xy')", "[(1, 2), (3, 4)]", "(i for i in range(2))")
NAMES = ("x", "y", "z", "x", "y")
PATTERNS = ("0", "1", "None", "x", "_", "[a]", "[a, b]", "[a, *b]", "[*_, 3]", "(1 | 2) as a", "1 | 2", "{'k': a}", "{'k': 1, **b}", "{}", "Point(a, b)", "Point(x=a)", "Point(1, y=b)",
            "int(a)", "str()", "int() | str()", "'ab'", "[Point(), _]", "-1", "1.5", "True", "[[a], b]", "(a, b, *_)", "{'k': [a, _]}", "list()", "bool(a)", "[1, (2 | 3) as a]", "Point(x=int() as a)")


class Shape:
    """Where a statement stands: what is allowed there."""

    def __init__(self, depth, loop=False, function=False, generator=False, asynchronous=False, last=False):
        self.depth, self.loop, self.function = depth, loop, function
        self.generator, self.asynchronous = generator, asynchronous

    def inner(self, **changed):
        known = {name: getattr(self, name) for name in ("loop", "function", "generator", "asynchronous")}
        return Shape(self.depth - 1, **{**known, **changed})


class Writer:
    def __init__(self, draw):
        self.draw, self.marks = draw, 0

    def mark(self):
        self.marks += 1
        return str(self.marks)

    def expression(self):
        return self.draw.of(EXPRESSIONS)

    def simple(self, shape):
        draw = self.draw
        number = draw.random()
        if number < 0.34:
            return f"print({self.mark()}, {self.expression()})"
        if number < 0.5:
            return f"{draw.of(NAMES)} = {self.expression()}"
        if number < 0.56:
            return f"{draw.of('xy')} {draw.of(('+=', '-=', '|=', '//='))} {draw.of(('1', '2', '0'))}"
        if number < 0.66:
            return draw.of((
                f"raise {draw.of(EXCEPTIONS[:5])}({self.mark()})", f"raise {draw.of(EXCEPTIONS[:5])}", "raise", "1 / 0", "assert x, 'no x'", f"raise ValueError({self.mark()}) from None",
                "raise KeyError(1) from ValueError(2)", "raise x", "[][1]", "undefined", "raise ExceptionGroup('g', [ValueError(1), KeyError(2)])",
            ))
        if number < 0.72 and shape.loop:
            return draw.of(("break", "continue"))
        if number < 0.78 and shape.function:
            return f"return {self.expression()}" if not (shape.generator and shape.asynchronous) else "return"
        if number < 0.9 and shape.generator:
            if shape.asynchronous or draw.chance(0.8):
                return draw.of((f"yield {self.expression()}", f"x = yield {self.mark()}", f"print({self.mark()}, (yield x))"))
            return draw.of(("yield from range(2)", "x = yield from Countdown(2)", "yield from 'ab'"))
        if number < 0.9 and shape.asynchronous:
            return draw.of(("await asyncio.sleep(0)", f"print({self.mark()}, await value({self.expression()}))", "x = [await value(i) async for i in Countdown(2)]"))
        return draw.of(("pass", "del z", "global g; g = x", "x, y = y, x", "x: int = 3", "z = [i for i in range(3) if i != x]", "z = lambda: x + 1", "print(z)",
                        "x = y = 2", "print(*[x, y], sep='-')", "z = {i: i * x for i in range(2)}", "(x, *z) = [x, y, 3]", "import math as z", "z = sum(i for i in range(3))"))

    def block(self, shape, prefix=""):
        count = 1 + self.draw.some(2)
        lines = [prefix] if prefix else []
        for _ in range(count):
            lines += self.statement(shape).split("\n")
        return "\n".join("    " + line for line in lines)

    def statement(self, shape):
        draw = self.draw
        if shape.depth <= 0 or draw.chance(0.4):
            return self.simple(shape)
        kind = draw.of(("if", "for", "while", "try", "try", "try", "with", "match", "function", "generator", "async" if not shape.asynchronous else "await", "class", "comprehension", "group"))
        return getattr(self, f"write_{kind}")(shape)

    def write_if(self, shape):
        text = f"if {self.draw.of(CONDITIONS)}:\n{self.block(shape.inner())}"
        if self.draw.chance(0.3):
            text += f"\nelif {self.draw.of(CONDITIONS)}:\n{self.block(shape.inner())}"
        if self.draw.chance(0.5):
            text += f"\nelse:\n{self.block(shape.inner())}"
        return text

    def write_for(self, shape):
        prefix = "async " if shape.asynchronous and self.draw.chance(0.4) else ""
        iterable = "Countdown(2)" if prefix else self.draw.of(ITERABLES)
        text = f"{prefix}for {self.draw.of(('i', 'x', 'i', 'i, j', 'i, *j'))} in {iterable}:\n{self.block(shape.inner(loop=True))}"
        return text + (f"\nelse:\n{self.block(shape.inner())}" if self.draw.chance(0.4) else "")

    def write_while(self, shape):
        # Not for ever, whatever is in it.
        condition = self.draw.of(CONDITIONS)
        counter = f"n{self.mark()}"
        text = f"{counter} = 0\nwhile {counter} < 3 and ({condition}):\n{self.block(shape.inner(loop=True), f'{counter} += 1')}"
        return text + (f"\nelse:\n{self.block(shape.inner())}" if self.draw.chance(0.4) else "")

    def write_try(self, shape):
        draw = self.draw
        text = f"try:\n{self.block(shape.inner())}"
        handlers = draw.below(3)
        for number in range(handlers):
            caught = draw.of(EXCEPTIONS) if number < 2 else ""
            name = " as e" if caught and draw.chance(0.5) else ""
            told = f"print({self.mark()}, show(e), lines_of(e))" if name else f"print({self.mark()})"
            text += f"\nexcept {caught}{name}:\n{self.block(shape.inner(), told)}"
        if handlers and draw.chance(0.4):
            text += f"\nelse:\n{self.block(shape.inner())}"
        if not handlers or draw.chance(0.5):
            text += f"\nfinally:\n{self.block(shape.inner(), f'print({self.mark()})')}"
        return text

    def write_group(self, shape):
        # Neither break, continue nor return stand in except*.
        inner = shape.inner(loop=False, function=False)
        text = f"try:\n{self.block(shape.inner())}\nexcept* {self.draw.of(EXCEPTIONS[:3])} as e:\n{self.block(inner, f'print({self.mark()}, show(e))')}"
        if self.draw.chance(0.4):
            text += f"\nexcept* KeyError:\n{self.block(inner)}"
        return text + (f"\nfinally:\n{self.block(shape.inner())}" if self.draw.chance(0.3) else "")

    def write_with(self, shape):
        draw = self.draw
        prefix = "async " if shape.asynchronous and draw.chance(0.5) else ""
        managers = []
        for _ in range(draw.of((1, 1, 2))):
            swallow = draw.of(("", "", ", swallow=True", ", fail='enter'", ", fail='exit'"))
            managers.append(f"Manager({self.mark()}{swallow})" + draw.of(("", " as x", " as z")))
        return f"{prefix}with {', '.join(managers)}:\n{self.block(shape.inner())}"

    def write_match(self, shape):
        draw = self.draw
        lines = [f"match {draw.of(('x', '[x, y]', 'z', 'Point(x, y)', '{chr(107): x}', '(1, 2, 3)', 'str(x)', '[x, [y, 3]]', '1.5', 'Point(1, 2)', '[1, 2]'))}:"]
        for _ in range(1 + draw.below(3)):
            guard = f" if {draw.of(CONDITIONS)}" if draw.chance(0.25) else ""
            names = "print({}, [n for n in ('a', 'b') if n in locals()])".format(self.mark())
            chosen = draw.of(PATTERNS)
            if chosen in ("x", "_") and not guard:
                guard = " if x"
            lines += [f"    case {chosen}{guard}:", *("    " + line for line in self.block(shape.inner(), names).split("\n"))]
        if draw.chance(0.4):
            lines += ["    case _:", *("    " + line for line in self.block(shape.inner()).split("\n"))]
        return "\n".join(lines)

    def write_function(self, shape):
        name = f"f{self.mark()}"
        scope = self.draw.of(("", "", "global x", "nonlocal x" if shape.function else "global y"))
        inner = Shape(shape.depth - 1, function=True)
        decorator = self.draw.of(("", "", "", "@staticmethod\n", "@(lambda f: f)\n"))
        parameters = self.draw.of(("", "y=1", "x=1, *z", "z=0, **k")) if "x" not in scope and "y" not in scope else ""
        body = self.block(inner, scope)
        call = self.draw.of((f"print(show({name}()))", f"x = {name}()", f"{name}()"))
        return f"{decorator}def {name}({parameters}):\n{body}\n{call}"

    def write_generator(self, shape):
        name = f"g{self.mark()}"
        inner = Shape(shape.depth - 1, function=True, generator=True)
        body = self.block(inner, f"yield {self.mark()}") if self.draw.chance(0.6) else self.block(inner) + "\n    yield 9"
        use = self.draw.of((f"print(show(drive({name}())))", f"print(list({name}()))", f"for x in {name}(): print(x)", f"print(next({name}()))", f"x = [*{name}()]"))
        return f"def {name}(x=1, y=2, z=None):\n{body}\n{use}"

    def write_async(self, shape):
        name = f"c{self.mark()}"
        generator = self.draw.chance(0.3)
        inner = Shape(shape.depth - 1, function=True, asynchronous=True, generator=generator)
        body = self.block(inner, f"yield {self.mark()}" if generator else "")
        if generator:
            run = f"async def run():\n    return [each async for each in {name}()]\nprint(show(asyncio.run(run())))"
        else:
            run = self.draw.of((f"print(show(asyncio.run({name}())))", f"async def run():\n    return await asyncio.gather({name}(), {name}(), return_exceptions=True)\nprint(show(asyncio.run(run())))"))
        return f"async def value(v):\n    await asyncio.sleep(0)\n    return v\nasync def {name}(x=1, y=2, z=None):\n{body}\n{run}"

    def write_await(self, shape):
        return self.draw.of(("print(await value(x))", "async for i in Countdown(2):\n    print(i)", "async with Manager(0) as z:\n    print(z)", "x = [i async for i in Countdown(3) if i]"))

    def write_class(self, shape):
        name = f"C{self.mark()}"
        inner = Shape(shape.depth - 1)
        return f"class {name}{self.draw.of(('', '(Exception)', '(Point)', '(dict)'))}:\n{self.block(inner, 'x = 5')}\nprint(sorted(n for n in vars({name}) if n[0] != '_'))"

    def write_comprehension(self, shape):
        draw = self.draw
        clauses = []
        for name in "ij"[:draw.of((1, 1, 2))]:
            clauses.append(f"for {name} in {draw.of(('range(3)', '[x, y]', 'Countdown(2)', '(z for z in [1, 2])'))}" + draw.of(("", "", " if i", " if (v := i) != 1")))
        element = draw.of(("i", "i * 2", "(i, x)", "[k for k in range(i)]", "lambda: i", "(lambda k: k + i)(1)", "f'{i}'", "str(i)"))
        form = draw.of(("[{} {}]", "{{{} {}}}", "{{i: {} {}}}", "list({} {})")).format(element, " ".join(clauses))
        if "lambda:" in element:
            form = f"[f() for f in [{element} {' '.join(clauses)}]]"
        elif element[0] == "[" and form[0] == "{" and ": [" not in form:
            form = f"[{element} {' '.join(clauses)}]"
        return f"print({self.mark()}, show({form}))"


def program(draw):
    writer = Writer(draw)
    lines = ["x, y, z = " + draw.of(("1, 2, 3", "0, 1, None", "2, 0, [1]", "1, 1, 'ab'"))]
    # Most are functions, whose names are fast.
    shape = Shape(draw.of((2, 2, 3, 3, 4)), function=True)
    body = writer.block(shape)
    for _ in range(draw.some(2)):
        body += "\n" + writer.block(shape)
    if draw.chance(0.85):
        again = "for _ in range(4):\n    print(show(main()))" if draw.chance(0.15) else "print(show(main()))"
        return f"def main():\n    {lines[0]}\n{body}\n{again}\n"
    shape.function = False
    writer = Writer(draw)
    return lines[0] + "\n" + "\n".join(writer.statement(shape) for _ in range(1 + draw.below(3))) + "\n"
