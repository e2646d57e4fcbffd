"""Serializers that call a user's function, and those that format a value."""

from .build import option, required
from .exceptions import PydanticOmit, SchemaError
from .infer import infer, infer_key
from .markers import MODULE, function_name, quoted, safe_repr
from .ser_build import ANY, SerNode, ser_build, ser_builder
from .ser_filter import PLAIN, for_sequence
from .ser_state import PydanticSerializationError, PydanticSerializationUnexpectedValue
from .to_json import plain_error

_WHEN = ('always', 'unless-none', 'json', 'json-unless-none')


def _when(schema, default):
    when = option(schema, 'when_used', str, default)
    if when not in _WHEN:
        raise SchemaError(f'Invalid value for `when_used`: {quoted(when)}')
    return when


def _used(when, value, state):
    if when == 'always':
        return True
    if when == 'unless-none':
        return value is not None
    return state.mode == 'json' and (when == 'json' or value is not None)


class SerializationInfo:
    __module__ = MODULE

    _names = (
        'include', 'exclude', 'context', 'mode', 'by_alias', 'exclude_unset', 'exclude_defaults', 'exclude_none',
        'exclude_computed_fields', 'round_trip', 'serialize_as_any', 'polymorphic_serialization',
    )
    __slots__ = (*_names, '_field_name')

    def __init__(self, state, field_name):
        self.include = state.include
        self.exclude = state.exclude
        self.context = state.context
        self.mode = state.mode
        self.by_alias = state.by_alias
        self.exclude_unset = state.exclude_unset
        self.exclude_defaults = state.exclude_defaults
        self.exclude_none = state.exclude_none
        self.exclude_computed_fields = state.exclude_computed
        self.round_trip = state.round_trip
        self.serialize_as_any = state.as_any
        self.polymorphic_serialization = state.polymorphic
        self._field_name = field_name

    def mode_is_json(self):
        return self.mode == 'json'

    @property
    def field_name(self):
        if self._field_name is None:
            raise AttributeError("No attribute named 'field_name'")
        return self._field_name

    @property
    def __dict__(self):
        out = {name: getattr(self, name) for name in ('include', 'exclude', 'context') if getattr(self, name) is not None}
        for name in self._names[3:-1]:
            out[name] = getattr(self, name)
        return out

    def __repr__(self):
        parts = [f'{name}={getattr(self, name)!r}' for name in self._names[:4]]
        parts += [f'{name}={bool(getattr(self, name))}' for name in self._names[4:-1]]
        return f'SerializationInfo({", ".join(parts)})'


class SerializationCallable:
    """What a wrap serializer calls to go on."""

    __module__ = MODULE

    def __init__(self, node, state):
        self._parts = (node, state.kept())

    def __call__(self, value, index_key=None):
        node, kept = self._parts
        state = kept.kept()
        if index_key is not None:
            if isinstance(index_key, int) and index_key >= 0:
                step = PLAIN.step(index_key, for_sequence(state.include, None), for_sequence(state.exclude, None))
            elif isinstance(index_key, (str, int)):
                step = PLAIN.step(index_key, state.include, state.exclude)
            else:
                raise TypeError(
                    f"'index_key' is expected to be an integer or a string, got '{safe_repr(index_key)}'"
                )
            if step is None:
                raise PydanticOmit()
            state.include, state.exclude = step
        # The function gets Python objects even where JSON is written in the end.
        state.wire = False
        out = node.run(value, state)
        state.final_check(2)
        return out

    def __repr__(self):
        return f'SerializationCallable(serializer={self._parts[0].name})'


