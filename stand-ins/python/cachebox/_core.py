"""krait: cachebox's compiled module, its seven caches on dicts."""

import collections as _collections
import functools as _functools
import random as _random
import sys as _sys
import threading as _threading
import time as _time

from _krait_stand_ins import installed_version as _installed_version

__all__ = [
    "BaseCacheImpl", "Cache", "CoreKeyError", "FIFOCache", "LFUCache", "LRUCache", "RRCache", "TTLCache", "TTLPair",
    "VTTLCache", "__author__", "__version__",
]
__version__ = _installed_version("cachebox", __file__) or "5.2.3"
__author__ = "awolverp"

_FULL = "The cache has reached the bound"


class CoreKeyError(Exception):
    __module__ = "cachebox._core"


class BaseCacheImpl:
    __module__ = "cachebox._core"

    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)

    def __init__(self, *args, **kwargs):
        if type(self) is BaseCacheImpl:
            raise NotImplementedError(
                "do not call this constructor, you can subclass this implementation or use other classes."
            )

    @classmethod
    def __class_getitem__(cls, item, /):
        return cls


def _limit(value, name):
    """A number that may not be below nothing; nothing is without a limit."""
    try:
        value = type(value).__index__(value)
    except AttributeError:
        kind = type(value).__name__
        raise TypeError(f"argument '{name}': '{kind}' object cannot be interpreted as an integer")
    if value < 0:
        raise OverflowError("can't convert negative int to unsigned")
    return value or _sys.maxsize


def _locked(method):
    @_functools.wraps(method)
    def run(self, *args, **kwargs):
        with self._lock:
            return method(self, *args, **kwargs)

    return run


def _pairs(iterable):
    for pair in iterable:
        if not isinstance(pair, tuple):
            raise TypeError(f"'{type(pair).__name__}' object cannot be cast as 'tuple'")
        if len(pair) != 2:
            raise ValueError(f"expected tuple of length 2, but got tuple of length {len(pair)}")
        yield pair


class _Items:
    """The items of a cache, as long as no key comes or goes."""

    def __init__(self, cache, items):
        self._cache, self._items, self._state = cache, iter(items), cache._state

    def __iter__(self):
        return self

    def __next__(self):
        if self._cache._state != self._state:
            raise RuntimeError("cache changed during iteration")
        return next(self._items)


