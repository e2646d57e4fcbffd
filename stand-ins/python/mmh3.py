"""krait: mmh3's module, on native hashes."""

import _krait_stand_ins._murmur as _native

_MOST = (1 << 32) - 1


def _checked_seed(value):
    try:
        value = type(value).__index__(value)
    except AttributeError:
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
    if not 0 <= value <= _MOST:
        raise ValueError("seed is out of range")
    return value


def _text_or_bytes(key):
    if isinstance(key, str):
        return key.encode()
    if isinstance(key, bytes):
        return key
    raise TypeError(f"argument 1 must be read-only bytes-like object, not '{type(key).__name__}'")


def _buffer(data):
    if isinstance(data, str):
        raise TypeError("Strings must be encoded before hashing")
    if isinstance(data, (bytes, bytearray)):
        return data
    try:
        view = memoryview(data)
    except TypeError:
        raise TypeError("object supporting the buffer API required")
    if not view.c_contiguous:
        raise BufferError("memoryview: underlying buffer is not C-contiguous")
    return view


def _like_bytes(data):
    """Data as C's parser of arguments takes it."""
    try:
        return _buffer(data)
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'")


def _narrow_seed(value):
    """A seed as C's parser of arguments takes it."""
    if hasattr(type(value), "__index__") and not -1 << 63 <= type(value).__index__(value) < 1 << 63:
        raise OverflowError("int too big to convert")
    return _checked_seed(value)


def _parsed(args, kwargs, names):
    """The same by C's parser, whose words are others."""
    given = len(args) + len(kwargs)
    if given > len(names):
        by_name = "" if args else "keyword "
        raise TypeError(f"function takes at most {len(names)} {by_name}arguments ({given} given)")
    values = dict(zip(names, args))
    for each, value in kwargs.items():
        if each in values and each in names:
            position = names.index(each) + 1
            raise TypeError(f"argument for function given by name ('{each}') and position ({position})")
        values[each] = value
    if names[0] == "key" and "key" not in values:
        raise TypeError("function missing required argument 'key' (pos 1)")
    for each in values:
        if each not in names:
            raise TypeError(f"this function got an unexpected keyword argument '{each}'")
    return values


def _arguments(args, kwargs, names):
    """The values of arguments in the order of their names, with C's words for what is wrong."""
    if len(args) + len(kwargs) > len(names):
        raise TypeError(f"function takes at most {len(names)} arguments ({len(args) + len(kwargs)} given)")
    values = dict(zip(names, args))
    for each, value in kwargs.items():
        if each not in names:
            raise TypeError(f"'{each}' is an invalid keyword argument for this function")
        if each in values:
            position = names.index(each) + 1
            raise TypeError(f"argument for function given by name ('{each}') and position ({position})")
        values[each] = value
    if "key" not in values:
        raise TypeError("function missing required argument 'key' (pos 1)")
    return values


def _signed_or_not(digest, signed):
    return int.from_bytes(digest, "little", signed=bool(signed))


def _halves(digest, signed):
    return _signed_or_not(digest[:8], signed), _signed_or_not(digest[8:], signed)


def _wide(values):
    kind = "x64_128" if values.get("x64arch", True) else "x86_128"
    return _native.whole(kind, _text_or_bytes(values["key"]), _checked_seed(values.get("seed", 0)))


def hash(*args, **kwargs):
    """hash(key, seed=0, signed=True) -> int

    The hash of bytes or a text by MurmurHash3_x86_32, a number of 32 bits."""
    values = _arguments(args, kwargs, ("key", "seed", "signed"))
    seed = _checked_seed(values.get("seed", 0))
    digest = _native.whole("x86_32", _text_or_bytes(values["key"]), seed)
    return _signed_or_not(digest, values.get("signed", True))


def hash_from_buffer(*args, **kwargs):
    """hash_from_buffer(key, seed=0, signed=True) -> int

    The same of anything with a buffer."""
    values = _parsed(args, kwargs, ("key", "seed", "signed"))
    seed = _narrow_seed(values.get("seed", 0))
    key = values["key"]
    digest = _native.whole("x86_32", _like_bytes(key.encode() if isinstance(key, str) else key), seed)
    return _signed_or_not(digest, values.get("signed", True))


def hash64(*args, **kwargs):
    """hash64(key, seed=0, x64arch=True, signed=True) -> tuple[int, int]

    The hash by MurmurHash3_x64_128 or _x86_128, as two numbers of 64 bits."""
    values = _arguments(args, kwargs, ("key", "seed", "x64arch", "signed"))
    return _halves(_wide(values), values.get("signed", True))


