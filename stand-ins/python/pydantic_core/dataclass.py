"""Validators of dataclasses and named tuples."""

from .build import Node, build, builder, extra_behavior, from_config, is_strict, option, required
from .errors import LineError, Omit, ValError, fail, loc_item
from .exceptions import SchemaError, user_error
from .lookup import Paths
from .mappings import pairs_of, read_dict
from .markers import ABSENT, ArgsKwargs, error_text
from .model_fields import _more, build_field_node, extras_node
from .models import revalidation
from .sequences import iterable_of
from .state import STRICT, lookup_type
from .strings_mode import string_items

_put = object.__setattr__


class _Field:
    __slots__ = ('name', 'paths', 'node', 'kw_only', 'init', 'init_only', 'frozen')


@builder('dataclass-args')
def build_dataclass_args(schema, config, definitions):
    own_extra = extra_behavior(schema, config, 'ignore')
    extras = extras_node(schema, config, definitions, own_extra, 'extras_schema')
    fields = []
    positional = 0
    for info in required(schema, 'fields', list):
        field = _Field()
        field.name = name = required(info, 'name', str)
        field.node = build_field_node(info, config, definitions, f"Field '{name}':")
        if field.node.kind == 'default' and field.node.more['omit']:
            raise SchemaError(f'Field `{name}`: omit_on_error cannot be used with arguments')
        field.kw_only = option(info, 'kw_only', bool, True)
        positional += not field.kw_only
        field.paths = Paths(name, option(info, 'validation_alias'))
        field.init = option(info, 'init', bool, True)
        field.init_only = option(info, 'init_only', bool, False)
        field.frozen = option(info, 'frozen', bool, False)
        fields.append(field)
    collect_init_only = option(schema, 'collect_init_only', bool, False)
    dataclass_name = required(schema, 'dataclass_name', str)
    by_name = {field.name: field for field in fields}
    loc_by_alias = from_config(config, 'loc_by_alias', bool, True)
    by_alias_option = from_config(config, 'validate_by_alias')
    by_name_option = from_config(config, 'validate_by_name')

    def make(mode):
        functions = [(field, field.node.fn(mode)) for field in fields]
        extra_value = None if extras is None else extras.fn(mode)

        def read(value):
            if isinstance(value, dict):
                return None, value
            if mode == 'py' and isinstance(value, ArgsKwargs):
                return value.args, value.kwargs
            if mode == 'str':
                raise ValError([LineError('arguments_type', value)])
            raise fail('dataclass_type', value, class_name=dataclass_name)

        def validate(value, state):
            state.allow_partial = 0
            args, kwargs = read(value)
            out = {}
            init_only = [] if collect_init_only else None
            errors = []
            used = set()
            old_data, old_error, old_name = state.data, state.has_field_error, state.field_name
            state.data, state.has_field_error = out, False
            extra = state.extra_behavior or own_extra
            kind = lookup_type(state, by_alias_option, by_name_option)
            count = 0

            def keep(field, result):
                if field.init_only:
                    if init_only is not None:
                        init_only.append(result)
                else:
                    out[field.name] = result

            try:
                for index, (field, function) in enumerate(functions):
                    name = field.name
                    if not field.init:
                        try:
                            result = ABSENT if field.node.default is None else field.node.default(name, state)
                        except Omit:
                            continue
                        except ValError as error:
                            errors.extend(error.errors)
                            continue
                        if result is not ABSENT:
                            keep(field, result)
                            count += 1
                        continue
                    by_position = ABSENT
                    if args is not None and not field.kw_only and index < len(args):
                        by_position = args[index]
                    one = ABSENT
                    if kwargs is not None:
                        for path in field.paths.by[kind]:
                            one = (
                                path.of_json(kwargs) if mode == 'json'
                                else path.of_strings(kwargs) if mode == 'str' else path.of_dict(kwargs)
                            )
                            if one is not ABSENT:
                                used.add(path.first)
                                break
                    state.field_name = name
                    if by_position is not ABSENT and one is not ABSENT:
                        errors.append(LineError('multiple_argument_values', one, None, None, [name]))
                    elif by_position is not ABSENT:
                        try:
                            keep(field, function(by_position, state))
                            count += 1
                        except ValError as error:
                            state.has_field_error = True
                            errors.extend(error.at(index).errors)
                    elif one is not ABSENT:
                        try:
                            keep(field, function(one, state))
                            count += 1
                        except ValError as error:
                            state.has_field_error = True
                            path.put(error.errors, loc_by_alias, name)
                            errors.extend(error.errors)
                    else:
                        default = field.node.default
                        try:
                            result = ABSENT if default is None else default(name, state)
                        except Omit:
                            continue
                        except ValError as error:
                            state.has_field_error = True
                            errors.extend(error.errors)
                            continue
                        if result is ABSENT:
                            state.has_field_error = True
                            errors.append(
                                LineError('missing', value, None, None, field.paths.missing_loc(kind, loc_by_alias))
                            )
                        else:
                            keep(field, result)
                state.field_name = old_name
                if args is not None and len(args) > positional:
                    for index in range(positional, len(args)):
                        errors.append(LineError('unexpected_positional_argument', args[index], None, None, [index]))
                if kwargs is not None and len(kwargs) != len(used):
                    check_extra(kwargs, used, extra, out, errors, state)
            finally:
                state.data, state.has_field_error, state.field_name = old_data, old_error, old_name
            state.add_fields_set(count)
            if errors:
                raise ValError(errors)
            return out, None if init_only is None else tuple(init_only)

        def check_extra(kwargs, used, extra, out, errors, state):
            for key, one in string_items(kwargs) if mode == 'str' else kwargs.items():
                if not isinstance(key, str):
                    _more(errors, [LineError('invalid_key', key)], loc_item(key))
                elif key in used:
                    pass
                elif extra == 'forbid':
                    errors.append(LineError('unexpected_keyword_argument', one, None, None, [str(key)]))
                elif extra == 'allow' and key not in by_name:
                    if extra_value is None:
                        out[key] = one
                    else:
                        try:
                            out[key] = extra_value(one, state)
                        except ValError as error:
                            errors.extend(error.at(str(key)).errors)

        return validate

    def assign(obj, field_name, field_value, state):
        field = by_name.get(field_name)
        if field is None:
            if (state.extra_behavior or own_extra) == 'allow':
                obj[field_name] = field_value
                return obj, None
            raise ValError(
                [LineError('no_such_attribute', field_value, {'attribute': field_name}, None, [field_name])]
            )
        if field.frozen:
            raise ValError([LineError('frozen_field', field_value, None, None, [field_name])])
        rest = dict(obj)
        rest.pop(field_name, None)
        old_data, old_name = state.data, state.field_name
        state.data, state.field_name = rest, field_name
        try:
            obj[field_name] = field.node.fn('py')(field_value, state)
        except ValError as error:
            raise error.at(field_name)
        finally:
            state.data, state.field_name = old_data, old_name
        return obj, None

    return Node('dataclass-args', f'dataclass-args[{dataclass_name}]', make, assign=assign)


