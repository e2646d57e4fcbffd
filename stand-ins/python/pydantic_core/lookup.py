"""Where the input of a field is looked for: its name, its aliases, paths into deeper data."""

from .errors import fail
from .exceptions import SchemaError
from .markers import ABSENT, error_text
from .strings_mode import string_value

NAME, ALIAS, BOTH = 1, 2, 3


class Path:
    """A way into the input: its first key, and the keys and indices after it."""

    __slots__ = ('first', 'rest')

    def __init__(self, first, rest=()):
        self.first = first
        self.rest = tuple(rest)

    def __str__(self):
        return '.'.join([f"'{self.first}'"] + [f"'{x}'" if isinstance(x, str) else str(x) for x in self.rest])

    def put(self, lines, by_alias, name):
        """Add this path (or the field's name) to the places of `lines`."""
        for line in lines:
            if by_alias:
                line.loc.extend(reversed(self.rest))
                line.loc.append(self.first)
            else:
                line.loc.append(name)

    def of_dict(self, mapping):
        value = mapping.get(self.first, ABSENT)
        if self.rest and value is not ABSENT:
            for step in self.rest:
                value = _item(value, step)
                if value is ABSENT:
                    break
        return value

    def of_mapping(self, mapping):
        value = mapping.get(self.first, ABSENT)
        for step in self.rest:
            if value is ABSENT:
                break
            value = _item(value, step)
        return value

    def of_json(self, mapping):
        value = mapping.get(self.first, ABSENT)
        for step in self.rest:
            if value is ABSENT:
                break
            if type(value) is dict and type(step) is str:
                value = value.get(step, ABSENT)
            elif type(value) is list and type(step) is int and -len(value) <= step < len(value):
                value = value[step]
            else:
                value = ABSENT
        return value

    def of_strings(self, mapping):
        value = self.of_dict(mapping)
        return value if value is ABSENT else string_value(value)

    def of_object(self, obj, kwargs=None):
        """By attributes; `kwargs` come first."""
        if kwargs is not None:
            value = self.of_dict(kwargs)
            if value is not ABSENT:
                return value
        try:
            value = _attribute(obj, self.first)
            for step in self.rest:
                if value is ABSENT:
                    return ABSENT
                value = _attribute(value, step) if isinstance(step, str) else _item(value, step)
            return value
        except Exception as error:
            problem = error_text(error)
        raise fail('get_attribute_error', obj, error=problem)


def _item(value, step):
    if isinstance(value, str):
        return ABSENT
    try:
        return value[step]
    except Exception:
        return ABSENT


def _attribute(obj, name):
    if type(obj) is dict:
        return obj.get(name, ABSENT)
    if isinstance(obj, dict):
        return _item(obj, name)
    try:
        return getattr(obj, name)
    except AttributeError:
        return ABSENT


def path_of(steps):
    if not isinstance(steps, list):
        raise TypeError(f"'{type(steps).__name__}' object is not an instance of 'list'")
    if not steps:
        raise SchemaError('Each alias path should have at least one element')
    if not isinstance(steps[0], str):
        raise TypeError('The first item in an alias path should be a string')
    for step in steps[1:]:
        if not isinstance(step, (str, int)):
            raise TypeError('Item in an alias path should be a string or int')
    return Path(steps[0], steps[1:])


def alias_paths(alias):
    if alias is None:
        return []
    if isinstance(alias, str):
        return [Path(alias)]
    if isinstance(alias, list) and alias and isinstance(alias[0], list):
        return [path_of(steps) for steps in alias]
    if isinstance(alias, list) and not alias:
        raise SchemaError('Lookup paths should have at least one element')
    return [path_of(alias)]


class Paths:
    """The paths of a field for each way of looking: by name, by alias, by both."""

    __slots__ = ('name', 'aliases', 'by')

    def __init__(self, name, alias):
        self.name = Path(name)
        self.aliases = alias_paths(alias)
        by_name = [self.name]
        self.by = {
            NAME: by_name,
            ALIAS: self.aliases or by_name,
            BOTH: self.aliases + by_name,
        }

    def missing_loc(self, kind, by_alias):
        """The place of an error about a missing value, innermost first."""
        path = self.name
        if by_alias and kind & ALIAS and self.aliases:
            path = self.aliases[0]
        return [*reversed(path.rest), path.first]