def hash128(*args, **kwargs):
    """hash128(key, seed=0, x64arch=True, signed=False) -> int

    The hash by MurmurHash3_x64_128 or _x86_128, a number of 128 bits."""
    values = _arguments(args, kwargs, ("key", "seed", "x64arch", "signed"))
    return _signed_or_not(_wide(values), values.get("signed", False))


def hash_bytes(*args, **kwargs):
    """hash_bytes(key, seed=0, x64arch=True) -> bytes

    The hash by MurmurHash3_x64_128 or _x86_128, as bytes."""
    return _wide(_arguments(args, kwargs, ("key", "seed", "x64arch")))


class _Fixed:
    """An attribute with one value."""

    def __init__(self, owner, name, value):
        self._text = f"attribute '{name}' of '{__name__}.{owner}' objects is not writable"
        self._value = value

    def __get__(self, instance, owner=None):
        return self if instance is None else self._value

    def __set__(self, instance, value):
        raise AttributeError(self._text)


def _hasher(kind, hash_name, digest_length, block_length):
    class Hasher:
        """__init__(data=None, seed=0)

        A hash that is made bit by bit."""

        __slots__ = ("_state",)

        def __init__(self, *args, **kwargs):
            values = _parsed(args, kwargs, ("data", "seed"))
            self._state = _native.state(kind, _narrow_seed(values.get("seed", 0)))
            if "data" in values:
                self._state.update(_like_bytes(values["data"]))

        def __init_subclass__(cls):
            raise TypeError(f"type '{__name__}.{hash_name}' is not an acceptable base type")

        def update(self, *args):
            if len(args) != 1:
                raise TypeError(f"{hash_name}.update() takes exactly one argument ({len(args)} given)")
            self._state.update(_buffer(args[0]))

        def digest(self):
            return self._state.digest()

        def sintdigest(self):
            return _signed_or_not(self._state.digest(), True)

        def uintdigest(self):
            return _signed_or_not(self._state.digest(), False)

        if digest_length == 16:

            def stupledigest(self):
                return _halves(self._state.digest(), True)

            def utupledigest(self):
                return _halves(self._state.digest(), False)

        def copy(self):
            copy = object.__new__(type(self))
            copy._state = self._state.copy()
            return copy

        name = _Fixed(hash_name, "name", hash_name)
        digest_size = _Fixed(hash_name, "digest_size", digest_length)
        block_size = _Fixed(hash_name, "block_size", block_length)

    return _named(Hasher, hash_name)


def _named(thing, name):
    thing.__name__ = thing.__qualname__ = name
    thing.__module__ = __name__
    return thing


def _functions(kind, name, suffixes):
    def whole(function, args):
        if not args:
            raise TypeError("function takes at least 1 argument (0 given)")
        if len(args) > 2:
            raise TypeError(f"function takes at most 2 arguments ({len(args)} given)")
        key, seed = args if len(args) == 2 else (args[0], 0)
        return _native.whole(kind, _buffer(key), _checked_seed(seed))

    def function(suffix):
        results = {
            "digest": lambda digest: digest,
            "sintdigest": lambda digest: _signed_or_not(digest, True),
            "uintdigest": lambda digest: _signed_or_not(digest, False),
            "stupledigest": lambda digest: _halves(digest, True),
            "utupledigest": lambda digest: _halves(digest, False),
        }
        result = results[suffix]
        full = f"{name}_{suffix}"

        def made(*args, **kwargs):
            if kwargs:
                raise TypeError(f"{__name__}.{full}() takes no keyword arguments")
            return result(whole(full, args))

        made.__doc__ = f"{full}(key, seed=0, /)"
        return _named(made, full)

    return [function(suffix) for suffix in suffixes]


_OF_32 = ("digest", "sintdigest", "uintdigest")
_OF_128 = (*_OF_32, "stupledigest", "utupledigest")

mmh3_32 = _hasher("x86_32", "mmh3_32", 4, 12)
mmh3_x64_128 = _hasher("x64_128", "mmh3_x64_128", 16, 32)
mmh3_x86_128 = _hasher("x86_128", "mmh3_x86_128", 16, 32)
for _kind, _name, _suffixes in (
    ("x86_32", "mmh3_32", _OF_32), ("x64_128", "mmh3_x64_128", _OF_128), ("x86_128", "mmh3_x86_128", _OF_128),
):
    for _each in _functions(_kind, _name, _suffixes):
        globals()[_each.__name__] = _each
