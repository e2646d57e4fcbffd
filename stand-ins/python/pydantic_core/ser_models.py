"""Serializers of models, dataclasses, typed dicts and their fields."""

from .build import either, extra_behavior, from_config, option, required
from .exceptions import SchemaError
from .infer import call_serializer, infer, infer_key, infer_key_known, pydantic_serializer
from .markers import ABSENT, missing_sentinel
from .ser_build import ANY, SerNode, no_key, ser_build, ser_builder
from .ser_filter import PLAIN
from .ser_state import LAX, NONE, STRICT, PydanticSerializationUnexpectedValue


class _Field:
    __slots__ = ('name', 'alias', 'node', 'required', 'exclude_if')


def _field(name, info, required_, config, definitions, label):
    field = _Field()
    field.name = name
    field.required = required_
    field.alias = field.node = field.exclude_if = None
    if info.get('serialization_exclude') is True:
        return field
    field.alias = option(info, 'serialization_alias', str)
    field.exclude_if = info.get('serialization_exclude_if')
    try:
        field.node = ser_build(required(info, 'schema'), config, definitions)
    except Exception as error:
        text = f'Field `{label}`:\n  {type(error).__name__}: {error}'
    else:
        return field
    raise SchemaError(text)


class _Computed:
    __slots__ = ('name', 'alias', 'node', 'exclude_if')


def _computed_fields(schema, config, definitions):
    out = []
    for info in option(schema, 'computed_fields', list) or ():
        field = _Computed()
        field.name = required(info, 'property_name', str)
        try:
            field.node = ser_build(required(info, 'return_schema'), config, definitions)
        except Exception as error:
            text = f'Computed field `{field.name}`:\n  {type(error).__name__}: {error}'
        else:
            field.alias = option(info, 'alias', str) or field.name
            field.exclude_if = info.get('serialization_exclude_if')
            out.append(field)
            continue
        raise SchemaError(text)
    return out


def _make_fields(fields, kind, extras, computed, own_alias):
    """The node of a model's, dataclass's or typed dict's fields.

    `kind`: 'plain', 'extra' (a pair of dicts comes in) or 'typed-dict-allow' (extras in the dict itself).
    """
    by_name = {field.name: field for field in fields}
    required_count = sum(field.required for field in fields)

    def write(model, pairs, extra_pairs, state):
        include, exclude = state.include, state.exclude
        filtered = include is not None or exclude is not None
        missing = missing_sentinel()
        use_alias = state.by_alias
        if use_alias is None:
            use_alias = bool(own_alias)
        as_any = state.as_any
        exclude_none = state.exclude_none
        exclude_defaults = state.exclude_defaults
        old_name = state.field_name
        out = {}
        used = 0
        extra_node = ANY if extras is None or as_any else extras
        try:
            for key, value in pairs:
                field = by_name.get(key)
                if field is None:
                    if kind == 'typed-dict-allow':
                        state.field_name = key
                        write_extra(key, value, state, include, exclude, filtered, missing, extra_node, out)
                        state.field_name = old_name
                    elif state.check == STRICT:
                        raise PydanticSerializationUnexpectedValue(
                            f'Unexpected field `{key}`', key, type(model).__name__, None
                        )
                    continue
                used += field.required
                node = field.node
                if node is None:
                    continue
                if filtered:
                    step = PLAIN.step(key, include, exclude)
                    if step is None:
                        continue
                    state.include, state.exclude = step
                if value is missing or (exclude_none and value is None):
                    continue
                if field.exclude_if is not None and field.exclude_if(value):
                    continue
                if exclude_defaults and node.default is not None:
                    default = node.default()
                    if default is not ABSENT and value == default:
                        continue
                name = field.alias if use_alias and field.alias is not None else key
                if type(value) is node.exact:
                    out[name] = value
                    continue
                state.field_name = key
                if as_any and not node.is_field:
                    out[name] = infer(value, state)
                else:
                    out[name] = node.run(value, state)
            state.include, state.exclude, state.field_name = include, exclude, old_name
            if state.check and required_count > used:
                raise PydanticSerializationUnexpectedValue(
                    f'Expected {required_count} fields but got {used}', state.field_name, type(model).__name__, model
                )
            for key, value in extra_pairs:
                write_extra(key, value, state, include, exclude, filtered, missing, extra_node, out)
            if computed and not (state.round_trip or state.exclude_computed):
                for field in computed:
                    state.include, state.exclude = include, exclude
                    step = PLAIN.step(field.name, include, exclude)
                    if step is None:
                        continue
                    value = getattr(model, field.name)
                    if value is missing or (exclude_none and value is None):
                        continue
                    if field.exclude_if is not None and field.exclude_if(value):
                        continue
                    state.field_name = field.name
                    state.include, state.exclude = step
                    out[field.alias if use_alias else field.name] = field.node.run(value, state)
        finally:
            state.include, state.exclude, state.field_name = include, exclude, old_name
        return out

    def write_extra(key, value, state, include, exclude, filtered, missing, node, out):
        if filtered:
            step = PLAIN.step(key, include, exclude)
            if step is None:
                return
            state.include, state.exclude = step
        try:
            if value is missing or (state.exclude_none and value is None):
                return
            if not isinstance(key, str):
                raise TypeError(f"'{type(key).__name__}' object is not an instance of 'str'")
            out[key] = node.run(value, state)
        finally:
            state.include, state.exclude = include, exclude

    def run(value, state):
        extra = ()
        if kind == 'extra':
            good = isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], dict)
            if good:
                value, extra = value
                extra = list(extra.items()) if extra else ()
        else:
            good = isinstance(value, dict)
        if not good:
            state.warn_fallback('general-fields', value)
            return infer(value, state)
        model = state.model
        if model is None:
            raise PydanticSerializationUnexpectedValue('No model found for fields serialization')
        return write(model, list(value.items()), extra, state)

    return SerNode('fields', 'general-fields', run, no_key('fields', 'general-fields'), more=write)


