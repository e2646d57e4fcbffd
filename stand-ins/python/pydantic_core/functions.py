"""Validators that call a user's function before, after, around or instead of another."""

from .build import Node, build, builder, from_config, option, required
from .errors import Omit, UseDefault, ValError
from .exceptions import public_error, user_error
from .markers import MODULE, function_name, safe_repr
from .generators import kept_state


class ValidationInfo:
    """What a function with info gets."""

    __module__ = MODULE
    __slots__ = ('config', 'context', 'data', 'field_name', 'mode')

    def __init__(self, config, context, data, field_name, mode):
        self.config = config
        self.context = context
        self.data = data
        self.field_name = field_name
        self.mode = mode

    def __repr__(self):
        return (
            f'ValidationInfo(config={self.config!r}, context={safe_repr(self.context)}, '
            f'data={safe_repr(self.data)}, field_name={safe_repr(self.field_name)})'
        )


def _function(schema):
    """(function, whether it takes info, name of its field)."""
    info = required(schema, 'function', dict)
    return required(info, 'function'), required(info, 'type', str) == 'with-info', option(info, 'field_name', str)


def _info(state, config, own_name):
    name = state.field_name
    return ValidationInfo(
        config, state.context, state.data, own_name if name is None else name, state.input_type
    )


def _caller(function, with_info, own_name, config):
    """(value, input, state) -> what the function gives, its exceptions as errors about `input`."""

    def call(value, input, state):
        try:
            if with_info:
                return function(value, _info(state, config, own_name))
            return function(value)
        except Exception as error:
            raised = user_error(error, input)
            if raised is error:
                raise
        raise raised

    return call


@builder('function-before')
def build_before(schema, config, definitions):
    inner = build(required(schema, 'schema'), config, definitions)
    function, with_info, own_name = _function(schema)
    call = _caller(function, with_info, own_name, config)

    def make(mode):
        then = inner.fn('py')

        def validate(value, state):
            return then(call(value, value, state), state)

        return validate

    def assign(obj, field_name, field_value, state):
        return inner.validate_assignment(call(obj, obj, state), field_name, field_value, state)

    return Node('function-before', f'function-before[{function_name(function)}(), {inner.name}]', make, assign=assign)


@builder('function-after')
def build_after(schema, config, definitions):
    inner = build(required(schema, 'schema'), config, definitions)
    function, with_info, own_name = _function(schema)
    call = _caller(function, with_info, own_name, config)

    def make(mode):
        first = inner.fn(mode)

        def validate(value, state):
            return call(first(value, state), value, state)

        return validate

    def assign(obj, field_name, field_value, state):
        return call(inner.validate_assignment(obj, field_name, field_value, state), obj, state)

    return Node('function-after', f'function-after[{function_name(function)}(), {inner.name}]', make, assign=assign)


@builder('function-plain')
def build_plain(schema, config, definitions):
    function, with_info, own_name = _function(schema)
    call = _caller(function, with_info, own_name, config)

    def make(mode):
        def validate(value, state):
            return call(value, value, state)

        return validate

    return Node('function-plain', f'function-plain[{function_name(function)}()]', make)


class _Handler:
    """What a wrap function calls to go on."""

    __module__ = MODULE

    def __init__(self, node, state, hide, cause, run):
        self._parts = (node, state, hide, cause, run)

    def __call__(self, input_value, outer_location=None):
        _, state, hide, cause, run = self._parts
        try:
            return run(input_value, state)
        except (ValError, Omit, UseDefault) as error:
            problem = error
        raise public_error(problem, type(self).__name__, 'python', hide, cause, outer_location)

    def __repr__(self):
        return f'{type(self).__name__}({self._parts[0].name})'


class ValidatorCallable(_Handler):
    __module__ = MODULE


class AssignmentValidatorCallable(_Handler):
    __module__ = MODULE


@builder('function-wrap')
def build_wrap(schema, config, definitions):
    inner = build(required(schema, 'schema'), config, definitions)
    function, with_info, own_name = _function(schema)
    hide = from_config(config, 'hide_input_in_errors', bool, False)
    cause = from_config(config, 'validation_error_cause', bool, False)

    def call(value, handler, input, state):
        try:
            if with_info:
                return function(value, handler, _info(state, config, own_name))
            return function(value, handler)
        except Exception as error:
            raised = user_error(error, input)
            if raised is error:
                raise
        raise raised

    def make(mode):
        def validate(value, state):
            kept = kept_state(state)
            handler = ValidatorCallable(inner, kept, hide, cause, inner.fn('py'))
            try:
                return call(value, handler, value, state)
            finally:
                state.exactness = kept.exactness
                state.fields_set_count = kept.fields_set_count

        return validate

    def assign(obj, field_name, field_value, state):
        kept = kept_state(state)
        kept.field_name = field_name

        def run(value, kept):
            return inner.validate_assignment(value, field_name, field_value, kept)

        handler = AssignmentValidatorCallable(inner, kept, hide, cause, run)
        return call(obj, handler, obj, state)

    return Node('function-wrap', f'function-wrap[{function_name(function)}()]', make, assign=assign)
