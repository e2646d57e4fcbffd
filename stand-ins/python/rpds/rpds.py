"""krait: rpds' compiled module, on dicts that are copied where one is changed."""

import collections.abc

__all__ = ["HashTrieMap", "HashTrieSet", "List", "Stack", "Queue"]


class _Iterator:
    __slots__ = ("_items",)

    def __init__(self, items):
        self._items = iter(items)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._items)


def _iterator(name):
    return type(name, (_Iterator,), {"__slots__": (), "__module__": "rpds"})


KeysIterator = _iterator("KeysIterator")
ValuesIterator = _iterator("ValuesIterator")
ItemsIterator = _iterator("ItemsIterator")
SetIterator = _iterator("SetIterator")
ListIterator = _iterator("ListIterator")
QueueIterator = _iterator("QueueIterator")


def _pairs(items):
    for item in items:
        if not isinstance(item, tuple):
            raise TypeError(f"'{type(item).__name__}' object is not an instance of 'tuple'")
        key, value = item
        yield key, value


def _items_of(value):
    if isinstance(value, HashTrieMap):
        return value._dict
    if isinstance(value, collections.abc.Mapping):
        return {key: value[key] for key in value}
    return dict(_pairs(value))


def _hash_of(name, items):
    hashes = []
    for at, item in enumerate(items):
        try:
            hashes.append(hash(item))
        except TypeError:
            raise TypeError(f"Unhashable type at {at} element in {name}: {item!r}")
    return hash((name, *hashes))


class HashTrieMap:
    __slots__ = ("_dict", "__weakref__")
    __module__ = "rpds"

    def __new__(cls, value=None, /, **kwds):
        return _map({**({} if value is None else _items_of(value)), **kwds})

    @classmethod
    def convert(cls, value, /):
        return value if isinstance(value, HashTrieMap) else _map(dict(_items_of(value)))

    @classmethod
    def fromkeys(cls, keys, value=None, /):
        return _map(dict.fromkeys(keys, value))

    def __getitem__(self, key):
        return self._dict[key]

    def __contains__(self, key):
        return key in self._dict

    def __iter__(self):
        return KeysIterator(self._dict)

    def __len__(self):
        return len(self._dict)

    def __repr__(self):
        return f"HashTrieMap({self._dict!r})"

    def __eq__(self, other):
        return self._dict == other._dict if isinstance(other, HashTrieMap) else NotImplemented

    def __hash__(self):
        hashes = []
        for key, value in self._dict.items():
            try:
                hashes.append(hash((key, value)))
            except TypeError:
                raise TypeError(f"Unhashable type in HashTrieMap of key {key!r}: {value!r}")
        return hash(("HashTrieMap", frozenset(hashes)))

    def __reduce__(self):
        return HashTrieMap, (self._dict,)

    def get(self, key, default=None):
        return self._dict.get(key, default)

    def keys(self):
        return KeysView(self._dict)

    def values(self):
        return ValuesView(self._dict)

    def items(self):
        return ItemsView(self._dict)

    def insert(self, key, value):
        return _map(self._dict | {key: value})

    def remove(self, key):
        changed = self._dict.copy()
        del changed[key]
        return _map(changed)

    def discard(self, key):
        changed = self._dict.copy()
        changed.pop(key, None)
        return _map(changed)

    def update(self, *maps, **kwds):
        changed = self._dict.copy()
        for value in maps:
            changed.update(_items_of(value))
        changed.update(kwds)
        return _map(changed)


def _map(items):
    made = object.__new__(HashTrieMap)
    made._dict = items
    return made


class _View:
    __slots__ = ("_dict",)
    __module__ = "rpds"

    def __init__(self, items):
        self._dict = items

    def __len__(self):
        return len(self._dict)


class _SetView(_View):
    __slots__ = ()
    __hash__ = None

    def _set(self):
        return set(self)

    def __eq__(self, other):
        return self._set() == set(other) if isinstance(other, collections.abc.Set) else NotImplemented

    def __lt__(self, other):
        return self._set() < set(other)

    def __le__(self, other):
        return self._set() <= set(other)

    def __gt__(self, other):
        return self._set() > set(other)

    def __ge__(self, other):
        return self._set() >= set(other)

    def __and__(self, other):
        other = set(other)
        return _trie_set({each: None for each in self if each in other})

    def intersection(self, other):
        return self & other


