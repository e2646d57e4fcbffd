"""Validators around others: nullable, default, chain, lax-or-strict, json-or-python, custom-error, json, definitions."""

import copy

from .build import Node, build, builder, either, is_strict, option, required
from .errors import LineError, Omit, UseDefault, ValError, fail
from .exceptions import PydanticCustomError, PydanticKnownError, SchemaError
from .error_types import ERROR_TYPES
from .json_read import json_bytes, parse
from .markers import ABSENT, PydanticUndefined
from .state import DEPTH_LIMIT, LAX
from .text import checked_unicode


@builder('nullable')
def build_nullable(schema, config, definitions):
    inner = build(required(schema, 'schema'), config, definitions)

    def make(mode):
        deeper = inner.fn(mode)
        if mode == 'str':
            return deeper

        def validate(value, state):
            return None if value is None else deeper(value, state)

        return validate

    return Node('nullable', f'nullable[{inner.name}]', make, inner.exact)


@builder('default')
def build_default(schema, config, definitions):
    has_value = 'default' in schema
    has_factory = 'default_factory' in schema
    if has_value and has_factory:
        raise SchemaError("'default' and 'default_factory' cannot be used together")
    value = schema.get('default')
    factory = schema.get('default_factory')
    takes_data = option(schema, 'default_factory_takes_data', bool, False)
    has_default = has_value or has_factory
    on_error = option(schema, 'on_error', str, 'raise')
    if on_error == 'default' and not has_default:
        raise SchemaError("'on_error = default' requires a `default` or `default_factory`")
    inner = build(required(schema, 'schema'), config, definitions)
    check = either(schema, config, 'validate_default', None, bool, False)
    copied = False
    if has_value:
        try:
            hash(value)
        except Exception:
            copied = True

    def default(outer, state):
        if not has_default:
            return ABSENT
        if has_factory:
            if takes_data:
                if state.has_field_error:
                    error = ValError([LineError('default_factory_not_called', PydanticUndefined)])
                    raise error if outer is None else error.at(outer)
                data = state.data
                out = factory({} if data is None else data)
            else:
                out = factory()
        else:
            out = copy.deepcopy(value) if copied else value
        if not check:
            return out
        try:
            return inner.fn('py')(out, state)
        except UseDefault:
            raise
        except Exception as error:
            if on_error == 'omit':
                raise Omit
            if outer is not None and isinstance(error, ValError):
                error.at(outer)
            raise

    def make(mode):
        deeper = inner.fn(mode)

        def validate(value, state):
            if value is PydanticUndefined and mode == 'py':
                return default(None, state)
            try:
                return deeper(value, state)
            except UseDefault:
                out = default(None, state)
                if out is ABSENT:
                    raise
                return out
            except Exception:
                if on_error == 'raise':
                    raise
                if on_error == 'omit':
                    raise Omit
                out = default(None, state)
                if out is ABSENT:
                    raise
                return out

        if on_error == 'raise' and mode != 'py':

            def validate_quick(value, state):
                try:
                    return deeper(value, state)
                except UseDefault:
                    out = default(None, state)
                    if out is ABSENT:
                        raise
                    return out

            return validate_quick
        return validate

    more = {'has_default': has_default, 'omit': on_error == 'omit'}
    return Node('default', f'default[{inner.name}]', make, inner.exact, default, more=more)


@builder('chain')
def build_chain(schema, config, definitions):
    steps = []
    for step in required(schema, 'steps', list):
        node = build(step, config, definitions)
        steps.extend(node.more if node.kind == 'chain' else [node])
    if not steps:
        raise SchemaError('One or more steps are required for a chain validator')
    if len(steps) == 1:
        return steps[0]

    def make(mode):
        first = steps[0].fn(mode)
        rest = [step.fn('py') for step in steps[1:]]

        def validate(value, state):
            value = first(value, state)
            for step in rest:
                value = step(value, state)
            return value

        return validate

    return Node('chain', f'chain[{",".join(step.name for step in steps)}]', make, more=steps)


