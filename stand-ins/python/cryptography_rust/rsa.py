"""krait: RSA (RFC 8017), for cryptography's stand-in: keys and their numbers.

How messages are padded is in `rsa_padding.py`. The time of a private key's powers depends on the number of the
message only through a random factor, which blinds it; the rest is not constant in time.
"""

import math

from _krait_stand_ins.cryptography_rust import der, primes, serialize
from _krait_stand_ins.cryptography_rust.arguments import (
    Frozen, buffer, cannot_create, instance, invalid_signature, only_bytes,
)

__all__ = ["RSAPrivateKey", "RSAPrivateNumbers", "RSAPublicKey", "RSAPublicNumbers", "generate_private_key"]

_NUMBERS_MODULE = "cryptography.hazmat.primitives.asymmetric.rsa"
_OID = "1.2.840.113549.1.1.1"
_ALGORITHM = serialize.algorithm(_OID, der.null())


def _numbers_equal(one, other):
    if type(one) is not type(other):
        return NotImplemented
    return all(getattr(one, name) == getattr(other, name) for name in one.__slots__)


class RSAPublicNumbers(Frozen):
    __slots__ = ("e", "n")
    __module__ = _NUMBERS_MODULE

    def __init__(self, e, n):
        self.e, self.n = instance("e", e, int), instance("n", n, int)

    def public_key(self, backend=None):
        if self.n < 0 or self.e < 0:
            raise OverflowError("can't convert negative int to unsigned")
        _check_public(self.e, self.n)
        return RSAPublicKey._of(self.e, self.n)

    __eq__ = _numbers_equal

    def __hash__(self):
        return hash((self.e, self.n))

    def __repr__(self):
        return f"<RSAPublicNumbers(e={self.e}, n={self.n})>"


class RSAPrivateNumbers(Frozen):
    __slots__ = ("p", "q", "d", "dmp1", "dmq1", "iqmp", "public_numbers")
    __module__ = _NUMBERS_MODULE

    def __init__(self, p, q, d, dmp1, dmq1, iqmp, public_numbers):
        for name, value in zip(self.__slots__, (p, q, d, dmp1, dmq1, iqmp)):
            setattr(self, name, instance(name, value, int))
        self.public_numbers = instance("public_numbers", public_numbers, RSAPublicNumbers)

    def private_key(self, backend=None, *, unsafe_skip_rsa_key_validation=False):
        e, n = self.public_numbers.e, self.public_numbers.n
        if n < 3:
            raise ValueError("modulus must be >= 3.")
        for name in ("p", "q", "dmp1", "dmq1", "iqmp", "d"):
            if getattr(self, name) >= n:
                raise ValueError(f"{'private_exponent' if name == 'd' else name} must be < modulus.")
        if not 3 <= e < n:
            raise ValueError("public_exponent must be >= 3 and < modulus.")
        if not e & 1:
            raise ValueError("public_exponent must be odd.")
        if not self.dmp1 & 1:
            raise ValueError("dmp1 must be odd.")
        if not self.dmq1 & 1:
            raise ValueError("dmq1 must be odd.")
        if self.p * self.q != n:
            raise ValueError("p*q must equal modulus.")
        for name in ("p", "q", "d", "dmp1", "dmq1", "iqmp"):
            if getattr(self, name) < 0:
                raise OverflowError("can't convert negative int to unsigned")
        return private_key(self, unsafe_skip_rsa_key_validation)

    __eq__ = _numbers_equal

    def __hash__(self):
        return hash(tuple(getattr(self, name) for name in self.__slots__))


def _check_public(e, n):
    if n < 3:
        raise ValueError("n must be >= 3.")
    if e < 3 or e >= n:
        raise ValueError("e must be >= 3 and < n.")
    if not e & 1:
        raise ValueError("e must be odd.")


