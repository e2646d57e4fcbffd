"""krait: xxhash's compiled module, on native hashes."""

import _krait_stand_ins._xxhash as _native

XXHASH_VERSION = "0.8.4"
_GIL_MINSIZE = 100000

_WORD = (1 << 64) - 1


def _checked(data):
    if isinstance(data, str):
        raise TypeError("Strings must be encoded before hashing")
    if data is None:
        raise TypeError("object supporting the buffer API required")
    if isinstance(data, (bytes, bytearray)):
        return data
    try:
        view = memoryview(data)
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'")
    if not view.c_contiguous:
        raise BufferError("memoryview: underlying buffer is not C-contiguous")
    return view


def _seed(value):
    try:
        return value.__index__() & _WORD
    except AttributeError:
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")


def _arguments(name, args, kwargs, names):
    """The values of arguments in the order of their names; what is not given is missing."""
    if len(args) > len(names):
        plural = "" if len(names) == 1 else "s"
        raise TypeError(f"{name}() takes at most {len(names)} positional argument{plural} ({len(args)} given)")
    values = dict(zip(names, args))
    for each, value in kwargs.items():
        if each not in names:
            raise TypeError(f"'{each}' is an invalid keyword argument for '{name}()'")
        if each in values:
            raise TypeError(f"{name}() got multiple values for argument '{each}'")
        values[each] = value
    return values


class _Fixed:
    """An attribute that is only read."""

    def __init__(self, owner, name, value):
        self._text = f"attribute '{name}' of 'xxhash.{owner}' objects is not writable"
        self._value = value

    def __get__(self, instance, owner=None):
        return self if instance is None else self._value(instance)

    def __set__(self, instance, value):
        raise AttributeError(self._text)


def _hash_class(kind, label, size, block, bits):
    name = "xxh" + kind
    of_seed = (1 << bits) - 1

    class Hash:
        __slots__ = ("_state", "_seed")

        def __new__(cls, *args, **kwargs):
            values = _arguments(f"xxhash.{name}", args, kwargs, ("data", "seed"))
            self = object.__new__(cls)
            self._seed = _seed(values.get("seed", 0)) & of_seed
            self._state = _native.state(kind, self._seed)
            if "data" in values:
                self._state.update(_checked(values["data"]))
            return self

        def __init_subclass__(cls):
            raise TypeError(f"type 'xxhash.{name}' is not an acceptable base type")

        def update(self, *args, **kwargs):
            values = _arguments(f"{name}.update", args, kwargs, ("data",))
            if not values:
                raise TypeError(f"{name}.update() missing required argument 'data'")
            self._state.update(_checked(values["data"]))

        def digest(self):
            return self._state.digest()

        def hexdigest(self):
            return self._state.digest().hex()

        def intdigest(self):
            return int.from_bytes(self._state.digest())

        def copy(self):
            copy = object.__new__(type(self))
            copy._seed = self._seed
            copy._state = self._state.copy()
            return copy

        def reset(self):
            self._state = _native.state(kind, self._seed)

    for attribute, value in {
        "name": lambda self: label, "seed": lambda self: self._seed, "block_size": lambda self: block,
        "digest_size": lambda self: size, "digestsize": lambda self: size,
    }.items():
        setattr(Hash, attribute, _Fixed(name, attribute, value))
    return _named(Hash, name)


def _named(thing, name):
    thing.__name__ = thing.__qualname__ = name
    thing.__module__ = "xxhash"
    return thing


def _functions(kind):
    name = "xxh" + kind

    def whole(suffix, args, kwargs):
        function = f"{name}_{suffix}"
        values = _arguments(function, args, kwargs, ("data", "seed"))
        if "data" not in values:
            raise TypeError(f"{function}() missing required argument 'data'")
        return _native.whole(kind, _checked(values["data"]), _seed(values.get("seed", 0)))

    def digest(*args, **kwargs):
        return whole("digest", args, kwargs)

    def hexdigest(*args, **kwargs):
        return whole("hexdigest", args, kwargs).hex()

    def intdigest(*args, **kwargs):
        return int.from_bytes(whole("intdigest", args, kwargs))

    return tuple(_named(each, f"{name}_{each.__name__}") for each in (digest, hexdigest, intdigest))


xxh32 = _hash_class("32", "XXH32", 4, 16, 32)
xxh64 = _hash_class("64", "XXH64", 8, 32, 64)
xxh3_64 = _hash_class("3_64", "XXH3_64", 8, 32, 64)
xxh3_128 = _hash_class("3_128", "XXH3_128", 16, 64, 64)
xxh32_digest, xxh32_hexdigest, xxh32_intdigest = _functions("32")
xxh64_digest, xxh64_hexdigest, xxh64_intdigest = _functions("64")
xxh3_64_digest, xxh3_64_hexdigest, xxh3_64_intdigest = _functions("3_64")
xxh3_128_digest, xxh3_128_hexdigest, xxh3_128_intdigest = _functions("3_128")
