"""The validator of models."""

from .build import Node, build, builder, either, option, required
from .errors import LineError, ValError
from .exceptions import SchemaError, user_error
from .markers import PydanticUndefined
from .model_fields import _error
from .state import STRICT


_put = object.__setattr__


def revalidation(schema, config):
    value = either(schema, config, 'revalidate_instances', None, str, 'never')
    if value not in ('always', 'never', 'subclass-instances'):
        raise SchemaError(f'Invalid revalidate_instances value: {value}')
    return value


def new_instance(cls):
    return cls.__new__(cls)


@builder('model')
def build_model(schema, _config, definitions):
    config = option(schema, 'config', dict)
    cls = required(schema, 'cls', type)
    origin = option(schema, 'generic_origin', type)
    inner = build(required(schema, 'schema'), config, definitions)
    name = cls.__name__
    revalidate = revalidation(schema, config)
    post_init = option(schema, 'post_init', str)
    frozen = option(schema, 'frozen', bool, False)
    custom_init = option(schema, 'custom_init', bool, False)
    root_model = option(schema, 'root_model', bool, False)
    new = cls.__new__

    def call_post_init(instance, input, state):
        try:
            getattr(instance, post_init)(state.context)
        except Exception as error:
            raised = user_error(error, input)
            if raised is error:
                raise
        else:
            return instance
        raise raised

    def fill(instance, parts):
        data, extra, given = parts
        _put(instance, '__dict__', data)
        _put(instance, '__pydantic_extra__', extra)
        _put(instance, '__pydantic_private__', None)
        _put(instance, '__pydantic_fields_set__', given)

    def make(mode):
        fields = inner.fn(mode)

        def root(instance, value, state):
            old = state.field_name
            state.field_name = 'root'
            try:
                out = fields(value, state)
            finally:
                state.field_name = old
            if instance is None:
                instance = new(cls)
            _put(instance, '__pydantic_fields_set__', set() if value is PydanticUndefined else {'root'})
            _put(instance, 'root', out)
            return instance

        def construct(value, given, state):
            if custom_init and isinstance(value, dict):
                try:
                    return cls(**value)
                except Exception as error:
                    raised = user_error(error, value)
                    if raised is error:
                        raise
                raise raised
            if root_model:
                instance = root(None, value, state)
            else:
                parts = fields(value, state)
                instance = new(cls)
                data, extra, new_given = parts
                _put(instance, '__dict__', data)
                _put(instance, '__pydantic_extra__', extra)
                _put(instance, '__pydantic_private__', None)
                _put(instance, '__pydantic_fields_set__', new_given if given is None else given)
            if post_init is not None:
                return call_post_init(instance, value, state)
            return instance

        def validate(value, state):
            instance = state.self_instance
            if instance is not None:
                state.self_instance = None
                try:
                    if root_model:
                        root(instance, value, state)
                    else:
                        fill(instance, fields(value, state))
                finally:
                    state.self_instance = instance
                if post_init is not None:
                    return call_post_init(instance, value, state)
                return instance
            if mode == 'py' and type(value) is not dict:
                forced = False
                if isinstance(value, cls):
                    found = True
                else:
                    found = forced = origin is not None and isinstance(value, origin)
                if found:
                    if not forced and (
                        revalidate == 'never' or (revalidate == 'subclass-instances' and type(value) is cls)
                    ):
                        return value
                    given = value.__pydantic_fields_set__
                    if root_model:
                        return construct(value.root, given, state)
                    data = value.__dict__
                    extra = value.__pydantic_extra__
                    if extra is not None:
                        data = {**data, **extra}
                    return construct(data, given, state)
            exactness = state.exactness
            if exactness is not None and exactness > STRICT:
                state.exactness = STRICT
            return construct(value, None, state)

        return validate

    def assign(model, field_name, field_value, state):
        if frozen:
            raise _error('frozen_instance', field_value)
        if root_model:
            if field_name != 'root':
                raise ValError(
                    [LineError('no_such_attribute', field_value, {'attribute': field_name}, None, [field_name])]
                )
            old = state.field_name
            state.field_name = 'root'
            try:
                out = inner.fn('py')(field_value, state)
            finally:
                state.field_name = old
            _put(model, 'root', out)
            return model
        data = dict(model.__dict__)
        extra = getattr(model, '__pydantic_extra__', None)
        if isinstance(extra, dict):
            data.update(extra)
        data[field_name] = field_value
        new_data, new_extra, new_given = inner.validate_assignment(data, field_name, field_value, state)
        try:
            given = model.__pydantic_fields_set__
        except AttributeError:
            given = None
        if given is not None:
            given.update(new_given)
        _put(model, '__dict__', new_data)
        _put(model, '__pydantic_extra__', new_extra)
        return model

    return Node('model', name, make, assign=assign)


@builder('prebuilt')
def prebuilt_node(kind, schema):
    """The validator that a complete class has already; None where it has none to take."""
    if kind == 'dataclass' and 'generic_origin' in schema:
        return None
    cls = schema.get('cls')
    if not isinstance(cls, type):
        return None
    known = cls.__dict__
    if known.get('__pydantic_complete__') is not True:
        return None
    validator = known.get('__pydantic_validator__')
    node = getattr(validator, '_node', None)
    if node is None:
        validator = getattr(validator, '__pydantic_schema_validator__', None)
        node = getattr(validator, '_node', None)
    if node is None or node.kind in ('function-wrap', 'function-after'):
        return None
    return Node('prebuilt', node.label, node.fn)