@builder('dataclass')
def build_dataclass(schema, _config, definitions):
    config = option(schema, 'config', dict)
    cls = required(schema, 'cls', type)
    origin = option(schema, 'generic_origin', type)
    name = schema.get('cls_name')
    if not isinstance(name, str):
        name = cls.__name__
    inner = build(required(schema, 'schema'), config, definitions)
    post_init = option(schema, 'post_init', bool, False)
    own_strict = is_strict(schema, config)
    fields = required(schema, 'fields', list)
    revalidate = revalidation(schema, config)
    frozen = option(schema, 'frozen', bool, False)
    slots = option(schema, 'slots', bool, False)

    def as_dict(instance):
        return {field: getattr(instance, field) for field in fields}

    def fill(instance, parts, input):
        data, init_only = parts
        if slots:
            for key, value in data.items():
                _put(instance, key, value)
        else:
            _put(instance, '__dict__', data)
        if post_init:
            try:
                instance.__post_init__(*(() if init_only is None else init_only))
            except Exception as error:
                raised = user_error(error, input)
                if raised is error:
                    raise
            else:
                return instance
            raise raised
        return instance

    def make(mode):
        function = inner.fn(mode)

        def validate(value, state):
            instance = state.self_instance
            if instance is not None:
                state.self_instance = None
                try:
                    return fill(instance, function(value, state), value)
                finally:
                    state.self_instance = instance
            if mode == 'py':
                forced = False
                found = isinstance(value, cls)
                if not found and origin is not None:
                    found = forced = isinstance(value, origin)
                if found:
                    if forced or revalidate == 'always' or (revalidate == 'subclass-instances' and type(value) is not cls):
                        return fill(cls.__new__(cls), function(as_dict(value), state), value)
                    return value
            strict = state.strict
            if (own_strict if strict is None else strict) and state.input_type == 'python':
                raise fail('dataclass_exact_type', value, class_name=name)
            parts = function(value, state)
            state.floor(STRICT)
            return fill(cls.__new__(cls), parts, value)

        return validate

    def assign(obj, field_name, field_value, state):
        if frozen:
            raise ValError([LineError('frozen_instance', field_value)])
        data = as_dict(obj)
        data[field_name] = field_value
        new, _ = inner.validate_assignment(data, field_name, field_value, state)
        if slots:
            _put(obj, field_name, new[field_name])
        else:
            _put(obj, '__dict__', new)
        return obj

    return Node('dataclass', name, make, assign=assign)


