"""krait: Diffie and Hellman's exchange over numbers (RFC 3526, RFC 7919), for cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import der, pem, primes, serialize
from _krait_stand_ins.cryptography_rust.arguments import instance, only_bytes
from _krait_stand_ins.cryptography_rust.key_numbers import Numbers, NumbersKey

__all__ = [
    "DHParameterNumbers", "DHParameters", "DHPrivateKey", "DHPrivateNumbers", "DHPublicKey", "DHPublicNumbers",
    "from_der_parameters", "from_pem_parameters", "generate_parameters",
]

_PKCS3, _X942 = "1.2.840.113549.1.3.1", "1.2.840.10046.2.1"
_NUMBERS_MODULE = "cryptography.hazmat.primitives.asymmetric.dh"
_LEAST, _MOST = 512, 10000


def _warn():
    import warnings

    from cryptography import utils

    warnings.warn(
        "Diffie-Hellman over finite fields (FFDH) is deprecated and support will be removed in a future release. Use "
        "a more modern key exchange algorithm.",
        getattr(utils, "DeprecatedIn50", DeprecationWarning), stacklevel=3,
    )


class DHParameterNumbers(Numbers):
    __slots__ = ("p", "g", "q")
    __module__ = _NUMBERS_MODULE

    def __init__(self, p, g, q=None):
        instance("p", p, int), instance("g", g, int)
        if q is not None:
            instance("q", q, int)
        if g < 2:
            raise ValueError("DH generator must be 2 or greater")
        if p.bit_length() < _LEAST:
            raise ValueError(f"p (modulus) must be at least {_LEAST}-bit")
        self.p, self.g, self.q = p, g, q

    def parameters(self, backend=None):
        return DHParameters._of(_checked(self))


class DHPublicNumbers(Numbers):
    __slots__ = ("y", "parameter_numbers")
    __module__ = _NUMBERS_MODULE

    def __init__(self, y, parameter_numbers):
        self.y = instance("y", y, int)
        self.parameter_numbers = instance("parameter_numbers", parameter_numbers, DHParameterNumbers)

    def public_key(self, backend=None):
        _checked(self.parameter_numbers)
        return DHPublicKey._of(self)


class DHPrivateNumbers(Numbers):
    __slots__ = ("x", "public_numbers")
    __module__ = _NUMBERS_MODULE

    def __init__(self, x, public_numbers):
        self.x = instance("x", x, int)
        self.public_numbers = instance("public_numbers", public_numbers, DHPublicNumbers)

    def private_key(self, backend=None):
        _checked(self.public_numbers.parameter_numbers)
        return DHPrivateKey._of(self)


_known = {}


def _checked(numbers):
    """Parameters that OpenSSL's DH_check has no fault with; a ValueError for others."""
    p, g, q = numbers.p, numbers.g, numbers.q
    if (p, g, q) not in _known:
        good = p.bit_length() >= _LEAST and 1 < g < p - 1 and p & 1 and primes.is_prime(p, 2)
        if q is None:
            good = good and primes.is_prime(p >> 1, 2)
        else:
            good = good and q > 1 and (p - 1) % q == 0 and primes.is_prime(q, 2) and pow(g, q, p) == 1
        if len(_known) > 64:
            _known.clear()
        _known[p, g, q] = good
    if not _known[p, g, q]:
        raise ValueError("Invalid DH parameters")
    return numbers


class DHParameters(NumbersKey):
    __slots__ = ("_numbers",)

    def generate_private_key(self):
        numbers = self._numbers
        secret = primes.random_below(numbers.q or numbers.p >> 1)
        public = DHPublicNumbers(pow(numbers.g, secret, numbers.p), numbers)
        return DHPrivateKey._of(DHPrivateNumbers(secret, public))

    def parameter_numbers(self):
        return self._numbers

    def parameter_bytes(self, encoding, format):
        from cryptography.hazmat.primitives import _serialization as names

        instance("encoding", encoding, names.Encoding)
        instance("format", format, names.ParameterFormat)
        numbers = self._numbers
        parts = [numbers.p, numbers.g] if numbers.q is None else [numbers.p, numbers.g, numbers.q]
        tag = "DH PARAMETERS" if numbers.q is None else "X9.42 DH PARAMETERS"
        return pem.encode_der(tag, der.sequence(*map(der.integer, parts)), encoding)


class _KeyOfPair(NumbersKey):
    __slots__ = ()

    @property
    def key_size(self):
        return self._parameters().p.bit_length()

    def parameters(self):
        return DHParameters._of(self._parameters())

    def _identifier(self):
        numbers = self._parameters()
        parts = [numbers.p, numbers.g] if numbers.q is None else [numbers.p, numbers.g, numbers.q]
        return serialize.algorithm(
            _PKCS3 if numbers.q is None else _X942, der.sequence(*map(der.integer, parts))
        )


