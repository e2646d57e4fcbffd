"""From a core schema to serializers: a table of builders by type.

A serializer is a SerNode: `run(value, state)` gives Python objects (of JSON's kinds in mode 'json');
`key(value, state)` gives a string for the key of an object. The caller looks whether the values
themselves decide (`state.as_any`): see `go` and `go_key`.
"""

from .build import described, option, required
from .exceptions import SchemaError
from .infer import infer, infer_key

SER_BUILDERS = {}


class SerNode:
    __slots__ = ('kind', 'label', 'run', 'key', 'exact', 'lax', 'default', 'is_field', 'more', '__weakref__')

    def __init__(self, kind, label, run, key, exact=None, lax=False, default=None, is_field=False, more=None):
        self.kind = kind
        self.label = label
        self.run = run
        self.key = key
        # Values of just this type come out as they are, in every mode, and tell nothing to the state.
        self.exact = exact
        # Whether a union may try once more with subclasses allowed: a bool, or a function.
        self.lax = lax
        self.default = default
        self.is_field = is_field
        self.more = more

    @property
    def name(self):
        label = self.label
        return label if type(label) is str else label()

    def may_lax(self):
        lax = self.lax
        return lax if type(lax) is bool else lax()

    def go(self, value, state):
        return infer(value, state) if state.as_any else self.run(value, state)

    def go_key(self, value, state):
        return infer_key(value, state) if state.as_any else self.key(value, state)


ANY = SerNode('any', 'any', infer, infer_key)


def ser_builder(kind):
    def register(function):
        SER_BUILDERS[kind] = function
        return function

    return register


# Types of `serialization` that go with the schema's own type.
_SIDE = frozenset((None, 'include-exclude-sequence', 'include-exclude-dict', 'base64'))


def ser_build(schema, config, definitions):
    if not isinstance(schema, dict):
        raise TypeError(f"'{type(schema).__name__}' object is not an instance of 'dict'")
    node = _build(schema, config, definitions)
    if schema.get('type') in ('model', 'dataclass'):
        return SER_BUILDERS['polymorphism'](schema, node)
    return node


def _build(schema, config, definitions):
    rules = schema.get('serialization')
    if rules is not None:
        kind = option(rules, 'type', str)
        if kind == 'function-plain' or kind == 'function-wrap':
            try:
                return SER_BUILDERS['ser-' + kind](schema, config, definitions)
            except Exception as error:
                text = f'Error building `{kind}` serializer:\n  {described(error)}'
            raise SchemaError(text)
        if kind not in _SIDE:
            return ser_build(rules, config, definitions)
    kind = required(schema, 'type', str)
    if definitions.use_prebuilt and kind in ('model', 'dataclass'):
        node = SER_BUILDERS['prebuilt'](kind, schema)
        if node is not None:
            return node
    make = SER_BUILDERS.get(kind)
    if make is None:
        raise SchemaError(f'Unknown serialization schema type: `{kind}`')
    try:
        return make(schema, config, definitions)
    except Exception as error:
        text = f'Error building `{kind}` serializer:\n  {described(error)}'
    raise SchemaError(text)


def build_or_any(schema, key, config, definitions):
    return ser_build(schema[key], config, definitions) if key in schema else ANY


def no_key(kind, label):
    """The key function of serializers whose values are no keys."""

    def key(value, state):
        if value is None:
            raise TypeError(f'`{kind}` not valid as object key')
        state.warn_fallback(label if type(label) is str else label(), value)
        return infer_key(value, state)

    return key