def _is_consistent(numbers):
    """Whether the numbers of a key belong together, as OpenSSL's RSA_check_key asks."""
    p, q, d, e = numbers.p, numbers.q, numbers.d, numbers.public_numbers.e
    return (
        p & 1 and q & 1 and p > 1 and q > 1 and p * q == numbers.public_numbers.n
        and e > 1 and e & 1
        and (d * e - 1) % math.lcm(p - 1, q - 1) == 0
        and numbers.dmp1 == d % (p - 1) and numbers.dmq1 == d % (q - 1)
        and numbers.iqmp * q % p == 1 and numbers.iqmp < p
        and primes.is_prime(p, 3) and primes.is_prime(q, 3)
    )


def private_key(numbers, unchecked=False):
    if not unchecked and not _is_consistent(numbers):
        raise ValueError("Invalid private key")
    key = object.__new__(RSAPrivateKey)
    key._numbers, key._blinding = numbers, None
    return key


def generate_private_key(public_exponent, key_size):
    bits = (key_size + 1) // 2

    def suits(candidate):
        return math.gcd(candidate - 1, public_exponent) == 1

    while True:
        p = primes.random_prime(bits, suits)
        q = primes.random_prime(key_size - bits, suits)
        if abs(p - q).bit_length() > bits - 100 and (p * q).bit_length() == key_size:
            break
    if p < q:
        p, q = q, p
    d = pow(public_exponent, -1, math.lcm(p - 1, q - 1))
    numbers = RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), RSAPublicNumbers(public_exponent, p * q)
    )
    return private_key(numbers, unchecked=True)


class RSAPublicKey(Frozen, serialize.Public):
    __slots__ = ("_e", "_n")

    def __new__(cls):
        raise cannot_create(cls)

    @classmethod
    def _of(cls, e, n):
        key = object.__new__(cls)
        key._e, key._n = e, n
        return key

    @property
    def key_size(self):
        return self._n.bit_length()

    @property
    def _size(self):
        return (self.key_size + 7) // 8

    def public_numbers(self):
        return RSAPublicNumbers(self._e, self._n)

    def verify(self, signature, data, padding, algorithm):
        from _krait_stand_ins.cryptography_rust import rsa_padding

        signature, data = buffer("signature", signature), buffer("data", data)
        data, algorithm = rsa_padding.digested(data, algorithm)
        scheme = rsa_padding.signature_scheme(padding, algorithm, self._size, False)
        if not scheme.verifies(self._opened(signature), data, self.key_size):
            raise invalid_signature()

    def recover_data_from_signature(self, signature, padding, algorithm):
        from _krait_stand_ins.cryptography_rust import rsa_padding

        data = rsa_padding.recovered(self, only_bytes("signature", signature), padding, algorithm)
        if data is None:
            raise invalid_signature()
        return data

    def encrypt(self, plaintext, padding):
        from _krait_stand_ins.cryptography_rust import rsa_padding

        scheme = rsa_padding.encryption_scheme(padding)
        padded = scheme.padded(only_bytes("plaintext", plaintext), self._size)
        if padded is None:
            raise ValueError("Encryption failed")
        return pow(int.from_bytes(padded), self._e, self._n).to_bytes(self._size)

    def _opened(self, signature):
        """The padded message of a signature, None where it can be none."""
        number = int.from_bytes(signature)
        if len(signature) != self._size or number >= self._n:
            return None
        return pow(number, self._e, self._n).to_bytes(self._size)

    def _pkcs1(self):
        return der.sequence(der.integer(self._n), der.integer(self._e))

    def _spki(self):
        return _ALGORITHM, self._pkcs1()


