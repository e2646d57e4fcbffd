"""Making a program small: as long as a smaller one differs in the same way, that is taken."""

import ast
import collections
import copy
import itertools
import time

# What an expression may become, for a start.
SIMPLE = ("0", "1", "''", "'a'", "b''", "b'a'", "None", "()", "[]", "{}", "1.0", "'ab'", "-1", "2")
# Programs are made smaller in so many steps at the most.
STEPS = 60
# So many candidates are tried in a step.
WIDTH = 1500


def shrunk(program, first_of, end):
    """The smallest program found until the time `end`. `first_of` takes programs and gives the first
    that differs in the way that matters, or None."""
    best, before = program, None
    while best != before:
        before = best
        # Statements go first: there are fewer of them.
        for candidates in (fewer_statements, simpler_expressions):
            for _ in range(STEPS):
                tried = sorted({each for each in candidates(best) if size(each) < size(best)}, key=size)[:WIDTH]
                smaller = first_of(tried) if time.monotonic() < end else None
                if smaller is None:
                    break
                best = smaller
    return best


def size(program):
    return len(program), program


def fewer_statements(program):
    if "\n" not in program:
        return
    tree = parsed(program)
    if tree is None:
        yield from fewer_lines(program)
    else:
        yield from texts_of(changes(tree, ast.stmt), program)


def simpler_expressions(program):
    tree = parsed(program)
    if tree is None:
        yield from fewer_characters(program)
    else:
        yield from texts_of(itertools.chain([tree], changes(tree, ast.AST)), program)


def parsed(program):
    try:
        return ast.parse(program, mode="exec" if "\n" in program else "eval")
    except (SyntaxError, ValueError, RecursionError):
        return None


def texts_of(trees, program):
    for tree in trees:
        try:
            yield text_of(tree, program)
        except (ValueError, AttributeError, TypeError, RecursionError):
            # Not every tree is a program.
            continue


def text_of(tree, program):
    text = ast.unparse(ast.fix_missing_locations(tree))
    # What is statements stays statements.
    return text + "\n" if "\n" in program else text


def fewer_lines(program):
    lines = program.splitlines(keepends=True)
    if len(lines) < 2:
        return
    length = len(lines) // 2
    while length:
        for start in range(0, len(lines), length):
            rest = "".join(lines[:start] + lines[start + length:])
            yield rest if rest.endswith("\n") else rest + "\n"
        length //= 2


def fewer_characters(program):
    length = max(len(program) // 2, 1)
    while length:
        for start in range(0, len(program), length):
            rest = program[:start] + program[start + length:]
            yield rest + "\n" if "\n" in program and "\n" not in rest else rest
        length //= 2


def changes(tree, kind):
    """Trees in which one node of the kind is simpler, or gone."""
    for path in paths(tree):
        node = at(tree, path)
        if not isinstance(node, (kind, ast.Module)):
            continue
        for new in simpler(node):
            changed = copy.deepcopy(tree)
            put(changed, path, new)
            yield changed
        for new in shorter(node):
            changed = copy.deepcopy(tree)
            put(changed, path, new)
            yield changed


def paths(tree):
    """Where the nodes are: (field, index or None) steps from the root, outer nodes first."""
    waiting = collections.deque([()])
    while waiting:
        path = waiting.popleft()
        if path:
            yield path
        node = at(tree, path)
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                waiting.append((*path, (field, None)))
            elif isinstance(value, list):
                waiting += [(*path, (field, number)) for number, each in enumerate(value) if isinstance(each, ast.AST)]


def at(node, path):
    for field, number in path:
        node = getattr(node, field)
        if number is not None:
            node = node[number]
    return node


def put(tree, path, new):
    """Replaces a node by others: a node, or a list of them where it is in a list."""
    parent = at(tree, path[:-1])
    field, number = path[-1]
    if number is None:
        setattr(parent, field, new)
    elif isinstance(new, list):
        getattr(parent, field)[number:number + 1] = new
    else:
        getattr(parent, field)[number] = new


def simpler(node):
    """Nodes, or lists of them, that may stand where this one does."""
    if isinstance(node, ast.expr):
        if isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
            return
        yield from (each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr))
        if isinstance(node, ast.Lambda):
            yield node.body
        if not isinstance(node, ast.Constant):
            yield from (ast.parse(each, mode="eval").body for each in SIMPLE)
        else:
            yield from (ast.Constant(value) for value in smaller_constants(node.value))
    elif isinstance(node, ast.stmt):
        bodies = [getattr(node, field, None) or [] for field in ("body", "orelse", "finalbody")]
        for body in bodies:
            if body and all(isinstance(each, ast.stmt) for each in body):
                yield body
        for handler in getattr(node, "handlers", ()):
            yield handler.body
        for case in getattr(node, "cases", ()):
            yield case.body
        yield []
        yield ast.Pass()