def _function_node(kind, name, title, function, is_field, with_info, when, handler_node, returned, fallback, lax):
    def call(value, state):
        args = []
        if is_field:
            if state.model is None:
                raise RuntimeError(
                    f'Function {kind} serializer expected to be run inside the context of a model field '
                    'but no model was found'
                )
            args.append(state.model)
        args.append(value)
        if handler_node is not None:
            args.append(SerializationCallable(handler_node, state))
        if with_info:
            if is_field and state.field_name is None:
                raise RuntimeError(
                    'Model field context expected for field serialization info but no model field was found'
                )
            args.append(SerializationInfo(state, state.field_name if is_field else None))
        return function(*args)

    def failed(error, state):
        """Raises, or notes a warning: then the value is serialized as it is."""
        if isinstance(error, PydanticSerializationUnexpectedValue):
            if state.check:
                raise error
            state.warn(error)
            return
        if isinstance(error, PydanticSerializationError):
            raise PydanticSerializationError(str(error))
        if isinstance(error, RecursionError):
            if state.wire:
                raise plain_error(f'PydanticSerializationError: Error calling function `{title}`: RecursionError')
            raise PydanticSerializationError(f'Error calling function `{title}`: RecursionError')
        text = str(error)
        text = f'{type(error).__name__}: {text}' if text else type(error).__name__
        if state.wire:
            raise PydanticSerializationError(
                f'Error serializing to JSON: PydanticSerializationError: Error calling function `{title}`: {text}'
            )
        raise PydanticSerializationError(f'Error calling function `{title}`: {text}') from error

    def through(value, state, write, write_fallback, write_inferred):
        if not _used(when, value, state):
            return write_fallback(value, state)
        problem = None
        try:
            out = call(value, state)
        except Exception as error:
            problem = error
        if problem is not None:
            failed(problem, state)
            return write_inferred(value, state)
        include, exclude = state.include, state.exclude
        if include is None and exclude is None:
            return write(out, state)
        state.include = state.exclude = None
        try:
            return write(out, state)
        finally:
            state.include, state.exclude = include, exclude

    fallback_run = None if fallback is None else fallback.go
    fallback_key = None if fallback is None else fallback.go_key

    def run(value, state):
        return through(value, state, returned.go, fallback_run, infer)

    def key(value, state):
        return through(value, state, returned.go_key, fallback_key, infer_key)

    return SerNode(f'function-{kind}', name, run, key, lax=lax, is_field=is_field)


def _without_serialization(schema):
    return {key: value for key, value in schema.items() if key not in ('serialization', 'ref')}


@ser_builder('ser-function-plain')
def build_plain(schema, config, definitions):
    rules = required(schema, 'serialization', dict)
    function = required(rules, 'function')
    title = function_name(function)
    returned = ser_build(rules['return_schema'], config, definitions) if 'return_schema' in rules else ANY
    when = _when(rules, 'always')
    fallback = None
    if when != 'always':
        fallback = ser_build(_without_serialization(schema), config, definitions)

    def lax():
        return (fallback is not None and fallback.may_lax()) or returned.may_lax()

    return _function_node(
        'plain', f'plain_function[{title}]', title, function, option(rules, 'is_field_serializer', bool, False),
        option(rules, 'info_arg', bool, False), when, None, returned, fallback, lax,
    )


@ser_builder('ser-function-wrap')
def build_wrap(schema, config, definitions):
    rules = required(schema, 'serialization', dict)
    function = required(rules, 'function')
    title = function_name(function)
    inner_schema = rules['schema'] if 'schema' in rules else _without_serialization(schema)
    inner = ser_build(inner_schema, config, definitions)
    returned = ser_build(rules['return_schema'], config, definitions) if 'return_schema' in rules else ANY

    def lax():
        return inner.may_lax() or returned.may_lax()

    return _function_node(
        'wrap', f'wrap_function[{title}, {inner.name}]', title, function,
        option(rules, 'is_field_serializer', bool, False), option(rules, 'info_arg', bool, False),
        _when(rules, 'always'), inner, returned, inner, lax,
    )


@ser_builder('format')
def build_format(schema, config, definitions):
    form = required(schema, 'formatting_string', str)
    if not form:
        return build_to_string(schema, config, definitions)
    when = _when(schema, 'json-unless-none')

    def call(value, state):
        try:
            return format(value, form)
        except Exception as error:
            text = f'Error calling `format(value, {form!r})`: {type(error).__name__}: {error}'
        raise plain_error(text) if state.wire else PydanticSerializationError(text)

    def run(value, state):
        return call(value, state) if _used(when, value, state) else value

    def key(value, state):
        if when in ('always', 'json') or value is not None:
            return call(value, state)
        return 'None'

    return SerNode('format', 'format', run, key)


@ser_builder('to-string')
def build_to_string(schema, config, definitions):
    when = _when(schema, 'json-unless-none')

    def run(value, state):
        return str(value) if _used(when, value, state) else value

    def key(value, state):
        return str(value) if when in ('always', 'json') or value is not None else 'None'

    return SerNode('to-string', 'to-string', run, key)


