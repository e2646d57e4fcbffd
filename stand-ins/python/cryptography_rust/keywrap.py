"""krait: `_rust.openssl.keywrap`: keys encrypted by others (RFC 3394, RFC 5649)."""

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins.cryptography_rust.values import are_equal, data

__all__ = ["aes_key_unwrap", "aes_key_unwrap_with_padding", "aes_key_wrap", "aes_key_wrap_with_padding"]

_FIRST = b"\xa6" * 8
_FIRST_PADDED = b"\xa6\x59\x59\xa6"


def _cipher(key):
    if len(key) not in (16, 24, 32):
        raise ValueError("The wrapping key must be a valid AES key length")
    return _native.block("AES", key, 0, b"")


def _invalid(*text):
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

    return InvalidUnwrap(*text)


def _wrapped(cipher, first, key):
    words = [key[at:at + 8] for at in range(0, len(key), 8)]
    step = 0
    for _ in range(6):
        for at, word in enumerate(words):
            step += 1
            block = cipher.encrypt(first + word)
            first = (int.from_bytes(block[:8]) ^ step).to_bytes(8)
            words[at] = block[8:]
    return first + b"".join(words)


def _unwrapped(cipher, wrapped):
    first, *words = (wrapped[at:at + 8] for at in range(0, len(wrapped), 8))
    step = 6 * len(words)
    for _ in range(6):
        for at in range(len(words) - 1, -1, -1):
            changed = (int.from_bytes(first) ^ step).to_bytes(8)
            block = cipher.decrypt(changed + words[at])
            first, words[at] = block[:8], block[8:]
            step -= 1
    return first, b"".join(words)


def aes_key_wrap(wrapping_key, key_to_wrap, backend=None):
    wrapping_key, key = data(wrapping_key), bytes(data(key_to_wrap))
    cipher = _cipher(wrapping_key)
    if len(key) < 16:
        raise ValueError("The key to wrap must be at least 16 bytes")
    if len(key) % 8:
        raise ValueError("The key to wrap must be a multiple of 8 bytes")
    return _wrapped(cipher, _FIRST, key)


def aes_key_unwrap(wrapping_key, wrapped_key, backend=None):
    wrapping_key, wrapped = data(wrapping_key), bytes(data(wrapped_key))
    if len(wrapped) < 24:
        raise _invalid("Must be at least 24 bytes")
    if len(wrapped) % 8:
        raise _invalid("The wrapped key must be a multiple of 8 bytes")
    first, key = _unwrapped(_cipher(wrapping_key), wrapped)
    if not are_equal(first, _FIRST):
        raise _invalid()
    return key


def aes_key_wrap_with_padding(wrapping_key, key_to_wrap, backend=None):
    wrapping_key, key = data(wrapping_key), bytes(data(key_to_wrap))
    cipher = _cipher(wrapping_key)
    if not 0 < len(key) < 1 << 32:
        raise ValueError("key_to_wrap must be between 1 and 2^32 bytes")
    first = _FIRST_PADDED + len(key).to_bytes(4)
    padded = key + bytes(-len(key) % 8)
    return cipher.encrypt(first + padded) if len(padded) == 8 else _wrapped(cipher, first, padded)


def aes_key_unwrap_with_padding(wrapping_key, wrapped_key, backend=None):
    wrapping_key, wrapped = data(wrapping_key), bytes(data(wrapped_key))
    if len(wrapped) < 16:
        raise _invalid("Must be at least 16 bytes")
    if len(wrapped) % 8:
        raise _invalid("The wrapped key must be a multiple of 8 bytes")
    cipher = _cipher(wrapping_key)
    if len(wrapped) == 16:
        block = cipher.decrypt(wrapped)
        first, key = block[:8], block[8:]
    else:
        first, key = _unwrapped(cipher, wrapped)
    length = int.from_bytes(first[4:])
    fits = are_equal(first[:4], _FIRST_PADDED) & (len(key) - 8 < length <= len(key))
    if not fits or not are_equal(key[length:], bytes(len(key) - length)):
        raise _invalid()
    return key[:length]
