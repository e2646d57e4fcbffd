"""krait: keys on elliptic curves, ECDSA (FIPS 186-5, section 6) and ECDH, for cryptography's stand-in."""

import hmac

from _krait_stand_ins.cryptography_rust import asn1, curves, der, primes, serialize
from _krait_stand_ins.cryptography_rust.arguments import (
    Frozen, buffer, cannot_create, digest_and_algorithm, instance, invalid_signature, only_bytes, unsupported,
)

__all__ = [
    "ECPrivateKey", "ECPublicKey", "EllipticCurvePrivateNumbers", "EllipticCurvePublicNumbers", "curve_supported",
    "derive_private_key", "from_public_bytes", "generate_private_key",
]

_OID = "1.2.840.10045.2.1"
_NUMBERS_MODULE = "cryptography.hazmat.primitives.asymmetric.ec"


def _curve(curve):
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurve

    if not isinstance(curve, EllipticCurve):
        raise TypeError("curve must be an EllipticCurve instance")
    try:
        return curves.named(curve.name)
    except KeyError:
        raise unsupported(f"Curve {curve.name} is not supported", "UNSUPPORTED_ELLIPTIC_CURVE")


def curve_supported(curve):
    try:
        _curve(curve)
    except Exception:
        return False
    return True


def _package_curve(name):
    from cryptography.hazmat.primitives.asymmetric.ec import _CURVE_TYPES

    return _CURVE_TYPES[name]


def generate_private_key(curve, backend=None):
    own = _curve(curve)
    secret = primes.random_below(own.order)
    return ECPrivateKey._of(own, secret, own.of_generator(secret))


def derive_private_key(private_value, curve):
    own = _curve(curve)
    instance("py_private_value", private_value, int)
    if not 0 < private_value < own.order:
        raise ValueError("Invalid EC key (key out of range, infinity, etc.)")
    return ECPrivateKey._of(own, private_value, own.of_generator(private_value), curve)


def from_public_bytes(curve, data):
    own = _curve(curve)
    try:
        point = own.decoded(only_bytes("data", data))
    except ValueError:
        raise ValueError("Invalid EC key.")
    return ECPublicKey._of(own, _finite(point), curve)


def _finite(point):
    if point is None:
        raise ValueError("Cannot load an EC public key where the point is at infinity")
    return point


def _check_ecdsa(algorithm):
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA

    if not isinstance(algorithm, ECDSA):
        raise unsupported("Unsupported elliptic curve signature algorithm", "UNSUPPORTED_PUBLIC_KEY_ALGORITHM")


def _leading(data, order):
    """The leftmost bits of a digest, as many as the order has."""
    return int.from_bytes(data) >> max(0, 8 * len(data) - order.bit_length())


class EllipticCurvePublicNumbers(Frozen):
    __slots__ = ("x", "y", "curve")
    __module__ = _NUMBERS_MODULE

    def __init__(self, x, y, curve):
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurve

        self.x, self.y = instance("x", x, int), instance("y", y, int)
        if not isinstance(curve, EllipticCurve):
            raise TypeError("curve must provide the EllipticCurve interface.")
        self.curve = curve

    def _point(self, own):
        if self.x < 0 or self.y < 0:
            raise ValueError("Invalid EC key. Both x and y must be non-negative.")
        if not own.has(self.x, self.y):
            raise ValueError("Invalid EC key. Point is not on the curve specified.")
        return self.x, self.y

    def public_key(self, backend=None):
        own = _curve(self.curve)
        return ECPublicKey._of(own, self._point(own), self.curve)

    def __eq__(self, other):
        if not isinstance(other, EllipticCurvePublicNumbers):
            return NotImplemented
        return (self.x, self.y, self.curve.name, self.curve.key_size) == (
            other.x, other.y, other.curve.name, other.curve.key_size
        )

    def __hash__(self):
        return hash((self.x, self.y, self.curve.name, self.curve.key_size))

    def __repr__(self):
        return f"<EllipticCurvePublicNumbers(curve={self.curve.name}, x={self.x}, y={self.y})>"


