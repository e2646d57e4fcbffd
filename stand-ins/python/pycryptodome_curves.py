"""krait: the elliptic curves of pycryptodome's compiled libraries, by Python's numbers.

The time that they take depends on the numbers. A point is changed in place; functions give 0, or the
number of an error, as the originals do.
"""

_EC_POINT, _EC_CURVE, _INFINITY = 15, 16, 19


class _Point:
    def __init__(self, curve, coordinates):
        self.curve = curve
        self.coordinates = coordinates


def _number(data):
    return int.from_bytes(data)


def _multiply(curve, point, scalar):
    """A multiple of a point, four bits at a time."""
    multiples = [curve.NEUTRAL, point]
    for _ in range(14):
        multiples.append(curve.add(multiples[-1], point))
    result = curve.NEUTRAL
    for digit in f"{scalar:x}":
        for _ in range(4):
            result = curve.double(result)
        if digit != "0":
            result = curve.add(result, multiples[int(digit, 16)])
    return result


class _Weierstrass:
    """y² = x³ + ax + b, with points as x/z², y/z³."""

    NEUTRAL = (1, 1, 0)

    def __init__(self, p, a, b):
        self.p, self.a, self.b = p, a, b

    def point(self, x, y):
        p = self.p
        if x == y == 0:
            return self.NEUTRAL
        if x >= p or y >= p or (y * y - x * x * x - self.a * x - self.b) % p:
            return None
        return x, y, 1

    def plain(self, point):
        x, y, z = point
        if not z:
            return 0, 0
        inverse = pow(z, -1, self.p)
        square = inverse * inverse
        return x * square % self.p, y * square * inverse % self.p

    def negative(self, point):
        x, y, z = point
        return x, -y % self.p, z

    def double(self, point):
        x, y, z = point
        p = self.p
        if not z or not y:
            return self.NEUTRAL
        square = y * y % p
        s = 4 * x * square % p
        if self.a == -3:
            zz = z * z % p
            m = 3 * (x - zz) * (x + zz) % p
        else:
            m = (3 * x * x + self.a * pow(z, 4, p)) % p
        t = (m * m - 2 * s) % p
        return t, (m * (s - t) - 8 * square * square) % p, 2 * y * z % p

    def add(self, one, other):
        x1, y1, z1 = one
        x2, y2, z2 = other
        if not z1:
            return other
        if not z2:
            return one
        p = self.p
        square1, square2 = z1 * z1 % p, z2 * z2 % p
        u1, u2 = x1 * square2 % p, x2 * square1 % p
        s1, s2 = y1 * z2 * square2 % p, y2 * z1 * square1 % p
        if u1 == u2:
            return self.double(one) if s1 == s2 else self.NEUTRAL
        h, r = u2 - u1, s2 - s1
        hh = h * h % p
        hhh = h * hh % p
        v = u1 * hh % p
        x = (r * r - hhh - 2 * v) % p
        return x, (r * (v - x) - s1 * hhh) % p, z1 * z2 * h % p