class KeysView(_SetView):
    __slots__ = ()
    __module__ = "rpds"

    def __iter__(self):
        return KeysIterator(self._dict)

    def __contains__(self, key):
        return key in self._dict

    def __repr__(self):
        return "keys_view({%s})" % ", ".join(map(repr, self._dict))

    def __or__(self, other):
        return KeysView(self._dict | dict.fromkeys(other))

    def union(self, other):
        return self | other


class ValuesView(_View):
    __slots__ = ()
    __module__ = "rpds"

    def __iter__(self):
        return ValuesIterator(self._dict.values())

    def __repr__(self):
        return f"values_view([{', '.join(map(repr, self._dict.values()))}])"


class ItemsView(_SetView):
    __slots__ = ()
    __module__ = "rpds"

    def __iter__(self):
        return ItemsIterator(self._dict.items())

    def __contains__(self, item):
        return item in self._dict.items()

    def __repr__(self):
        return f"items_view([{', '.join(map(repr, self._dict.items()))}])"

    def __or__(self, other):
        return _trie_set(dict.fromkeys([*self._dict.items(), *other]))

    def union(self, other):
        return self | other


class HashTrieSet:
    __slots__ = ("_dict", "__weakref__")
    __module__ = "rpds"

    def __new__(cls, value=(), /):
        return _trie_set(dict.fromkeys(value))

    def __contains__(self, value):
        return value in self._dict

    def __iter__(self):
        return SetIterator(self._dict)

    def __len__(self):
        return len(self._dict)

    def __repr__(self):
        return "HashTrieSet({%s})" % ", ".join(map(repr, self._dict))

    def __hash__(self):
        return hash(("HashTrieSet", frozenset(self._dict)))

    def _other(self, other):
        if isinstance(other, HashTrieSet):
            return other._dict.keys()
        return set(other) if isinstance(other, collections.abc.Set) else None

    def __eq__(self, other):
        other = self._other(other)
        return False if other is None else self._dict.keys() == other

    def __lt__(self, other):
        other = self._other(other)
        return False if other is None else self._dict.keys() < other

    def __le__(self, other):
        other = self._other(other)
        return False if other is None else self._dict.keys() <= other

    def __gt__(self, other):
        other = self._other(other)
        return False if other is None else self._dict.keys() > other

    def __ge__(self, other):
        other = self._other(other)
        return False if other is None else self._dict.keys() >= other

    def __reduce__(self):
        return HashTrieSet, (list(self._dict),)

    def insert(self, value):
        return _trie_set(self._dict | {value: None})

    def remove(self, value):
        changed = self._dict.copy()
        del changed[value]
        return _trie_set(changed)

    def discard(self, value):
        changed = self._dict.copy()
        changed.pop(value, None)
        return _trie_set(changed)

    def update(self, *values):
        changed = self._dict.copy()
        for each in values:
            changed.update(dict.fromkeys(each))
        return _trie_set(changed)

    def _checked(self, other):
        if not isinstance(other, HashTrieSet):
            raise TypeError(f"'{type(other).__name__}' object is not an instance of 'HashTrieSet'")
        return other._dict

    def union(self, other):
        return _trie_set(self._dict | self._checked(other))

    def intersection(self, other):
        other = self._checked(other)
        return _trie_set({each: None for each in self._dict if each in other})

    def difference(self, other):
        other = self._checked(other)
        return _trie_set({each: None for each in self._dict if each not in other})

    def symmetric_difference(self, other):
        other = self._checked(other)
        own = {each: None for each in self._dict if each not in other}
        return _trie_set(own | {each: None for each in other if each not in self._dict})

    def __or__(self, other):
        return self.union(other) if isinstance(other, HashTrieSet) else NotImplemented

    def __and__(self, other):
        return self.intersection(other) if isinstance(other, HashTrieSet) else NotImplemented

    def __sub__(self, other):
        return self.difference(other) if isinstance(other, HashTrieSet) else NotImplemented

    def __xor__(self, other):
        return self.symmetric_difference(other) if isinstance(other, HashTrieSet) else NotImplemented


