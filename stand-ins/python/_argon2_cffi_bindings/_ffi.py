"""krait: argon2-cffi-bindings' compiled module: the C library's functions that argon2-cffi calls, and as
much of cffi as passes values to them. Pointers are Python's buffers."""

import base64 as _base64
import binascii as _binascii

import _krait_stand_ins._pycryptodome as _native

_ERRORS = {
    0: ("OK", "OK"),
    -1: ("OUTPUT_PTR_NULL", "Output pointer is NULL"),
    -2: ("OUTPUT_TOO_SHORT", "Output is too short"),
    -3: ("OUTPUT_TOO_LONG", "Output is too long"),
    -4: ("PWD_TOO_SHORT", "Password is too short"),
    -5: ("PWD_TOO_LONG", "Password is too long"),
    -6: ("SALT_TOO_SHORT", "Salt is too short"),
    -7: ("SALT_TOO_LONG", "Salt is too long"),
    -8: ("AD_TOO_SHORT", "Associated data is too short"),
    -9: ("AD_TOO_LONG", "Associated data is too long"),
    -10: ("SECRET_TOO_SHORT", "Secret is too short"),
    -11: ("SECRET_TOO_LONG", "Secret is too long"),
    -12: ("TIME_TOO_SMALL", "Time cost is too small"),
    -13: ("TIME_TOO_LARGE", "Time cost is too large"),
    -14: ("MEMORY_TOO_LITTLE", "Memory cost is too small"),
    -15: ("MEMORY_TOO_MUCH", "Memory cost is too large"),
    -16: ("LANES_TOO_FEW", "Too few lanes"),
    -17: ("LANES_TOO_MANY", "Too many lanes"),
    -18: ("PWD_PTR_MISMATCH", "Password pointer is NULL, but password length is not 0"),
    -19: ("SALT_PTR_MISMATCH", "Salt pointer is NULL, but salt length is not 0"),
    -20: ("SECRET_PTR_MISMATCH", "Secret pointer is NULL, but secret length is not 0"),
    -21: ("AD_PTR_MISMATCH", "Associated data pointer is NULL, but ad length is not 0"),
    -22: ("MEMORY_ALLOCATION_ERROR", "Memory allocation error"),
    -23: ("FREE_MEMORY_CBK_NULL", "The free memory callback is NULL"),
    -24: ("ALLOCATE_MEMORY_CBK_NULL", "The allocate memory callback is NULL"),
    -25: ("INCORRECT_PARAMETER", "Argon2_Context context is NULL"),
    -26: ("INCORRECT_TYPE", "There is no such version of Argon2"),
    -27: ("OUT_PTR_MISMATCH", "Output pointer mismatch"),
    -28: ("THREADS_TOO_FEW", "Not enough threads"),
    -29: ("THREADS_TOO_MANY", "Too many threads"),
    -30: ("MISSING_ARGS", "Missing arguments"),
    -31: ("ENCODING_FAIL", "Encoding failed"),
    -32: ("DECODING_FAIL", "Decoding failed"),
    -33: ("THREAD_FAIL", "Threading failure"),
    -34: ("DECODING_LENGTH_FAIL", "Some of encoded parameters are too long or too short"),
    -35: ("VERIFY_MISMATCH", "The password does not match the supplied hash"),
}
_CODES = {name: code for code, (name, _) in _ERRORS.items()}
_MOST = (1 << 32) - 1
_NAMES = ("argon2d", "argon2i", "argon2id")
_NUMBERS = {
    "DEFAULT_FLAGS": 0, "FLAG_CLEAR_PASSWORD": 1, "FLAG_CLEAR_SECRET": 2, "MAX_AD_LENGTH": _MOST,
    "MAX_LANES": 0xFFFFFF, "MAX_MEMORY": _MOST, "MAX_MEMORY_BITS": 32, "MAX_OUTLEN": _MOST,
    "MAX_PWD_LENGTH": _MOST, "MAX_SALT_LENGTH": _MOST, "MAX_SECRET": _MOST, "MAX_THREADS": 0xFFFFFF,
    "MAX_TIME": _MOST, "MIN_AD_LENGTH": 0, "MIN_LANES": 1, "MIN_MEMORY": 8, "MIN_OUTLEN": 4,
    "MIN_PWD_LENGTH": 0, "MIN_SALT_LENGTH": 8, "MIN_SECRET": 0, "MIN_THREADS": 1, "MIN_TIME": 1,
    "SYNC_POINTS": 4, "VERSION_10": 0x10, "VERSION_13": 0x13, "VERSION_NUMBER": 0x13,
}


def _word(value):
    """A number that C has 32 bits for."""
    value = value.__index__()
    if value < 0:
        raise OverflowError("can't convert negative number to unsigned")
    if value > _MOST:
        raise OverflowError(f"integer {value} does not fit '32-bit unsigned int'")
    return value


def _encoded(data):
    return _base64.b64encode(data).rstrip(b"=")


def _decoded(text):
    """The bytes of text in base64 without its padding; None for what is not that."""
    if b"=" in text:
        return None
    try:
        data = _base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except _binascii.Error:
        return None
    return data if _encoded(data) == text else None


