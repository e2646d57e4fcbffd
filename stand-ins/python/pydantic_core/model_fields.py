"""The validator of the fields of models, and what dataclasses and typed dicts share with it."""

import types
from collections.abc import Mapping

from .build import Node, build, builder, either, extra_behavior, from_config, is_strict, option, required
from .errors import LineError, Omit, UseDefault, ValError, loc_item
from .exceptions import SchemaError
from .lookup import Paths
from .mappings import mapping_items
from .markers import ABSENT
from .state import lookup_type
from .strings_mode import string_items


def _error(type, input):
    return ValError([LineError(type, input)])


def applicable(obj):
    """Whether attributes of `obj` can be meant."""
    module = getattr(type(obj), '__module__', None)
    return isinstance(module, str) and module not in ('builtins', 'datetime', 'collections')


def attributes_of(obj):
    """(name, value) of public attributes that are data."""
    out = []
    for name in dir(obj):
        if not name.startswith('_'):
            try:
                value = getattr(obj, name)
            except Exception:
                continue
            if hasattr(value, '__self__') and not isinstance(value, types.FunctionType) or True:
                if isinstance(value, (types.FunctionType, types.MethodType, types.BuiltinMethodType)):
                    continue
                out.append((name, value))
    return out


def field_source(value, strict, from_attributes, mode):
    """(get, items): a function from a Path to a value or ABSENT, and one for all pairs (None by attributes)."""
    if mode == 'json':
        if type(value) is dict:
            return (lambda path: path.of_json(value)), value.items
        raise _error('dict_type', value)
    if mode == 'str':
        if isinstance(value, dict):
            return (lambda path: path.of_strings(value)), lambda: string_items(value)
        raise _error('dict_type', value)
    if isinstance(value, dict) and (from_attributes or type(value) is dict):
        return (lambda path: path.of_dict(value)), value.items
    if isinstance(value, dict) or (not strict and isinstance(value, Mapping)):
        return (lambda path: path.of_mapping(value)), lambda: mapping_items(value)
    if from_attributes:
        if applicable(value):
            return (lambda path: path.of_object(value)), None
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], dict):
            obj, kwargs = value
            if applicable(obj):
                return (lambda path: path.of_object(obj, kwargs)), None
        raise _error('model_attributes_type', value)
    raise _error('dict_type', value)


class Field:
    __slots__ = ('name', 'paths', 'node', 'frozen', 'required')

    def __init__(self, name, paths, node, frozen=False, required=False):
        self.name = name
        self.paths = paths
        self.node = node
        self.frozen = frozen
        self.required = required


def build_field_node(schema, config, definitions, start):
    """The validator of a field; what is wrong is told with `start` before it."""
    try:
        return build(required(schema, 'schema'), config, definitions)
    except Exception as error:
        text = f'{start}\n  {type(error).__name__}: {error}'
    raise SchemaError(text)


def extras_node(schema, config, definitions, behavior, key):
    if key not in schema:
        return None
    if behavior != 'allow':
        raise SchemaError(f'{key} can only be used if extra_behavior=allow')
    return build(schema[key], config, definitions)


