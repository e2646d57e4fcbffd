"""krait: `_rust.openssl.ciphers`: ciphers in their modes, a part of a message after another."""

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins.cryptography_rust import registry
from _krait_stand_ins.cryptography_rust.aead import Gcm
from _krait_stand_ins.cryptography_rust.values import (
    already_finalized, are_equal, data as bytes_of, exact_bytes, of_package, room, unsupported,
)

__all__ = [
    "AEADDecryptionContext", "AEADEncryptionContext", "CipherContext", "_advance", "_advance_aad",
    "cipher_supported", "create_decryption_ctx", "create_encryption_ctx",
]

# What a counter of ChaCha20 counts.
_CHACHA_BLOCK = 64


class _Blocks:
    """ECB and CBC: whole blocks only."""

    def __init__(self, name, block, size, vector, encrypts):
        self.size = size
        mode = _native.mode(name, block, vector, 0, 0, 0)
        self._turn = mode.encrypt if encrypts else mode.decrypt
        self._rest = b""

    def update(self, data):
        text = self._rest + bytes(data)
        whole = len(text) // self.size * self.size
        self._rest = text[whole:]
        return self._turn(text[:whole])

    def finalize(self):
        if self._rest:
            raise ValueError("The length of the provided data is not a multiple of the block length.")
        return b""


class _Stream:
    """What encrypts each byte as it comes."""

    size = 1

    def __init__(self, turn, again=None):
        self._turn, self._again = turn, again

    def update(self, data):
        return self._turn(data)

    def restart(self, nonce):
        self._turn = self._again(nonce)

    def finalize(self):
        return b""


class _Xts:
    """Each part is a unit of its own, with the same tweak."""

    size = 1

    def __init__(self, key, tweak, encrypts):
        half = len(key) // 2
        if are_equal(key[:half], key[half:]):
            raise ValueError("In XTS mode duplicated keys are not allowed")
        self._block = _native.block("AES", key[:half], 0, b"")
        self._tweak = _native.block("AES", key[half:], 0, b"").encrypt(tweak)
        self._encrypts = encrypts

    def update(self, data):
        if not len(data):
            return b""
        if len(data) < 16:
            raise ValueError(
                "In XTS mode you must supply at least a full block in the first update call. For AES this is 16 bytes."
            )
        return _native.xts(self._block, self._tweak, data, self._encrypts)

    def finalize(self):
        return b""


class _Gcm:
    size = 1

    def __init__(self, block, vector, encrypts):
        gcm = Gcm(block, vector)
        self.update = gcm.encrypt if encrypts else gcm.decrypt
        self.authenticate, self.tag = gcm.authenticate, gcm.tag


def _made(algorithm, mode, encrypts):
    """What encrypts or decrypts for an algorithm in a mode of the package."""
    if not registry.is_supported(algorithm, type(mode)):
        named = mode.name if mode else mode
        raise unsupported(f"cipher {algorithm.name} in {named} mode is not supported ", "UNSUPPORTED_CIPHER")
    kind = type(mode).__name__
    key = bytes_of(algorithm.key)
    if mode is None:
        return _stream_cipher(algorithm, key)
    if kind == "XTS":
        return _Xts(bytes(key), bytes_of(mode.tweak), encrypts)
    block = registry.block_cipher(algorithm, type(mode))
    size = algorithm.block_size // 8
    if kind == "ECB":
        return _Blocks("ECB", block, size, b"", encrypts)
    if kind == "CTR":
        def start(nonce):
            return _native.mode("CTR", block, nonce, 0, size, 0).encrypt

        return _Stream(start(bytes_of(mode.nonce)), start)
    vector = bytes_of(mode.initialization_vector)
    if kind == "CBC":
        return _Blocks("CBC", block, size, vector, encrypts)
    if kind == "GCM":
        return _Gcm(block, vector, encrypts)
    segment = 1 if kind == "CFB8" else size
    native = _native.mode("OFB" if kind == "OFB" else "CFB", block, vector, segment, 0, 0)
    return _Stream(native.encrypt if encrypts else native.decrypt)


def _stream_cipher(algorithm, key):
    name = registry.cipher_name(algorithm)
    if name != "ChaCha20":
        return _Stream(_native.stream(name, key, b"").encrypt)

    def start(nonce):
        # The first four bytes are the number of the first block.
        stream = _native.stream(name, key, nonce[4:])
        stream.seek(int.from_bytes(nonce[:4], "little"), 0)
        return stream.encrypt

    return _Stream(start(bytes_of(algorithm.nonce)), start)


