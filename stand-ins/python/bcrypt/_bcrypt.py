"""krait: bcrypt's compiled module, on the expensive Blowfish of pycryptodome's stand-in."""

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins import installed_version as _installed_version

__author__ = "The Python Cryptographic Authority developers"
__copyright__ = "Copyright 2013-2025 The Python Cryptographic Authority developers"
__email__ = "cryptography-dev@python.org"
__license__ = "Apache License, Version 2.0"
__summary__ = "Modern(-ish) password hashing for your software and your servers"
__title__ = "bcrypt"
__uri__ = "https://github.com/pyca/bcrypt/"
__version_ex__ = _installed_version("bcrypt", __file__) or "5.0.0"

_ALPHABET = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_TEXT = b"OrpheanBeholderScryDoubt"
_TEXT_OF_KDF = b"OxychromaticBlowfishSwatDynamite"


def _bytes(name, value):
    if not isinstance(value, bytes):
        raise TypeError(f"argument '{name}': '{type(value).__name__}' object cannot be converted to 'PyBytes'")


def _encoded(data):
    number = int.from_bytes(data) << -8 * len(data) % 6
    count = (8 * len(data) + 5) // 6
    return bytes(_ALPHABET[number >> 6 * each & 63] for each in range(count - 1, -1, -1))


def _decoded(text):
    """The 16 bytes of 22 signs."""
    number = 0
    for sign in text:
        value = _ALPHABET.find(sign)
        if value < 0:
            raise ValueError("Invalid salt")
        number = number << 6 | value
    if len(text) != 22 or number & 15:
        raise ValueError("Invalid salt")
    return (number >> 4).to_bytes(16)


def _often_encrypted(block, text):
    for _ in range(64):
        text = block.encrypt(text)
    return text


def gensalt(rounds=12, prefix=b"2b"):
    import os

    try:
        rounds = rounds.__index__()
    except AttributeError:
        raise TypeError(
            f"argument 'rounds': '{type(rounds).__name__}' object cannot be interpreted as an integer"
        )
    _bytes("prefix", prefix)
    if prefix not in (b"2a", b"2b"):
        raise ValueError("Supported prefixes are b'2a' or b'2b'")
    if not 4 <= rounds <= 31:
        raise ValueError("Invalid rounds")
    return b"$%b$%02d$%b" % (prefix, rounds, _encoded(os.urandom(16)))


def hashpw(password, salt):
    _bytes("password", password)
    _bytes("salt", salt)
    if len(password) > 72:
        raise ValueError(
            "password cannot be longer than 72 bytes, truncate manually if necessary (e.g. my_password[:72])"
        )
    parts = salt.split(b"$")
    if len(parts) != 4 or parts[0] or parts[1] not in (b"2y", b"2b", b"2a", b"2x"):
        raise ValueError("Invalid salt")
    _, version, rounds, rest = parts
    if not rounds.isdigit() or not 4 <= int(rounds) <= 31:
        raise ValueError("Invalid salt")
    salt = _decoded(rest[:22])
    block = _native.block("EKSBlowfish, inverted", (password + b"\0")[:72], int(rounds), salt)
    digest = _encoded(_often_encrypted(block, _TEXT)[:23])
    return b"$%b$%02d$%b%b" % (version, int(rounds), _encoded(salt), digest)


def checkpw(password, hashed_password):
    import hmac

    _bytes("password", password)
    _bytes("hashed_password", hashed_password)
    return hmac.compare_digest(hashpw(password, hashed_password), hashed_password)


def kdf(password, salt, desired_key_bytes, rounds, ignore_few_rounds=False):
    import hashlib

    _bytes("password", password)
    _bytes("salt", salt)
    if not password or not salt:
        raise ValueError("password and salt must not be empty")
    if not 1 <= desired_key_bytes <= 512:
        raise ValueError("desired_key_bytes must be 1-512")
    if rounds < 1:
        raise ValueError("rounds must be 1 or more")
    if rounds < 50 and not ignore_few_rounds:
        import warnings

        warnings.warn(
            f"Warning: bcrypt.kdf() called with only {rounds} round(s). This few is not secure: the parameter is "
            "linear, like PBKDF2.",
            UserWarning, stacklevel=3,
        )

    password = hashlib.sha512(password).digest()

    def part(salt):
        block = _native.block("EKSBlowfish", password, 6, hashlib.sha512(salt).digest())
        words = _often_encrypted(block, _TEXT_OF_KDF)
        return b"".join(words[at:at + 4][::-1] for at in range(0, 32, 4))

    stride = -(-desired_key_bytes // 32)
    key = bytearray(desired_key_bytes)
    for count in range(stride):
        last = part(salt + (count + 1).to_bytes(4))
        total = int.from_bytes(last)
        for _ in range(rounds - 1):
            last = part(last)
            total ^= int.from_bytes(last)
        places = range(count, desired_key_bytes, stride)
        for place, byte in zip(places, total.to_bytes(32)):
            key[place] = byte
    return bytes(key)
