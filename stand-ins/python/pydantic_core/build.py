"""From a core schema to validators: a table of builders by type, and what they share.

A builder returns a Node. A node makes a function (input, state) -> value for each kind of input,
when it is first wanted: 'py' for Python objects, 'json' for parsed JSON, 'str' for strings and
dicts of strings. So no validator asks what its input is from.
"""

from .exceptions import SchemaError
from .markers import ABSENT

BUILDERS = {}


class Node:
    """One validator.

    `make(mode)` makes the function for a mode. `exact` is a type whose instances (of just that type)
    come out as they went in, in mode 'py', and tell nothing to the state: callers skip the call.
    `default(outer, state)` gives the default value or ABSENT; `assign` validates an assignment.
    """

    __slots__ = ('kind', 'label', 'make', 'made', 'exact', 'default', 'assign', 'more', '__weakref__')

    def __init__(self, kind, label, make, exact=None, default=None, assign=None, more=None):
        self.kind = kind
        self.label = label
        self.make = make
        self.made = {}
        self.exact = exact
        self.default = default
        self.assign = assign
        self.more = more

    def fn(self, mode):
        known = self.made.get(mode)
        if known is None:
            known = self.made[mode] = self.make(mode)
        return known

    @property
    def name(self):
        label = self.label
        return label if type(label) is str else label()

    def validate_assignment(self, obj, field_name, field_value, state):
        if self.assign is None:
            raise TypeError(f'validate_assignment is not supported for {self.name}')
        return self.assign(obj, field_name, field_value, state)


def builder(kind):
    def register(function):
        BUILDERS[kind] = function
        return function

    return register


class Definition:
    """A validator (or serializer) that others name by its ref; filled once."""

    __slots__ = ('ref', 'node', 'known_name', 'naming')

    def __init__(self, ref):
        self.ref = ref
        self.node = None
        self.known_name = None
        self.naming = False

    def name(self):
        if self.node is None or self.naming:
            return self.known_name or '...'
        if self.known_name is None:
            self.naming = True
            try:
                self.known_name = self.node.name
            finally:
                self.naming = False
        return self.known_name


class Definitions:
    def __init__(self, use_prebuilt):
        self.known = {}
        self.use_prebuilt = use_prebuilt

    def get(self, ref):
        known = self.known.get(ref)
        if known is None:
            known = self.known[ref] = Definition(ref)
        return known

    def add(self, ref, node):
        known = self.get(ref)
        if known.node is not None:
            raise SchemaError(f'Duplicate ref: `{ref}`')
        known.node = node
        return known

    def finish(self):
        for ref, known in self.known.items():
            if known.node is None:
                raise SchemaError(f'Definitions error: definition `{ref}` was never filled')


def described(error):
    """An exception as `Type: text`."""
    name = type(error).__name__
    text = str(error)
    return f'{name}: {text}' if text else name


def build(schema, config, definitions):
    if not isinstance(schema, dict):
        raise TypeError(f"'{type(schema).__name__}' object is not an instance of 'dict'")
    kind = required(schema, 'type', str)
    if definitions.use_prebuilt and (kind == 'model' or kind == 'dataclass'):
        node = BUILDERS['prebuilt'](kind, schema)
        if node is not None:
            return node
    make = BUILDERS.get(kind)
    if make is None:
        if kind == 'invalid':
            raise SchemaError('Cannot construct schema with `InvalidSchema` member.')
        raise SchemaError(f'Unknown schema type: "{kind}"')
    try:
        return make(schema, config, definitions)
    except Exception as error:
        text = f'Error building "{kind}" validator:\n  {described(error)}'
    raise SchemaError(text)


_INSTANCE = {
    dict: 'dict', list: 'list', str: 'str', bool: 'bool', type: 'type', int: 'int', tuple: 'tuple',
}


def checked(value, kind, key):
    """`value`, which must be of type `kind`, as the schema's readers insist."""
    if kind is int:
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float) or not hasattr(type(value), '__index__'):
            raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
        return int(value.__index__())
    if kind is float:
        if isinstance(value, str) or not hasattr(type(value), '__float__') and not isinstance(value, int):
            raise TypeError(f'must be real number, not {type(value).__name__}')
        return float(value)
    if not isinstance(value, kind):
        raise TypeError(f"'{type(value).__name__}' object is not an instance of '{_INSTANCE[kind]}'")
    return value


def size(value):
    """A length of the schema: an integer of at least 0."""
    value = checked(value, int, '')
    if value < 0:
        raise OverflowError("can't convert negative int to unsigned")
    return value


def required(schema, key, kind=None):
    if key not in schema:
        raise KeyError_(key)
    value = schema[key]
    return value if kind is None else checked(value, kind, key)


class KeyError_(KeyError):
    """A KeyError whose text is the key itself."""

    def __str__(self):
        return f"'{self.args[0]}'"


KeyError_.__name__ = KeyError_.__qualname__ = 'KeyError'


def option(schema, key, kind=None, default=None):
    """schema[key] of type `kind`, or `default` where it is not there."""
    value = schema.get(key, ABSENT)
    if value is ABSENT:
        return default
    return value if kind is None else checked(value, kind, key)


def length_option(schema, key):
    value = schema.get(key, ABSENT)
    return None if value is ABSENT else size(value)


def either(schema, config, key, config_key=None, kind=None, default=None):
    """What the schema says, else what the config says."""
    value = schema.get(key, ABSENT)
    if value is ABSENT:
        if config is None:
            return default
        value = config.get(config_key or key, ABSENT)
        if value is ABSENT:
            return default
    return value if kind is None else checked(value, kind, key)


def is_strict(schema, config):
    return either(schema, config, 'strict', None, bool, False)


def from_config(config, key, kind=None, default=None):
    return default if config is None else option(config, key, kind, default)


def extra_behavior(schema, config, default):
    value = either(schema, config, 'extra_behavior', 'extra_fields_behavior')
    if value is None:
        return default
    checked(value, str, 'extra_behavior')
    return extra_from(value)


def extra_from(text):
    if text not in ('allow', 'forbid', 'ignore'):
        raise SchemaError(f'Invalid extra_behavior: `{text}`')
    return text


def class_repr(schema, cls):
    text = option(schema, 'cls_repr', str)
    if text is not None:
        return text
    return cls.__qualname__ if isinstance(cls, type) else repr(cls)