def _fault(time, memory, lanes, salt, length, kind):
    """The name of what is wrong with parameters, in the order in which C looks for it; None for nothing."""
    if length < 4:
        return "OUTPUT_TOO_SHORT"
    if len(salt) < 8:
        return "SALT_TOO_SHORT"
    if memory < 8 or memory < 8 * lanes:
        return "MEMORY_TOO_LITTLE"
    if time < 1:
        return "TIME_TOO_SMALL"
    if lanes < 1:
        return "LANES_TOO_FEW"
    if lanes > 0xFFFFFF:
        return "LANES_TOO_MANY"
    return "INCORRECT_TYPE" if kind not in (0, 1, 2) else None


def _key(time, memory, lanes, password, salt, length, kind, version):
    key = _native.argon2(_NAMES[kind], password, salt, b"", b"", (time, lanes, memory, version), length)
    return key, "MEMORY_ALLOCATION_ERROR" if key is None else None


class _Lib:
    Argon2_d, Argon2_i, Argon2_id = range(3)

    def argon2_encodedlen(self, time, memory, lanes, salt_length, length, kind):
        time, memory, lanes = map(_word, (time, memory, lanes))
        numbers = f"$v=19$m={memory},t={time},p={lanes}$"
        name = _NAMES[kind] if kind in (0, 1, 2) else ""
        size = sum((4 * _word(each) + 2) // 3 for each in (salt_length, length))
        return len(name) + 1 + len(numbers) + size + 2

    def argon2_error_message(self, code):
        return _ERRORS.get(code, (None, "Unknown error code"))[1].encode()

    def argon2_hash(
        self, time, memory, lanes, password, password_length, salt, salt_length, raw, length, encoded,
        encoded_length, kind, version,
    ):
        time, memory, lanes, version = _word(time), _word(memory), _word(lanes), _word(version)
        password, salt = bytes(password[:password_length]), bytes(salt[:salt_length])
        fault = _fault(time, memory, lanes, salt, length, kind)
        if fault is None and version not in (0x10, 0x13):
            fault = "INCORRECT_PARAMETER"
        if fault is None:
            key, fault = _key(time, memory, lanes, password, salt, length, kind, version)
        if fault is not None:
            return _CODES[fault]
        if raw is not None:
            raw[:length] = key
        if encoded is not None:
            text = b"$%b$v=%d$m=%d,t=%d,p=%d$%b$%b" % (
                _NAMES[kind].encode(), version, memory, time, lanes, _encoded(salt), _encoded(key)
            )
            if len(text) >= encoded_length:
                return _CODES["ENCODING_FAIL"]
            encoded[:len(text) + 1] = text + b"\0"
        return 0

    def argon2_verify(self, encoded, password, password_length, kind):
        from hmac import compare_digest

        parameters, fault = _read(ffi.string(encoded), kind)
        if fault is not None:
            return _CODES[fault]
        time, memory, lanes, salt, key, version = parameters
        password = bytes(password[:password_length])
        found, fault = _key(time, memory, lanes, password, salt, len(key), kind, version)
        if fault is not None:
            return _CODES[fault]
        return 0 if compare_digest(found, key) else _CODES["VERIFY_MISMATCH"]


def _read(text, kind):
    """The parameters of an encoded key, and the name of what is wrong with it."""
    import re

    if kind not in (0, 1, 2):
        return None, "INCORRECT_TYPE"
    number = rb"(0|[1-9][0-9]*)"
    form = rb"\$%b(?:\$v=%b)?\$m=%b,t=%b,p=%b\$([^$]*)\$([^$]*)" % (_NAMES[kind].encode(), *[number] * 4)
    found = re.fullmatch(form, text)
    if found is None:
        return None, "DECODING_FAIL"
    version, memory, time, lanes = (int(each or b"16") for each in found.groups()[:4])
    salt, key = map(_decoded, found.groups()[4:])
    if salt is None or key is None or max(version, memory, time, lanes) > _MOST:
        return None, "DECODING_FAIL"
    fault = _fault(time, memory, lanes, salt, len(key), kind)
    if fault is None and version not in (0x10, 0x13):
        fault = "INCORRECT_PARAMETER"
    return (time, memory, lanes, salt, key, version), fault


class _Ffi:
    NULL = None

    def new(self, declaration, first=None):
        if declaration not in ("char[]", "uint8_t[]"):
            raise NotImplementedError(f"krait's cffi of argon2 has no {declaration}")
        if isinstance(first, int):
            return bytearray(first)
        if not isinstance(first, bytes):
            raise TypeError(
                f"initializer for ctype '{declaration}' must be a bytes or list or tuple, not {type(first).__name__}"
            )
        # C has a zero at the end.
        return bytearray(first) + b"\0"

    def string(self, data):
        return bytes(data).partition(b"\0")[0]

    def buffer(self, data, size=None):
        return memoryview(data)[:size]


for _name, _code in _CODES.items():
    setattr(_Lib, f"ARGON2_{_name}", _code)
for _name, _value in _NUMBERS.items():
    setattr(_Lib, f"ARGON2_{_name}", _value)
ffi, lib = _Ffi(), _Lib()