@builder('model-fields')
def build_model_fields(schema, config, definitions):
    own_strict = is_strict(schema, config)
    own_attributes = either(schema, config, 'from_attributes', None, bool, False)
    own_extra = extra_behavior(schema, config, 'ignore')
    extras = extras_node(schema, config, definitions, own_extra, 'extras_schema')
    extras_keys = extras_node(schema, config, definitions, own_extra, 'extras_keys_schema')
    model_name = option(schema, 'model_name', str, 'Model')
    fields = []
    for name, info in required(schema, 'fields', dict).items():
        node = build_field_node(info, config, definitions, f'Field "{name}":')
        paths = Paths(name, option(info, 'validation_alias'))
        fields.append(Field(name, paths, node, option(info, 'frozen', bool, False)))
    by_name = {field.name: field for field in fields}
    loc_by_alias = from_config(config, 'loc_by_alias', bool, True)
    by_alias_option = from_config(config, 'validate_by_alias')
    by_name_option = from_config(config, 'validate_by_name')

    def make_fields(mode):
        """(input, state) -> (dict of the fields, dict of extras or None, set of the fields that were given)."""
        # For each way of looking: (name, key or None, exact type, function, field) of every field.
        plans = {}
        for kind in (1, 2, 3):
            plan = []
            for field in fields:
                paths = field.paths.by[kind]
                simple = paths[0].first if len(paths) == 1 and not paths[0].rest else None
                exact = field.node.exact if mode == 'py' else None
                plan.append((field.name, simple, exact, field.node.fn(mode), field))
            plans[kind] = plan
        usual = lookup_type(_NoSettings, by_alias_option, by_name_option) if by_alias_option is not False or by_name_option else None
        keys = None
        if usual is not None and all(part[1] is not None for part in plans[usual]):
            keys = frozenset(part[1] for part in plans[usual])

        def validate(value, state):
            state.allow_partial = 0
            if state.by_alias is None and state.by_name is None and usual is not None:
                kind = usual
            else:
                kind = lookup_type(state, by_alias_option, by_name_option)
            extra = state.extra_behavior or own_extra
            get = items = None
            quick = type(value) is dict and mode != 'str'
            if not quick:
                strict = state.strict
                attributes = state.from_attributes
                try:
                    get, items = field_source(
                        value,
                        own_strict if strict is None else strict,
                        own_attributes if attributes is None else attributes,
                        mode,
                    )
                except ValError as error:
                    for line in error.errors:
                        if line.type == 'dict_type':
                            line.type = 'model_type'
                            line.fields = {'class_name': model_name}
                    raise
            out = {}
            given = set()
            errors = None
            old_data, old_error, old_name = state.data, state.has_field_error, state.field_name
            state.data = out
            if old_error:
                state.has_field_error = False
            used = None
            if extra != 'ignore' and (quick or items is not None) and (kind != usual or keys is None or not quick):
                used = set()
            try:
                for name, key, exact, function, field in plans[kind]:
                    if quick and key is not None:
                        one = value.get(key, ABSENT)
                        if one is not ABSENT:
                            if type(one) is exact:
                                out[name] = one
                                given.add(name)
                                if used is not None:
                                    used.add(key)
                                continue
                            path = None
                        if used is not None and one is not ABSENT:
                            used.add(key)
                    else:
                        one = ABSENT
                        try:
                            for path in field.paths.by[kind]:
                                one = path.of_json(value) if mode == 'json' else path.of_dict(value) if quick else get(path)
                                if one is not ABSENT:
                                    if used is not None:
                                        used.add(path.first)
                                    break
                        except ValError as error:
                            if used is not None:
                                used.add(path.first)
                            errors = _more(errors, error.errors, name)
                            continue
                    state.field_name = name
                    if one is not ABSENT:
                        try:
                            out[name] = function(one, state)
                            given.add(name)
                            continue
                        except ValError as error:
                            state.has_field_error = True
                            if errors is None:
                                errors = []
                            (path or field.paths.by[kind][0]).put(error.errors, loc_by_alias, name)
                            errors.extend(error.errors)
                            continue
                        except Omit:
                            state.has_field_error = True
                            continue
                        except UseDefault:
                            pass
                    default = field.node.default
                    if default is None:
                        result = ABSENT
                    else:
                        try:
                            result = default(name, state)
                        except Omit:
                            continue
                        except ValError as error:
                            state.has_field_error = True
                            if errors is None:
                                errors = []
                            errors.extend(error.errors)
                            continue
                    if result is ABSENT:
                        state.has_field_error = True
                        if errors is None:
                            errors = []
                        errors.append(LineError('missing', value, None, None, field.paths.missing_loc(kind, loc_by_alias)))
                    else:
                        out[name] = result
                count = len(given)
                state.field_name = old_name
                extra_out = None
                if extra != 'ignore':
                    if extra == 'allow':
                        extra_out = {}
                    if quick:
                        known = keys if used is None else used
                        if len(value) > count or used is not None or errors:
                            errors = check_extra(value.items(), known, extra, extra_out, given, errors, state)
                    elif items is not None:
                        errors = check_extra(items(), used, extra, extra_out, given, errors, state)
            finally:
                state.data, state.has_field_error, state.field_name = old_data, old_error, old_name
            if errors:
                raise ValError(errors)
            state.fields_set_count = (state.fields_set_count or 0) + count
            return out, extra_out, given

        extra_value = None if extras is None else extras.fn(mode)
        extra_key = None if extras_keys is None else extras_keys.fn(mode)

        def check_extra(pairs, known, extra, extra_out, given, errors, state):
            for key, one in pairs:
                if type(key) is not str and not isinstance(key, str):
                    errors = _more(errors, [LineError('invalid_key', key)], loc_item(key))
                    continue
                if key in known:
                    continue
                if extra == 'forbid':
                    errors = _more(errors, [LineError('extra_forbidden', one)], str(key))
                    continue
                good = True
                out_key = key
                if extra_key is not None:
                    try:
                        out_key = extra_key(key, state)
                        if not isinstance(out_key, str):
                            raise TypeError(f'Extra keys must be strings, got `{type(out_key).__qualname__}`')
                    except ValError as error:
                        errors = _more(errors, error.errors, str(key))
                        good = False
                if extra_value is not None:
                    try:
                        one = extra_value(one, state)
                    except ValError as error:
                        errors = _more(errors, error.errors, str(key))
                        continue
                if good:
                    extra_out[out_key] = one
                    given.add(out_key)
            return errors

        return validate

    def assign(obj, field_name, field_value, state):
        if not isinstance(obj, dict):
            raise TypeError(f"'{type(obj).__name__}' object is not an instance of 'dict'")
        extra = state.extra_behavior or own_extra
        rest = dict(obj)
        rest.pop(field_name, None)
        old_data, old_name = state.data, state.field_name
        state.data = rest
        try:
            field = by_name.get(field_name)
            if field is not None:
                if field.frozen:
                    raise ValError([LineError('frozen_field', field_value, None, None, [field_name])])
                state.field_name = field_name
                try:
                    obj[field_name] = field.node.fn('py')(field_value, state)
                except ValError as error:
                    raise error.at(field_name)
            elif extra == 'allow':
                if extras is None:
                    obj[field_name] = field_value
                else:
                    try:
                        obj[field_name] = extras.fn('py')(field_value, state)
                    except ValError as error:
                        raise error.at(field_name)
            else:
                raise ValError(
                    [LineError('no_such_attribute', field_value, {'attribute': field_name}, None, [field_name])]
                )
        finally:
            state.data, state.field_name = old_data, old_name
        new_extra = None
        if extra == 'allow':
            kept = {}
            for field in fields:
                if field.name in obj:
                    kept[field.name] = obj.pop(field.name)
            new_extra = dict(obj)
            obj.clear()
            obj.update(kept)
        return obj, new_extra, {field_name}

    return Node('model-fields', 'model-fields', make_fields, assign=assign)


class _NoSettings:
    by_alias = by_name = None


def _more(errors, lines, place):
    for line in lines:
        line.loc.append(place)
    if errors is None:
        return list(lines)
    errors.extend(lines)
    return errors
