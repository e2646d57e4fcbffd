"""Slices, read, stored and deleted, and unpacking in every place that has it."""

VALUES = ("'abcdef'", "b'abcdef'", "[0, 1, 2, 3, 4]", "(0, 1, 2, 3)", "range(10)", "bytearray(b'abcde')", "[]", "''", "()",
          "memoryview(b'abcdef')", "Row([1, 2, 3])", "Text('\u4e2d\U0001f600x')", "range(9, 0, -2)", "Sequence(1, 2, 3)")
BOUNDS = ("", "", "", "0", "1", "-1", "2", "-2", "3", "5", "-5", "7", "-7", "100", "-100", "2**70", "-(2**70)", "None", "True",
          "Index(2)")
STEPS = ("", "", "", "1", "2", "-1", "-2", "3", "-3", "7", "-7", "0", "2**70", "-(2**70)", "None")
SOURCES = ("[1, 2, 3]", "(1, 2)", "'ab'", "range(3)", "iter([1, 2])", "{1: 2, 3: 4}", "[[1, 2], [3, 4]]", "[]", "(1,)", "Failing(1, 2)",
           "Sequence(1, 2)", "{5}", "5", "None", "'\u4e2d\U0001f600'", "(x for x in (1, 2, 3))", "[1, (2, (3, 4))]", "b'ab'", "zip('ab', 'cd')",
           "(1, 2, 3, 4, 5)", "['ab', 'cd']", "Wild()", "map(abs, [-1, 2])", "{'a': 1}.items()")
MAPPINGS = ("{'a': 1}", "{}", "{'b': 2, 'c': 3}", "Table(x=1)", "{1: 2}", "None", "[('a', 1)]", "{'a': 1, 'd': 4}", "{'': 0}")


def shown_slice(draw):
    start, stop = draw.of(BOUNDS), draw.of(BOUNDS)
    step = draw.of(STEPS)
    return f"{start}:{stop}" + (f":{step}" if step or draw.chance(0.2) else "")


def target(draw, depth=2):
    """Targets of an assignment, and the names in them."""
    names = [f"n{draw.below(6)}" for _ in range(draw.some(4, 1))]
    parts = [f"({target(draw, depth - 1)})" if depth and draw.chance(0.15) else name for name in names]
    if draw.chance(0.45):
        place = draw.below(len(parts))
        parts[place] = "*" + parts[place] if parts[place][0] != "(" else "*s"
    shown = ", ".join(parts)
    return shown + "," if len(parts) == 1 else shown


def unpacked(draw):
    return "[" + ", ".join(draw.of(("*{}", "*{}", "{}")).format(draw.of(SOURCES)) for _ in range(draw.some(4, 1))) + "]"


def arguments(draw):
    parts = []
    for _ in range(draw.some(4, 1)):
        number = draw.random()
        if number < 0.3:
            parts.append(draw.of(("1", "'x'", "None")))
        elif number < 0.6:
            parts.append("*" + draw.of(SOURCES))
        elif number < 0.8:
            parts.append("**" + draw.of(MAPPINGS))
        else:
            parts.append(f"{draw.of('abcd')}={draw.below(5)}")
    if draw.chance(0.8):
        # In an order that the grammar has.
        parts.sort(key=lambda part: part.startswith("**") or (part[1:2] == "=" and 0.5))
    return ", ".join(parts)


def parameters(draw):
    parts = [f"{name}" for name in "ab"[:draw.below(3)]]
    if parts and draw.chance(0.3):
        parts.insert(1, "/")
    default = False
    for name in "cd":
        if draw.chance(0.4):
            parts.append(f"{name}={draw.of(('10', '[]', 'None'))}")
            default = True
    number = draw.random()
    if number < 0.35:
        parts.append("*rest")
    elif number < 0.5:
        parts.append("*")
        parts.append("k" if draw.chance(0.5) else "k=7")
    if number < 0.3 and draw.chance(0.5):
        parts.append("k=8" if draw.chance(0.7) else "k")
    if draw.chance(0.4):
        parts.append("**more")
    return ", ".join(parts), default


def called(draw):
    shown, _ = parameters(draw)
    names = [part.lstrip("*").split("=")[0] for part in shown.split(", ") if part not in ("/", "*", "")]
    body = f"({', '.join(names)},)" if names else "()"
    if draw.chance(0.5):
        return f"(lambda {shown}: {body})({arguments(draw)})"
    return f"def f({shown}):\n    return {body}\nprint(show(f({arguments(draw)})))\n"


def program(draw):
    number = draw.random()
    if number < 0.3:
        value = draw.of(VALUES)
        return f"{value}[{shown_slice(draw)}]" if draw.chance(0.7) else f"(lambda v, s: v[s])({value}, {value}[{shown_slice(draw)}])"
    if number < 0.42:
        new = draw.of(SOURCES + VALUES)
        kind = draw.of(("list(range(6))", "bytearray(b'abcdef')", "Row('abc')"))
        change = draw.of(("v[{}] = {}", "v[{}] = {}", "del v[{}]", "v[{}] += {}")).format(shown_slice(draw), new)
        return f"v = {kind}\ntry:\n    {change}\nfinally:\n    print(show(v))\n"
    if number < 0.6:
        names = target(draw)
        source = draw.of(SOURCES)
        found = "{name: each for name, each in sorted(locals().items()) if name in ('n0', 'n1', 'n2', 'n3', 'n4', 'n5', 's')}"
        style = draw.of(("plain", "for", "with", "chain", "lambda"))
        if style == "for":
            return f"def f():\n    for {names} in [{source}, {draw.of(SOURCES)}]:\n        print(show({found}))\nf()\n"
        if style == "chain":
            return f"def f():\n    whole = {names} = {source}\n    print(show(whole), show({found}))\nf()\n"
        if style == "lambda":
            return f"[{found} for {names} in [{source}]]".replace("locals()", "dict(locals())")
        return f"def f():\n    try:\n        {names} = {source}\n    finally:\n        print(show({found}))\nf()\n"
    if number < 0.7:
        return unpacked(draw)
    if number < 0.76:
        return "{" + ", ".join("**" + draw.of(MAPPINGS) for _ in range(draw.some(3, 1))) + "}"
    return called(draw)
