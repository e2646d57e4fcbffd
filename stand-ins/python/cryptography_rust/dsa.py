"""krait: DSA (FIPS 186-4, section 4), for cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import asn1, der, primes, serialize
from _krait_stand_ins.cryptography_rust.arguments import (
    buffer, digest_and_algorithm, instance, invalid_signature,
)
from _krait_stand_ins.cryptography_rust.key_numbers import Numbers, NumbersKey

__all__ = [
    "DSAParameterNumbers", "DSAParameters", "DSAPrivateKey", "DSAPrivateNumbers", "DSAPublicKey", "DSAPublicNumbers",
    "generate_parameters",
]

_OID = "1.2.840.10040.4.1"
_NUMBERS_MODULE = "cryptography.hazmat.primitives.asymmetric.dsa"


class _Numbers(Numbers):
    __slots__ = ()

    def __hash__(self):
        return hash(self._all())


class DSAParameterNumbers(_Numbers):
    __slots__ = ("p", "q", "g")
    __module__ = _NUMBERS_MODULE

    def __init__(self, p, q, g):
        self.p, self.q, self.g = instance("p", p, int), instance("q", q, int), instance("g", g, int)

    def _check(self):
        if self.p.bit_length() not in (1024, 2048, 3072, 4096):
            raise ValueError("p must be exactly 1024, 2048, 3072, or 4096 bits long")
        if self.q.bit_length() not in (160, 224, 256):
            raise ValueError("q must be exactly 160, 224, or 256 bits long")
        if not 1 < self.g < self.p:
            raise ValueError("g, p don't satisfy 1 < g < p.")

    def parameters(self, backend=None):
        self._check()
        return DSAParameters._of(self)

    def __repr__(self):
        return f"<DSAParameterNumbers(p={self.p}, q={self.q}, g={self.g})>"


class DSAPublicNumbers(_Numbers):
    __slots__ = ("y", "parameter_numbers")
    __module__ = _NUMBERS_MODULE

    def __init__(self, y, parameter_numbers):
        self.y = instance("y", y, int)
        self.parameter_numbers = instance("parameter_numbers", parameter_numbers, DSAParameterNumbers)

    def public_key(self, backend=None):
        self.parameter_numbers._check()
        return DSAPublicKey._of(self)

    def __repr__(self):
        return f"<DSAPublicNumbers(y={self.y}, parameter_numbers={self.parameter_numbers!r})>"


class DSAPrivateNumbers(_Numbers):
    __slots__ = ("x", "public_numbers")
    __module__ = _NUMBERS_MODULE

    def __init__(self, x, public_numbers):
        self.x = instance("x", x, int)
        self.public_numbers = instance("public_numbers", public_numbers, DSAPublicNumbers)

    def private_key(self, backend=None):
        parameters = self.public_numbers.parameter_numbers
        parameters._check()
        if not 0 < self.x < parameters.q:
            raise ValueError("x must be > 0 and < q.")
        if self.public_numbers.y != pow(parameters.g, self.x, parameters.p):
            raise ValueError("y must be equal to (g ** x % p).")
        return DSAPrivateKey._of(self)


class _Key(NumbersKey):
    __slots__ = ()

    @property
    def key_size(self):
        return self._parameters().p.bit_length()

    def parameters(self):
        return DSAParameters._of(self._parameters())

    def _identifier(self):
        parameters = self._parameters()
        return serialize.algorithm(_OID, der.sequence(*map(der.integer, parameters._all())))


class DSAParameters(_Key):
    __slots__ = ("_numbers",)

    def parameter_numbers(self):
        return self._numbers

    def generate_private_key(self):
        numbers = self._numbers
        secret = primes.random_below(numbers.q)
        public = DSAPublicNumbers(pow(numbers.g, secret, numbers.p), numbers)
        return DSAPrivateKey._of(DSAPrivateNumbers(secret, public))

    key_size = parameters = None


class DSAPublicKey(_Key, serialize.Public):
    __slots__ = ("_numbers",)

    def _parameters(self):
        return self._numbers.parameter_numbers

    def verify(self, signature, data, algorithm):
        signature, data = buffer("signature", signature), buffer("data", data)
        data, _ = digest_and_algorithm(data, algorithm)
        p, q, g = self._parameters()._all()
        try:
            r, s = asn1.decode_dss_signature(signature)
        except ValueError:
            raise invalid_signature()
        if not (0 < r < q and 0 < s < q):
            raise invalid_signature()
        try:
            inverse = pow(s, -1, q)
        except ValueError:
            raise invalid_signature()
        message = _leading(data, q)
        if pow(g, message * inverse % q, p) * pow(self._numbers.y, r * inverse % q, p) % p % q != r:
            raise invalid_signature()

    def public_numbers(self):
        return self._numbers

    def _spki(self):
        return self._identifier(), der.integer(self._numbers.y)


class DSAPrivateKey(_Key, serialize.Private):
    __slots__ = ("_numbers",)

    def _parameters(self):
        return self._numbers.public_numbers.parameter_numbers

    def sign(self, data, algorithm):
        data, _ = digest_and_algorithm(buffer("data", data), algorithm)
        p, q, g = self._parameters()._all()
        message = _leading(data, q)
        for _ in range(8):
            scalar = primes.random_below(q)
            r = pow(g, scalar, p) % q
            try:
                s = pow(scalar, -1, q) * (message + r * self._numbers.x) % q
            except ValueError:
                break
            if r and s:
                return asn1.encode_dss_signature(r, s)
        raise ValueError("DSA signing failed. This generally indicates an invalid key.", [])

    def public_key(self):
        return DSAPublicKey._of(self._numbers.public_numbers)

    def private_numbers(self):
        return self._numbers

    def _traditional(self):
        parts = (0, *self._parameters()._all(), self._numbers.public_numbers.y, self._numbers.x)
        return "DSA PRIVATE KEY", der.sequence(*map(der.integer, parts))

    def _pkcs8(self):
        return self._identifier(), der.integer(self._numbers.x)


def _leading(data, order):
    return int.from_bytes(data) >> max(0, 8 * len(data) - order.bit_length())


def generate_parameters(key_size):
    q_bits = 160 if key_size < 2048 else 256
    q = primes.random_prime(q_bits)
    while True:
        candidate = primes.random_bits(key_size) | 1 << key_size - 1
        p = candidate - candidate % (2 * q) + 1
        # Numbers of this form, one after another, until one is a prime.
        for _ in range(4 * key_size):
            if p.bit_length() == key_size and primes.is_prime(p):
                power = (p - 1) // q
                g = next(g for g in (pow(base, power, p) for base in range(2, 1000)) if g > 1)
                return DSAParameters._of(DSAParameterNumbers(p, q, g))
            p += 2 * q


def _private(p, q, g, x, y):
    numbers = DSAPrivateNumbers(x, DSAPublicNumbers(y, DSAParameterNumbers(p, q, g)))
    return DSAPrivateKey._of(numbers)


def _read_parameters(identifier):
    fields = identifier.sequence()
    p, q, g = fields.unsigned(), fields.unsigned(), fields.unsigned()
    fields.finish()
    return p, q, g


def read_private(identifier, content):
    p, q, g = _read_parameters(identifier)
    x = der.single(content, der.Reader.unsigned)
    if not p:
        raise ValueError("Invalid key")
    return _private(p, q, g, x, pow(g, x, p))


def read_public(identifier, content):
    parameters = DSAParameterNumbers(*_read_parameters(identifier))
    return DSAPublicKey._of(DSAPublicNumbers(der.single(content, der.Reader.unsigned), parameters))


def read_traditional(data):
    """A private key as OpenSSL has long written it: a version, p, q, g, y and x."""
    def parts(reader):
        fields = reader.sequence()
        version = fields.small()
        numbers = [fields.unsigned() for _ in range(5)]
        fields.finish()
        return version, numbers

    version, (p, q, g, y, x) = der.single(data, parts)
    if version:
        raise ValueError("Invalid key")
    return _private(p, q, g, x, y)
