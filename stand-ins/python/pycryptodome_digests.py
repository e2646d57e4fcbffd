"""krait: digests and authentication of pycryptodome's stand-in."""

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins.pycryptodome_calls import _DIGEST_SIZE, _KEY_SIZE, _UNKNOWN, _done, _first, _write


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