class _Cache:
    """What the caches share: this one forgets nothing. Keys are in the order in which they go."""

    def __init__(self, maxsize, *, capacity=0, maxmemory=0):
        self._lock = _threading.RLock()
        self._most, self._most_memory = _limit(maxsize, "maxsize"), _limit(maxmemory, "maxmemory")
        self._room, self._memory, self._state = capacity, 0, 0
        self._values = _collections.OrderedDict()

    def maxsize(self):
        return self._most

    def maxmemory(self):
        return self._most_memory

    def capacity(self):
        # Places come as the original's do: 3, 7, 14, 28.
        if not self._room:
            return 0
        places = 4
        while (full := 3 if places == 4 else places // 8 * 7) < self._room:
            places *= 2
        return full

    def memory(self):
        return self._memory

    @_locked
    def __len__(self):
        return sum(not self._gone(kept) for kept in self._values.values())

    def __bool__(self):
        return True

    def __sizeof__(self):
        return object.__sizeof__(self) + self.capacity() * 24

    @_locked
    def __contains__(self, key):
        hash(key)
        if key not in self._values or self._gone(self._values[key]):
            return False
        self._read(key)
        return True

    def is_empty(self):
        return not len(self)

    def is_full(self):
        return len(self) >= self._most or self._memory >= self._most_memory

    def _forget_expired(self):
        pass

    def _gone(self, value):
        return False

    def _new(self, value, *more):
        """What is kept of a value."""
        return value

    def _old(self, kept):
        """The value of what is kept."""
        return kept

    def _read(self, key):
        """A key is asked for."""

    def _make_room(self):
        raise OverflowError(_FULL)

    def _replaced(self, key, kept, before):
        self._values[key] = kept

    @_locked
    def insert(self, key, value, *more):
        # Its error is another one than the dict's.
        hash(key)
        size = _sys.getsizeof(key) + _sys.getsizeof(value)
        if size > self._most_memory:
            raise OverflowError(_FULL)
        self._forget_expired()
        if key in self._values:
            before = self._values[key]
            self._memory += _sys.getsizeof(value) - _sys.getsizeof(self._old(before))
            self._replaced(key, self._new(value, *more), before)
            while self._memory > self._most_memory:
                self._make_room()
            return self._old(before)
        self._room = max(self._room, len(self._values) + 1)
        while len(self._values) >= self._most or self._memory + size > self._most_memory:
            self._make_room()
        self._values[key] = self._new(value, *more)
        self._memory += size
        self._state += 1
        return None

    def _found(self, key):
        hash(key)
        try:
            kept = self._values[key]
        except KeyError:
            raise CoreKeyError(key)
        if self._gone(kept):
            raise CoreKeyError(key)
        return kept

    @_locked
    def get(self, key):
        kept = self._found(key)
        self._read(key)
        return self._given(key, kept)

    def _given(self, key, kept):
        return self._old(kept)

    @_locked
    def remove(self, key):
        self._found(key)
        return self._take(key)[1]

    def _take(self, key):
        kept = self._values.pop(key)
        self._memory -= _sys.getsizeof(key) + _sys.getsizeof(self._old(kept))
        self._state += 1
        return key, self._given(key, kept)

    @_locked
    def setdefault(self, key, default, *more):
        if key in self:
            return self._old(self._values[key])
        self.insert(key, default, *more)
        return default

    @_locked
    def update(self, iterable, *more):
        for key, value in _pairs(iterable):
            self.insert(key, value, *more)

    @_locked
    def clear(self, reuse):
        self._room = self._room if reuse else 0
        self._values.clear()
        self._memory = 0
        self._state += 1

    def shrink_to_fit(self):
        self._room = len(self._values)

    @_locked
    def items(self):
        self._forget_expired()
        return _Items(self, [self._item(*each) for each in self._values.items()])

    def _item(self, key, kept):
        return key, self._old(kept)

    def _compared(self, other):
        if type(other) is not type(self):
            raise TypeError(f"'{type(other).__name__}' object cannot be cast as '{type(self).__name__}'")
        return self._most == other._most and dict(map(self._plain, self._values.items())) == dict(
            map(self._plain, other._values.items())
        )

    def _plain(self, item):
        return item[0], self._old(item[1])

    def __eq__(self, other):
        return self._compared(other)

    def __ne__(self, other):
        return not self._compared(other)

    __hash__ = None

    @_locked
    def __getstate__(self):
        state = dict(self.__dict__, _values=list(self._values.items()))
        del state["_lock"]
        return state

    def __setstate__(self, state):
        self.__dict__.update(state, _values=_collections.OrderedDict(state["_values"]), _lock=_threading.RLock())


class Cache(_Cache):
    __module__ = "cachebox._core"


class _Forgetful(_Cache):
    """A cache that lets its first key go."""

    def _next(self):
        return next(iter(self._values))

    def _make_room(self):
        if not self._values:
            raise OverflowError(_FULL)
        self._take(self._next())

    @_locked
    def popitem(self):
        self._forget_expired()
        if not self._values:
            raise CoreKeyError
        return self._take(self._next())


class _Indexed(_Forgetful):
    @_locked
    def get_index(self, index):
        if index < 0:
            raise OverflowError("can't convert negative int to unsigned")
        self._forget_expired()
        keys = list(self._values)
        return keys[index] if index < len(keys) else None


class FIFOCache(_Indexed):
    __module__ = "cachebox._core"


class RRCache(_Forgetful):
    __module__ = "cachebox._core"

    def _next(self):
        return _random.choice(list(self._values))

    @_locked
    def random_key(self):
        if not self._values:
            raise CoreKeyError
        return self._next()


class LRUCache(_Forgetful):
    __module__ = "cachebox._core"

    def _read(self, key):
        self._values.move_to_end(key)

    def _replaced(self, key, kept, before):
        self._values[key] = kept
        self._values.move_to_end(key)

    @_locked
    def peek(self, key):
        return self._found(key)

    def least_recently_used(self):
        return next(iter(self._values), None)

    def most_recently_used(self):
        return next(reversed(self._values), None)


class LFUCache(_Forgetful):
    """Keeps a value with how often it was asked for."""

    __module__ = "cachebox._core"

    def _new(self, value):
        return [value, 0]

    def _old(self, kept):
        return kept[0]

    def _read(self, key):
        self._values[key][1] += 1

    def _replaced(self, key, kept, before):
        self._values[key] = [kept[0], before[1] + 1]

    @_locked
    def setdefault(self, key, default):
        # To find the key so is no use of it.
        if key in self._values:
            return self._values[key][0]
        self.insert(key, default)
        return default

    def _in_order(self):
        for key, _ in sorted(self._values.items(), key=lambda item: item[1][1]):
            self._values.move_to_end(key)

    def _next(self):
        self._in_order()
        return super()._next()

    def _item(self, key, kept):
        return key, *kept

    @_locked
    def items(self):
        self._in_order()
        return super().items()

    @_locked
    def peek(self, key):
        return self._found(key)[0]

    @_locked
    def least_frequently_used(self, index):
        self._in_order()
        keys = list(self._values)
        return keys[index] if index < len(keys) else None


class TTLPair:
    """A key, its value, and the seconds that they have."""

    __module__ = "cachebox._core"
    __slots__ = ("_key", "_value", "_end")

    def __init__(self, key, value, end):
        self._key, self._value, self._end = key, value, end

    def key(self):
        return self._key

    def value(self):
        return self._value

    def duration(self):
        return 0.0 if self._end is None else max(self._end - _time.time(), 0.0)

    def pack2(self):
        return self._key, self._value

    def pack3(self):
        return self._key, self._value, self.duration()


class _Timed(_Forgetful):
    """Keeps a value with the time when it ends, or None."""

    def _old(self, kept):
        return kept[0]

    def _gone(self, kept):
        return kept[1] is not None and kept[1] <= _time.time()

    def _given(self, key, kept):
        return TTLPair(key, *kept)

    def _item(self, key, kept):
        return TTLPair(key, *kept)

    def _take(self, key):
        pair = super()._take(key)[1]
        return key, pair

    @_locked
    def popitem(self):
        return super().popitem()[1]

    @_locked
    def expire(self):
        self._forget_expired()


class TTLCache(_Timed, _Indexed):
    __module__ = "cachebox._core"

    def __init__(self, maxsize, ttl, *, capacity=0, maxmemory=0):
        super().__init__(maxsize, capacity=capacity, maxmemory=maxmemory)
        self._ttl = float(ttl)

    def ttl(self):
        return self._ttl

    def _new(self, value):
        return value, _time.time() + self._ttl

    def _replaced(self, key, kept, before):
        self._values[key] = kept
        self._values.move_to_end(key)

    def _forget_expired(self):
        while self._values and self._gone(self._values[key := self._next()]):
            self._take(key)


class VTTLCache(_Timed):
    __module__ = "cachebox._core"

    def _new(self, value, ttl=None):
        return value, None if ttl is None else _time.time() + ttl

    def _in_order(self):
        never = float("inf")
        for key, _ in sorted(self._values.items(), key=lambda item: never if item[1][1] is None else item[1][1]):
            self._values.move_to_end(key)

    def _next(self):
        self._in_order()
        return super()._next()

    def _forget_expired(self):
        for key in [key for key, kept in self._values.items() if self._gone(kept)]:
            self._take(key)

    @_locked
    def items(self):
        self._in_order()
        return super().items()