def _has_extra(schema, config):
    return extra_behavior(schema, config, 'ignore') == 'allow'


def _extras(schema, config, definitions, allowed):
    if 'extras_schema' not in schema:
        return None
    if not allowed:
        raise SchemaError('extras_schema can only be used if extra_behavior=allow')
    return ser_build(schema['extras_schema'], config, definitions)


@ser_builder('model-fields')
def build_model_fields(schema, config, definitions):
    extra = _has_extra(schema, config)
    extras = _extras(schema, config, definitions, extra)
    fields = [
        _field(name, info, True, config, definitions, name)
        for name, info in required(schema, 'fields', dict).items()
    ]
    return _make_fields(
        fields, 'extra' if extra else 'plain', extras, _computed_fields(schema, config, definitions),
        from_config(config, 'serialize_by_alias'),
    )


@ser_builder('dataclass-args')
def build_dataclass_args(schema, config, definitions):
    extra = _has_extra(schema, config)
    fields = []
    for index, info in enumerate(required(schema, 'fields', list)):
        if not option(info, 'init_only', bool, False):
            fields.append(_field(required(info, 'name', str), info, True, config, definitions, index))
    return _make_fields(
        fields, 'typed-dict-allow' if extra else 'plain', None, _computed_fields(schema, config, definitions),
        from_config(config, 'serialize_by_alias'),
    )


@ser_builder('typed-dict')
def build_typed_dict(schema, config, definitions):
    total = either(schema, config, 'total', 'typed_dict_total', bool, True)
    extra = _has_extra(schema, config)
    extras = _extras(schema, config, definitions, extra)
    fields = [
        _field(name, info, option(info, 'required', bool, total), config, definitions, name)
        for name, info in required(schema, 'fields', dict).items()
    ]
    inner = _make_fields(
        fields, 'typed-dict-allow' if extra else 'plain', extras, _computed_fields(schema, config, definitions),
        from_config(config, 'serialize_by_alias'),
    )

    def run(value, state):
        old = state.model
        state.model = value
        try:
            return inner.run(value, state)
        finally:
            state.model = old

    return SerNode('typed-dict', 'typed-dict', run, no_key('typed-dict', 'typed-dict'))


