"""krait: argon2-cffi-bindings' compiled module: as much of cffi as argon2 is called by, on a native hash."""

import _krait_stand_ins._argon2 as _native

_UNSIGNED, _SIGNED = range(1 << 32), range(-1 << 31, 1 << 31)
_BYTES = ("char[]", "uint8_t[]")
_CONTEXT = (
    "out", "outlen", "pwd", "pwdlen", "salt", "saltlen", "secret", "secretlen", "ad", "adlen", "t_cost",
    "m_cost", "lanes", "threads", "version", "allocate_cbk", "free_cbk", "flags",
)
_POINTERS = {"out", "pwd", "salt", "secret", "ad", "allocate_cbk", "free_cbk"}


class _Data:
    """An array of bytes."""

    def __init__(self, kind, data):
        self._kind = kind
        self._data = data

    def __repr__(self):
        return f"<cdata '{self._kind}' owning {len(self._data)} bytes>"

    def __len__(self):
        return len(self._data)

    def __getitem__(self, place):
        value = self._data[place]
        return bytes((value,)) if self._kind == "char[]" else value

    def __iter__(self):
        return map(self.__getitem__, range(len(self)))


class _Null:
    def __repr__(self):
        return "<cdata 'void *' NULL>"

    def __bool__(self):
        return False


class _Context:
    """A `struct Argon2_Context`."""

    __slots__ = _CONTEXT

    def __init__(self, values):
        for name in _CONTEXT:
            setattr(self, name, _NULL if name in _POINTERS else 0)
        names = _CONTEXT
        if not isinstance(values, dict):
            values = dict(zip(names, values))
        for name, value in values.items():
            if name not in _POINTERS:
                value = _integer(value, _UNSIGNED)
            setattr(self, name, value)

    def __repr__(self):
        return "<cdata 'struct Argon2_Context *' owning 120 bytes>"


_NULL = _Null()


def _integer(value, bounds):
    if isinstance(value, float) or not hasattr(type(value), "__index__"):
        raise TypeError("an integer is required")
    value = value.__index__()
    if value not in bounds:
        if value < 0 and bounds is _UNSIGNED:
            raise OverflowError("can't convert negative number to unsigned")
        kind = "unsigned int" if bounds is _UNSIGNED else "int"
        raise OverflowError(f"integer {value} does not fit '32-bit {kind}'")
    return value


class _FFI:
    CData = _Data
    NULL = _NULL

    def new(self, cdecl, init=None):
        if cdecl in ("argon2_context *", "struct Argon2_Context *"):
            return _Context({} if init is None else init)
        if cdecl not in _BYTES:
            raise NotImplementedError(f"krait's stand-in for argon2-cffi-bindings makes no {cdecl!r}")
        if isinstance(init, bytes):
            # An array of characters has C's end.
            return _Data(cdecl, bytearray(init) + b"\0" if cdecl == "char[]" else bytearray(init))
        if isinstance(init, str):
            raise TypeError(f"initializer for ctype {cdecl!r} must be a bytes or list or tuple, not str")
        if isinstance(init, (list, tuple)):
            return _Data(cdecl, bytearray(b"".join(init) if cdecl == "char[]" else init))
        if not hasattr(type(init), "__index__"):
            raise TypeError(f"expected new array length or list/tuple/str, not {type(init).__name__}")
        if init < 0:
            raise ValueError("negative array length")
        return _Data(cdecl, bytearray(init))

    def string(self, cdata, maxlen=-1):
        found = bytes(cdata._data).partition(b"\0")[0]
        return found if maxlen < 0 else found[:maxlen]

    def buffer(self, cdata, size=-1):
        whole = memoryview(cdata._data)
        return whole if size < 0 else whole[:size]


