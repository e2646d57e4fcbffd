"""Validators of a function's arguments, and of a call with them."""

from .build import Node, build, builder, either, extra_behavior, from_config, option, required
from .errors import LineError, ValError, loc_item
from .exceptions import SchemaError
from .lookup import Paths
from .mappings import pairs_of, read_dict
from .markers import ABSENT, ArgsKwargs
from .model_fields import _more, build_field_node
from .sequences import iterable_of
from .state import lookup_type


class _Parameter:
    __slots__ = ('name', 'mode', 'positional', 'keyword', 'paths', 'node')


def _parameter_node(info, config, definitions, name):
    node = build_field_node(info, config, definitions, f"Parameter '{name}':")
    has_default = False
    if node.kind == 'default':
        if node.more['omit']:
            raise SchemaError(f"Parameter '{name}': omit_on_error cannot be used with arguments")
        has_default = node.more['has_default']
    return node, has_default


@builder('arguments')
def build_arguments(schema, config, definitions):
    parameters = []
    positional_count = 0
    had_default = had_keyword_only = False
    for index, info in enumerate(required(schema, 'arguments_schema', list)):
        parameter = _Parameter()
        parameter.name = name = required(info, 'name', str)
        parameter.mode = mode = option(info, 'mode', str, 'positional_or_keyword')
        parameter.positional = mode in ('positional_only', 'positional_or_keyword')
        if parameter.positional:
            positional_count = index + 1
        if mode == 'keyword_only':
            had_keyword_only = True
        parameter.keyword = mode in ('keyword_only', 'positional_or_keyword')
        parameter.paths = Paths(name, option(info, 'alias')) if parameter.keyword else None
        parameter.node, has_default = _parameter_node(info, config, definitions, name)
        if had_default and not has_default and not had_keyword_only:
            raise SchemaError(f"Non-default argument '{name}' follows default argument")
        had_default = had_default or has_default
        parameters.append(parameter)
    kwargs_mode = option(schema, 'var_kwargs_mode', str, 'uniform')
    if kwargs_mode not in ('uniform', 'unpacked-typed-dict'):
        raise SchemaError(f'Invalid var_kwargs mode: `{kwargs_mode}`, expected `uniform` or `unpacked-typed-dict`')
    var_kwargs = build(schema['var_kwargs_schema'], config, definitions) if 'var_kwargs_schema' in schema else None
    if kwargs_mode == 'unpacked-typed-dict' and var_kwargs is None:
        raise SchemaError(
            "`var_kwargs_schema` must be specified when `var_kwargs_mode` is `'unpacked-typed-dict'`"
        )
    var_args = build(schema['var_args_schema'], config, definitions) if 'var_args_schema' in schema else None
    loc_by_alias = from_config(config, 'loc_by_alias', bool, True)
    extra = extra_behavior(schema, config, 'forbid')
    by_alias_option = either(schema, config, 'validate_by_alias')
    by_name_option = either(schema, config, 'validate_by_name')

    def make(mode):
        functions = [(parameter, parameter.node.fn(mode)) for parameter in parameters]
        each_arg = None if var_args is None else var_args.fn(mode)
        each_kwarg = None if var_kwargs is None else var_kwargs.fn(mode)

        def read(value):
            if mode == 'py':
                if isinstance(value, dict):
                    return None, value
                if isinstance(value, ArgsKwargs):
                    return value.args, value.kwargs
                if isinstance(value, (tuple, list)):
                    return value, None
            elif mode == 'json':
                if isinstance(value, dict):
                    return None, value
                if isinstance(value, list):
                    return value, None
            raise ValError([LineError('arguments_type', value)])

        def validate(value, state):
            state.allow_partial = 0
            args, kwargs = read(value)
            out_args = []
            out_kwargs = {}
            errors = []
            used = set()
            kind = lookup_type(state, by_alias_option, by_name_option)
            old = state.field_name
            for index, (parameter, function) in enumerate(functions):
                by_position = one = ABSENT
                if args is not None and parameter.positional and index < len(args):
                    by_position = args[index]
                if kwargs is not None and parameter.paths is not None:
                    for path in parameter.paths.by[kind]:
                        one = path.of_json(kwargs) if mode == 'json' else path.of_dict(kwargs)
                        if one is not ABSENT:
                            used.add(path.first)
                            break
                state.field_name = parameter.name
                try:
                    if by_position is not ABSENT:
                        if one is not ABSENT:
                            errors.append(LineError('multiple_argument_values', one, None, None, [parameter.name]))
                            continue
                        try:
                            out_args.append(function(by_position, state))
                        except ValError as error:
                            errors.extend(error.at(index).errors)
                    elif one is not ABSENT:
                        try:
                            out_kwargs[parameter.name] = function(one, state)
                        except ValError as error:
                            path.put(error.errors, loc_by_alias, parameter.name)
                            errors.extend(error.errors)
                    else:
                        default = parameter.node.default
                        result = ABSENT if default is None else default(parameter.name, state)
                        if result is not ABSENT:
                            if parameter.keyword:
                                out_kwargs[parameter.name] = result
                            else:
                                out_args.append(result)
                        elif parameter.paths is not None:
                            what = 'missing_argument' if parameter.positional else 'missing_keyword_only_argument'
                            place = parameter.paths.missing_loc(kind, loc_by_alias)
                            errors.append(LineError(what, value, None, None, place))
                        else:
                            errors.append(LineError('missing_positional_only_argument', value, None, None, [index]))
                finally:
                    state.field_name = old
            if args is not None:
                for index in range(positional_count, len(args)):
                    if each_arg is None:
                        errors.append(LineError('unexpected_positional_argument', args[index], None, None, [index]))
                        continue
                    try:
                        out_args.append(each_arg(args[index], state))
                    except ValError as error:
                        errors.extend(error.at(index).errors)
            rest = {}
            if kwargs is not None and len(kwargs) > len(used):
                for key, one in kwargs.items():
                    if not isinstance(key, str):
                        _more(errors, [LineError('invalid_key', key)], loc_item(key))
                    elif key in used:
                        pass
                    elif kwargs_mode != 'uniform':
                        rest[key] = one
                    elif each_kwarg is not None:
                        try:
                            out_kwargs[key] = each_kwarg(one, state)
                        except ValError as error:
                            errors.extend(error.at(str(key)).errors)
                    elif extra == 'forbid':
                        errors.append(LineError('unexpected_keyword_argument', one, None, None, [str(key)]))
            if kwargs_mode != 'uniform':
                try:
                    out_kwargs.update(var_kwargs.fn('py')(rest, state))
                except ValError as error:
                    errors.extend(error.errors)
            if errors:
                raise ValError(errors)
            return tuple(out_args), out_kwargs

        return validate

    return Node('arguments', 'arguments', make)


