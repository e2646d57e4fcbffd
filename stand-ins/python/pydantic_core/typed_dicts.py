"""The validator of typed dicts."""

from .build import Node, builder, either, extra_behavior, from_config, is_strict, option, required
from .errors import LineError, Omit, ValError, loc_item
from .exceptions import SchemaError
from .lookup import Paths
from .mappings import pairs_of, read_dict
from .markers import ABSENT
from .model_fields import Field, build_field_node, extras_node, _more
from .state import lookup_type


@builder('typed-dict')
def build_typed_dict(schema, _config, definitions):
    config = option(schema, 'config', dict)
    own_strict = is_strict(schema, config)
    total = either(schema, config, 'total', 'typed_dict_total', bool, True)
    own_extra = extra_behavior(schema, config, 'ignore')
    extras = extras_node(schema, config, definitions, own_extra, 'extras_schema')
    name = schema.get('cls_name')
    if not isinstance(name, str):
        cls = schema.get('cls')
        name = cls.__name__ if isinstance(cls, type) else None
    fields = []
    for field_name, info in required(schema, 'fields', dict).items():
        node = build_field_node(info, config, definitions, f'Field "{field_name}":')
        needed = option(info, 'required', bool)
        more = node.more if node.kind == 'default' else None
        if needed and more is not None and more['has_default']:
            raise SchemaError(f"Field '{field_name}': a required field cannot have a default value")
        if needed is None:
            needed = total
        if needed and more is not None and more['omit']:
            raise SchemaError(f"Field '{field_name}': 'on_error = omit' cannot be set for required fields")
        fields.append(Field(field_name, Paths(field_name, option(info, 'validation_alias')), node, False, needed))
    names = frozenset(field.name for field in fields)
    loc_by_alias = from_config(config, 'loc_by_alias', bool, True)
    by_alias_option = from_config(config, 'validate_by_alias')
    by_name_option = from_config(config, 'validate_by_name')

    def make(mode):
        functions = [(field, field.node.fn(mode)) for field in fields]
        extra_value = None if extras is None else extras.fn(mode)

        def validate(value, state):
            strict = state.strict
            mapping = read_dict(value, own_strict if strict is None else strict, mode)
            extra = state.extra_behavior or own_extra
            kind = lookup_type(state, by_alias_option, by_name_option)
            out = {}
            errors = []
            partial = state.allow_partial
            last_key = ABSENT
            if partial:
                try:
                    all_keys = list(mapping.keys())
                except Exception:
                    all_keys = []
                if all_keys:
                    last_key = loc_item(all_keys[-1])
            used = None if extra == 'ignore' else set()
            old_data, old_error, old_name = state.data, state.has_field_error, state.field_name
            state.data, state.has_field_error = out, False
            count = 0
            if mode == 'json':
                def get(path):
                    return path.of_json(mapping)
            elif mode == 'str':
                def get(path):
                    return path.of_strings(mapping)
            elif type(mapping) is dict:
                def get(path):
                    return path.of_dict(mapping)
            else:
                def get(path):
                    return path.of_mapping(mapping)
            try:
                for field, function in functions:
                    one = ABSENT
                    try:
                        for path in field.paths.by[kind]:
                            one = get(path)
                            if one is not ABSENT:
                                break
                    except ValError as error:
                        if last_key == field.name:
                            errors.extend(error.at(field.name).errors)
                        continue
                    if one is not ABSENT:
                        if used is not None:
                            used.add(path.first)
                        is_last = last_key is not ABSENT and path.first == last_key
                        if partial:
                            state.allow_partial = partial if is_last else 0
                        state.field_name = field.name
                        try:
                            out[field.name] = function(one, state)
                            count += 1
                        except ValError as error:
                            state.has_field_error = True
                            if not is_last or field.required:
                                path.put(error.errors, loc_by_alias, field.name)
                                errors.extend(error.errors)
                        except Omit:
                            state.has_field_error = True
                        state.field_name = old_name
                        continue
                    default = field.node.default
                    try:
                        result = ABSENT if default is None else default(field.name, state)
                    except Omit:
                        continue
                    except ValError as error:
                        state.has_field_error = True
                        errors.extend(error.errors)
                        continue
                    if result is not ABSENT:
                        out[field.name] = result
                    else:
                        state.has_field_error = True
                        if field.required:
                            errors.append(
                                LineError('missing', value, None, None, field.paths.missing_loc(kind, loc_by_alias))
                            )
                state.add_fields_set(count)
                state.data, state.has_field_error, state.field_name = old_data, old_error, old_name
                if used is not None:
                    check_extra(mapping, used, extra, out, errors, state, partial, last_key)
            finally:
                state.allow_partial = partial
                state.data, state.has_field_error, state.field_name = old_data, old_error, old_name
            if errors:
                raise ValError(errors)
            return out

        def check_extra(mapping, used, extra, out, errors, state, partial, last_key):
            for key, one in pairs_of(mapping, mode):
                if not isinstance(key, str):
                    _more(errors, [LineError('invalid_key', key)], loc_item(key))
                    continue
                if key in used:
                    continue
                if extra == 'forbid':
                    errors.append(LineError('extra_forbidden', one, None, None, [str(key)]))
                elif key not in names:
                    if extra_value is None:
                        out[key] = one
                        continue
                    is_last = last_key is not ABSENT and key == last_key
                    if partial:
                        state.allow_partial = partial if is_last else 0
                    try:
                        out[key] = extra_value(one, state)
                    except ValError as error:
                        if not is_last:
                            errors.extend(error.at(str(key)).errors)

        return validate

    return Node('typed-dict', name or 'typed-dict', make)