_MESSAGES = {
    "ARGON2_OK": (0, "OK"),
    "ARGON2_OUTPUT_PTR_NULL": (-1, "Output pointer is NULL"),
    "ARGON2_OUTPUT_TOO_SHORT": (-2, "Output is too short"),
    "ARGON2_OUTPUT_TOO_LONG": (-3, "Output is too long"),
    "ARGON2_PWD_TOO_SHORT": (-4, "Password is too short"),
    "ARGON2_PWD_TOO_LONG": (-5, "Password is too long"),
    "ARGON2_SALT_TOO_SHORT": (-6, "Salt is too short"),
    "ARGON2_SALT_TOO_LONG": (-7, "Salt is too long"),
    "ARGON2_AD_TOO_SHORT": (-8, "Associated data is too short"),
    "ARGON2_AD_TOO_LONG": (-9, "Associated data is too long"),
    "ARGON2_SECRET_TOO_SHORT": (-10, "Secret is too short"),
    "ARGON2_SECRET_TOO_LONG": (-11, "Secret is too long"),
    "ARGON2_TIME_TOO_SMALL": (-12, "Time cost is too small"),
    "ARGON2_TIME_TOO_LARGE": (-13, "Time cost is too large"),
    "ARGON2_MEMORY_TOO_LITTLE": (-14, "Memory cost is too small"),
    "ARGON2_MEMORY_TOO_MUCH": (-15, "Memory cost is too large"),
    "ARGON2_LANES_TOO_FEW": (-16, "Too few lanes"),
    "ARGON2_LANES_TOO_MANY": (-17, "Too many lanes"),
    "ARGON2_PWD_PTR_MISMATCH": (-18, "Password pointer is NULL, but password length is not 0"),
    "ARGON2_SALT_PTR_MISMATCH": (-19, "Salt pointer is NULL, but salt length is not 0"),
    "ARGON2_SECRET_PTR_MISMATCH": (-20, "Secret pointer is NULL, but secret length is not 0"),
    "ARGON2_AD_PTR_MISMATCH": (-21, "Associated data pointer is NULL, but ad length is not 0"),
    "ARGON2_MEMORY_ALLOCATION_ERROR": (-22, "Memory allocation error"),
    "ARGON2_FREE_MEMORY_CBK_NULL": (-23, "The free memory callback is NULL"),
    "ARGON2_ALLOCATE_MEMORY_CBK_NULL": (-24, "The allocate memory callback is NULL"),
    "ARGON2_INCORRECT_PARAMETER": (-25, "Argon2_Context context is NULL"),
    "ARGON2_INCORRECT_TYPE": (-26, "There is no such version of Argon2"),
    "ARGON2_OUT_PTR_MISMATCH": (-27, "Output pointer mismatch"),
    "ARGON2_THREADS_TOO_FEW": (-28, "Not enough threads"),
    "ARGON2_THREADS_TOO_MANY": (-29, "Too many threads"),
    "ARGON2_MISSING_ARGS": (-30, "Missing arguments"),
    "ARGON2_ENCODING_FAIL": (-31, "Encoding failed"),
    "ARGON2_DECODING_FAIL": (-32, "Decoding failed"),
    "ARGON2_THREAD_FAIL": (-33, "Threading failure"),
    "ARGON2_DECODING_LENGTH_FAIL": (-34, "Some of encoded parameters are too long or too short"),
    "ARGON2_VERIFY_MISMATCH": (-35, "The password does not match the supplied hash"),
}
_NUMBERS = {name: number for name, (number, _) in _MESSAGES.items()}
_TEXTS = dict(_MESSAGES.values())
_MOST = (1 << 32) - 1
_NAMES = (b"argon2d", b"argon2i", b"argon2id")


class _Refused(Exception):
    """Has an error's number."""


def _refuse(name):
    raise _Refused(_NUMBERS["ARGON2_" + name])


def _is_null(pointer):
    return pointer is None or isinstance(pointer, _Null)


