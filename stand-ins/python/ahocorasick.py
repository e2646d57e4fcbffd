"""krait: pyahocorasick's module: words in a trie, and the search for all of them at once (Aho and Corasick, 1975).

A node is a list: its children by letter, its value, the node that is gone on with where no child fits, and the values
of all words that end there, the longest first.
"""

STORE_INTS, STORE_LENGTH, STORE_ANY = 10, 20, 30
KEY_STRING, KEY_SEQUENCE = 100, 200
EMPTY, TRIE, AHOCORASICK = range(3)
MATCH_EXACT_LENGTH, MATCH_AT_MOST_PREFIX, MATCH_AT_LEAST_PREFIX = range(3)
unicode = 1

_CHILDREN, _VALUE, _FAIL, _FOUND = range(4)
_NOTHING = object()
# What `save` begins a file with.
_MARK = b"ahocorasick of krait\n"


def _node():
    return [{}, _NOTHING, None, ()]


class Automaton:
    """Automaton(value_type=ahocorasick.STORE_ANY, [key_type])"""

    __module__ = "ahocorasick"

    def __init__(self, value_type=STORE_ANY, key_type=KEY_STRING, /):
        if value_type not in (STORE_INTS, STORE_LENGTH, STORE_ANY):
            raise ValueError("store value must be one of ahocorasick.STORE_LENGTH, STORE_INTS or STORE_ANY")
        if key_type not in (KEY_STRING, KEY_SEQUENCE):
            raise ValueError("key_type must have value KEY_STRING or KEY_SEQUENCE")
        self._store, self._key_type, self._changes = value_type, key_type, 0
        self.clear()

    kind = property(lambda self: self._kind)
    store = property(lambda self: self._store)

    def clear(self):
        """Removes all keys."""
        self._root, self._kind, self._count = _node(), EMPTY, 0
        self._changes += 1

    def _letters(self, key, words="string expected"):
        """A key's letters, in the form that nodes have them."""
        if self._key_type == KEY_STRING:
            if not isinstance(key, str):
                raise TypeError(words)
            return key
        if not isinstance(key, tuple):
            searched = words == "string required"
            raise TypeError("tuple required" if searched else "argument is not a supported sequence type")
        for index, each in enumerate(key):
            if not hasattr(each, "__index__"):
                raise ValueError(f"item #{index} is not a number")
            if not 0 <= each < 1 << 32:
                raise ValueError(f"item #{index}: value {each} outside range [0..4294967295]")
        return key

    def _find(self, letters):
        node = self._root
        for each in letters:
            node = node[_CHILDREN].get(each)
            if node is None:
                return None
        return node

    def add_word(self, key, value=_NOTHING, /):
        """Adds a key, or gives it another value; whether it is new."""
        letters = self._letters(key)
        if self._store == STORE_ANY:
            if value is _NOTHING:
                raise ValueError("A value object is required as second argument.")
        elif self._store == STORE_LENGTH:
            value = len(letters)
        elif value is _NOTHING:
            value = self._count + 1
        elif not isinstance(value, int):
            raise TypeError("An integer value is required as second argument.")
        if not letters:
            return False
        node = self._root
        for each in letters:
            below = node[_CHILDREN].get(each)
            if below is None:
                below = node[_CHILDREN][each] = _node()
            node = below
        is_new = node[_VALUE] is _NOTHING
        node[_VALUE] = value
        if is_new:
            self._count += 1
            self._changes += 1
        self._kind = TRIE
        return is_new

    def _take(self, key):
        """Takes a key out; its value, or _NOTHING."""
        letters = self._letters(key)
        path, node = [], self._root
        for each in letters:
            path.append((node, each))
            node = node[_CHILDREN].get(each)
            if node is None:
                return _NOTHING
        value, node[_VALUE] = node[_VALUE], _NOTHING
        if value is _NOTHING:
            return value
        for above, each in reversed(path):
            below = above[_CHILDREN][each]
            if below[_CHILDREN] or below[_VALUE] is not _NOTHING:
                break
            del above[_CHILDREN][each]
        self._count -= 1
        self._kind = TRIE
        self._changes += 1
        return value

    def remove_word(self, key, /):
        """Removes a key; whether it was there."""
        return self._take(key) is not _NOTHING

    def pop(self, key, /):
        """Removes a key; its value."""
        value = self._take(key)
        if value is _NOTHING:
            raise KeyError
        return value

    def exists(self, key, /):
        node = self._find(self._letters(key))
        return node is not None and node[_VALUE] is not _NOTHING

    __contains__ = exists

    def match(self, key, /):
        return self._find(self._letters(key)) is not None

    def get(self, *arguments):
        if len(arguments) not in (1, 2):
            raise TypeError(f"get() takes one or two arguments ({len(arguments)} given)")
        node = self._find(self._letters(arguments[0]))
        if node is not None and node[_VALUE] is not _NOTHING:
            return node[_VALUE]
        if len(arguments) == 1:
            raise KeyError
        return arguments[1]

    def longest_prefix(self, key, /):
        node, length = self._root, 0
        for length, each in enumerate(self._letters(key)):
            node = node[_CHILDREN].get(each)
            if node is None:
                return length
        return len(key)

    def __len__(self):
        return self._count

    def keys(self, prefix=None, wildcard=None, how=MATCH_EXACT_LENGTH, /):
        return self._walk(prefix, wildcard, how, lambda key, value: key)

    def values(self, prefix=None, wildcard=None, how=MATCH_EXACT_LENGTH, /):
        return self._walk(prefix, wildcard, how, lambda key, value: value)

    def items(self, prefix=None, wildcard=None, how=MATCH_EXACT_LENGTH, /):
        return self._walk(prefix, wildcard, how, lambda key, value: (key, value))

    def __iter__(self):
        return self.keys()

    def _walk(self, prefix, wildcard, how, taken):
        letters = () if prefix is None else self._letters(prefix)
        if wildcard is not None and len(self._letters(wildcard)) != 1:
            raise ValueError("Wildcard must be a single character.")
        if how not in (MATCH_EXACT_LENGTH, MATCH_AT_MOST_PREFIX, MATCH_AT_LEAST_PREFIX):
            raise ValueError(
                "The optional how third argument must be one of: MATCH_EXACT_LENGTH, MATCH_AT_LEAST_PREFIX or "
                "MATCH_AT_LEAST_PREFIX"
            )
        if wildcard is None:
            how = MATCH_AT_LEAST_PREFIX
        else:
            wildcard = self._letters(wildcard)[0]
        return self._walked(letters, wildcard, how, taken, self._changes)

    def _walked(self, letters, wildcard, how, taken, changes):
        # Keys that are tuples of numbers come as texts, as they do in the original.
        join = "".join if self._key_type == KEY_STRING else lambda path: "".join(map(chr, path))
        waiting = [(self._root, ())]
        while waiting:
            if self._changes != changes:
                raise ValueError("The underlying automaton has changed: this iterator is no longer valid.")
            node, path = waiting.pop()
            depth = len(path)
            if depth >= len(letters):
                waiting += [(child, (*path, each)) for each, child in node[_CHILDREN].items()]
            else:
                wanted = letters[depth]
                waiting += [
                    (child, (*path, each)) for each, child in node[_CHILDREN].items() if wanted in (wildcard, each)
                ]
            fits = (depth == len(letters), depth <= len(letters), depth >= len(letters))[how]
            if fits and node[_VALUE] is not _NOTHING:
                yield taken(join(path), node[_VALUE])

    def make_automaton(self):
        """Makes the trie ready to be searched with."""
        if self._kind == TRIE:
            self._link()
            self._kind = AHOCORASICK
            self._changes += 1

    def _link(self):
        root = self._root
        waiting, at = [root], 0
        root[_FAIL], root[_FOUND] = None, ()
        while at < len(waiting):
            node = waiting[at]
            at += 1
            for each, child in node[_CHILDREN].items():
                fail = node[_FAIL]
                while fail is not None and each not in fail[_CHILDREN]:
                    fail = fail[_FAIL]
                child[_FAIL] = root if fail is None else fail[_CHILDREN][each]
                own = () if child[_VALUE] is _NOTHING else (child[_VALUE],)
                child[_FOUND] = own + child[_FAIL][_FOUND]
                waiting.append(child)

    def iter(self, string, start=-1, end=-1, ignore_white_space=False):
        """An iterator over the ends and the values of all keys in a text."""
        if self._kind != AHOCORASICK:
            raise AttributeError(
                "Not an Aho-Corasick automaton yet: call add_word to add some keys and call make_automaton to convert "
                "the trie to an automaton."
            )
        letters = self._letters(string, "string required")
        end = len(letters) if end < 0 else min(end, len(letters))
        return AutomatonSearchIter(self, letters, max(start, 0), end, ignore_white_space)

    def iter_long(self, string, start=-1, end=-1):
        """An iterator over the ends and the values of the longest keys in a text, none of which overlap."""
        if self._kind != AHOCORASICK:
            raise AttributeError("not an automaton yet; add some words and call make_automaton")
        letters = self._letters(string, "string required")
        end = len(letters) if end < 0 else min(end, len(letters))
        return self._longest_of(letters, max(start, 0), end, self._changes)

    def _longest_of(self, letters, at, end, changes):
        while at < end:
            node, last = self._root, None
            for index in range(at, end):
                node = node[_CHILDREN].get(letters[index])
                if node is None:
                    break
                if node[_VALUE] is not _NOTHING:
                    last = index, node[_VALUE]
            at += 1
            if last is not None:
                at = last[0] + 1
                yield last
                if self._changes != changes:
                    raise ValueError("underlaying automaton has changed, iterator is not valid anymore")

    def find_all(self, string, callback, *bounds):
        """Calls a function with the end and the value of each key in a text."""
        if self._kind != AHOCORASICK:
            return None
        letters = self._letters(string)
        if not callable(callback):
            raise TypeError("The callback argument must be a callable such as a function.")
        size = len(letters)
        places = [0, size]
        for which, (name, value) in enumerate(zip(("start", "end"), bounds)):
            place = value + size if value < 0 else value
            if not 0 <= place < size + which:
                raise IndexError(f"{name} index not in range 0..{size}")
            places[which] = place
        for found in AutomatonSearchIter(self, letters, *places, False):
            callback(*found)

    def get_stats(self):
        level, count, links, longest = [self._root] * (self._kind != EMPTY), 0, 0, -1
        while level:
            longest += 1
            count += len(level)
            level = [child for node in level for child in node[_CHILDREN].values()]
            links += len(level)
        return {
            "nodes_count": count, "words_count": self._count, "longest_word": max(longest, 0), "links_count": links,
            "sizeof_node": 32, "total_size": count * 32 + links * 8,
        }

    def __sizeof__(self):
        return object.__sizeof__(self) + self.get_stats()["total_size"]

    def dump(self):
        """The nodes, the edges and the links, as lists of tuples; None if there are none."""
        if self._kind == EMPTY:
            return None
        nodes, edges, links, waiting = [], [], [], [self._root]
        for node in waiting:
            nodes.append((id(node), int(node[_VALUE] is not _NOTHING)))
            for each, child in node[_CHILDREN].items():
                letter = each.encode("latin-1", "replace") if isinstance(each, str) else each
                edges.append((id(node), letter, id(child)))
                waiting.append(child)
            if self._kind == AHOCORASICK and node[_FAIL] is not None:
                links.append((id(node), id(node[_FAIL])))
        return nodes, edges, links

    def __reduce__(self):
        return _restore, (self._store, self._key_type, self._kind, list(self.items()))

    def save(self, *arguments):
        """Writes the keys and values into a file."""
        import pickle

        has_objects = self._store == STORE_ANY
        if len(arguments) != 1 + has_objects:
            raise ValueError(f"expected exactly {'two arguments' if has_objects else 'one argument'}")
        if not isinstance(arguments[0], str):
            raise TypeError("the first argument must be a string")
        items = list(self.items())
        if has_objects:
            if not callable(arguments[1]):
                raise TypeError("the second argument must be a callable object")
            items = [(key, arguments[1](value)) for key, value in items]
            if not all(isinstance(value, bytes) for _, value in items):
                raise TypeError("serializer must return bytes object")
        with open(arguments[0], "wb") as file:
            file.write(_MARK + pickle.dumps((self._store, self._key_type, self._kind, items)))


