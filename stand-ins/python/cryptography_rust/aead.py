"""krait: `_rust.openssl.aead`: ciphers of whole messages that authenticate them, on native modes and sums."""

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins.cryptography_rust.cmac import Sum, doubled
from _krait_stand_ins.cryptography_rust.values import are_equal, data as bytes_of, optional_data, room, size

__all__ = ["AESCCM", "AESGCM", "AESGCMSIV", "AESOCB3", "AESSIV", "ChaCha20Poly1305"]

_LONGEST = (1 << 31) - 1


def _wrong_tag():
    from cryptography.exceptions import InvalidTag

    return InvalidTag()


def _random(bits, known):
    import os

    if size(bits) not in known:
        *first, last = known
        raise ValueError(f"bit_length must be {', '.join(map(str, first))}, or {last}")
    return os.urandom(bits // 8)


def _check_length(text):
    if len(text) > _LONGEST:
        raise OverflowError("Data or associated data too long. Max 2**31 - 1 bytes")


def _aes(key, text):
    if len(key) not in (16, 24, 32):
        raise ValueError(text)
    return _native.block("AES", key, 0, b"")


def _padded(text):
    """A text in whole blocks."""
    return bytes(text) + bytes(-len(text) % 16)


def _lengths(*texts, order):
    return b"".join((8 * len(text) if order == "big" else len(text)).to_bytes(8, order) for text in texts)


class _Aead:
    """A cipher with a nonce. `_sealed` gives the text and its tag, `_opened` the text and the right tag."""

    __slots__ = ()
    _tag = 16

    def _check(self, nonce, length=None):
        """Whether the nonce fits, and a length that is encrypted with it."""

    def encrypt(self, nonce, data, associated_data):
        nonce, text, more = bytes_of(nonce), bytes_of(data), optional_data(associated_data)
        return self._encrypted(nonce, text, more, None)

    def encrypt_into(self, nonce, data, associated_data, buf):
        nonce, text, more, buf = bytes_of(nonce), bytes_of(data), optional_data(associated_data), room(buf)
        buf[:] = result = self._encrypted(nonce, text, more, len(buf))
        return len(result)

    def _encrypted(self, nonce, text, more, place):
        self._check(nonce)
        _check_length(text)
        self._check(nonce, len(text))
        length = len(text) + self._tag
        if place is not None and place != length:
            raise ValueError(f"buffer must be {length} bytes")
        _check_length(more or b"")
        return self._sealed(nonce, text, more or b"")

    def decrypt(self, nonce, data, associated_data):
        nonce, text, more = bytes_of(nonce), bytes_of(data), optional_data(associated_data)
        return self._decrypted(nonce, text, more, None)

    def decrypt_into(self, nonce, data, associated_data, buf):
        nonce, text, more, buf = bytes_of(nonce), bytes_of(data), optional_data(associated_data), room(buf)
        buf[:] = result = self._decrypted(nonce, text, more, len(buf))
        return len(result)

    def _decrypted(self, nonce, text, more, place):
        self._check(nonce)
        length = len(text) - self._tag
        if length < 0:
            raise _wrong_tag()
        self._check(nonce, length)
        if place is not None and place != length:
            raise ValueError(f"buffer must be {length} bytes")
        _check_length(more or b"")
        plain, tag = self._opened(nonce, text[:length], more or b"", text[length:])
        if not are_equal(tag, text[length:]):
            raise _wrong_tag()
        return plain


class Gcm:
    """GCM (NIST SP 800-38D) of one message, for a native block cipher with its key."""

    __slots__ = ("_key", "_mask", "_mode", "_more", "_rest", "_state", "_text")

    def __init__(self, block, nonce):
        self._key = block.encrypt(bytes(16))
        if len(nonce) == 12:
            first = bytes(nonce) + b"\0\0\0\1"
        else:
            first = _native.ghash(self._key, bytes(16), _padded(nonce) + (8 * len(nonce)).to_bytes(16))
        self._mask = block.encrypt(first)
        counter = (int.from_bytes(first[12:]) + 1 & 0xFFFF_FFFF).to_bytes(4)
        self._mode = _native.mode("CTR", block, first[:12] + counter, 12, 4, 0)
        self._state = bytes(16)
        self._more = self._text = 0
        self._rest = b""

    def _sum(self, text):
        text = self._rest + bytes(text)
        whole = len(text) // 16 * 16
        self._state = _native.ghash(self._key, self._state, text[:whole])
        self._rest = text[whole:]

    def _end_part(self):
        if self._rest:
            self._sum(bytes(16 - len(self._rest)))

    def authenticate(self, more):
        self._more += len(more)
        self._sum(more)

    def encrypt(self, text):
        text = self._mode.encrypt(text)
        self._take(text)
        return text

    def decrypt(self, text):
        self._take(text)
        return self._mode.encrypt(text)

    def _take(self, text):
        if not self._text:
            self._end_part()
        self._text += len(text)
        self._sum(text)

    def tag(self):
        self._end_part()
        lengths = (8 * self._more).to_bytes(8) + (8 * self._text).to_bytes(8)
        return _native.strxor(_native.ghash(self._key, self._state, lengths), self._mask)


class AESGCM(_Aead):
    __slots__ = ("_block",)

    def __new__(cls, key):
        self = object.__new__(cls)
        self._block = _aes(bytes_of(key), "AESGCM key must be 128, 192, or 256 bits.")
        return self

    @staticmethod
    def generate_key(bit_length):
        return _random(bit_length, (128, 192, 256))

    def _check(self, nonce, length=None):
        if not 8 <= len(nonce) <= 128:
            raise ValueError("Nonce must be between 8 and 128 bytes")

    def _sealed(self, nonce, text, more):
        state = Gcm(self._block, nonce)
        state.authenticate(more)
        return state.encrypt(text) + state.tag()

    def _opened(self, nonce, text, more, tag):
        state = Gcm(self._block, nonce)
        state.authenticate(more)
        return state.decrypt(text), state.tag()


class ChaCha20Poly1305(_Aead):
    """RFC 8439."""

    __slots__ = ("_key",)

    def __new__(cls, key):
        key = bytes(bytes_of(key))
        if len(key) != 32:
            raise ValueError("ChaCha20Poly1305 key must be 32 bytes.")
        self = object.__new__(cls)
        self._key = key
        return self

    @staticmethod
    def generate_key():
        import os

        return os.urandom(32)

    def _check(self, nonce, length=None):
        if len(nonce) != 12:
            raise ValueError("Nonce must be 12 bytes")

    def _begun(self, nonce):
        stream = _native.stream("ChaCha20", self._key, nonce)
        return stream, stream.encrypt(bytes(64))[:32]

    @staticmethod
    def _sum(key, text, more):
        state = _native.poly1305(key)
        state.update(_padded(more))
        state.update(_padded(text))
        state.update(_lengths(more, text, order="little"))
        return state.result()

    def _sealed(self, nonce, text, more):
        stream, key = self._begun(nonce)
        text = stream.encrypt(text)
        return text + self._sum(key, text, more)

    def _opened(self, nonce, text, more, tag):
        stream, key = self._begun(nonce)
        return stream.encrypt(text), self._sum(key, text, more)


class AESCCM(_Aead):
    """RFC 3610."""

    __slots__ = ("_block", "_tag")

    def __new__(cls, key, tag_length=None):
        key = bytes_of(key)
        tag_length = 16 if tag_length is None else size(tag_length)
        block = _aes(key, "AESCCM key must be 128, 192, or 256 bits.")
        if tag_length not in range(4, 17, 2):
            raise ValueError("Invalid tag_length")
        self = object.__new__(cls)
        self._block, self._tag = block, tag_length
        return self

    @staticmethod
    def generate_key(bit_length):
        return _random(bit_length, (128, 192, 256))

    def _check(self, nonce, length=None):
        if not 7 <= len(nonce) <= 13:
            raise ValueError("Nonce must be between 7 and 13 bytes")
        if length is not None and length >= 1 << 8 * (15 - len(nonce)):
            raise ValueError("Data too long for nonce")

    def _begun(self, nonce):
        size = 15 - len(nonce)
        first = bytes([size - 1]) + bytes(nonce) + bytes(size)
        mode = _native.mode("CTR", self._block, first, 16 - size, size, 0)
        return mode, mode.encrypt(bytes(16))

    def _sum(self, nonce, text, more, mask):
        size = 15 - len(nonce)
        flags = (64 if more else 0) | (self._tag - 2) // 2 << 3 | size - 1
        head = bytes([flags]) + bytes(nonce) + len(text).to_bytes(size)
        if more:
            count = len(more)
            encoded = count.to_bytes(2) if count < 0xFF00 else b"\xff\xfe" + count.to_bytes(4)
            head += _padded(encoded + bytes(more))
        mode = _native.mode("CBC", self._block, bytes(16), 0, 0, 0)
        last = mode.encrypt(head + _padded(text))[-16:]
        return _native.strxor(last, mask)[:self._tag]

    def _sealed(self, nonce, text, more):
        mode, mask = self._begun(nonce)
        return mode.encrypt(text) + self._sum(nonce, text, more, mask)

    def _opened(self, nonce, text, more, tag):
        mode, mask = self._begun(nonce)
        plain = mode.encrypt(text)
        return plain, self._sum(nonce, plain, more, mask)


class AESOCB3(_Aead):
    """RFC 7253."""

    __slots__ = ("_block",)

    def __new__(cls, key):
        self = object.__new__(cls)
        self._block = _aes(bytes_of(key), "AESOCB3 key must be 128, 192, or 256 bits.")
        return self

    @staticmethod
    def generate_key(bit_length):
        return _random(bit_length, (128, 192, 256))

    def _check(self, nonce, length=None):
        if not 12 <= len(nonce) <= 15:
            raise ValueError("Nonce must be between 12 and 15 bytes")

    def _begun(self, nonce, more):
        whole = int.from_bytes(bytes(nonce)) | 1 << 8 * len(nonce)
        bottom = whole & 63
        top = int.from_bytes(self._block.encrypt((whole ^ bottom).to_bytes(16)))
        stretched = top << 64 | (top >> 64 ^ top >> 56) & (1 << 64) - 1
        offset = (stretched >> 64 - bottom & (1 << 128) - 1).to_bytes(16)
        mode = _native.mode("OCB", self._block, offset, 0, 0, 0)
        mode.update(more)
        return mode

    def _sealed(self, nonce, text, more):
        mode = self._begun(nonce, more)
        return mode.encrypt(text) + mode.tag()

    def _opened(self, nonce, text, more, tag):
        mode = self._begun(nonce, more)
        return mode.decrypt(text), mode.tag()


class AESGCMSIV(_Aead):
    """RFC 8452."""

    __slots__ = ("_block", "_size")

    def __new__(cls, key):
        key = bytes_of(key)
        self = object.__new__(cls)
        self._block = _aes(key, "AES-GCM-SIV key must be 128, 192 or 256 bits.")
        self._size = len(key)
        return self

    @staticmethod
    def generate_key(bit_length):
        return _random(bit_length, (128, 192, 256))

    def _check(self, nonce, length=None):
        if len(nonce) != 12:
            raise ValueError("Nonce must be 12 bytes long")

    def _keys(self, nonce):
        """The key of the sum, and the cipher, for one nonce."""
        count = 2 + self._size // 8
        halves = [self._block.encrypt(at.to_bytes(4, "little") + bytes(nonce))[:8] for at in range(count)]
        return b"".join(halves[:2]), _native.block("AES", b"".join(halves[2:]), 0, b"")

    @staticmethod
    def _tag_of(key, block, nonce, text, more):
        lengths = (8 * len(more)).to_bytes(8, "little") + (8 * len(text)).to_bytes(8, "little")
        total = _native.polyval(key, _padded(more) + _padded(text) + lengths)
        total = bytearray(_native.strxor(total, bytes(nonce) + bytes(4)))
        total[15] &= 0x7F
        return block.encrypt(total)

    @staticmethod
    def _turned(block, tag, text):
        first = bytearray(tag)
        first[15] |= 0x80
        return _native.mode("CTR", block, first, 0, 4, 1).encrypt(text)

    def _sealed(self, nonce, text, more):
        key, block = self._keys(nonce)
        tag = self._tag_of(key, block, nonce, text, more)
        return self._turned(block, tag, text) + tag

    def _opened(self, nonce, text, more, tag):
        key, block = self._keys(nonce)
        plain = self._turned(block, tag, text)
        return plain, self._tag_of(key, block, nonce, plain, more)


class AESSIV:
    """RFC 5297. The tag comes first, and there are several texts to authenticate."""

    __slots__ = ("_block", "_sum")

    def __new__(cls, key):
        key = bytes_of(key)
        if len(key) not in (32, 48, 64):
            raise ValueError("AESSIV key must be 256, 384, or 512 bits.")
        half = len(key) // 2
        self = object.__new__(cls)
        self._sum, self._block = (_native.block("AES", part, 0, b"") for part in (key[:half], key[half:]))
        return self

    @staticmethod
    def generate_key(bit_length):
        return _random(bit_length, (256, 384, 512))

    @staticmethod
    def _several(texts):
        if texts is not None and not isinstance(texts, list):
            raise TypeError(f"'{type(texts).__name__}' object is not an instance of 'list'")
        return texts or []

    def _summed(self, text):
        state = Sum(self._sum, 16)
        state.update(text)
        return state.result()

    def _tag(self, text, several):
        several = [bytes_of(each) for each in several]
        for each in several:
            _check_length(each)
        total = self._summed(bytes(16))
        for each in several:
            total = _native.strxor(doubled(total), self._summed(each))
        text = bytes(text)
        if len(text) < 16:
            return self._summed(_native.strxor(doubled(total), (text + b"\x80").ljust(16, b"\0")))
        return self._summed(text[:-16] + _native.strxor(text[-16:], total))

    def _turned(self, tag, text):
        first = bytearray(tag)
        first[8] &= 0x7F
        first[12] &= 0x7F
        return _native.mode("CTR", self._block, first, 0, 16, 0).encrypt(text)

    def encrypt(self, data, associated_data):
        text, several = bytes_of(data), self._several(associated_data)
        return self._encrypted(text, several, None)

    def encrypt_into(self, data, associated_data, buf):
        text, several, buf = bytes_of(data), self._several(associated_data), room(buf)
        buf[:] = result = self._encrypted(text, several, len(buf))
        return len(result)

    def _encrypted(self, text, several, place):
        _check_length(text)
        length = len(text) + 16
        if place is not None and place != length:
            raise ValueError(f"buffer must be {length} bytes")
        tag = self._tag(text, several)
        return tag + self._turned(tag, text)

    def decrypt(self, data, associated_data):
        text, several = bytes_of(data), self._several(associated_data)
        return self._decrypted(text, several, None)

    def decrypt_into(self, data, associated_data, buf):
        text, several, buf = bytes_of(data), self._several(associated_data), room(buf)
        buf[:] = result = self._decrypted(text, several, len(buf))
        return len(result)

    def _decrypted(self, text, several, place):
        length = len(text) - 16
        if length < 0:
            raise _wrong_tag()
        if place is not None and place != length:
            raise ValueError(f"buffer must be {length} bytes")
        tag = text[:16]
        plain = self._turned(tag, text[16:])
        if not are_equal(self._tag(plain, several), tag):
            raise _wrong_tag()
        return plain