def _checked(context):
    """Refuses what is out of bounds, in the original's order."""
    if _is_null(context):
        _refuse("INCORRECT_PARAMETER")
    if _is_null(context.out):
        _refuse("OUTPUT_PTR_NULL")
    if context.outlen < 4:
        _refuse("OUTPUT_TOO_SHORT")
    if context.pwdlen and _is_null(context.pwd):
        _refuse("PWD_PTR_MISMATCH")
    if context.saltlen and _is_null(context.salt):
        _refuse("SALT_PTR_MISMATCH")
    if context.saltlen < 8:
        _refuse("SALT_TOO_SHORT")
    if context.secretlen and _is_null(context.secret):
        _refuse("SECRET_PTR_MISMATCH")
    if context.adlen and _is_null(context.ad):
        _refuse("AD_PTR_MISMATCH")
    if context.m_cost < max(8, 8 * context.lanes):
        _refuse("MEMORY_TOO_LITTLE")
    if context.t_cost < 1:
        _refuse("TIME_TOO_SMALL")
    if context.lanes < 1:
        _refuse("LANES_TOO_FEW")
    if context.lanes > 0xFFFFFF:
        _refuse("LANES_TOO_MANY")
    if context.threads < 1:
        _refuse("THREADS_TOO_FEW")
    if context.threads > 0xFFFFFF:
        _refuse("THREADS_TOO_MANY")


def _part(pointer, length):
    return b"" if _is_null(pointer) else bytes(pointer._data[:length])


def _hash(context, kind):
    _checked(context)
    if kind not in range(3):
        _refuse("INCORRECT_TYPE")
    made = _native.hash(
        kind, context.version, context.t_cost, context.m_cost, context.lanes, context.outlen,
        _part(context.pwd, context.pwdlen), _part(context.salt, context.saltlen),
        _part(context.secret, context.secretlen), _part(context.ad, context.adlen),
    )
    if isinstance(made, int):
        raise _Refused(made)
    return made


def _encoded(data):
    import binascii

    return binascii.b2a_base64(data, newline=False).rstrip(b"=")


def _decoded(text):
    """The bytes of base64 without its end; None if it is none."""
    import binascii

    try:
        data = binascii.a2b_base64(text + b"=" * (-len(text) % 4), strict_mode=True)
    except ValueError:
        return None
    # Bits that say nothing are 0.
    return data if _encoded(data) == text else None


def _read(encoded, kind):
    """The context and the hash of a hash's text."""
    import re

    number = rb"(0|[1-9][0-9]*)"
    pattern = (
        rb"\$" + _NAMES[kind] + rb"(?:\$v=" + number + rb")?\$m=" + number + rb",t=" + number + rb",p=" + number
        + rb"\$([A-Za-z0-9+/]*)\$([A-Za-z0-9+/]*)(.*)"
    )
    found = re.fullmatch(pattern, encoded, re.DOTALL)
    if found is None:
        _refuse("DECODING_FAIL")
    *numbers, salt, digest, rest = found.groups()
    version, memory, passes, lanes = (int(each or b"16") for each in numbers)
    salt, digest = _decoded(salt), _decoded(digest)
    if salt is None or digest is None or max(version, memory, passes, lanes) > _MOST:
        _refuse("DECODING_FAIL")
    context = _Context({
        "out": _Data("uint8_t[]", bytearray(len(digest))), "outlen": len(digest),
        "salt": _Data("uint8_t[]", bytearray(salt)), "saltlen": len(salt),
        "t_cost": passes, "m_cost": memory, "lanes": lanes, "threads": lanes, "version": version,
    })
    _checked(context)
    if rest:
        _refuse("DECODING_FAIL")
    return context, digest


