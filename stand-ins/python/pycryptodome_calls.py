"""krait: what the functions of pycryptodome's stand-in have in common: errors, and buffers."""

# Numbers of errors.
_KEY_SIZE, _NONCE_SIZE, _DIGEST_SIZE, _MODULUS, _UNKNOWN = 6, 7, 9, 17, 32


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
