"""The attributes of an element, as a mapping."""

import collections.abc

from _krait_stand_ins.lxml_etree import names
from _krait_stand_ins.lxml_etree.structure import _set


class _Attrib:
    """The attributes of an element."""

    def __init__(self, element):
        self._element = element

    def __setitem__(self, key, value):
        _set(self._element, key, value)

    def __delitem__(self, key):
        name = names.clark(key)
        if name not in self._element._attributes:
            raise KeyError(name)
        del self._element._attributes[name]

    def __getitem__(self, key):
        value = self._element._attributes.get(names.clark(key))
        if value is None:
            raise KeyError(names.clark(key))
        return str(value)

    def get(self, key, default=None):
        return self._element.get(key, default)

    def pop(self, key, *default):
        if len(default) > 1:
            raise TypeError(f"pop expected at most 2 arguments, got {len(default) + 1}")
        name = names.clark(key)
        if name not in self._element._attributes:
            if default:
                return default[0]
            raise KeyError(key)
        return str(self._element._attributes.pop(name))

    def clear(self):
        self._element._attributes.clear()

    def update(self, given):
        for key, value in given.items() if hasattr(given, "items") else given:
            _set(self._element, key, value)

    def keys(self):
        return self._element.keys()

    def values(self):
        return self._element.values()

    def items(self):
        return self._element.items()

    def iterkeys(self):
        return iter(self.keys())

    def itervalues(self):
        return iter(self.values())

    def iteritems(self):
        return iter(self.items())

    __iter__ = iterkeys

    def has_key(self, key):
        return key in self

    def __contains__(self, key):
        return names.clark(key) in self._element._attributes

    def __len__(self):
        return len(self._element._attributes)

    def __bool__(self):
        return bool(self._element._attributes)

    def __copy__(self):
        return dict(self.items())

    def __deepcopy__(self, memo):
        return dict(self.items())

    def __eq__(self, other):
        try:
            return dict(self.items()) == dict(other.items() if isinstance(other, _Attrib) else other)
        except (TypeError, ValueError):
            return NotImplemented

    __hash__ = None

    def __repr__(self):
        return repr(dict(self.items()))


class _NoAttrib(_Attrib):
    """The attributes of what has none."""

    def __setitem__(self, key, value):
        raise KeyError("invalid operation on an element without attributes")

    def update(self, given):
        if given:
            raise KeyError("invalid operation on an element without attributes")

    def clear(self):
        pass


collections.abc.MutableMapping.register(_Attrib)
