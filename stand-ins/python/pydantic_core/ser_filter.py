"""include and exclude: which items are left out, and what is said of the items of the rest."""

from .markers import ABSENT

_DICT_OR_SET = 'dict[str | int, <recursive> | ...] | set[str | int | ...]'
# For an item without anything said about it.
NOTHING = (None, None)


class Filter:
    """What the schema says (`include`, `exclude`: sets or None), put together with a call's."""

    __slots__ = ('include', 'exclude', 'plain')

    def __init__(self, include=None, exclude=None):
        self.include = None if include is None else frozenset(_checked_set(include))
        self.exclude = None if exclude is None else frozenset(_checked_set(exclude))
        self.plain = include is None and exclude is None

    def step(self, key, include, exclude):
        """(include, exclude) for the item `key`; None where it is left out."""
        next_exclude = None
        if exclude is not None:
            if isinstance(exclude, dict):
                value = _merged(exclude, key)
                if value is not ABSENT:
                    if _all(value):
                        return None
                    next_exclude = value
            elif isinstance(exclude, set):
                if key in exclude or '__all__' in exclude:
                    return None
            else:
                has = _contains(exclude, key)
                if has is None:
                    raise TypeError('`exclude` argument must be a set or dict.')
                if has:
                    return None
        if include is not None:
            explicit = self.include is not None and key in self.include
            if isinstance(include, dict):
                value = _merged(include, key)
                if value is not ABSENT:
                    return (None if _all(value) else value), next_exclude
                if not explicit:
                    return None
            elif isinstance(include, set):
                if key in include or '__all__' in include:
                    return None, next_exclude
                if not explicit:
                    return None
            else:
                has = _contains(include, key)
                if has is None:
                    raise TypeError('`include` argument must be a set or dict.')
                if has:
                    return None, next_exclude
                if not explicit:
                    return None
        if next_exclude is not None:
            return None, next_exclude
        if self.include is not None and key not in self.include:
            return None
        if self.exclude is not None and key in self.exclude:
            return None
        return NOTHING


PLAIN = Filter()


def filter_of(schema):
    rules = schema.get('serialization')
    if not rules:
        return PLAIN
    include, exclude = rules.get('include'), rules.get('exclude')
    return PLAIN if include is None and exclude is None else Filter(include, exclude)


def for_sequence(value, length):
    """`include` or `exclude` of a sequence, negative indices made positive."""
    if isinstance(value, dict):
        return {_index(key, length): one for key, one in value.items()}
    if isinstance(value, set):
        return {_index(key, length) for key in value}
    return value


def _index(key, length):
    if length is None:
        try:
            negative = key < 0
        except Exception:
            negative = False
        if negative:
            raise ValueError('Negative indices cannot be used to exclude items on unsized iterables')
        return key
    if isinstance(key, int) and length:
        return key % length
    return key


def _checked_set(value):
    if not isinstance(value, set):
        raise TypeError(f"'{type(value).__name__}' object is not an instance of 'set'")
    return value


def _all(value):
    return value is ... or value is True


def _contains(container, key):
    method = getattr(container, '__contains__', None)
    if method is None:
        return None
    try:
        found = method(key)
    except Exception:
        return None
    return bool(found) or bool(method('__all__'))


def _merged(rules, key):
    try:
        own = rules.get(key, ABSENT)
    except TypeError:
        own = ABSENT
    everyone = rules.get('__all__', ABSENT)
    if own is ABSENT:
        return everyone
    if everyone is ABSENT or _all(own) or _all(everyone):
        return own
    return _merge(_as_dict(own), everyone)


def _as_dict(value):
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, set):
        return dict.fromkeys(value, ...)
    raise TypeError(f'`include` and `exclude` must be of type `{_DICT_OR_SET}`')


def _merge(own, everyone):
    own = dict(own)
    if isinstance(everyone, dict):
        for key, value in everyone.items():
            if key in own:
                mine = own[key]
                if _all(mine):
                    continue
                mine = _as_dict(mine)
                if not _all(value):
                    own[key] = _merge(mine, value)
            else:
                own[key] = value
    elif isinstance(everyone, set):
        for key in everyone:
            own.setdefault(key, ...)
    else:
        raise TypeError(f"'__all__' key of `include` and `exclude` must be of type `{_DICT_OR_SET}`")
    return own