def _trie_set(items):
    made = object.__new__(HashTrieSet)
    made._dict = items
    return made


def _elements(elements, reverses=False):
    if len(elements) == 1:
        (elements,) = elements
        if reverses and not hasattr(type(elements), "__reversed__") and not hasattr(type(elements), "__getitem__"):
            raise TypeError(f"'{type(elements).__name__}' object is not reversible")
    return elements


class List:
    """A value, and the list behind it."""

    __slots__ = ("_first", "_rest", "_length", "__weakref__")
    __module__ = "rpds"

    def __new__(cls, *elements):
        made = _EMPTY
        for each in reversed(_elements(elements, True)):
            made = made.push_front(each)
        return made

    def push_front(self, value):
        return _cell(value, self, self._length + 1)

    def drop_first(self):
        if not self._length:
            raise IndexError("empty list has no first element")
        return self._rest

    @property
    def first(self):
        if not self._length:
            raise IndexError("empty list has no first element")
        return self._first

    @property
    def rest(self):
        return self._rest if self._length else self

    def __len__(self):
        return self._length

    def _elements(self):
        while self._length:
            yield self._first
            self = self._rest

    def __iter__(self):
        return ListIterator(self._elements())

    def __reversed__(self):
        return ListIterator([*self][::-1])

    def __repr__(self):
        return f"{type(self).__name__}([{', '.join(map(repr, self))}])"

    def __eq__(self, other):
        return [*self] == [*other] if isinstance(other, List) else False

    def __hash__(self):
        return _hash_of("List", self)

    def __reduce__(self):
        return List, ([*self],)


def _cell(first, rest, length):
    made = object.__new__(List)
    made._first, made._rest, made._length = first, rest, length
    return made


_EMPTY = _cell(None, None, 0)


class Stack:
    __slots__ = ("_list", "__weakref__")
    __module__ = "rpds"

    def __new__(cls, *elements):
        made = _EMPTY
        for each in _elements(elements):
            made = made.push_front(each)
        return _stack(made)

    def push(self, value):
        return _stack(self._list.push_front(value))

    def pop(self):
        if not self._list:
            raise IndexError("popped an empty stack")
        return _stack(self._list.rest)

    def peek(self):
        if not self._list:
            raise IndexError("peeked an empty stack")
        return self._list.first

    def __len__(self):
        return len(self._list)

    def __iter__(self):
        return ListIterator(self._list)

    def __repr__(self):
        return f"Stack([{', '.join(map(repr, [*self._list][::-1]))}])"

    def __eq__(self, other):
        return self._list == other._list if isinstance(other, Stack) else False

    def __hash__(self):
        return _hash_of("Stack", self._list)


def _stack(elements):
    made = object.__new__(Stack)
    made._list = elements
    return made


class Queue:
    __slots__ = ("_items", "__weakref__")
    __module__ = "rpds"

    def __new__(cls, *elements):
        return _queue(tuple(_elements(elements)))

    def enqueue(self, value):
        return _queue((*self._items, value))

    def dequeue(self):
        if not self._items:
            raise IndexError("dequeued an empty queue")
        return _queue(self._items[1:])

    def peek(self):
        if not self._items:
            raise IndexError("peeked an empty queue")
        return self._items[0]

    def is_empty(self):
        return not self._items

    def __len__(self):
        return len(self._items)

    def __iter__(self):
        return QueueIterator(self._items)

    def __repr__(self):
        return f"Queue([{', '.join(map(repr, self._items))}])"

    def __eq__(self, other):
        return self._items == other._items if isinstance(other, Queue) else False

    def __hash__(self):
        return _hash_of("Queue", self._items)

    def __reduce__(self):
        raise TypeError("cannot pickle 'rpds.Queue' object")


def _queue(items):
    made = object.__new__(Queue)
    made._items = items
    return made


collections.abc.Mapping.register(HashTrieMap)
collections.abc.MappingView.register(_View)
collections.abc.KeysView.register(KeysView)
collections.abc.ValuesView.register(ValuesView)
collections.abc.ItemsView.register(ItemsView)
collections.abc.Set.register(HashTrieSet)