class DHPublicKey(_KeyOfPair, serialize.Public):
    __slots__ = ("_numbers",)

    def _parameters(self):
        return self._numbers.parameter_numbers

    def public_numbers(self):
        return self._numbers

    def public_bytes(self, encoding, format):
        from cryptography.hazmat.primitives import _serialization as names

        instance("encoding", encoding, names.Encoding)
        if instance("format", format, names.PublicFormat) != names.PublicFormat.SubjectPublicKeyInfo:
            raise ValueError("DH public keys support only SubjectPublicKeyInfo serialization")
        return serialize.public_bytes(self, encoding, format)

    def _spki(self):
        return self._identifier(), der.integer(self._numbers.y)


class DHPrivateKey(_KeyOfPair, serialize.Private):
    __slots__ = ("_numbers",)

    def _parameters(self):
        return self._numbers.public_numbers.parameter_numbers

    def exchange(self, peer_public_key):
        instance("peer_public_key", peer_public_key, DHPublicKey)
        own, other = self._parameters(), peer_public_key._parameters()
        y, p = peer_public_key._numbers.y, own.p
        if (own.p, own.g) != (other.p, other.g) or not 1 < y < p - 1 or own.q and pow(y, own.q, p) != 1:
            raise ValueError("Error computing shared key.")
        shared = pow(y, self._numbers.x, p)
        if shared in (0, 1, p - 1):
            raise ValueError("Error computing shared key.")
        return shared.to_bytes((p.bit_length() + 7) // 8)

    def public_key(self):
        return DHPublicKey._of(self._numbers.public_numbers)

    def private_numbers(self):
        return self._numbers

    def private_bytes(self, encoding, format, encryption_algorithm):
        from cryptography.hazmat.primitives import _serialization as names

        instance("encoding", encoding, names.Encoding)
        if instance("format", format, names.PrivateFormat) != names.PrivateFormat.PKCS8:
            raise ValueError("DH private keys support only PKCS8 serialization")
        return serialize.private_bytes(self, encoding, format, encryption_algorithm)

    def _pkcs8(self):
        return self._identifier(), der.integer(self._numbers.x)


def generate_parameters(generator, key_size, backend=None):
    if key_size < _LEAST:
        raise ValueError(f"DH key_size must be at least {_LEAST} bits")
    if generator not in (2, 5):
        raise ValueError("DH generator must be 2 or 5")
    if key_size > _MOST:
        raise ValueError("Unable to generate DH parameters")
    # The generator makes half of the numbers (RFC 2412, appendix E).
    step, rest = (24, 23) if generator == 2 else (60, 59)
    return DHParameters._of(DHParameterNumbers(primes.random_safe_prime(key_size, step, rest), generator))


def _read_parameters(data, with_q):
    def parts(reader):
        fields = reader.sequence()
        p, g = fields.unsigned(), fields.unsigned()
        q = None
        if with_q:
            if fields.peek() == der.INTEGER:
                q = fields.unsigned()
        elif fields.peek() == der.INTEGER:
            fields.small(32)
        if with_q != "only":
            fields.finish()
        return p, g, q

    return der.single(data, parts)


def _numbers_of(p, g, q):
    if p.bit_length() < _LEAST or g < 2:
        raise ValueError("Invalid DH parameters")
    return _checked(DHParameterNumbers(p, g, q))


def from_der_parameters(data, backend=None):
    return DHParameters._of(_numbers_of(*_read_parameters(only_bytes("data", data), True)))


def from_pem_parameters(data, backend=None):
    section = pem.find(
        only_bytes("data", data), ("DH PARAMETERS", "X9.42 DH PARAMETERS"),
        "Valid PEM but no BEGIN DH PARAMETERS/END DH PARAMETERS delimiters. Are you sure this is a DH parameters?",
    )
    return DHParameters._of(_numbers_of(*_read_parameters(section.contents, section.tag.startswith("X9.42"))))


def read_public(identifier, content, x942):
    p, g, q = _read_parameters(identifier.element().full, "only" if x942 else False)
    y = der.single(content, der.Reader.unsigned)
    numbers = _numbers_of(p, g, q)
    _warn()
    return DHPublicKey._of(DHPublicNumbers(y, numbers))


def read_private(identifier, content, x942):
    p, g, q = _read_parameters(identifier.element().full, "only" if x942 else False)
    x = der.single(content, der.Reader.unsigned)
    if p.bit_length() < _LEAST:
        raise ValueError("Invalid key")
    numbers = _numbers_of(p, g, q)
    _warn()
    return DHPrivateKey._of(DHPrivateNumbers(x, DHPublicNumbers(pow(g, x, p), numbers)))