@ser_builder('model')
def build_model(schema, _config, definitions):
    config = option(schema, 'config', dict)
    cls = required(schema, 'cls', type)
    inner = ser_build(required(schema, 'schema'), config, definitions)
    root_model = option(schema, 'root_model', bool, False)
    extra = _has_extra(schema, config)
    name = cls.__name__
    write = inner.more if inner.kind == 'fields' else None

    def other(value, state):
        state.warn_fallback(name, value)
        return infer(value, state)

    def run_root(value, state):
        if not (type(value) is cls if state.check == STRICT else isinstance(value, cls)):
            return other(value, state)
        node = inner if inner.is_field or not state.as_any else ANY
        old_name, old_model = state.field_name, state.model
        state.field_name, state.model = 'root', value
        try:
            return node.run(value.root, state)
        finally:
            state.field_name, state.model = old_name, old_model

    def run(value, state):
        check = state.check
        if check == NONE:
            try:
                data = value.__dict__
            except AttributeError:
                return other(value, state)
        elif type(value) is cls if check == STRICT else isinstance(value, cls):
            data = value.__dict__
        else:
            return other(value, state)
        if not isinstance(data, dict):
            raise TypeError(f"'{type(data).__name__}' object is not an instance of 'dict'")
        if state.exclude_unset:
            given = value.__pydantic_fields_set__
            missing = missing_sentinel()
            data = {key: one if key in given else missing for key, one in data.items()}
        old = state.model
        state.model = value
        try:
            if write is not None:
                more = value.__pydantic_extra__ if extra else None
                return write(value, list(data.items()), list(more.items()) if more else (), state)
            return inner.run((data, value.__pydantic_extra__) if extra else data, state)
        finally:
            state.model = old

    def key(value, state):
        check = state.check
        good = type(value) is cls if check == STRICT else (
            isinstance(value, cls) if check == LAX else hasattr(value, '__dict__')
        )
        if good:
            return infer_key_known('pydantic', value, state)
        state.warn_fallback(name, value)
        return infer_key(value, state)

    return SerNode('model', name, run_root if root_model else run, key, lax=True)


@ser_builder('dataclass')
def build_dataclass(schema, _config, definitions):
    config = option(schema, 'config', dict)
    cls = required(schema, 'cls', type)
    inner = ser_build(required(schema, 'schema'), config, definitions)
    fields = required(schema, 'fields', list)
    name = cls.__name__
    write = inner.more if inner.kind == 'fields' else None

    def allowed(value, state):
        check = state.check
        if check == STRICT:
            return type(value) is cls
        return isinstance(value, cls) if check == LAX else hasattr(value, '__dataclass_fields__')

    def run(value, state):
        if not allowed(value, state):
            state.warn_fallback(name, value)
            return infer(value, state)
        old = state.model
        state.model = value
        try:
            pairs = [(field, getattr(value, field)) for field in fields]
            if write is not None:
                return write(value, pairs, (), state)
            return inner.run(dict(pairs), state)
        finally:
            state.model = old

    def key(value, state):
        if allowed(value, state):
            return infer_key_known('dataclass', value, state)
        state.warn_fallback(name, value)
        return infer_key(value, state)

    return SerNode('dataclass', name, run, key, lax=True)


@ser_builder('polymorphism')
def polymorphism(schema, inner):
    """Hands instances of subclasses to their own serializers, where that is asked for."""
    cls = required(schema, 'cls', type)
    config = option(schema, 'config', dict)
    own = from_config(config, 'polymorphic_serialization', bool, False)
    plain = inner.run

    def run(value, state):
        wanted = state.polymorphic
        if wanted is None:
            wanted = own
        if wanted and state.check != STRICT and type(value) is not cls and isinstance(value, cls):
            serializer = pydantic_serializer(value)
            if serializer is not None:
                return call_serializer(serializer, value, state)
        return plain(value, state)

    return SerNode('polymorphism', inner.label, run, inner.go_key, lax=inner.lax, is_field=False, more=inner)


@ser_builder('prebuilt')
def prebuilt(kind, schema):
    if kind == 'dataclass' and 'generic_origin' in schema:
        return None
    cls = schema.get('cls')
    if not isinstance(cls, type):
        return None
    known = cls.__dict__
    if known.get('__pydantic_complete__') is not True:
        return None
    node = getattr(known.get('__pydantic_serializer__'), '_node', None)
    if not isinstance(node, SerNode):
        return None
    deeper = node.more if node.kind == 'polymorphism' else node
    if deeper.kind == 'function-wrap':
        return None
    return SerNode('prebuilt', node.label, node.run, node.key, lax=node.lax)