class _Edwards:
    """ax² + y² = 1 + dx²y², with points as x/z, y/z."""

    NEUTRAL = (0, 1, 1)

    def __init__(self, p, a, d, size):
        self.p, self.a, self.d, self.size = p, a, d % p, size

    def point(self, x, y):
        p = self.p
        if x >= p or y >= p or (self.a * x * x + y * y - 1 - self.d * x * x * y * y) % p:
            return None
        return x, y, 1

    def decoded(self, encoded):
        """A point as RFC 8032 encodes it (sections 5.1.3 and 5.2.3)."""
        p = self.p
        if len(encoded) != self.size:
            return None
        number = int.from_bytes(encoded, "little")
        sign, y = number >> 8 * self.size - 1, number & (1 << 8 * self.size - 1) - 1
        if y >= p:
            return None
        u, v = (y * y - 1) % p, (self.d * y * y - self.a) % p
        square = u * pow(v, -1, p) % p
        if p % 4 == 3:
            x = pow(square, (p + 1) // 4, p)
        else:
            x = pow(square, (p + 3) // 8, p)
            if (x * x - square) % p:
                x = x * pow(2, (p - 1) // 4, p) % p
        if (x * x - square) % p or (not x and sign):
            return None
        return p - x if x & 1 != sign else x, y, 1

    def plain(self, point):
        x, y, z = point
        inverse = pow(z, -1, self.p)
        return x * inverse % self.p, y * inverse % self.p

    def negative(self, point):
        x, y, z = point
        return -x % self.p, y, z

    def double(self, point):
        return self.add(point, point)

    def add(self, one, other):
        x1, y1, z1 = one
        x2, y2, z2 = other
        p = self.p
        a = z1 * z2 % p
        b = a * a % p
        c, d = x1 * x2 % p, y1 * y2 % p
        e = self.d * c * d % p
        f, g = b - e, b + e
        x = a * f * ((x1 + y1) * (x2 + y2) - c - d) % p
        return x, a * g * (d - self.a * c) % p, f * g % p


def _functions(prefix, new_point, more=()):
    """The functions that curves of pairs have in common."""

    def clone(result, point):
        result.value = _Point(point.curve, point.coordinates)
        return 0

    def compare(one, other):
        return int(one.curve is not other.curve or one.curve.plain(one.coordinates) != other.curve.plain(other.coordinates))

    def negate(point):
        point.coordinates = point.curve.negative(point.coordinates)
        return 0

    def get_xy(x, y, length, point):
        for place, coordinate in zip((x, y), point.curve.plain(point.coordinates)):
            place[:length] = coordinate.to_bytes(length)
        return 0

    def double(point):
        point.coordinates = point.curve.double(point.coordinates)
        return 0

    def add(point, other):
        if point.curve is not other.curve:
            return _EC_CURVE
        point.coordinates = point.curve.add(point.coordinates, other.coordinates)
        return 0

    def scalar(point, number, length, seed=None):
        point.coordinates = _multiply(point.curve, point.coordinates, _number(number[:length]))
        return 0

    names = {
        "new_point": new_point, "free_point": _free, "clone": clone, "cmp": compare, "neg": negate, "get_xy": get_xy,
        "double": double, "add": add, "scalar": scalar, "scalar_public": scalar, "new_context": _no_context,
        "free_context": _free, **dict(more),
    }
    return {f"{prefix}_{name}": function for name, function in names.items()}


def _free(pointer):
    pass


def _no_context(result):
    result.value = True
    return 0


def _new_point_of(curve_of):
    def new_point(result, x, y, length, context):
        curve = curve_of(context)
        coordinates = curve.point(_number(x[:length]), _number(y[:length]))
        if coordinates is None:
            return _EC_POINT
        result.value = _Point(curve, coordinates)
        return 0

    return new_point


def weierstrass(prefix):
    """The NIST's curves."""

    def new_context(result, modulus, b, order, length, seed):
        result.value = _Weierstrass(_number(modulus[:length]), -3, _number(b[:length]))
        return 0

    def new_curve(result, p, b, order, gx, gy, length):
        return new_context(result, p, b, order, length, None)

    def new_curve_secp256k1(result):
        result.value = _Weierstrass(2**256 - 2**32 - 977, 0, 7)
        return 0

    more = {
        "new_context": new_context, "new_curve": new_curve, "free_curve": _free,
        "new_curve_secp256k1": new_curve_secp256k1,
    }
    return _functions(prefix, _new_point_of(lambda context: context), more)


_ED25519 = _Edwards(2**255 - 19, -1, -121665 * pow(121666, -1, 2**255 - 19), 32)
_ED448 = _Edwards(2**448 - 2**224 - 1, 1, -39081, 57)


def edwards(prefix):
    """Ed25519 or Ed448."""
    curve = _ED25519 if prefix == "ed25519" else _ED448

    def decode_point(result, encoded, length, context):
        coordinates = curve.decoded(encoded[:length])
        if coordinates is None:
            return _EC_POINT
        result.value = _Point(curve, coordinates)
        return 0

    return _functions(prefix, _new_point_of(lambda context: curve), {"decode_point": decode_point})


def montgomery(prefix):
    """Curve25519 or Curve448: points without their y; that of infinity is None."""
    p, a24 = (2**255 - 19, 121665) if prefix == "curve25519" else (2**448 - 2**224 - 1, 39081)

    def new_point(result, x, length, context):
        result.value = _Point(prefix, None if x is None else _number(x[:length]) % p)
        return 0

    def clone(result, point):
        result.value = _Point(prefix, point.coordinates)
        return 0

    def get_x(place, length, point):
        if point.coordinates is None:
            return _INFINITY
        place[:length] = point.coordinates.to_bytes(length)
        return 0

    def scalar(point, number, length, seed=None):
        if point.coordinates is not None:
            point.coordinates = _ladder(point.coordinates, _number(number[:length]), p, a24)
        return 0

    def compare(one, other):
        return int(one.curve != other.curve or one.coordinates != other.coordinates)

    names = {
        "new_point": new_point, "free_point": _free, "clone": clone, "get_x": get_x, "scalar": scalar, "cmp": compare,
        "new_context": _no_context, "free_context": _free,
    }
    return {f"{prefix}_{name}": function for name, function in names.items()}


def _ladder(x1, scalar, p, a24):
    """x of a multiple (RFC 7748, section 5)."""
    x2, z2, x3, z3 = 1, 0, x1, 1
    for bit in f"{scalar:b}":
        if bit == "1":
            x2, z2, x3, z3 = x3, z3, x2, z2
        plus, minus = x2 + z2, x2 - z2
        da, cb = (x3 - z3) * plus % p, (x3 + z3) * minus % p
        aa, bb = plus * plus % p, minus * minus % p
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % p, x1 * (da - cb) ** 2 % p
        x2, z2 = aa * bb % p, e * (aa + a24 * e) % p
        if bit == "1":
            x2, z2, x3, z3 = x3, z3, x2, z2
    return x2 * pow(z2, -1, p) % p if z2 else None


def all_of_natural():
    """What version 4 of pycryptodome has in one library."""
    return {**weierstrass("ec_nat"), **edwards("ed448"), **montgomery("curve448")}
