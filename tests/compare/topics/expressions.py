"""Expressions, of literals, which the compiler may compute, and of variables, which it may not."""

import pools

ARITHMETIC = ("+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "@")
COMPARISONS = ("<", "<=", "==", "!=", ">", ">=", "is", "is not", "in", "not in")
LITERALS = tuple(
    each
    for each in pools.FLOATS + pools.COMPLEXES + pools.CONTAINERS[:40]
    if "(" not in each or each[0] == "("
)
SMALL = ("0", "1", "-1", "2", "3", "7", "10", "0.5", "-0.0", "0.0", "-0.5", "1.5", "2j", "True", "False")


def leaf(draw):
    number = draw.random()
    if number < 0.25:
        return draw.integer()
    if number < 0.45:
        return draw.of(SMALL)
    if number < 0.65:
        shown = draw.float()
        return shown if "(" not in shown else "1e999"
    if number < 0.75:
        return draw.of(LITERALS)
    if number < 0.83:
        return ascii(draw.of(pools.TEXTS[:40]))
    if number < 0.88:
        return repr(draw.of(pools.BYTES[:24]))
    return draw.of(("None", "True", "False", "...", "()", "(1, 2)", "[1]", "{1: 2}", "{1}", "''", "b''", "f'{1}'", "'a' 'b'"))


def bounded(draw, operator, left):
    """A right operand that makes nothing that a machine cannot hold."""
    if operator == "**":
        # A power of a power is soon too large.
        return draw.of(("2", "3", "-1", "0", "0.5", "-0.5", "-0.0", "2.5", "1j")) if left[0] == "(" else draw.of(SMALL + ("64", "-3", "1e-5"))
    shown = leaf(draw)
    return shown if len(shown) < 3 else "2"


def tree(draw, depth, leaves):
    """An expression; `leaves` gets its leaves, which stand in it as {NUMBER}."""
    if depth <= 0 or draw.chance(0.15):
        leaves.append(leaf(draw))
        return f"{{{len(leaves) - 1}}}"
    number = draw.random()
    if number < 0.55:
        operator = draw.of(ARITHMETIC)
        left = tree(draw, depth - 1, leaves)
        if operator in ("**", "<<", "*"):
            leaves.append(bounded(draw, operator, left))
            return f"({left} {operator} {{{len(leaves) - 1}}})"
        return f"({left} {operator} {tree(draw, depth - 1, leaves)})"
    if number < 0.67:
        return f"({draw.of(('-', '+', '~', 'not '))}{tree(draw, depth - 1, leaves)})"
    if number < 0.8:
        shown = tree(draw, depth - 1, leaves)
        for _ in range(1 + draw.below(2)):
            shown += f" {draw.of(COMPARISONS)} {tree(draw, depth - 1, leaves)}"
        return f"({shown})"
    if number < 0.87:
        return f"({tree(draw, depth - 1, leaves)} {draw.of(('and', 'or'))} {tree(draw, depth - 1, leaves)})"
    if number < 0.91:
        parts = [tree(draw, depth - 1, leaves) for _ in range(3)]
        return f"({parts[0]} if {parts[1]} else {parts[2]})"
    if number < 0.96:
        return f"{tree(draw, depth - 1, leaves)}[{subscript(draw, depth - 1, leaves)}]"
    return f"({tree(draw, depth - 1, leaves)}, {tree(draw, depth - 1, leaves)})"


def subscript(draw, depth, leaves):
    if draw.chance(0.5):
        return draw.of(("0", "1", "-1", "5", "0.0", "'a'", "()", "True"))
    return draw.of((":", "1:", ":1", "::-1", "::2", "-2:", "1:0", "::0", ":-1"))


def program(draw):
    leaves = []
    shown = tree(draw, draw.of((1, 1, 2, 2, 3)), leaves)
    if draw.chance(0.6):
        return shown.format(*leaves)
    names = [f"v{number}" for number in range(len(leaves))]
    return f"(lambda {', '.join(names)}: {shown.format(*names)})({', '.join(leaves)})"
