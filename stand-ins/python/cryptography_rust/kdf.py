"""krait: `_rust.openssl.kdf`: keys made of passwords and of other keys."""

import hashlib

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins.cryptography_rust.hashes import Hash, digest_name
from _krait_stand_ins.cryptography_rust.hmac import HMAC, keyed
from _krait_stand_ins.cryptography_rust.values import (
    already_finalized, are_equal, data, exact_bytes, optional_bytes, optional_size, room, size, small_size, text,
    unsupported,
)

__all__ = [
    "Argon2d", "Argon2i", "Argon2id", "ConcatKDFHMAC", "ConcatKDFHash", "HKDF", "HKDFExpand", "KBKDFCMAC",
    "KBKDFHMAC", "PBKDF2HMAC", "Scrypt", "X963KDF", "derive_pbkdf2_hmac",
]

_PACKAGE = "cryptography.hazmat.primitives.kdf"


def _invalid(text):
    from cryptography.exceptions import InvalidKey

    return InvalidKey(text)


class _Once:
    """What gives a key of `_length` bytes, once: `_made` has how."""

    __slots__ = ("_length", "_used")

    def _begin(self, room):
        if self._used:
            raise already_finalized()
        self._used = True
        if room != self._length:
            raise ValueError(f"buffer must be {self._length} bytes")

    def derive(self, key_material):
        key_material = data(key_material)
        self._begin(self._length)
        return self._made(key_material)

    def derive_into(self, key_material, buf):
        key_material, buf = data(key_material), room(buf)
        self._begin(len(buf))
        buf[:] = self._made(key_material)
        return self._length

    def verify(self, key_material, expected_key):
        key_material, expected_key = data(key_material), data(expected_key)
        if not are_equal(self.derive(key_material), expected_key):
            raise _invalid("Keys do not match.")

    def _set(self, **values):
        self._used = False
        for name, value in values.items():
            setattr(self, f"_{name}", value)
        return self


class PBKDF2HMAC(_Once):
    __module__ = f"{_PACKAGE}.pbkdf2"
    __slots__ = ("_name", "_salt", "_iterations")

    def __new__(cls, algorithm, length, salt, iterations, backend=None):
        length, salt, iterations = size(length), exact_bytes(salt), size(iterations)
        if iterations < 1:
            raise ValueError("iterations must be greater than or equal to 1.")
        name = digest_name(algorithm)
        return object.__new__(cls)._set(name=name, length=length, salt=salt, iterations=iterations)

    def _made(self, key_material):
        if self._name.startswith("shake"):
            from cryptography.exceptions import InternalError

            raise InternalError("PBKDF2 takes no digest whose result has any length", [])
        if not self._length:
            return b""
        return hashlib.pbkdf2_hmac(self._name, key_material, self._salt, self._iterations, self._length)


def derive_pbkdf2_hmac(key_material, algorithm, salt, iterations, length):
    """What the package asks for before version 47."""
    return PBKDF2HMAC(algorithm, length, salt, iterations).derive(key_material)


class Scrypt(_Once):
    __module__ = f"{_PACKAGE}.scrypt"
    __slots__ = ("_salt", "_n", "_r", "_p")

    def __new__(cls, salt, length, n, r, p, backend=None):
        salt, length, n, r, p = exact_bytes(salt), size(length), size(n), size(r), size(p)
        if n < 2 or n & (n - 1):
            raise ValueError("n must be greater than 1 and be a power of 2.")
        if r < 1:
            raise ValueError("r must be greater than or equal to 1.")
        if p < 1:
            raise ValueError("p must be greater than or equal to 1.")
        return object.__new__(cls)._set(salt=salt, length=length, n=n, r=r, p=p)

    def _made(self, key_material):
        n, r, p = self._n, self._r, self._p
        # The limits of RFC 7914, and of what has an address.
        if p * r >= 1 << 30 or r < 4 and n >= 1 << 16 * r or 128 * n * r >= 1 << 62:
            raise self._too_large()
        block = hashlib.pbkdf2_hmac("sha256", key_material, self._salt, 1, 128 * r * p)
        parts = []
        for at in range(0, len(block), 128 * r):
            try:
                parts.append(_native.scrypt_mixed(block[at:at + 128 * r], n))
            except ValueError:
                raise self._too_large()
        if not self._length:
            return b""
        return hashlib.pbkdf2_hmac("sha256", key_material, b"".join(parts), 1, self._length)

    def _too_large(self):
        need = 128 * self._n * self._r // (1024 * 1024)
        return MemoryError(f"Not enough memory to derive key. These parameters require {need}MB of memory.")