class EllipticCurvePrivateNumbers(Frozen):
    __slots__ = ("private_value", "public_numbers")
    __module__ = _NUMBERS_MODULE

    def __init__(self, private_value, public_numbers):
        self.private_value = instance("private_value", private_value, int)
        self.public_numbers = instance("public_numbers", public_numbers, EllipticCurvePublicNumbers)

    def private_key(self, backend=None):
        own = _curve(self.public_numbers.curve)
        point = self.public_numbers._point(own)
        if self.private_value < 0:
            raise OverflowError("can't convert negative int to unsigned")
        if not 0 < self.private_value < own.order or own.of_generator(self.private_value) != point:
            raise ValueError("Invalid EC key.")
        return ECPrivateKey._of(own, self.private_value, point, self.public_numbers.curve)

    def __eq__(self, other):
        if not isinstance(other, EllipticCurvePrivateNumbers):
            return NotImplemented
        return (self.private_value, self.public_numbers) == (other.private_value, other.public_numbers)

    def __hash__(self):
        return hash((self.private_value, self.public_numbers))


class _Key(Frozen):
    __slots__ = ()

    def __new__(cls):
        raise cannot_create(cls)

    @property
    def curve(self):
        return self._curve

    @property
    def key_size(self):
        return self._curve.key_size


class ECPublicKey(_Key, serialize.Public):
    __slots__ = ("_own", "_point", "_curve")

    @classmethod
    def _of(cls, own, point, curve=None):
        key = object.__new__(cls)
        key._own, key._point, key._curve = own, point, curve or _package_curve(own.name)
        return key

    def verify(self, signature, data, signature_algorithm):
        signature, data = buffer("signature", signature), buffer("data", data)
        _check_ecdsa(signature_algorithm)
        data, _ = digest_and_algorithm(data, signature_algorithm.algorithm)
        order = self._own.order
        try:
            r, s = asn1.decode_dss_signature(signature)
        except ValueError:
            raise invalid_signature()
        if not (0 < r < order and 0 < s < order):
            raise invalid_signature()
        inverse = pow(s, -1, order)
        message = _leading(data, order)
        point = self._own.sum_of(message * inverse % order, self._point, r * inverse % order)
        if point is None or point[0] % order != r:
            raise invalid_signature()

    def public_numbers(self):
        return EllipticCurvePublicNumbers(*self._point, self._curve)

    def _x962(self, compressed):
        return self._own.encoded(self._point, compressed)

    def _spki(self):
        return serialize.algorithm(_OID, der.oid(self._own.oid)), self._x962(False)


class ECPrivateKey(_Key, serialize.Private):
    __slots__ = ("_own", "_secret", "_point", "_curve")

    @classmethod
    def _of(cls, own, secret, point, curve=None):
        key = object.__new__(cls)
        key._own, key._secret, key._point = own, secret, point
        key._curve = curve or _package_curve(own.name)
        return key

    def exchange(self, algorithm, peer_public_key):
        from cryptography.hazmat.primitives.asymmetric.ec import ECDH

        instance("peer_public_key", peer_public_key, ECPublicKey)
        if not isinstance(algorithm, ECDH):
            raise unsupported("Unsupported EC exchange algorithm", "UNSUPPORTED_EXCHANGE_ALGORITHM")
        if peer_public_key._own is not self._own:
            raise ValueError("Error computing shared key.")
        return self._own.multiple(peer_public_key._point, self._secret)[0].to_bytes(self._own.size)

    def sign(self, data, signature_algorithm):
        data = buffer("data", data)
        _check_ecdsa(signature_algorithm)
        data, algorithm = digest_and_algorithm(data, signature_algorithm.algorithm)
        order = self._own.order
        message = _leading(data, order)
        deterministic = signature_algorithm.deterministic_signing
        scalars = _deterministic(self._own, self._secret, data, algorithm) if deterministic else _random(order)
        for scalar in scalars:
            r = self._own.of_generator(scalar)[0] % order
            # The inverse of a number that nobody knows is the same as that of the scalar alone.
            factor = primes.random_below(order)
            inverse = pow(scalar * factor % order, -1, order)
            s = inverse * ((message + r * self._secret) * factor % order) % order
            if r and s:
                return asn1.encode_dss_signature(r, s)

    def public_key(self):
        return ECPublicKey._of(self._own, self._point, self._curve)

    def private_numbers(self):
        return EllipticCurvePrivateNumbers(self._secret, self.public_key().public_numbers())

    def _written(self, *parameters):
        own = self._own
        return der.sequence(
            der.integer(1), der.octets(self._secret.to_bytes(own.order_size)), *parameters,
            der.explicit(1, der.bits(own.encoded(self._point))),
        )

    def _traditional(self):
        return "EC PRIVATE KEY", self._written(der.explicit(0, der.oid(self._own.oid)))

    def _pkcs8(self):
        return serialize.algorithm(_OID, der.oid(self._own.oid)), self._written()


