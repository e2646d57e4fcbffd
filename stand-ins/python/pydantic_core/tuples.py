"""The validator of tuple."""

from .build import Node, build, builder, is_strict, length_option, option, required
from .errors import LineError, Omit, ValError, fail
from .markers import ABSENT, error_text
from .sequences import _PLAIN, _error, _known_length, iterable_of
from .state import LAX, STRICT


@builder('tuple')
def build_tuple(schema, config, definitions):
    nodes = [build(one, config, definitions) for one in required(schema, 'items_schema', list)]
    variadic = option(schema, 'variadic_item_index', int)
    own = is_strict(schema, config)
    least = length_option(schema, 'min_length')
    most = length_option(schema, 'max_length')
    fail_fast = option(schema, 'fail_fast', bool, False)
    names = [node.name for node in nodes]
    if variadic is not None:
        names.insert(variadic + 1, '...')
    count = len(nodes)

    def make(mode):
        functions = [node.fn(mode) for node in nodes]

        def read(value, state):
            if isinstance(value, tuple):
                return value
            strict = state.strict
            if mode == 'json' and type(value) is list:
                state.floor(STRICT)
                return value
            if mode == 'py' and not (own if strict is None else strict):
                items = iterable_of(value)
                if items is not None:
                    state.floor(LAX)
                    return items
            raise _error('tuple_type', value)

        def validate(value, state):
            state.allow_partial = 0
            items = read(value, state)
            actual = _known_length(items)
            whole = []
            broken = None
            if type(items) in _PLAIN:
                whole = items if type(items) in (list, tuple) else list(items)
            else:
                index = 0
                iterator = iter(items)
                # More than it takes is not read where the number of items is fixed.
                limit = count + 1 if variadic is None else None if most is None else most + 1
                while limit is None or index < limit:
                    try:
                        whole.append(next(iterator))
                    except StopIteration:
                        break
                    except Exception as error:
                        broken = LineError('iteration_error', value, {'error': error_text(error)}, None, [index + 1])
                        break
                    index += 1
            out = []
            errors = []
            plan = _plan(len(whole))
            for index, position in plan:
                try:
                    if index < len(whole):
                        out.append(functions[position](whole[index], state))
                        if most is not None and len(out) > most:
                            raise fail('too_long', value, field_type='Tuple', max_length=most, actual_length=actual)
                    else:
                        node = nodes[position]
                        default = ABSENT if node.default is None else node.default(index, state)
                        if default is ABSENT:
                            errors.append(LineError('missing', value, None, None, [index]))
                        else:
                            out.append(default)
                except ValError as error:
                    if index < len(whole):
                        if error.errors[0].type == 'too_long' and error.errors[0].input is value and not error.errors[0].loc:
                            raise
                        for line in error.errors:
                            line.loc.append(index)
                        errors.extend(error.errors)
                    else:
                        raise
                except Omit:
                    pass
                if fail_fast and errors:
                    break
            else:
                if broken is not None:
                    raise ValError([broken])
                if variadic is None and len(whole) > count:
                    raise fail('too_long', value, field_type='Tuple', max_length=count, actual_length=actual)
            if least is not None and len(out) < least:
                errors.append(
                    LineError(
                        'too_short', value,
                        {'field_type': 'Tuple', 'min_length': least, 'actual_length': len(out)},
                    )
                )
            if errors:
                raise ValError(errors)
            return tuple(out)

        return validate

    def _plan(size):
        """(index of the item, index of its validator)."""
        if variadic is None:
            return [(index, index) for index in range(count)]
        tail = count - variadic - 1
        middle = max(0, size - variadic - tail)
        plan = [(index, index) for index in range(variadic)]
        plan += [(variadic + index, variadic) for index in range(middle)]
        start = variadic + middle
        plan += [(start + index, variadic + 1 + index) for index in range(tail)]
        return plan

    return Node('tuple', f'tuple[{", ".join(names)}]', make)