class _Context:
    __slots__ = ("_state", "_algorithm", "_mode")

    def __new__(cls, *arguments, **named):
        raise TypeError(f"cannot create '{cls.__module__}.{cls.__name__}' instances")

    def _ready(self):
        if self._state is None:
            raise already_finalized()
        return self._state

    def _count(self, length):
        """Counts bytes that are encrypted. A ValueError says that there are too many."""

    def update(self, data):
        data = bytes_of(data)
        self._count(len(data))
        return self._ready().update(data)

    def update_into(self, data, buf):
        data, buf = bytes_of(data), room(buf)
        self._count(len(data))
        state = self._ready()
        needed = len(data) + state.size - 1
        if len(buf) < needed:
            raise ValueError(f"buffer must be at least {needed} bytes for this payload")
        result = state.update(data)
        buf[:len(result)] = result
        return len(result)

    def reset_nonce(self, nonce):
        nonce = bytes_of(nonce)
        state = self._ready()
        counted = of_package("hazmat.primitives.ciphers.modes", "ModeWithNonce")
        chacha = of_package("hazmat.primitives.ciphers.algorithms", "ChaCha20")
        if not isinstance(self._mode, counted) and not isinstance(self._algorithm, chacha):
            raise unsupported(
                "This algorithm or mode does not support resetting the nonce.", "UNSUPPORTED_CIPHER"
            )
        if len(nonce) != 16:
            raise ValueError("Nonce must be 16 bytes long")
        state.restart(nonce)
        self._restarted(nonce)

    def _restarted(self, nonce):
        """Counts from the start again."""


class CipherContext(_Context):
    __slots__ = ("_left",)

    def _count(self, length):
        if self._left is None:
            return
        if length > self._left:
            raise ValueError(
                "Exceeded the maximum number of bytes that can be encrypted with ChaCha20 for this nonce. The 32-bit "
                "counter portion of the nonce would overflow."
            )
        self._left -= length

    def _restarted(self, nonce):
        if self._left is not None:
            self._left = _chacha_limit(nonce)

    def finalize(self):
        result = self._ready().finalize()
        self._state = None
        return result


def _chacha_limit(nonce):
    return ((1 << 32) - int.from_bytes(nonce[:4], "little")) * _CHACHA_BLOCK


class _AeadContext(_Context):
    __slots__ = ("_tag", "_updated", "_left", "_more_left")

    def _count(self, length):
        self._updated = True
        if length > self._left:
            raise ValueError("Exceeded maximum encrypted byte limit")
        self._left -= length

    def authenticate_additional_data(self, data):
        data = bytes_of(data)
        state = self._ready()
        if self._updated:
            from cryptography.exceptions import AlreadyUpdated

            raise AlreadyUpdated("Update has been called on this context.")
        if len(data) > self._more_left:
            raise ValueError("Exceeded maximum AAD byte limit")
        self._more_left -= len(data)
        state.authenticate(data)


class AEADEncryptionContext(_AeadContext):
    __slots__ = ()

    def finalize(self):
        state = self._ready()
        self._tag = state.tag()
        self._state = None
        return b""

    @property
    def tag(self):
        if self._tag is None:
            from cryptography.exceptions import NotYetFinalized

            raise NotYetFinalized("You must finalize encryption before getting the tag.")
        return self._tag


class AEADDecryptionContext(_AeadContext):
    __slots__ = ()

    def finalize(self):
        self._ready()
        if self._mode.tag is None:
            raise ValueError("Authentication tag must be provided when decrypting.")
        return self._finalized(self._mode.tag)

    def finalize_with_tag(self, tag):
        tag = exact_bytes(tag)
        self._ready()
        if self._mode.tag is not None:
            raise ValueError("Authentication tag must be provided only once.")
        least = self._mode._min_tag_length
        if len(tag) < least:
            raise ValueError(f"Authentication tag must be {least} bytes or longer.")
        if len(tag) > 16:
            raise ValueError("Authentication tag cannot be more than 16 bytes.")
        return self._finalized(tag)

    def _finalized(self, tag):
        if not are_equal(self._state.tag()[:len(tag)], tag):
            from cryptography.exceptions import InvalidTag

            raise InvalidTag()
        self._state = None
        return b""


def _context(algorithm, mode, encrypts):
    state = _made(algorithm, mode, encrypts)
    if isinstance(mode, of_package("hazmat.primitives.ciphers.modes", "ModeWithAuthenticationTag")):
        self = object.__new__(AEADEncryptionContext if encrypts else AEADDecryptionContext)
        self._tag, self._updated = None, False
        self._left, self._more_left = mode._MAX_ENCRYPTED_BYTES, mode._MAX_AAD_BYTES
    else:
        self = object.__new__(CipherContext)
        chacha = registry.cipher_name(algorithm) == "ChaCha20"
        self._left = _chacha_limit(bytes_of(algorithm.nonce)) if chacha else None
    self._state, self._algorithm, self._mode = state, algorithm, mode
    return self


def create_encryption_ctx(algorithm, mode):
    return _context(algorithm, mode, True)


def create_decryption_ctx(algorithm, mode):
    return _context(algorithm, mode, False)


def cipher_supported(algorithm, mode):
    return registry.is_supported(algorithm, type(mode))


def _advance(ctx, n):
    """For tests of the limits: as if so many bytes had been encrypted."""
    if isinstance(ctx, _AeadContext):
        ctx._left -= n


def _advance_aad(ctx, n):
    if isinstance(ctx, _AeadContext):
        ctx._more_left -= n