_V3_MODES = (
    'positional_only', 'positional_or_keyword', 'var_args', 'keyword_only',
    'var_kwargs_uniform', 'var_kwargs_unpacked_typed_dict',
)


@builder('arguments-v3')
def build_arguments_v3(schema, config, definitions):
    parameters = []
    names = set()
    had = dict.fromkeys(('default', 'pos_or_kw', 'var_args', 'kw_only', 'var_kwargs'), False)
    for info in required(schema, 'arguments_schema', list):
        parameter = _Parameter()
        parameter.name = name = required(info, 'name', str)
        if name in names:
            raise SchemaError(f"Duplicate parameter '{name}'")
        names.add(name)
        parameter.mode = mode = option(info, 'mode', str, 'positional_or_keyword')
        if mode not in _V3_MODES:
            raise SchemaError(f'Invalid var_kwargs mode: `{mode}`')
        _check_order(mode, name, had)
        parameter.node, has_default = _parameter_node(info, config, definitions, name)
        if had['default'] and not has_default and not had['kw_only']:
            raise SchemaError(f"Required parameter '{name}' follows parameter with default")
        had['default'] = had['default'] or has_default
        parameter.paths = Paths(name, option(info, 'alias'))
        parameter.positional = mode in ('positional_only', 'positional_or_keyword')
        parameter.keyword = mode in ('positional_or_keyword', 'keyword_only')
        parameters.append(parameter)
    positional_count = sum(parameter.positional for parameter in parameters)
    loc_by_alias = from_config(config, 'loc_by_alias', bool, True)
    own_extra = extra_behavior(schema, config, 'forbid')
    by_alias_option = either(schema, config, 'validate_by_alias')
    by_name_option = either(schema, config, 'validate_by_name')

    def make(mode):
        functions = [(parameter, parameter.node.fn(mode)) for parameter in parameters]

        def from_mapping(value, mapping, state):
            out_args = []
            out_kwargs = {}
            errors = []
            kind = lookup_type(state, by_alias_option, by_name_option)
            extra = state.extra_behavior or own_extra
            used = set()
            for parameter, function in functions:
                one = ABSENT
                for path in parameter.paths.by[kind]:
                    one = (
                        path.of_json(mapping) if mode == 'json'
                        else path.of_strings(mapping) if mode == 'str' else path.of_mapping(mapping)
                    )
                    if one is not ABSENT:
                        used.add(path.first)
                        break
                what = parameter.mode
                name = parameter.name
                if one is ABSENT:
                    if what == 'var_kwargs_unpacked_typed_dict':
                        try:
                            out_kwargs.update(parameter.node.fn('py')({}, state))
                        except ValError as error:
                            errors.extend(error.at(name).errors)
                    elif what in ('var_args', 'var_kwargs_uniform'):
                        pass
                    else:
                        default = parameter.node.default
                        result = ABSENT if default is None else default(name, state)
                        if result is not ABSENT:
                            if parameter.positional:
                                out_args.append(result)
                            else:
                                out_kwargs[name] = result
                        else:
                            kind_of = {
                                'positional_only': 'missing_positional_only_argument',
                                'positional_or_keyword': 'missing_argument',
                                'keyword_only': 'missing_keyword_only_argument',
                            }[what]
                            place = parameter.paths.missing_loc(kind, loc_by_alias)
                            errors.append(LineError(kind_of, value, None, None, place))
                    continue
                try:
                    if parameter.positional:
                        out_args.append(function(one, state))
                    elif what == 'keyword_only':
                        out_kwargs[name] = function(one, state)
                    elif what == 'var_kwargs_unpacked_typed_dict':
                        out_kwargs.update(function(one, state))
                    elif what == 'var_args':
                        items = one if isinstance(one, (list, tuple)) else iterable_of(one) if mode == 'py' else None
                        if items is None:
                            raise ValError([LineError('tuple_type', one)])
                        for index, item in enumerate(items):
                            try:
                                out_args.append(function(item, state))
                            except ValError as error:
                                error.at(index)
                                path.put(error.errors, loc_by_alias, name)
                                errors.extend(error.errors)
                    else:
                        if not isinstance(one, dict):
                            raise ValError([LineError('dict_type', one)])
                        for key, item in one.items():
                            if not isinstance(key, str):
                                line = LineError('invalid_key', key, None, None, [loc_item(key), name])
                                errors.append(line)
                                continue
                            try:
                                out_kwargs[key] = parameter.node.fn('py' if mode == 'py' else mode)(item, state)
                            except ValError as error:
                                error.at(loc_item(key))
                                path.put(error.errors, loc_by_alias, name)
                                errors.extend(error.errors)
                except ValError as error:
                    path.put(error.errors, loc_by_alias, name)
                    errors.extend(error.errors)
            if extra != 'ignore':
                for key, one in pairs_of(mapping, mode):
                    if not isinstance(key, str):
                        _more(errors, [LineError('invalid_key', key)], loc_item(key))
                    elif key not in used and extra == 'forbid':
                        errors.append(LineError('extra_forbidden', one, None, None, [str(key)]))
            if errors:
                raise ValError(errors)
            return tuple(out_args), out_kwargs

        def from_args_kwargs(value, args, kwargs, state):
            out_args = []
            out_kwargs = {}
            errors = []
            used = set()
            kind = lookup_type(state, by_alias_option, by_name_option)
            extra = state.extra_behavior or own_extra
            index = -1
            var_args = var_kwargs = None
            for parameter, function in functions:
                what = parameter.mode
                if what == 'var_args':
                    var_args = function
                    continue
                if what.startswith('var_kwargs'):
                    var_kwargs = (what, function)
                    continue
                index += 1
                name = parameter.name
                by_position = one = ABSENT
                if parameter.positional and index < len(args):
                    by_position = args[index]
                if kwargs is not None and parameter.keyword:
                    for path in parameter.paths.by[kind]:
                        one = path.of_dict(kwargs)
                        if one is not ABSENT:
                            used.add(path.first)
                            break
                if by_position is not ABSENT and one is not ABSENT:
                    errors.append(LineError('multiple_argument_values', one, None, None, [name]))
                elif by_position is not ABSENT:
                    try:
                        out_args.append(function(by_position, state))
                    except ValError as error:
                        errors.extend(error.at(index).errors)
                elif one is not ABSENT:
                    try:
                        out_kwargs[name] = function(one, state)
                    except ValError as error:
                        path.put(error.errors, loc_by_alias, name)
                        errors.extend(error.errors)
                else:
                    default = parameter.node.default
                    result = ABSENT if default is None else default(name, state)
                    if result is not ABSENT:
                        if what == 'positional_only':
                            out_args.append(result)
                        else:
                            out_kwargs[name] = result
                    elif what == 'positional_only':
                        errors.append(LineError('missing_positional_only_argument', value, None, None, [index]))
                    else:
                        kind_of = 'missing_argument' if what == 'positional_or_keyword' else 'missing_keyword_only_argument'
                        errors.append(LineError(kind_of, value, None, None, parameter.paths.missing_loc(kind, loc_by_alias)))
            for position in range(positional_count, len(args)):
                if var_args is None:
                    errors.append(LineError('unexpected_positional_argument', args[position], None, None, [position]))
                    continue
                try:
                    out_args.append(var_args(args[position], state))
                except ValError as error:
                    errors.extend(error.at(position).errors)
            rest = {}
            if kwargs is not None and len(kwargs) > len(used):
                for key, one in kwargs.items():
                    if not isinstance(key, str):
                        _more(errors, [LineError('invalid_key', key)], loc_item(key))
                    elif key in used:
                        pass
                    elif var_kwargs is None:
                        if extra == 'forbid':
                            errors.append(LineError('unexpected_keyword_argument', one, None, None, [str(key)]))
                    elif var_kwargs[0] == 'var_kwargs_uniform':
                        try:
                            out_kwargs[key] = var_kwargs[1](one, state)
                        except ValError as error:
                            errors.extend(error.at(str(key)).errors)
                    else:
                        rest[key] = one
            if var_kwargs is not None and var_kwargs[0] != 'var_kwargs_uniform':
                try:
                    out_kwargs.update(var_kwargs[1](rest, state))
                except ValError as error:
                    errors.extend(error.errors)
            if errors:
                raise ValError(errors)
            return tuple(out_args), out_kwargs

        def validate(value, state):
            state.allow_partial = 0
            try:
                mapping = read_dict(value, False, mode)
            except ValError:
                mapping = None
            if mapping is not None:
                return from_mapping(value, mapping, state)
            if mode == 'py' and isinstance(value, ArgsKwargs):
                return from_args_kwargs(value, value.args, value.kwargs, state)
            raise ValError([LineError('arguments_type', value)])

        return validate

    return Node('arguments-v3', 'arguments-v3', make)


