"""krait: elliptic curves by Python's numbers, for cryptography's stand-in.

Points of the curves are pairs of numbers, or None for the one at infinity. The time that a multiple takes depends on
the numbers: nothing here is constant in time.
"""

from _krait_stand_ins import pycryptodome_curves as _curves

# Of each: its identifier; p, a and b of y² = x³ + ax + b; the order and the coordinates of the generator
# (SEC 2; FIPS 186-4, appendix D; RFC 5639).
_NUMBERS = {
    "secp192r1": (
        "1.2.840.10045.3.1.1",
        0xfffffffffffffffffffffffffffffffeffffffffffffffff,
        -3,
        0x64210519e59c80e70fa7e9ab72243049feb8deecc146b9b1,
        0xffffffffffffffffffffffff99def836146bc9b1b4d22831,
        0x188da80eb03090f67cbf20eb43a18800f4ff0afd82ff1012,
        0x7192b95ffc8da78631011ed6b24cdd573f977a11e794811,
    ),
    "secp224r1": (
        "1.3.132.0.33",
        0xffffffffffffffffffffffffffffffff000000000000000000000001,
        -3,
        0xb4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4,
        0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d,
        0xb70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21,
        0xbd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34,
    ),
    "secp256r1": (
        "1.2.840.10045.3.1.7",
        0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff,
        -3,
        0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b,
        0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551,
        0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
        0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5,
    ),
    "secp384r1": (
        "1.3.132.0.34",
        0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff,
        -3,
        0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef,
        0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973,
        0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7,
        0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f,
    ),
    "secp521r1": (
        "1.3.132.0.35",
        0x1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff,
        -3,
        0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00,
        0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409,
        0xc6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66,
        0x11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650,
    ),
    "secp256k1": (
        "1.3.132.0.10",
        0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f,
        0,
        7,
        0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141,
        0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798,
        0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8,
    ),
    "brainpoolP256r1": (
        "1.3.36.3.3.2.8.1.1.7",
        0xa9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377,
        0x7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9,
        0x26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6,
        0xa9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7,
        0x8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262,
        0x547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997,
    ),
    "brainpoolP384r1": (
        "1.3.36.3.3.2.8.1.1.11",
        0x8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123acd3a729901d1a71874700133107ec53,
        0x7bc382c63d8c150c3c72080ace05afa0c2bea28e4fb22787139165efba91f90f8aa5814a503ad4eb04a8c7dd22ce2826,
        0x4a8c7dd22ce28268b39b55416f0447c2fb77de107dcd2a62e880ea53eeb62d57cb4390295dbc9943ab78696fa504c11,
        0x8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565,
        0x1d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e247d4af1e,
        0x8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315,
    ),
    "brainpoolP512r1": (
        "1.3.36.3.3.2.8.1.1.13",
        0xaadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3,
        0x7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94ca,
        0x3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94cadc083e67984050b75ebae5dd2809bd638016f723,
        0xaadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069,
        0x81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b93b97d5f7c6d5047406a5e688b352209bcb9f822,
        0x7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892,
    ),
}


class Curve:
    """One of the curves, all of whose points but that at infinity are multiples of the generator."""

    def __init__(self, name):
        self.name = name
        self.oid, self.p, self.a, self.b, self.order, x, y = _NUMBERS[name]
        self.generator = x, y
        self.size = (self.p.bit_length() + 7) // 8
        self.order_size = (self.order.bit_length() + 7) // 8
        self._arithmetic = _curves._Weierstrass(self.p, self.a, self.b)

    def has(self, x, y):
        p = self.p
        return x < p and y < p and (y * y - (x * x + self.a) * x - self.b) % p == 0

    def _plain(self, point):
        return None if not point[2] else self._arithmetic.plain(point)

    def multiple(self, point, scalar):
        if point is None or not scalar:
            return None
        return self._plain(_curves._multiply(self._arithmetic, (*point, 1), scalar))

    def of_generator(self, scalar):
        return self.multiple(self.generator, scalar)

    def sum_of(self, one_scalar, point, other_scalar):
        """The sum of the generator's multiple and a point's."""
        arithmetic = self._arithmetic
        one = _curves._multiply(arithmetic, (*self.generator, 1), one_scalar)
        return self._plain(arithmetic.add(one, _curves._multiply(arithmetic, (*point, 1), other_scalar)))

    def encoded(self, point, compressed=False):
        """A point as SEC 1 writes it (section 2.3.3)."""
        x, y = point
        if compressed:
            return (2 + (y & 1)).to_bytes(1) + x.to_bytes(self.size)
        return b"\4" + x.to_bytes(self.size) + y.to_bytes(self.size)

    def decoded(self, data):
        """The point that bytes are (section 2.3.4); a ValueError where they are none."""
        if data == b"\0":
            return None
        kind, body = data[:1], data[1:]
        if kind in (b"\4", b"\6", b"\7") and len(body) == 2 * self.size:
            x, y = int.from_bytes(body[:self.size]), int.from_bytes(body[self.size:])
            if self.has(x, y) and (kind == b"\4" or y & 1 == kind[0] & 1):
                return x, y
        elif kind in (b"\2", b"\3") and len(body) == self.size:
            x = int.from_bytes(body)
            y = self._root((x * x + self.a) * x + self.b) if x < self.p else None
            if y is not None and (y or kind == b"\2"):
                return x, self.p - y if y & 1 != kind[0] & 1 else y
        raise ValueError("not a point of the curve")

    def _root(self, square):
        """A square root, None where there is none."""
        p = self.p
        square %= p
        if p % 4 == 3:
            root = pow(square, (p + 1) // 4, p)
        else:
            root = _tonelli(square, p)
        return root if root is not None and root * root % p == square else None


def _tonelli(square, p):
    """A root by Tonelli and Shanks, for primes of which p - 1 has many twos (P-224's has 96)."""
    if square == 0 or pow(square, (p - 1) // 2, p) != 1:
        return None if square else 0
    odd, twos = p - 1, 0
    while not odd & 1:
        odd, twos = odd >> 1, twos + 1
    other = 2
    while pow(other, (p - 1) // 2, p) != p - 1:
        other += 1
    step, root, rest = pow(other, odd, p), pow(square, (odd + 1) // 2, p), pow(square, odd, p)
    while rest != 1:
        least, power = 0, rest
        while power != 1:
            power, least = power * power % p, least + 1
        factor = pow(step, 1 << twos - least - 1, p)
        root, step, twos = root * factor % p, factor * factor % p, least
        rest = rest * step % p
    return root


_made = {}


def named(name):
    """A curve by its name; a KeyError where there is none of that name."""
    if name not in _made:
        _made[name] = Curve(name)
    return _made[name]


OF_OID = {numbers[0]: name for name, numbers in _NUMBERS.items()}