@builder('named-tuple')
def build_named_tuple(schema, config, definitions):
    cls = required(schema, 'cls', type)
    name = option(schema, 'cls_name', str) or cls.__name__
    fields = []
    for info in required(schema, 'fields', list):
        field = _Field()
        field.name = required(info, 'name', str)
        field.node = build_field_node(info, config, definitions, f"Field '{field.name}':")
        if field.node.kind == 'default' and field.node.more['omit']:
            raise SchemaError(f"Field '{field.name}': 'on_error = omit' cannot be set for named tuple fields")
        field.paths = Paths(field.name, option(info, 'validation_alias'))
        fields.append(field)
    loc_by_alias = from_config(config, 'loc_by_alias', bool, True)
    by_alias_option = from_config(config, 'validate_by_alias')
    by_name_option = from_config(config, 'validate_by_name')

    def make(mode):
        functions = [(field, field.node.fn(mode)) for field in fields]

        def instance(items, value):
            try:
                return cls(*items)
            except Exception as error:
                raised = user_error(error, value)
                if raised is error:
                    raise
            raise raised

        def by_position(items, value, state, by_name):
            out = []
            errors = []
            actual = None
            try:
                actual = len(items)
            except Exception:
                pass
            iterator = iter(items)
            done = False
            old = state.field_name
            for index, (field, function) in enumerate(functions):
                place = field.name if by_name else index
                one = ABSENT
                if not done:
                    try:
                        one = next(iterator)
                    except StopIteration:
                        done = True
                    except Exception as error:
                        raise ValError(
                            [LineError('iteration_error', value, {'error': error_text(error)}, None, [index])]
                        )
                if one is not ABSENT:
                    state.field_name = field.name
                    try:
                        out.append(function(one, state))
                    except ValError as error:
                        errors.extend(error.at(place).errors)
                    finally:
                        state.field_name = old
                else:
                    default = field.node.default
                    result = ABSENT if default is None else default(place, state)
                    if result is ABSENT:
                        errors.append(LineError('missing', value, None, None, [place]))
                    else:
                        out.append(result)
            if not done and next(iterator, ABSENT) is not ABSENT:
                raise fail(
                    'too_long', value, field_type='NamedTuple', max_length=len(fields), actual_length=actual
                )
            if errors:
                raise ValError(errors)
            return out

        def by_key(mapping, value, state):
            out = []
            errors = []
            used = set()
            kind = lookup_type(state, by_alias_option, by_name_option)
            old = state.field_name
            for field, function in functions:
                one = ABSENT
                for path in field.paths.by[kind]:
                    one = (
                        path.of_json(mapping) if mode == 'json'
                        else path.of_strings(mapping) if mode == 'str' else path.of_mapping(mapping)
                    )
                    if one is not ABSENT:
                        break
                if one is not ABSENT:
                    used.add(path.first)
                    state.field_name = field.name
                    try:
                        out.append(function(one, state))
                    except ValError as error:
                        path.put(error.errors, loc_by_alias, field.name)
                        errors.extend(error.errors)
                    finally:
                        state.field_name = old
                    continue
                default = field.node.default
                try:
                    result = ABSENT if default is None else default(field.name, state)
                except ValError as error:
                    errors.extend(error.errors)
                    continue
                if result is ABSENT:
                    errors.append(LineError('missing', value, None, None, field.paths.missing_loc(kind, loc_by_alias)))
                else:
                    out.append(result)
            for key, one in pairs_of(mapping, mode):
                if not isinstance(key, str):
                    _more(errors, [LineError('invalid_key', key)], loc_item(key))
                elif key not in used:
                    errors.append(LineError('extra_forbidden', one, None, None, [str(key)]))
            if errors:
                raise ValError(errors)
            return out

        def validate(value, state):
            state.allow_partial = 0
            if mode == 'py' and isinstance(value, cls):
                return instance(by_position(value, value, state, True), value)
            items = None
            if mode == 'json' and type(value) is list:
                items = value
                state.floor(STRICT)
            elif mode == 'py':
                items = value if isinstance(value, tuple) else iterable_of(value)
                if items is not None and not isinstance(value, tuple):
                    state.floor(0)
            if items is not None:
                out = by_position(items, value, state, False)
            else:
                try:
                    mapping = read_dict(value, False, mode)
                except ValError:
                    mapping = None
                if mapping is None:
                    raise fail('named_tuple_type', value, class_name=name)
                out = by_key(mapping, value, state)
            state.floor(STRICT)
            return instance(out, value)

        return validate

    return Node('named-tuple', name, make)
