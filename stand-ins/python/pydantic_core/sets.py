"""Validators of set and frozenset."""

from .build import Node, build, builder, is_strict, length_option, option
from .errors import LineError, Omit, ValError, fail
from .markers import error_text
from .sequences import _error, iterable_of
from .state import LAX, STRICT


def _set_builder(kind, wanted, made, type_error, field_type):
    def build_it(schema, config, definitions):
        if 'items_schema' in schema:
            item = build(schema['items_schema'], config, definitions)
        else:
            item = build({'type': 'any'}, config, definitions)
        own = is_strict(schema, config)
        least = length_option(schema, 'min_length')
        most = length_option(schema, 'max_length')
        fail_fast = option(schema, 'fail_fast', bool, False)

        def make(mode):
            deeper = item.fn(mode)
            only = {item.exact} if item.exact is not None and mode == 'py' else None

            def validate(value, state):
                if isinstance(value, wanted):
                    items = value
                    if only is not None and most is None and set(map(type, items)) == only:
                        if least is not None and len(items) < least:
                            raise fail('too_short', value, field_type=field_type, min_length=least, actual_length=len(items))
                        return made(items)
                else:
                    strict = state.strict
                    items = None
                    if mode == 'json' and type(value) is list:
                        items = value
                        state.floor(STRICT)
                    elif mode == 'py' and not (own if strict is None else strict):
                        items = iterable_of(value)
                        state.floor(LAX)
                    if items is None:
                        raise _error(type_error, value)
                out = collect_set(items, value, deeper, state)
                if least is not None and len(out) < least:
                    raise fail('too_short', value, field_type=field_type, min_length=least, actual_length=len(out))
                return out if made is set else made(out)

            return validate

        def collect_set(items, input, deeper, state):
            out = set()
            errors = []
            partial = state.allow_partial
            iterator = iter(items)
            if partial:
                items = list(iterator)
                last = len(items) - 1
                iterator = iter(items)
            index = 0
            try:
                while True:
                    try:
                        one = next(iterator)
                    except StopIteration:
                        break
                    except Exception as error:
                        raise ValError([LineError('iteration_error', input, {'error': error_text(error)}, None, [index])])
                    is_last = bool(partial) and index == last
                    if partial:
                        state.allow_partial = partial if is_last else 0
                    try:
                        value = deeper(one, state)
                        try:
                            out.add(value)
                        except TypeError:
                            raise _error('set_item_not_hashable', one)
                    except ValError as error:
                        if not is_last:
                            for line in error.errors:
                                line.loc.append(index)
                            errors.extend(error.errors)
                    except Omit:
                        pass
                    else:
                        if most is not None and len(out) > most:
                            raise fail('too_long', input, field_type=field_type, max_length=most, actual_length=None)
                    if fail_fast and errors:
                        raise ValError(errors)
                    index += 1
            finally:
                state.allow_partial = partial
            if errors:
                raise ValError(errors)
            return out

        return Node(kind, f'{kind}[{item.name}]', make)

    builder(kind)(build_it)


_set_builder('set', set, set, 'set_type', 'Set')
_set_builder('frozenset', frozenset, frozenset, 'frozen_set_type', 'Frozenset')