@builder('lax-or-strict')
def build_lax_or_strict(schema, config, definitions):
    lax = build(required(schema, 'lax_schema'), config, definitions)
    strict_node = build(required(schema, 'strict_schema'), config, definitions)
    own = is_strict(schema, config)

    def make(mode):
        if_lax = lax.fn(mode)
        if_strict = strict_node.fn(mode)

        def validate(value, state):
            strict = state.strict
            if own if strict is None else strict:
                return if_strict(value, state)
            if state.exactness is not None:
                try:
                    return if_strict(value, state)
                except Exception:
                    pass
                state.floor(LAX)
            return if_lax(value, state)

        return validate

    return Node('lax-or-strict', f'lax-or-strict[lax={lax.name},strict={strict_node.name}]', make)


@builder('json-or-python')
def build_json_or_python(schema, config, definitions):
    json = build(required(schema, 'json_schema'), config, definitions)
    python = build(required(schema, 'python_schema'), config, definitions)

    def make(mode):
        def validate(value, state):
            return (python if state.input_type == 'python' else json).fn(mode)(value, state)

        return validate

    return Node('json-or-python', f'json-or-python[json={json.name},python={python.name}]', make)


def custom_error(schema):
    """A function from an input to the schema's own error; None where the schema has none."""
    kind = option(schema, 'custom_error_type', str)
    if kind is None:
        return None
    context = option(schema, 'custom_error_context', dict)
    if kind in ERROR_TYPES:
        if 'custom_error_message' in schema:
            raise SchemaError(
                "custom_error_message should not be provided if 'custom_error_type' matches a known error"
            )
        return PydanticKnownError(kind, context).line
    return PydanticCustomError(kind, required(schema, 'custom_error_message', str), context).line


@builder('custom-error')
def build_custom_error(schema, config, definitions):
    line = custom_error(schema)
    inner = build(required(schema, 'schema'), config, definitions)

    def make(mode):
        deeper = inner.fn(mode)

        def validate(value, state):
            try:
                return deeper(value, state)
            except Exception:
                pass
            raise ValError([line(value)])

        return validate

    return Node('custom-error', f'custom-error[{inner.name}]', make)


@builder('json')
def build_json(schema, config, definitions):
    inner = build(schema['schema'], config, definitions) if 'schema' in schema else None
    if inner is not None and inner.kind == 'any':
        inner = None

    def make(mode):
        deeper = None if inner is None else inner.fn('json')

        def validate(value, state):
            if isinstance(value, str) and not value.isascii():
                checked_unicode(str.__str__(value), value)
            data = json_bytes(value, mode)
            if data is None:
                raise ValError([LineError('json_type', value)])
            if mode == 'py':
                if not isinstance(value, bytes):
                    state.floor(LAX)
            else:
                state.floor(1)
            parsed, problem = parse(data, True, state.allow_partial)
            if problem is not None:
                raise fail('json_invalid', value, error=problem)
            if deeper is None:
                return parsed
            old = state.input_type
            state.input_type = 'json'
            try:
                return deeper(parsed, state)
            finally:
                state.input_type = old

        return validate

    return Node('json', f'json[{"any" if inner is None else inner.name}]', make)


@builder('definitions')
def build_definitions(schema, config, definitions):
    for one in required(schema, 'definitions', list):
        ref = required(one, 'ref', str)
        definitions.add(ref, build(one, config, definitions))
    return build(required(schema, 'schema'), config, definitions)


@builder('definition-ref')
def build_definition_ref(schema, config, definitions):
    definition = definitions.get(required(schema, 'schema_ref', str))
    mark = id(definition)

    def guarded(run, value, state):
        key = (id(value), mark)
        active = state.active
        if active is None:
            active = state.active = set()
        elif key in active:
            raise ValError([LineError('recursion_loop', value)])
        active.add(key)
        if state.depth >= DEPTH_LIMIT:
            raise ValError([LineError('recursion_depth_exceeded', value)])
        state.depth += 1
        try:
            return run(value, state)
        except RecursionError:
            problem = ValError([LineError('recursion_depth_exceeded', value)])
        finally:
            state.depth -= 1
            active.discard(key)
        raise problem

    def make(mode):
        def validate(value, state):
            state.allow_partial = 0
            run = definition.node.fn(mode)
            if mode == 'json' or (mode == 'str' and isinstance(value, str)):
                return run(value, state)
            return guarded(run, value, state)

        return validate

    def default(outer, state):
        inner = definition.node.default
        return ABSENT if inner is None else inner(outer, state)

    def assign(obj, field_name, field_value, state):
        def run(value, state):
            return definition.node.validate_assignment(value, field_name, field_value, state)

        return guarded(run, obj, state)

    return Node('definition-ref', definition.name, make, None, default, assign)