class _Argon2(_Once):
    __slots__ = ("_salt", "_iterations", "_lanes", "_memory", "_ad", "_secret")
    __module__ = f"{_PACKAGE}.argon2"

    def __new__(cls, salt, length, iterations, lanes, memory_cost, ad=None, secret=None):
        salt, length, iterations = exact_bytes(salt), size(length), small_size(iterations)
        lanes, memory_cost = small_size(lanes), small_size(memory_cost)
        ad, secret = optional_bytes(ad), optional_bytes(secret)
        if len(salt) < 8:
            raise ValueError("salt must be at least 8 bytes")
        if length < 4:
            raise ValueError("length must be greater than or equal to 4.")
        if iterations < 1:
            raise ValueError("iterations must be greater than or equal to 1.")
        if lanes < 1:
            raise ValueError("lanes must be greater than or equal to 1.")
        if memory_cost // 8 < lanes:
            raise ValueError("memory_cost must be an integer >= 8 * lanes.")
        if ad is not None and len(ad) > 32:
            raise unsupported("krait's Argon2 takes no associated data of more than 32 bytes", "UNSUPPORTED_CIPHER")
        return object.__new__(cls)._set(
            salt=salt, length=length, iterations=iterations, lanes=lanes, memory=memory_cost, ad=ad, secret=secret
        )

    def _made(self, key_material):
        numbers = (self._iterations, self._lanes, self._memory, 0x13)
        key = _native.argon2(
            type(self)._NAME, key_material, self._salt, self._secret or b"", self._ad or b"", numbers, self._length
        )
        if key is None:
            raise MemoryError(
                f"Not enough memory to derive key. These parameters require {self._memory}KiB of memory."
            )
        return key

    def derive_phc_encoded(self, key_material):
        import base64

        key = self.derive(key_material)
        salt, key = (base64.b64encode(each).rstrip(b"=").decode() for each in (self._salt, key))
        return f"${self._NAME}$v=19$m={self._memory},t={self._iterations},p={self._lanes}${salt}${key}"

    @classmethod
    def verify_phc_encoded(cls, key_material, phc_encoded, secret=None):
        key_material, secret = data(key_material), optional_bytes(secret)
        parts = text(phc_encoded).split("$")
        if len(parts) != 6 or parts[0] or parts[1] not in _ARGON2:
            raise _invalid("Invalid PHC string format.")
        asked = _ARGON2[parts[1]]
        if asked._NAME != cls._NAME:
            raise _invalid(f"Incorrect variant in PHC string, did you mean to use {asked.__name__}?")
        if parts[2] != "v=19":
            raise _invalid("Invalid version in PHC string.")
        parameters = parts[3].split(",")
        if len(parameters) != 3:
            raise _invalid("Invalid parameters in PHC string.")
        if [each[:2] for each in parameters] != ["m=", "t=", "p="]:
            raise _invalid("Parameters must be in order: m, t, p.")
        what = ("memory cost", "iterations", "parallelism")
        memory, iterations, lanes = (_phc_number(*each) for each in zip(parameters, what))
        salt, key = _phc_bytes(parts[4], "salt"), _phc_bytes(parts[5], "hash")
        state = cls(
            salt=salt, length=len(key), iterations=iterations, lanes=lanes, memory_cost=memory, secret=secret
        )
        state.verify(key_material, key)


class Argon2d(_Argon2):
    __module__ = f"{_PACKAGE}.argon2"
    __slots__ = ()
    _NAME = "argon2d"


class Argon2i(_Argon2):
    __module__ = f"{_PACKAGE}.argon2"
    __slots__ = ()
    _NAME = "argon2i"


class Argon2id(_Argon2):
    __module__ = f"{_PACKAGE}.argon2"
    __slots__ = ()
    _NAME = "argon2id"


_ARGON2 = {each._NAME: each for each in (Argon2d, Argon2i, Argon2id)}


def _phc_number(parameter, what):
    digits = parameter[2:].removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or int(digits) >= 1 << 32:
        raise _invalid(f"Invalid {what} in PHC string.")
    return int(digits)