def _check_order(mode, name, had):
    if mode == 'positional_only':
        if had['pos_or_kw'] or had['var_args'] or had['kw_only'] or had['var_kwargs']:
            raise SchemaError(f"Positional only parameter '{name}' cannot follow other parameter kinds")
    elif mode == 'positional_or_keyword':
        if had['var_args'] or had['kw_only'] or had['var_kwargs']:
            raise SchemaError(
                f"Positional or keyword parameter '{name}' cannot follow variadic or keyword only parameters"
            )
        had['pos_or_kw'] = True
    elif mode == 'var_args':
        if had['var_args']:
            raise SchemaError(f"Duplicate variadic positional parameter '{name}'")
        if had['kw_only'] or had['var_kwargs']:
            raise SchemaError(
                f"Variadic positional parameter '{name}' cannot follow variadic or keyword only parameters"
            )
        had['var_args'] = True
    elif mode == 'keyword_only':
        if had['var_kwargs']:
            raise SchemaError(f"Keyword only parameter '{name}' cannot follow variadic keyword only parameter")
        had['kw_only'] = True
    else:
        if had['var_kwargs']:
            raise SchemaError(f"Duplicate variadic keyword parameter '{name}'")
        had['var_kwargs'] = True


@builder('call')
def build_call(schema, config, definitions):
    arguments = build(required(schema, 'arguments_schema'), config, definitions)
    returned = build(schema['return_schema'], config, definitions) if 'return_schema' in schema else None
    function = required(schema, 'function')
    name = option(schema, 'function_name', str)
    if name is None:
        name = getattr(function, '__name__', None)
        if name is None:
            inner = getattr(function, 'func', None)
            name = '<unknown>' if inner is None else inner.__name__

    def make(mode):
        read = arguments.fn(mode)
        check = None if returned is None else returned.fn('py')

        def validate(value, state):
            parts = read(value, state)
            if isinstance(parts, tuple) and len(parts) == 2 and isinstance(parts[0], tuple) and isinstance(parts[1], dict):
                out = function(*parts[0], **parts[1])
            elif isinstance(parts, dict):
                out = function(**parts)
            else:
                raise TypeError(
                    'Arguments validator should return a tuple of (args, kwargs) or a dict of kwargs'
                )
            if check is None:
                return out
            try:
                return check(out, state)
            except ValError as error:
                raise error.at('return')

        return validate

    return Node('call', f'call[{name}]', make)
