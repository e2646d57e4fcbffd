"""krait: the functions of pycryptodome's compiled libraries, and what passes values to them.

The originals are functions of C, which the package declares and calls. Here pointers are Python's
objects: a buffer is itself, and an address where a pointer is to be written is a `VoidPointer`.
A function gives 0, or the number of an error, as the originals do.
"""

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins import pycryptodome_curves as _curves

__all__ = [
    "SmartPointer", "VoidPointer", "backend", "c_size_t", "c_ubyte", "c_uint", "c_uint8_ptr", "c_uint8_ptr_len",
    "c_uint8_ptr_out", "c_ulong", "c_ulonglong", "create_output_buffer", "create_string_buffer", "get_c_string",
    "get_raw_buffer", "is_buffer", "is_writeable_buffer", "load_lib", "load_pycryptodome_raw_lib", "null_pointer",
]

backend = "krait"
null_pointer = None

# Numbers of errors.
_KEY_SIZE, _NONCE_SIZE, _DIGEST_SIZE, _MODULUS, _UNKNOWN = 6, 7, 9, 17, 32


def c_size_t(number):
    return number


c_uint = c_ulong = c_ulonglong = c_size_t


def c_ubyte(number):
    if not 0 <= number < 256:
        raise OverflowError()
    return number


def c_uint8_ptr(data):
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError("Object type %s cannot be passed to C code" % type(data))
    return data


def c_uint8_ptr_len(data):
    data = c_uint8_ptr(data)
    return data, len(data)


class c_uint8_ptr_out:
    def __init__(self, data):
        self._data = data

    def __enter__(self):
        return c_uint8_ptr(self._data)

    def __exit__(self, *error):
        pass


def create_string_buffer(init_or_size, size=None):
    if isinstance(init_or_size, bytes):
        return bytearray(init_or_size.ljust(max(len(init_or_size) + 1, size or 0), b"\0"))
    return bytearray(init_or_size)


create_output_buffer = create_string_buffer


def get_raw_buffer(buffer):
    return bytes(buffer)


def get_c_string(buffer):
    return bytes(buffer).partition(b"\0")[0]


def is_buffer(x):
    """Whether x has bytes."""
    return isinstance(x, (bytes, bytearray, memoryview))


def is_writeable_buffer(x):
    return isinstance(x, bytearray) or (isinstance(x, memoryview) and not x.readonly)


class VoidPointer:
    """A pointer, and the place where it is."""

    value = None

    def get(self):
        return self.value

    def address_of(self):
        return self


class SmartPointer:
    """What a pointer points to, until it is not used any more."""

    def __init__(self, raw_pointer, destructor):
        self._raw_pointer = raw_pointer

    def get(self):
        return self._raw_pointer

    def release(self):
        pointer, self._raw_pointer = self._raw_pointer, None
        return pointer


def load_lib(name, cdecl):
    raise OSError("Cannot load library '%s'" % name)


class _Library:
    def __init__(self, functions):
        self.__dict__.update(functions)


def load_pycryptodome_raw_lib(name, cdecl):
    make = _LIBRARIES.get(name.rpartition(".")[2])
    if make is None:
        raise OSError("Cannot load native module '%s': krait has none" % name)
    return _Library(make())


def _first(data, length):
    return data if len(data) == length else data[:length]


def _write(written, out):
    """Puts bytes into a buffer; a number is an error's."""
    if type(written) is int:
        return written
    out[:len(written)] = written
    return 0


def _done(state):
    return 0


def _turn(method):
    def turn(state, data, out, length):
        if state is None:
            return 1
        return _write(method(state, _first(data, length)), out)

    return turn


# Block ciphers, and their modes.


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


# Stream ciphers.


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


# Digests.


def _digest(prefix):
    def make():
        def init(result, *parameters):
            key, size = b"", 0
            if len(parameters) == 3:
                key, key_size, size = parameters
                key = _first(key, key_size)
            elif parameters:
                (size,) = parameters
            result.value = _native.digest(prefix, size, key)
            return 0 if result.value is not None else _DIGEST_SIZE

        def update(state, data, length):
            return state.update(_first(data, length))

        def digest(state, out, *length):
            return _write(state.result(), out)

        def copy(source, target):
            return target.become_like(source)

        def oneshot(data, length, out, size):
            state = _native.digest(prefix, size, b"")
            state.update(_first(data, length))
            return _write(state.result(), out)

        def pbkdf2_hmac_assist(inner, outer, first, final, iterations, *size):
            first = first[:size[0]] if size else first
            return _write(_native.hmac_chain(inner, outer, first, iterations), final)

        def pbkdf1_assist(first, final, iterations):
            last = bytes(first)
            for _ in range(iterations - 1):
                state = _native.digest(prefix, 0, b"")
                state.update(last)
                last = state.result()
            return _write(last, final)

        names = {
            "init": init, "update": update, "digest": digest, "copy": copy, "destroy": _done, "oneshot": oneshot,
            "pbkdf2_hmac_assist": pbkdf2_hmac_assist, "pbkdf1_assist": pbkdf1_assist,
        }
        return {f"{prefix}_{name}": function for name, function in names.items()}

    return make


