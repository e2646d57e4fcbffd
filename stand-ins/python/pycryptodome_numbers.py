"""krait: calculations, scrypt and the padding of RSA in pycryptodome's stand-in."""

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins.pycryptodome_calls import _MODULUS, _first, _write


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