def _phc_bytes(encoded, what):
    import base64
    import binascii

    try:
        if "=" in encoded:
            raise ValueError
        plain = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        # Bits behind the last byte are to be zero.
        if base64.b64encode(plain).rstrip(b"=").decode() != encoded:
            raise ValueError
    except (binascii.Error, ValueError):
        raise _invalid(f"Invalid base64 {what} in PHC string.")
    return plain


def _longest(algorithm, length):
    longest = 255 * size(algorithm.digest_size)
    if longest >= 1 << 64:
        raise ValueError("Digest size too large, would cause overflow in max length calculation")
    if length > longest:
        raise ValueError(f"Cannot derive keys larger than {longest} octets.")


def _expanded(algorithm, key, info, length):
    parts, last = [], b""
    state = HMAC(key, algorithm)
    for number in range(1, -(-length // algorithm.digest_size) + 1):
        copy = state.copy()
        copy.update(last + info + bytes([number]))
        last = copy.finalize()
        parts.append(last)
    return b"".join(parts)[:length]


class HKDF(_Once):
    __module__ = f"{_PACKAGE}.hkdf"
    __slots__ = ("_algorithm", "_salt", "_info")

    def __new__(cls, algorithm, length, salt=None, info=None, backend=None):
        length, salt, info = size(length), optional_bytes(salt), optional_bytes(info)
        _longest(algorithm, length)
        return object.__new__(cls)._set(algorithm=algorithm, length=length, salt=salt, info=info)

    @staticmethod
    def extract(algorithm, salt, key_material):
        salt, key_material = optional_bytes(salt), data(key_material)
        return keyed(bytes(algorithm.digest_size) if salt is None else salt, algorithm, key_material)

    def _extract(self, key_material):
        return self.extract(self._algorithm, self._salt, key_material)

    def _made(self, key_material):
        return _expanded(self._algorithm, self._extract(key_material), self._info or b"", self._length)


class HKDFExpand(_Once):
    __module__ = f"{_PACKAGE}.hkdf"
    __slots__ = ("_algorithm", "_info")

    def __new__(cls, algorithm, length, info, backend=None):
        length, info = size(length), optional_bytes(info)
        _longest(algorithm, length)
        return object.__new__(cls)._set(algorithm=algorithm, length=length, info=info or b"")

    def _made(self, key_material):
        return _expanded(self._algorithm, key_material, self._info, self._length)


class _Counted(_Once):
    """Digests of a counter and the key, one after another: `_part` has one."""

    __slots__ = ("_algorithm", "_info")

    @classmethod
    def _checked(cls, algorithm, length, info):
        length, info = size(length), optional_bytes(info)
        longest = algorithm.digest_size * ((1 << 32) - 1)
        if length > longest:
            raise ValueError(f"Cannot derive keys larger than {longest} bits.")
        return object.__new__(cls)._set(algorithm=algorithm, length=length, info=info or b"")

    def _made(self, key_material):
        count = -(-self._length // self._algorithm.digest_size)
        parts = [self._part(key_material, number.to_bytes(4)) for number in range(1, count + 1)]
        return b"".join(parts)[:self._length]

    def _hashed(self, *parts):
        state = Hash(self._algorithm)
        for part in parts:
            state.update(part)
        return state.finalize()


class X963KDF(_Counted):
    __module__ = f"{_PACKAGE}.x963kdf"
    __slots__ = ()

    def __new__(cls, algorithm, length, sharedinfo, backend=None):
        return cls._checked(algorithm, length, sharedinfo)

    def _part(self, key_material, number):
        return self._hashed(key_material, number, self._info)


class ConcatKDFHash(_Counted):
    __module__ = f"{_PACKAGE}.concatkdf"
    __slots__ = ()

    def __new__(cls, algorithm, length, otherinfo, backend=None):
        return cls._checked(algorithm, length, otherinfo)

    def _part(self, key_material, number):
        return self._hashed(number, key_material, self._info)


class ConcatKDFHMAC(_Counted):
    __module__ = f"{_PACKAGE}.concatkdf"
    __slots__ = ("_salt",)

    def __new__(cls, algorithm, length, salt, otherinfo, backend=None):
        length, salt = size(length), optional_bytes(salt)
        self = cls._checked(algorithm, length, otherinfo)
        if algorithm.block_size is None:
            raise TypeError(f"{algorithm.name} is unsupported for ConcatKDF")
        self._salt = bytes(algorithm.block_size) if salt is None else salt
        return self

    def _part(self, key_material, number):
        return keyed(self._salt, self._algorithm, number, key_material, self._info)


class _Kbkdf(_Once):
    """NIST SP 800-108 in counter mode. `_size` is that of one block, and `_keyed` gives what makes one."""

    __slots__ = ("_algorithm", "_size", "_numbers", "_place", "_label", "_context", "_fixed")

    def __new__(
        cls, algorithm, mode, length, rlen, llen, location, label, context, fixed, backend=None, *,
        break_location=None,
    ):
        from cryptography.hazmat.primitives.kdf.kbkdf import CounterLocation, Mode

        length, rlen, llen = size(length), size(rlen), optional_size(llen)
        label, context, fixed = optional_bytes(label), optional_bytes(context), optional_bytes(fixed)
        break_location = optional_size(break_location)
        if not isinstance(mode, Mode):
            raise TypeError("mode must be of type Mode")
        if not isinstance(location, CounterLocation):
            raise TypeError("location must be of type CounterLocation")
        if location is CounterLocation.MiddleFixed:
            if break_location is None:
                raise ValueError("Please specify a break_location")
        elif break_location is not None:
            raise ValueError("break_location is ignored when location is not CounterLocation.MiddleFixed")
        if fixed is not None and (label is not None or context is not None):
            raise ValueError("When supplying fixed data, label and context are ignored.")
        if not 1 <= rlen <= 4:
            raise ValueError("rlen must be between 1 and 4")
        if fixed is None and llen is None:
            raise ValueError("Please specify an llen")
        if llen == 0:
            raise ValueError("llen must be non-zero")
        block = cls._block_size(algorithm)
        if -(-length // block) > (1 << 8 * rlen) - 1:
            raise ValueError("There are too many iterations.")
        place = {CounterLocation.BeforeFixed: 0, CounterLocation.AfterFixed: None}.get(location, break_location)
        return object.__new__(cls)._set(
            algorithm=algorithm, size=block, length=length, numbers=(rlen, llen), place=place, label=label,
            context=context, fixed=fixed,
        )

    def _begin(self, room):
        if self._used:
            raise already_finalized()
        self._used = True

    def derive_into(self, key_material, buf):
        key_material, buf = data(key_material), room(buf)
        self._begin(len(buf))
        part = self._keyed(key_material)
        if len(buf) != self._length:
            raise ValueError(f"buffer must be {self._length} bytes")
        buf[:] = self._joined(part)
        return self._length

    def _made(self, key_material):
        return self._joined(self._keyed(key_material))

    def _joined(self, part):
        rlen, llen = self._numbers
        fixed = self._fixed
        if fixed is None:
            fixed = b"%b\0%b%b" % (self._label or b"", self._context or b"", _number(8 * self._length, llen))
        place = len(fixed) if self._place is None else self._place
        if place > len(fixed):
            raise ValueError("break_location offset > len(fixed)")
        count = -(-self._length // self._size)
        parts = [part(fixed[:place] + _number(each, rlen) + fixed[place:]) for each in range(1, count + 1)]
        return b"".join(parts)[:self._length]


def _number(value, length):
    try:
        return value.to_bytes(length)
    except OverflowError:
        raise OverflowError("int too big to convert")


class KBKDFHMAC(_Kbkdf):
    __module__ = f"{_PACKAGE}.kbkdf"
    __slots__ = ()

    @staticmethod
    def _block_size(algorithm):
        digest_name(algorithm)
        return algorithm.digest_size

    def _keyed(self, key_material):
        state = HMAC(key_material, self._algorithm)

        def part(text):
            copy = state.copy()
            copy.update(text)
            return copy.finalize()

        return part


class KBKDFCMAC(_Kbkdf):
    __module__ = f"{_PACKAGE}.kbkdf"
    __slots__ = ()

    @staticmethod
    def _block_size(algorithm):
        from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm

        if not isinstance(algorithm, type):
            raise TypeError(f"'{type(algorithm).__name__}' object is not an instance of 'type'")
        if not issubclass(algorithm, BlockCipherAlgorithm):
            raise unsupported("Algorithm must be a block cipher.", "UNSUPPORTED_CIPHER")
        return algorithm.block_size // 8

    def _keyed(self, key_material):
        from _krait_stand_ins.cryptography_rust.cmac import CMAC

        state = CMAC(self._algorithm(bytes(key_material)))

        def part(text):
            copy = state.copy()
            copy.update(text)
            return copy.finalize()

        return part