class _Keccak:
    """A sponge that can be begun anew."""

    def __init__(self, capacity, rounds):
        self.new = lambda: _native.sponge(capacity, rounds)
        self.capacity = capacity
        self.sponge = self.new()


def _turbo_shake(data, domain, length):
    sponge = _native.sponge(32, 12)
    sponge.absorb(data)
    return sponge.squeeze(length, domain)


def _k12_leaves(data, count, values):
    leaves = (data[8192 * each:8192 * (each + 1)] for each in range(count))
    return _write(b"".join(_turbo_shake(leaf, 0x0B, 32) for leaf in leaves), values)


def _k12_oneshot(data, length, custom, custom_length, out, out_length):
    def encoded(number):
        size = (number.bit_length() + 7) // 8
        return number.to_bytes(size) + bytes([size])

    text = bytes(data[:length]) + bytes(custom[:custom_length]) + encoded(custom_length)
    if len(text) <= 8192:
        return _write(_turbo_shake(text, 0x07, out_length), out)
    parts = [text[at:at + 8192] for at in range(8192, len(text), 8192)]
    values = b"".join(_turbo_shake(part, 0x0B, 32) for part in parts)
    whole = text[:8192] + b"\x03" + bytes(7) + values + encoded(len(parts)) + b"\xff\xff"
    return _write(_turbo_shake(whole, 0x06, out_length), out)


def _keccak():
    def init(result, capacity, rounds=24):
        state = _Keccak(capacity, rounds)
        if state.sponge is None:
            return _DIGEST_SIZE
        result.value = state
        return 0

    def absorb(state, data, length):
        return state.sponge.absorb(_first(data, length))

    def squeeze(state, out, length, padding):
        return _write(state.sponge.squeeze(length, padding), out)

    def digest(state, out, length, padding):
        if 2 * length != state.capacity:
            return _UNKNOWN
        return _write(state.sponge.copy().squeeze(length, padding), out)

    def copy(source, target):
        target.new, target.capacity = source.new, source.capacity
        target.sponge = source.sponge.copy()
        return 0

    def reset(state):
        state.sponge = state.new()
        return 0

    def oneshot(data, length, out, out_length, capacity, rounds, padding):
        sponge = _native.sponge(capacity, rounds)
        if sponge is None:
            return _DIGEST_SIZE
        sponge.absorb(_first(data, length))
        return _write(sponge.squeeze(out_length, padding), out)

    def pbkdf2_hmac_assist(inner, outer, first, result, iterations, size, padding):
        last = bytes(first[:size])
        total = int.from_bytes(last)
        for _ in range(iterations - 1):
            for state in (inner, outer):
                sponge = state.sponge.copy()
                sponge.absorb(last)
                last = sponge.squeeze(size, padding)
            total ^= int.from_bytes(last)
        return _write(total.to_bytes(size), result)

    names = {
        "init": init, "destroy": _done, "absorb": absorb, "squeeze": squeeze, "digest": digest, "copy": copy,
        "reset": reset, "oneshot": oneshot, "pbkdf2_hmac_assist": pbkdf2_hmac_assist,
    }
    return {**{f"keccak_{name}": function for name, function in names.items()}, **_k12()}


def _k12():
    return {"k12_leaves": _k12_leaves, "k12_oneshot": _k12_oneshot}


def _poly1305():
    def init(result, r, r_length, s, s_length):
        result.value = _native.poly1305(bytes(r[:r_length]) + bytes(s[:s_length]))
        return 0 if result.value is not None else _KEY_SIZE

    def update(state, data, length):
        return state.update(_first(data, length))

    def digest(state, out, length):
        return _write(_first(state.result(), length), out)

    return {
        "poly1305_init": init, "poly1305_destroy": _done, "poly1305_update": update, "poly1305_digest": digest,
    }


# The rest.


def _strxor():
    def strxor(one, other, out, length):
        _write(_native.strxor(_first(one, length), _first(other, length)), out)

    def strxor_c(data, byte, out, length):
        _write(_native.strxor(_first(data, length), bytes([byte]) * length), out)

    return {"strxor": strxor, "strxor_c": strxor_c}


def _cpuid():
    # The libraries for other processors are not asked for: there is one of each kind.
    names = (
        "aes_ni", "clmul", "avx2", "bmi1", "bmi2", "sha_ni", "adx", "aes_armv8", "pmull", "sha256_armv8", "sha512_armv8",
        "sha3_armv8",
    )
    return {f"have_{name}": lambda: 0 for name in names}


def _modexp():
    def monty_pow(out, base, exponent, modulus, length, seed):
        base, exponent, modulus = (int.from_bytes(each[:length]) for each in (base, exponent, modulus))
        if not modulus & 1:
            return _MODULUS
        return _write(pow(base, exponent, modulus).to_bytes(length), out)

    def monty_multiply(out, one, other, modulus, length):
        one, other, modulus = (int.from_bytes(each[:length]) for each in (one, other, modulus))
        if not modulus & 1:
            return _MODULUS
        return _write((one * other % modulus).to_bytes(length), out)

    return {"monty_pow": monty_pow, "monty_multiply": monty_multiply}


