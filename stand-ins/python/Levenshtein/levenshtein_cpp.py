"""krait: Levenshtein's compiled module. The package has its distances from rapidfuzz; here are comparisons of many."""

import rapidfuzz.distance.Indel as _indel
import rapidfuzz.distance.Levenshtein as _levenshtein


def _texts(texts, name):
    try:
        return list(texts)
    except TypeError:
        raise TypeError(f"{name} first argument must be a Sequence")


def setmedian(strlist, wlist=None):
    """The one of the texts that is nearest to all of them."""
    texts = _texts(strlist, "setmedian")
    weights = [1.0] * len(texts) if wlist is None else [float(each) for each in wlist]
    if len(weights) != len(texts):
        raise ValueError("strings_list has a different length than weights_list")
    if not texts:
        return ""
    distance = _levenshtein.distance
    sums = [sum(weight * distance(text, other) for other, weight in zip(texts, weights)) for text in texts]
    return texts[sums.index(min(sums))]


def _cost(one, other):
    """What it costs to put an item in another's place: nothing to 2."""
    return 2.0 * _indel.normalized_distance(one, other)


def seqratio(strlist1, strlist2):
    """How similar two sequences of texts are."""
    one, other = _texts(strlist1, "seqratio"), _texts(strlist2, "seqratio")
    if not one and not other:
        return 1.0
    row = [float(each) for each in range(len(other) + 1)]
    for count, text in enumerate(one, 1):
        before, row[0] = row[0], float(count)
        for index, against in enumerate(other, 1):
            best = min(before + _cost(text, against), row[index] + 1, row[index - 1] + 1)
            before, row[index] = row[index], best
    whole = len(one) + len(other)
    return (whole - row[-1]) / whole


def _assigned(costs):
    """The least sum of costs with one of each row, by Kuhn's method with potentials: no more rows than columns."""
    rows, columns = len(costs), len(costs[0])
    of_rows, of_columns, taken = [0.0] * (rows + 1), [0.0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        taken[0], column = row, 0
        least, back, seen = [float("inf")] * (columns + 1), [0] * (columns + 1), [False] * (columns + 1)
        while taken[column]:
            seen[column], here, step, after = True, taken[column], float("inf"), 0
            for each in range(1, columns + 1):
                if seen[each]:
                    continue
                cost = costs[here - 1][each - 1] - of_rows[here] - of_columns[each]
                if cost < least[each]:
                    least[each], back[each] = cost, column
                if least[each] < step:
                    step, after = least[each], each
            for each in range(columns + 1):
                if seen[each]:
                    of_rows[taken[each]] += step
                    of_columns[each] -= step
                else:
                    least[each] -= step
            column = after
        while column:
            taken[column] = taken[back[column]]
            column = back[column]
    return sum(costs[row - 1][column - 1] for column, row in enumerate(taken) if column and row)


def setratio(strlist1, strlist2):
    """How similar two sets of texts are."""
    one, other = sorted((_texts(strlist1, "setratio"), _texts(strlist2, "setratio")), key=len)
    whole = len(one) + len(other)
    if not whole:
        return 1.0
    distance = len(other) - len(one)
    if one:
        distance += _assigned([[_cost(text, against) for against in other] for text in one])
    return (whole - distance) / whole


def _refuse(name):
    raise NotImplementedError(f"krait's stand-in for Levenshtein has no {name}(); setmedian() gives one of the texts")


def median(strlist, wlist=None):
    _refuse("median")


def quickmedian(strlist, wlist=None):
    _refuse("quickmedian")


def median_improve(string, strlist, wlist=None):
    _refuse("median_improve")
