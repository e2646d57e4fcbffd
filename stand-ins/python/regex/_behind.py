"""krait: look-behinds without a fixed width, as several that have one, which is all that `re` knows."""

import re

# How far back is looked at most where a pattern has no limit, by how many of its parts have none, and how many
# look-behinds stand for one at most.
_FARTHEST = (0, 64, 10)
_MOST = 256
# By what the first is divided if they are too many.
_DIVISORS = (1, 2, 4, 8)
_QUANTIFIER = re.compile(r"(?:([*+?])|\{(\d*)(?:(,)(\d*))?\})([?+]?)")


def _counts(quantifier):
    """How often a part is there: at least, at most (None without a limit); None of what never gives back."""
    if not quantifier:
        return 1, 1
    found = _QUANTIFIER.fullmatch(quantifier)
    if found is None or found[5] == "+":
        return None
    if found[1]:
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[found[1]]
    least = int(found[2] or 0)
    return least, int(found[4]) if found[4] else None if found[3] else least


def _width(piece, verbose):
    try:
        low, high = re._parser.parse(piece, re.VERBOSE if verbose else 0).getwidth()
    except (re.error, OverflowError):
        return None
    return low if low == high else None


def _variants(items, verbose, groups, divisor):
    """The texts of fixed width that parts in a row stand for; None if they cannot be told."""
    counted = []
    for piece, quantifier in items:
        counts = _counts(quantifier)
        if counts is None:
            return None
        pieces = [piece]
        if _width(piece, verbose) is None:
            # Of a group of alternatives, each of them.
            inner = groups.get(piece)
            pieces = None if inner is None or counts not in ((1, 1), (0, 1)) else _alternatives(
                inner, verbose, groups, divisor
            )
        if pieces is None:
            return None
        counted.append((pieces, *counts))
    free = sum(most is None for _, _, most in counted)
    if free >= len(_FARTHEST):
        return None
    variants = [""]
    for pieces, least, most in counted:
        last = max(least, _FARTHEST[free] // divisor) if most is None else most
        if len(variants) * (last - least + 1) * len(pieces) > _MOST:
            return None
        repeated = [f"{piece}{{{count}}}" if count > 1 else piece
                    for count in range(max(least, 1), last + 1) for piece in pieces]
        repeated += [""] * (least == 0)
        variants = [variant + each for variant in variants for each in repeated]
    return variants


def _alternatives(items, verbose, groups, divisor):
    """The same of parts with `|` between alternatives."""
    variants, row = [], []
    for item in [*items, ("|", "")]:
        if item[0] != "|":
            row.append(item)
            continue
        more = _variants(row, verbose, groups, divisor)
        if more is None or len(variants) + len(more) > _MOST:
            return None
        variants += more
        row = []
    return variants


def fixed(opening, items, verbose, groups):
    """A look-behind of the parts, each of whose alternatives has a fixed width; None if that cannot be.

    `groups` has the parts of the groups within."""
    tried = (_alternatives(items, verbose, groups, divisor) for divisor in _DIVISORS)
    variants = next(filter(None, tried), None)
    if variants is None:
        return None
    if opening == "(?<!":
        return "".join(f"(?<!{each})" for each in variants)
    return "(?:" + "|".join(f"(?<={each})" for each in variants) + ")"