def _scrypt():
    def scryptROMix(data_in, data_out, data_length, cost, *rest):
        first, count = rest[:2] if len(rest) == 3 else (0, len(data_in) // data_length)
        for each in range(first, first + count):
            start = each * data_length
            mixed = _native.scrypt_mixed(data_in[start:start + data_length], cost)
            data_out[start:start + data_length] = mixed
        return 0

    return {"scryptROMix": scryptROMix}


def _write_anywhere(written, out):
    """As C writes: the package gives new bytes that nobody else has, as the place of a result."""
    if type(out) is not bytes:
        out[:len(written)] = written
        return
    import _krait_memory

    _krait_memory.write(_krait_memory.address(out), written[:len(out)])


def _pkcs1_decode():
    def pkcs1_decode(em, em_length, sentinel, sentinel_length, expected, out):
        em = bytes(_first(em, em_length))
        if em_length < 12 or sentinel_length > em_length or expected and expected > em_length - 11:
            return -1
        end = em.find(0, 2)
        size = em_length - 1 - end
        found = em.startswith(b"\0\2") and end >= 10 and (not expected or expected == size)
        if found:
            _write_anywhere(em, out)
            return end + 1
        sentinel = bytes(_first(sentinel, sentinel_length))
        _write_anywhere(bytes(em_length - sentinel_length) + sentinel, out)
        return em_length - sentinel_length

    def pkcs1_decode_implicit(em, em_length, am, lengths, expected, out):
        em, am = bytes(_first(em, em_length)), bytes(_first(am, em_length))
        most = em_length - 11
        if most < 1 or expected > most:
            return -1
        mask = (1 << most.bit_length()) - 1
        size = 0
        for at in range(0, 256, 2):
            candidate = int.from_bytes(lengths[at:at + 2]) & mask
            if candidate <= most:
                size = candidate
        end = em.find(0, 2)
        found = em.startswith(b"\0\2") and end >= 10 and (not expected or expected == em_length - 1 - end)
        if found:
            _write_anywhere(em, out)
            return end + 1
        _write_anywhere(am, out)
        return em_length - (expected or size)

    def oaep_decode(em, em_length, lhash, hash_length, db, db_length):
        if em_length < 2 * hash_length + 2 or db_length != em_length - 1 - hash_length:
            return -1
        db = bytes(_first(db, db_length))
        end = db.find(1, hash_length)
        zeros = end >= 0 and not db[hash_length:end].strip(b"\0")
        if em[0] == 0 and zeros and db[:hash_length] == bytes(lhash[:hash_length]):
            return end + 1
        return -1

    return {
        "pkcs1_decode": pkcs1_decode, "pkcs1_decode_implicit": pkcs1_decode_implicit, "oaep_decode": oaep_decode,
    }


_LIBRARIES = {
    "_raw_aes": _block("AES"), "_raw_des": _block("DES"), "_raw_des3": _block("DES3"), "_raw_arc2": _block("ARC2"),
    "_raw_cast": _block("CAST"), "_raw_blowfish": _block("Blowfish"), "_raw_eksblowfish": _expensive_blowfish,
    "_raw_ecb": _mode("ECB", _start_ecb), "_raw_cbc": _mode("CBC", _start_with_vector("CBC")),
    "_raw_cfb": _mode("CFB", _start_with_vector("CFB")), "_raw_ofb": _mode("OFB", _start_with_vector("OFB")),
    "_raw_ctr": _ctr, "_raw_ocb": _ocb, "_ghash_portable": _ghash,
    "_ARC4": _arc4, "_Salsa20": _salsa20, "_chacha20": _chacha20,
    "_MD2": _digest("md2"), "_MD4": _digest("md4"), "_MD5": _digest("MD5"), "_RIPEMD160": _digest("ripemd160"),
    "_SHA1": _digest("SHA1"), "_SHA224": _digest("SHA224"), "_SHA256": _digest("SHA256"), "_SHA384": _digest("SHA384"),
    "_SHA512": _digest("SHA512"), "_BLAKE2b": _digest("blake2b"), "_BLAKE2s": _digest("blake2s"),
    "_keccak": _keccak, "_k12": _k12, "_poly1305": _poly1305,
    "_strxor": _strxor, "_cpuid_c": _cpuid, "_scrypt": _scrypt, "_modexp": _modexp, "_pkcs1_decode": _pkcs1_decode,
    "_ec_ws": lambda: _curves.weierstrass("ec_ws"), "_ec_nat": _curves.all_of_natural,
    "_ed25519": lambda: _curves.edwards("ed25519"), "_ed448": lambda: _curves.edwards("ed448"),
    "_curve25519": lambda: _curves.montgomery("curve25519"), "_curve448": lambda: _curves.montgomery("curve448"),
}