def smaller_constants(value):
    if isinstance(value, (str, bytes)):
        length = len(value)
        yield value[:0]
        yield value[:length // 2]
        yield value[length // 2:]
        if length <= 40:
            for place in range(length):
                yield value[:place] + value[place + 1:]
                plain = "a" if isinstance(value, str) else b"a"
                if value[place:place + 1] != plain:
                    yield value[:place] + plain + value[place + 1:]
    elif isinstance(value, bool):
        yield False
    elif isinstance(value, int):
        yield from (0, 1, 2, 3, 10, value // 2, value // 10)
        text = str(value) if value.bit_length() < 4000 else ""
        if 2 < len(text) < 60:
            yield from (int(text[:place] + text[place + 1:]) for place in range(len(text)))
    elif isinstance(value, float):
        yield from (0.0, 1.0, 0.5, 0.1)
        if abs(value) < 1e300:
            yield float(int(value))
        yield from (float(f"{value:.{digits}g}") for digits in (1, 2, 3, 6, 10))


def shorter(node):
    """The same node with one of its parts less."""
    for field, value in ast.iter_fields(node):
        if not isinstance(value, list) or not value or isinstance(value[0], ast.stmt):
            continue
        twin = "values" if isinstance(node, ast.Dict) and field == "keys" else None
        if isinstance(node, ast.Dict) and field == "values":
            continue
        for place in range(len(value)):
            less = copy.copy(node)
            setattr(less, field, value[:place] + value[place + 1:])
            if twin:
                setattr(less, twin, node.values[:place] + node.values[place + 1:])
            if isinstance(node, ast.Compare):
                # As many operators as operands.
                if field == "ops":
                    continue
                less.ops = node.ops[:place] + node.ops[place + 1:]
            yield less
    for field in ("returns", "annotation", "optional_vars", "cause", "msg", "guard", "lower", "upper", "step", "format_spec"):
        if getattr(node, field, None) is not None:
            less = copy.copy(node)
            setattr(less, field, None)
            yield less


def root_of(program):
    """What an expression does last, as a word; nothing for statements."""
    try:
        node = ast.parse(program, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return ""
    while isinstance(node, ast.Call):
        lambdas = [each for each in (node.func, *node.args) if isinstance(each, ast.Lambda)]
        if isinstance(node.func, ast.Lambda) or (lambdas and getattr(node.func, "id", "") == "with_after"):
            node = lambdas[0].body
        else:
            return getattr(node.func, "attr", getattr(node.func, "id", ""))
    return type(getattr(node, "op", node)).__name__


def names_of(program):
    """What a program calls and does, as a set of words: what it is about."""
    tree = parsed(program)
    if tree is None:
        return frozenset()
    words = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            words.add(node.func.id)
        elif isinstance(node, (ast.operator, ast.unaryop, ast.cmpop, ast.boolop)):
            words.add(type(node).__name__)
        elif isinstance(node, ast.stmt) and not isinstance(node, (ast.Expr, ast.Pass)):
            words.add(type(node).__name__)
        elif isinstance(node, (ast.Subscript, ast.Slice, ast.JoinedStr, ast.Starred, ast.ListComp, ast.GeneratorExp)):
            words.add(type(node).__name__)
    return frozenset(words - {"print", "Load"})