def _random(order):
    while True:
        yield primes.random_below(order)


def _deterministic(own, secret, data, algorithm):
    """The scalars of RFC 6979 (section 3.2)."""
    import hashlib

    name, order, size = algorithm.name.replace("sha3-", "sha3_").replace("-", "_"), own.order, own.order_size
    hashlib.new(name)
    message = (_leading(data, order) % order).to_bytes(size)
    seed = secret.to_bytes(size) + message
    value, key = b"\1" * algorithm.digest_size, bytes(algorithm.digest_size)
    for step in (b"\0", b"\1"):
        key = hmac.digest(key, value + step + seed, name)
        value = hmac.digest(key, value, name)
    while True:
        made = b""
        while len(made) < size:
            value = hmac.digest(key, value, name)
            made += value
        scalar = _leading(made[:size], order)
        if 0 < scalar < order:
            yield scalar
        key = hmac.digest(key, value + b"\0", name)
        value = hmac.digest(key, value, name)


def _explicit_parameters():
    return unsupported(
        "ECDSA keys with explicit parameters are only supported when they map to secp256r1, secp384r1, or secp521r1. "
        "No custom curves are supported.",
        "UNSUPPORTED_ELLIPTIC_CURVE",
    )


def curve_of_parameters(element):
    """The curve that an algorithm's parameters name (RFC 5480, section 2.1.1)."""
    if element.tag == der.OID:
        oid = der.oid_of(element.content)
        if oid not in curves.OF_OID:
            raise unsupported(f"Curve {oid} is not supported", "UNSUPPORTED_ELLIPTIC_CURVE")
        return curves.named(curves.OF_OID[oid])
    if element.tag == der.SEQUENCE:
        own = _specified(element)
        if own:
            return own
    if element.tag in (der.SEQUENCE, der.NULL):
        raise _explicit_parameters()
    raise der.unexpected(element.tag)


def _specified(element):
    """One of the curves of the NIST's whose numbers are given in place of its name."""
    fields = element.reader()
    if fields.small() != 1:
        return None
    field = fields.sequence()
    if field.oid() != "1.2.840.10045.1.1":
        return None
    p = field.unsigned()
    curve = fields.sequence()
    a, b = curve.octets(), curve.octets()
    base, order = fields.octets(), fields.unsigned()
    for name in ("secp256r1", "secp384r1", "secp521r1"):
        own = curves.named(name)
        if (p, order) == (own.p, own.order) and int.from_bytes(a) == own.p - 3 and int.from_bytes(b) == own.b:
            return own if base == own.encoded(own.generator) else None
    return None


def read_private(data, outer=None):
    """A private key as SEC 1 has it (RFC 5915, section 3), with the parameters that are told outside of it."""
    def parts(reader):
        fields = reader.sequence()
        version = der.within("EcPrivateKey::version", fields.small)
        secret = der.within("EcPrivateKey::private_key", fields.octets)
        inner = fields.explicit(0)
        inner = inner and der.whole(inner, der.Reader.element)
        point = fields.explicit(1)
        point = point and der.whole(point, der.Reader.bits)
        fields.finish()
        return version, secret, inner, point

    version, secret, inner, public = der.single(data, parts)
    if version != 1 or outer and inner and outer.full != inner.full or not (outer or inner):
        raise ValueError("Invalid key")
    own = curve_of_parameters(outer or inner)
    if len(secret) != own.order_size:
        raise ValueError(
            "EC private key is not encoded properly: private key value is too short. Please file an issue at "
            "https://github.com/pyca/cryptography/issues explaining how your private key was created."
        )
    secret = int.from_bytes(secret)
    if not 0 < secret < own.order or public and public[1]:
        raise ValueError("Invalid key")
    point = own.of_generator(secret)
    if public:
        try:
            told = own.decoded(public[0])
        except ValueError:
            raise ValueError("Invalid key")
        if told is None or told != point:
            raise ValueError("Invalid key")
    return ECPrivateKey._of(own, secret, point)


def read_public(parameters, content):
    own = curve_of_parameters(parameters)
    try:
        point = own.decoded(content)
    except ValueError:
        raise ValueError("Invalid key")
    return ECPublicKey._of(own, _finite(point))