class RSAPrivateKey(Frozen, serialize.Private):
    __slots__ = ("_numbers", "_blinding")

    def __new__(cls):
        raise cannot_create(cls)

    @property
    def key_size(self):
        return self._numbers.public_numbers.n.bit_length()

    @property
    def _size(self):
        return (self.key_size + 7) // 8

    def public_key(self):
        numbers = self._numbers.public_numbers
        return RSAPublicKey._of(numbers.e, numbers.n)

    def private_numbers(self):
        return self._numbers

    def sign(self, data, padding, algorithm):
        from _krait_stand_ins.cryptography_rust import rsa_padding

        data, algorithm = rsa_padding.digested(buffer("data", data), algorithm)
        scheme = rsa_padding.signature_scheme(padding, algorithm, self._size, True)
        padded = scheme.padded(data, self.key_size)
        if padded is None:
            raise ValueError(
                "Digest or salt length too long for key size. Use a larger key or shorter salt length if you are "
                "specifying a PSS salt"
            )
        return self._turned(padded)

    def decrypt(self, ciphertext, padding):
        from _krait_stand_ins.cryptography_rust import rsa_padding

        if len(only_bytes("ciphertext", ciphertext)) != self._size:
            raise ValueError("Ciphertext length must be equal to key size.")
        scheme = rsa_padding.encryption_scheme(padding)
        plaintext = None
        if int.from_bytes(ciphertext) < self._numbers.public_numbers.n:
            plaintext = scheme.unpadded(self._turned(ciphertext), ciphertext, self._numbers.d)
        if plaintext is None:
            raise ValueError("Decryption failed")
        return plaintext

    def _turned(self, padded):
        """The private key's power, by the two primes; a random factor keeps the number from the time it takes."""
        numbers = self._numbers
        e, n, p, q = numbers.public_numbers.e, numbers.public_numbers.n, numbers.p, numbers.q
        if self._blinding is None:
            factor = primes.random_below(n)
            while math.gcd(factor, n) != 1:
                factor = primes.random_below(n)
            self._blinding = pow(factor, e, n), pow(factor, -1, n)
        blind, unblind = self._blinding
        self._blinding = blind * blind % n, unblind * unblind % n
        number = int.from_bytes(padded) * blind % n
        one, other = pow(number, numbers.dmp1, p), pow(number, numbers.dmq1, q)
        power = other + q * ((one - other) * numbers.iqmp % p)
        # A fault in one of the two powers would give the primes away.
        if pow(power, e, n) != number:
            power = pow(number, numbers.d, n)
        return (power * unblind % n).to_bytes(self._size)

    def _traditional(self):
        numbers = self._numbers
        parts = (
            0, numbers.public_numbers.n, numbers.public_numbers.e, numbers.d, numbers.p, numbers.q, numbers.dmp1,
            numbers.dmq1, numbers.iqmp,
        )
        return "RSA PRIVATE KEY", der.sequence(*map(der.integer, parts))

    def _pkcs8(self):
        return _ALGORITHM, self._traditional()[1]


def read_public(data):
    """A key as PKCS #1 has it (RFC 8017, A.1.1)."""
    def parts(reader):
        fields = reader.sequence()
        n = der.within("Pkcs1RsaPublicKey::n", fields.unsigned)
        e = der.within("Pkcs1RsaPublicKey::e", fields.unsigned)
        fields.finish()
        return e, n

    e, n = der.single(data, parts)
    _check_public(e, n)
    return RSAPublicKey._of(e, n)


def read_private(data, unchecked=False):
    """A private key as PKCS #1 has it (RFC 8017, A.1.2)."""
    def parts(reader):
        fields = reader.sequence()
        version = der.within("RsaPrivateKey::version", fields.small)
        names = ("n", "e", "d", "p", "q", "dmp1", "dmq1", "iqmp")
        numbers = [der.within(f"RsaPrivateKey::{name}", fields.unsigned) for name in names]
        more = fields.optional(der.SEQUENCE)
        fields.finish()
        return version, numbers, more

    version, (n, e, d, p, q, dmp1, dmq1, iqmp), more = der.single(data, parts)
    if version or more:
        raise ValueError("Invalid key")
    return private_key(RSAPrivateNumbers(p, q, d, dmp1, dmq1, iqmp, RSAPublicNumbers(e, n)), unchecked)
