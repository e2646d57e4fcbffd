"""SchemaValidator."""

from . import (
    arguments, dataclass, dates, decimals, functions, generators, mappings, model_fields, models, numeric, sequences,
    sets, simple, text, tuples, typed_dicts, unions, urls, wrappers,
)
from .build import Definitions, build, extra_from
from .errors import LineError, Omit, UseDefault, ValError, fail
from .exceptions import SchemaError, public_error
from .json_read import json_bytes, parse, partial_mode
from .markers import ABSENT, MODULE, Some, quoted
from .state import State
from .strings_mode import string_value

BUILDERS_OF = (
    arguments, dataclass, dates, decimals, functions, generators, mappings, model_fields, models, numeric, sequences,
    sets, simple, text, tuples, typed_dicts, unions, urls, wrappers,
)


def _extra(value):
    if value is None:
        return None
    try:
        return extra_from(value)
    except SchemaError as error:
        text = f'SchemaError: {error}'
    raise ValueError(text)


class SchemaValidator:
    __module__ = MODULE
    __slots__ = ('_node', '_definitions', '_schema', '_config', 'title', '_hide', '_cause', '_cache', '_py', '_json', '__weakref__')

    def __new__(cls, schema, config=None, _use_prebuilt=True):
        self = super().__new__(cls)
        definitions = Definitions(_use_prebuilt)
        node = build(schema, config, definitions)
        definitions.finish()
        self._node = node
        self._definitions = definitions
        self._schema = schema
        self._config = config or None
        config = config or {}
        title = config.get('title')
        self.title = node.name if 'title' not in config else title
        self._hide = bool(config.get('hide_input_in_errors', False))
        self._cause = bool(config.get('validation_error_cause', False))
        self._cache = config.get('cache_strings', True)
        self._py = self._json = None
        return self

    def __init_subclass__(cls, **kwargs):
        raise TypeError("type 'pydantic_core._pydantic_core.SchemaValidator' is not an acceptable base type")

    def validate_python(
        self, input, *, strict=None, extra=None, from_attributes=None, context=None, self_instance=None,
        allow_partial=False, by_alias=None, by_name=None,
    ):
        run = self._py
        if run is None:
            run = self._py = self._node.fn('py')
        state = State()
        if self_instance is not None:
            state.self_instance = self_instance
        if strict is not None:
            state.strict = strict
        if extra is not None:
            state.extra_behavior = _extra(extra)
        if from_attributes is not None:
            state.from_attributes = from_attributes
        if context is not None:
            state.context = context
        if allow_partial:
            state.allow_partial = partial_mode(allow_partial)
        if by_alias is not None:
            state.by_alias = by_alias
        if by_name is not None:
            state.by_name = by_name
        try:
            return run(input, state)
        except (ValError, Omit, UseDefault) as error:
            problem = error
        raise public_error(problem, self.title, 'python', self._hide, self._cause)

    def isinstance_python(
        self, input, *, strict=None, extra=None, from_attributes=None, context=None, self_instance=None,
        by_alias=None, by_name=None,
    ):
        state = _state('python', strict, extra, context, by_alias, by_name)
        state.from_attributes = from_attributes
        state.self_instance = self_instance
        try:
            self._node.fn('py')(input, state)
            return True
        except ValError:
            return False
        except (Omit, UseDefault) as error:
            problem = error
        raise public_error(problem, self.title, 'python', self._hide, self._cause)

    def validate_json(
        self, input, *, strict=None, extra=None, context=None, self_instance=None, allow_partial=False,
        by_alias=None, by_name=None,
    ):
        run = self._json
        if run is None:
            run = self._json = self._node.fn('json')
        state = _state('json', strict, extra, context, by_alias, by_name)
        if self_instance is not None:
            state.self_instance = self_instance
        if allow_partial:
            state.allow_partial = partial_mode(allow_partial)
        data = json_bytes(input, 'py')
        if data is None:
            problem = ValError([LineError('json_type', input)])
        else:
            value, text_problem = parse(data, True, state.allow_partial)
            if text_problem is not None:
                problem = fail('json_invalid', input, error=text_problem)
            else:
                try:
                    return run(value, state)
                except (ValError, Omit, UseDefault) as error:
                    problem = error
        raise public_error(problem, self.title, 'json', self._hide, self._cause)

    def validate_strings(
        self, input, *, strict=None, extra=None, context=None, allow_partial=False, by_alias=None, by_name=None
    ):
        state = _state('string', strict, extra, context, by_alias, by_name)
        if allow_partial:
            state.allow_partial = partial_mode(allow_partial)
        try:
            return self._node.fn('str')(string_value(input), state)
        except (ValError, Omit, UseDefault) as error:
            problem = error
        raise public_error(problem, self.title, 'string', self._hide, self._cause)

    def validate_assignment(
        self, obj, field_name, field_value, *, strict=None, extra=None, from_attributes=None, context=None,
        by_alias=None, by_name=None,
    ):
        state = _state('python', strict, extra, context, by_alias, by_name)
        state.from_attributes = from_attributes
        state.field_name = field_name
        try:
            return self._node.validate_assignment(obj, field_name, field_value, state)
        except (ValError, Omit, UseDefault) as error:
            problem = error
        raise public_error(problem, self.title, 'python', self._hide, self._cause)

    def get_default_value(self, *, strict=None, context=None):
        state = _state('python', strict, None, context, None, None)
        default = self._node.default
        if default is None:
            return None
        try:
            out = default(None, state)
            return None if out is ABSENT else Some(out)
        except (ValError, Omit, UseDefault) as error:
            problem = error
        raise public_error(problem, self.title, 'python', self._hide, self._cause)

    def __reduce__(self):
        return type(self), (self._schema, self._config, False)

    def __repr__(self):
        refs = ', '.join(f'{known.node.name}' for known in self._definitions.known.values())
        cache = {True: 'True', False: 'False', 'all': 'True', 'none': 'False', 'keys': "'keys'"}.get(self._cache, 'True')
        return (
            f'SchemaValidator(title={quoted(str(self.title))}, validator={self._node.name}, '
            f'definitions=[{refs}], cache_strings={cache})'
        )


def _state(input_type, strict, extra, context, by_alias, by_name):
    state = State()
    state.input_type = input_type
    if strict is not None:
        state.strict = strict
    if extra is not None:
        state.extra_behavior = _extra(extra)
    if context is not None:
        state.context = context
    if by_alias is not None:
        state.by_alias = by_alias
    if by_name is not None:
        state.by_name = by_name
    return state