class AutomatonSearchIter:
    """What `Automaton.iter` gives."""

    __module__ = "ahocorasick"

    def __init__(self, automaton, letters, start, end, ignore_white_space):
        self._automaton, self._changes, self._ignore = automaton, automaton._changes, ignore_white_space
        self._node, self._shift = automaton._root, 0
        self._letters, self._at, self._end, self._found = letters, start, end, iter(())
        self._index = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self._automaton._changes != self._changes:
            raise ValueError("The underlying automaton has changed: this iterator is no longer valid.")
        for value in self._found:
            return self._index + self._shift, value
        root, node, letters, ignore = self._automaton._root, self._node, self._letters, self._ignore
        for at in range(self._at, self._end):
            each = letters[at]
            if ignore and each.isspace():
                continue
            below = node[_CHILDREN].get(each)
            while below is None and node is not root:
                node = node[_FAIL]
                below = node[_CHILDREN].get(each)
            if below is not None:
                node = below
                if node[_FOUND]:
                    self._node, self._index, self._at, self._found = node, at, at + 1, iter(node[_FOUND])
                    return at + self._shift, next(self._found)
        self._node, self._index, self._at = node, self._end, max(self._at, self._end)
        raise StopIteration

    def set(self, string, reset=False, /):
        """Goes on with another text: as if it followed, or from the start."""
        letters = self._automaton._letters(string, "string required")
        if reset:
            self._node, self._shift = self._automaton._root, 0
        else:
            self._shift += self._index
        self._letters, self._at, self._end, self._found = letters, 0, len(letters), iter(())
        self._index = 0


def _restore(store, key_type, kind, items):
    made = Automaton(store, key_type)
    # In this order, the children of each node come in the order that they had.
    for key, value in reversed(items):
        key = key if key_type == KEY_STRING else tuple(map(ord, key))
        made.add_word(*(key,) if store == STORE_LENGTH else (key, value))
    if kind == AHOCORASICK:
        made.make_automaton()
    return made


def load(*arguments):
    """Reads what `Automaton.save` has written."""
    import pickle

    if len(arguments) != 2:
        raise ValueError("expected exactly two arguments")
    path, deserializer = arguments
    if not isinstance(path, str):
        raise TypeError("the first argument must be a string")
    if not callable(deserializer):
        raise TypeError("the second argument must be a callable object")
    with open(path, "rb") as file:
        if file.read(len(_MARK)) != _MARK:
            raise ValueError("the file was not saved by krait's ahocorasick, which reads no others")
        store, key_type, kind, items = pickle.load(file)
    if store == STORE_ANY:
        items = [(key, deserializer(value)) for key, value in items]
    return _restore(store, key_type, kind, items)