class _Lib:
    ARGON2_VERSION_10 = 16
    ARGON2_VERSION_13 = ARGON2_VERSION_NUMBER = 19
    ARGON2_MIN_LANES = ARGON2_MIN_THREADS = ARGON2_MIN_TIME = 1
    ARGON2_MAX_LANES = ARGON2_MAX_THREADS = 0xFFFFFF
    ARGON2_SYNC_POINTS = ARGON2_MIN_OUTLEN = 4
    ARGON2_MIN_MEMORY = ARGON2_MIN_SALT_LENGTH = 8
    ARGON2_MAX_MEMORY_BITS = 32
    ARGON2_MIN_PWD_LENGTH = ARGON2_MIN_AD_LENGTH = ARGON2_MIN_SECRET = 0
    ARGON2_MAX_OUTLEN = ARGON2_MAX_MEMORY = ARGON2_MAX_TIME = ARGON2_MAX_PWD_LENGTH = _MOST
    ARGON2_MAX_AD_LENGTH = ARGON2_MAX_SALT_LENGTH = ARGON2_MAX_SECRET = _MOST
    ARGON2_DEFAULT_FLAGS = 0
    ARGON2_FLAG_CLEAR_PASSWORD = 1
    ARGON2_FLAG_CLEAR_SECRET = 2
    Argon2_d, Argon2_i, Argon2_id = range(3)

    def argon2_error_message(self, error_code):
        text = _TEXTS.get(_integer(error_code, _SIGNED), "Unknown error code")
        return _Data("char[]", bytearray(text.encode() + b"\0"))

    def argon2_encodedlen(self, t_cost, m_cost, parallelism, saltlen, hashlen, type):
        numbers = [_integer(each, _UNSIGNED) for each in (t_cost, m_cost, parallelism, saltlen, hashlen)]
        *costs, saltlen, hashlen = numbers
        letters = sum(len(str(each)) for each in (*costs, self.ARGON2_VERSION_NUMBER))
        coded = sum((4 * size + 2) // 3 for size in (saltlen, hashlen))
        return len("$$v=$m=,t=,p=$$") + len(_NAMES[type]) + letters + coded + 1

    def argon2_hash(
        self, t_cost, m_cost, parallelism, pwd, pwdlen, salt, saltlen, hash, hashlen, encoded, encodedlen,
        type, version,
    ):
        values = {
            "t_cost": t_cost, "m_cost": m_cost, "lanes": parallelism, "threads": parallelism, "pwd": pwd,
            "pwdlen": pwdlen, "salt": salt, "saltlen": saltlen, "out": _Data("uint8_t[]", bytearray()),
            "outlen": hashlen, "version": version,
        }
        try:
            made = _hash(_Context(values), type)
        except _Refused as refused:
            return refused.args[0]
        if not _is_null(hash):
            hash._data[:hashlen] = made
        if not _is_null(encoded):
            text = b"$%b$v=%d$m=%d,t=%d,p=%d$%b$%b\0" % (
                _NAMES[type], version, m_cost, t_cost, parallelism, _encoded(_part(salt, saltlen)), _encoded(made),
            )
            if len(text) > encodedlen:
                return _NUMBERS["ARGON2_ENCODING_FAIL"]
            encoded._data[:len(text)] = text
        return 0

    def argon2_verify(self, encoded, pwd, pwdlen, type):
        import hmac

        try:
            if _is_null(encoded):
                _refuse("DECODING_FAIL")
            if type not in range(3):
                _refuse("INCORRECT_TYPE")
            context, wanted = _read(ffi.string(encoded), type)
            context.pwd, context.pwdlen = pwd, pwdlen
            if not hmac.compare_digest(_hash(context, type), wanted):
                _refuse("VERIFY_MISMATCH")
        except _Refused as refused:
            return refused.args[0]
        return 0

    def argon2_ctx(self, context, type):
        try:
            made = _hash(context, type)
        except _Refused as refused:
            return refused.args[0]
        context.out._data[:len(made)] = made
        return 0


for _name, _number in _NUMBERS.items():
    setattr(_Lib, _name, _number)

ffi = _FFI()
lib = _Lib()
