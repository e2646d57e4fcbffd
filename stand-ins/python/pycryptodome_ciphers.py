"""krait: block ciphers with their modes, and stream ciphers, of pycryptodome's stand-in."""

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins.pycryptodome_calls import _KEY_SIZE, _NONCE_SIZE, _done, _first, _turn, _write


def _block(prefix):
    def make():
        def start(key, key_length, *rest):
            *numbers, result = rest
            name, number, salt = prefix, 0, b""
            if prefix == "ARC2":
                (number,) = numbers
            elif prefix == "EKSBlowfish":
                salt, salt_length, number, inverted = numbers
                salt = _first(salt, salt_length)
                name += ", inverted" if inverted else ""
            result.value = _native.block(name, _first(key, key_length), number, salt)
            return 0 if result.value is not None else _KEY_SIZE

        names = {
            "start_operation": start, "encrypt": _turn(_native.Block.encrypt),
            "decrypt": _turn(_native.Block.decrypt), "stop_operation": _done,
        }
        return {f"{prefix}_{name}": function for name, function in names.items()}

    return make


def _expensive_blowfish():
    def bcrypt(key, key_length, salt, salt_length, cost, inverted, text, text_length, out):
        name = "EKSBlowfish, inverted" if inverted else "EKSBlowfish"
        block = _native.block(name, _first(key, key_length), cost, _first(salt, salt_length))
        if block is None:
            return _KEY_SIZE
        text = bytes(_first(text, text_length))
        for _ in range(64):
            text = block.encrypt(text)
            if type(text) is int:
                return text
        return _write(text, out)

    def twice(key, key_length, salt, other_salt, salt_length, cost, inverted, text, text_length, out, other_out):
        return bcrypt(key, key_length, salt, salt_length, cost, inverted, text, text_length, out) or bcrypt(
            key, key_length, other_salt, salt_length, cost, inverted, text, text_length, other_out
        )

    return {**_block("EKSBlowfish")(), "EKSBlowfish_bcrypt": bcrypt, "EKSBlowfish_bcrypt2": twice}


def _start(result, made):
    if type(made) is int:
        return made
    result.value = made
    return 0


def _mode(prefix, start):
    def make():
        names = {
            "start_operation": start, "encrypt": _turn(_native.Mode.encrypt),
            "decrypt": _turn(_native.Mode.decrypt), "stop_operation": _done,
        }
        return {f"{prefix}_{name}": function for name, function in names.items()}

    return make


def _start_ecb(cipher, result):
    return _start(result, _native.mode("ECB", cipher, b"", 0, 0, 0))


def _start_with_vector(name):
    def start(cipher, vector, length, *rest):
        *numbers, result = rest
        numbers = [int(each) for each in numbers] + [0] * (3 - len(numbers))
        return _start(result, _native.mode(name, cipher, _first(vector, length), *numbers))

    return start


def _ctr():
    start = _mode("CTR", _start_with_vector("CTR"))()

    def skip(state, length):
        # What is encrypted is not looked at.
        while length > 0:
            written = state.encrypt(bytes(min(length, 1 << 20)))
            if type(written) is int:
                return written
            length -= len(written)
        return 0

    def encrypt_at(state, data, out, offset, length):
        ahead = state.copy()
        skip(ahead, offset)
        part = memoryview(data)[offset:offset + length]
        return _write(ahead.encrypt(part), memoryview(out)[offset:offset + length])

    return {**start, "CTR_check": _native.Mode.check, "CTR_skip": skip, "CTR_encrypt_at": encrypt_at}


def _ocb_offset(cipher, nonce, tag_length):
    """The first offset (RFC 7253, section 4.2)."""
    start = (1 << 8 * len(nonce) | int.from_bytes(nonce)) | (tag_length * 8 % 128) << 121
    bottom = start & 63
    top = int.from_bytes(cipher.encrypt((start >> 6 << 6).to_bytes(16)))
    stretched = top << 64 | (top >> 64 ^ top >> 56) & (1 << 64) - 1
    return (stretched >> 64 - bottom & (1 << 128) - 1).to_bytes(16)


def _ocb():
    def start(cipher, vector, length, *rest):
        *tag_length, result = rest
        vector = _first(vector, length)
        if tag_length:
            if not 1 <= len(vector) <= 15:
                return _NONCE_SIZE
            vector = _ocb_offset(cipher, bytes(vector), tag_length[0])
        return _start(result, _native.mode("OCB", cipher, vector, 0, 0, 0))

    def update(state, data, length):
        return state.update(_first(data, length))

    def digest(state, out, length):
        return _write(_first(state.tag(), length), out)

    return {**_mode("OCB", start)(), "OCB_update": update, "OCB_digest": digest}


def _ghash():
    def expand(key, result):
        result.value = bytes(key)
        return 0

    def ghash(out, data, length, before, key):
        return _write(_native.ghash(key, before, _first(data, length)), out)

    def ghash_at(out, data, offset, length, before, key):
        return _write(_native.ghash(key, before, data[offset:offset + length]), out)

    def ghash_combine(out, before, count, other, key):
        moved = _native.ghash(key, before, bytes(16 * count))
        return _write(_native.strxor(moved, other), out)

    return {
        "ghash_combine_portable": ghash_combine,
        "ghash_portable": ghash, "ghash_expand_portable": expand, "ghash_destroy_portable": _done,
        "ghash_at_portable": ghash_at,
    }


def _stream(name, key, nonce, result):
    result.value = _native.stream(name, key, nonce)
    return 0 if result.value is not None else _KEY_SIZE


def _arc4():
    def init(key, key_length, result):
        return _stream("ARC4", _first(key, key_length), b"", result)

    return {
        "ARC4_stream_init": init, "ARC4_stream_encrypt": _turn(_native.Stream.encrypt), "ARC4_stream_destroy": _done,
    }


def _seek(state, block_high, block_low, offset):
    return state.seek(block_high << 32 | block_low, offset)


def _salsa20():
    def init(key, key_length, nonce, nonce_length, result):
        return _stream("Salsa20", _first(key, key_length), _first(nonce, nonce_length), result)

    return {
        "Salsa20_stream_init": init, "Salsa20_stream_encrypt": _turn(_native.Stream.encrypt),
        "Salsa20_stream_destroy": _done, "Salsa20_stream_seek": _seek,
        # scrypt's mixing is told to use it, and does.
        "Salsa20_8_core": None,
    }


def _chacha20():
    def init(result, key, key_length, nonce, nonce_length):
        return _stream("ChaCha20", _first(key, key_length), _first(nonce, nonce_length), result)

    def encrypt_at(state, data, out, offset, length):
        part = memoryview(data)[offset:offset + length]
        return _write(state.encrypt_ahead(part, offset), memoryview(out)[offset:offset + length])

    def hchacha20(key, nonce, subkey):
        return _write(_native.hchacha20(key, nonce), subkey)

    return {
        "chacha20_init": init, "chacha20_encrypt": _turn(_native.Stream.encrypt), "chacha20_destroy": _done,
        "chacha20_seek": _seek, "chacha20_check": _native.Stream.check, "chacha20_skip": _native.Stream.skip,
        "chacha20_encrypt_at": encrypt_at, "hchacha20": hchacha20,
    }
