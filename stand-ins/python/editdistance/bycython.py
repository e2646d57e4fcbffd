"""krait: editdistance's compiled module: the distance of two sequences by the bits of whole numbers.

The method is Myers' (1999), as Hyyrö (2003) gives it for a distance.
"""


def _hashes(sequence):
    return [hash(each) for each in sequence]


def _distance(one, other):
    if not one:
        return len(other)
    places = {}
    for index, each in enumerate(one):
        places[each] = places.get(each, 0) | 1 << index
    full, last = (1 << len(one)) - 1, 1 << len(one) - 1
    more, less, distance = full, 0, len(one)
    for each in other:
        same = places.get(each, 0)
        across = (((same & more) + more) ^ more) | same | less
        up = less | ~(across | more) & full
        down = more & across
        if up & last:
            distance += 1
        elif down & last:
            distance -= 1
        up = up << 1 | 1
        down <<= 1
        more = (down | ~(across | up)) & full
        less = up & across & full
    return distance


def eval(a, b):
    return _distance(_hashes(a), _hashes(b))


def eval_criterion(a, b, thr):
    return _distance(_hashes(a), _hashes(b)) <= thr


def eval_dp(a, b):
    return _distance(_hashes(a), _hashes(b))
