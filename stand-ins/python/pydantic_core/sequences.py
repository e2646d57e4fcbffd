"""Validators of list and deque, and what all validators of several values share."""

from collections import deque
from collections.abc import Mapping

from .build import Node, build, builder, is_strict, length_option, option
from .errors import LineError, Omit, ValError, fail
from .markers import error_text
from .state import LAX, STRICT


def _error(type, input):
    return ValError([LineError(type, input)])


def iterable_of(value):
    """What a lax list, tuple or set takes: a list, tuple, set, else any iterable but text and mappings; or None."""
    kind = type(value)
    if kind in _PLAIN or isinstance(value, (list, tuple, set, frozenset)):
        return value
    if isinstance(value, (str, bytes, bytearray, dict)) or isinstance(value, Mapping):
        return None
    try:
        return iter(value)
    except Exception:
        return None


_PLAIN = frozenset((list, tuple, set, frozenset))


def _known_length(items):
    try:
        return len(items)
    except Exception:
        return None


def collect(items, input, validate, state, most, field_type, actual, fail_fast):
    """The validated items as a list; errors with their index."""
    out = []
    errors = []
    count = 0
    partial = state.allow_partial
    index = 0
    iterator = iter(items)
    try:
        if partial:
            items = list(iterator)
            iterator = iter(items)
            last = len(items) - 1
        while True:
            try:
                item = next(iterator)
            except StopIteration:
                break
            except Exception as error:
                raise ValError([LineError('iteration_error', input, {'error': error_text(error)}, None, [index])])
            is_last = bool(partial) and index == last
            if partial:
                state.allow_partial = partial if is_last else 0
            try:
                value = item if validate is None else validate(item, state)
            except ValError as error:
                if most is not None:
                    count += 1
                    if count > most:
                        raise fail('too_long', input, field_type=field_type, max_length=most, actual_length=actual)
                if not is_last:
                    for line in error.errors:
                        line.loc.append(index)
                    errors.extend(error.errors)
                    if fail_fast:
                        raise ValError(errors)
            except Omit:
                pass
            else:
                if most is not None:
                    count += 1
                    if count > most:
                        raise fail('too_long', input, field_type=field_type, max_length=most, actual_length=actual)
                out.append(value)
            index += 1
    finally:
        state.allow_partial = partial
    if errors:
        raise ValError(errors)
    return out


def items_of(schema, config, definitions):
    """The validator of the items, None where anything goes."""
    if 'items_schema' not in schema:
        return None
    node = build(schema['items_schema'], config, definitions)
    return None if node.kind == 'any' else node


def _read_list(value, strict, mode, state):
    """(items, exactness) or an error."""
    if isinstance(value, list):
        return value, 2
    if mode == 'py' and not strict:
        items = iterable_of(value)
        if items is not None:
            return items, LAX
    raise _error('list_type', value)


@builder('list')
def build_list(schema, config, definitions):
    item = items_of(schema, config, definitions)
    own = is_strict(schema, config)
    least = length_option(schema, 'min_length')
    most = length_option(schema, 'max_length')
    fail_fast = option(schema, 'fail_fast', bool, False)

    def make(mode):
        deeper = None if item is None else item.fn(mode)
        exact = None if item is None or mode != 'py' else item.exact
        only = None if exact is None else {exact}

        def validate(value, state):
            if type(value) is list and mode != 'str':
                items = value
            else:
                strict = state.strict
                items, exactness = _read_list(value, own if strict is None else strict, mode, state)
                if state.exactness is not None:
                    state.floor(exactness)
            if deeper is None and isinstance(items, list):
                actual = len(items)
                if least is not None and actual < least:
                    raise fail('too_short', value, field_type='List', min_length=least, actual_length=actual)
                if most is not None and actual > most:
                    raise fail('too_long', value, field_type='List', max_length=most, actual_length=actual)
                return items[:]
            if only is not None and type(items) is list and most is None and set(map(type, items)) == only:
                out = items[:]
            elif most is None and deeper is not None and not state.allow_partial and type(items) is list:
                out = []
                put = out.append
                try:
                    for one in items:
                        put(deeper(one, state))
                except (ValError, Omit):
                    # Once more from the first item that failed, with its index and all errors.
                    out = _collect_from(out, items, value, deeper, state, fail_fast)
            else:
                out = collect(items, value, deeper, state, most, 'List', _known_length(items), fail_fast)
            if least is not None and len(out) < least:
                raise fail('too_short', value, field_type='List', min_length=least, actual_length=len(out))
            return out

        return validate

    def label():
        return f'list[{"any" if item is None else item.name}]'

    return Node('list', label, make)


def _collect_from(out, items, input, validate, state, fail_fast):
    errors = []
    for index in range(len(out), len(items)):
        try:
            value = validate(items[index], state)
        except ValError as error:
            for line in error.errors:
                line.loc.append(index)
            errors.extend(error.errors)
            if fail_fast:
                break
        except Omit:
            continue
        else:
            out.append(value)
        # An omitted item leaves the numbers: they are of the input.
    if errors:
        raise ValError(errors)
    return out


@builder('deque')
def build_deque(schema, config, definitions):
    item = items_of(schema, config, definitions)
    own = is_strict(schema, config)
    least = length_option(schema, 'min_length')
    most = length_option(schema, 'max_length')
    fail_fast = option(schema, 'fail_fast', bool, False)

    def make(mode):
        deeper = None if item is None else item.fn(mode)

        def validate(value, state):
            longest = None
            if isinstance(value, deque):
                items, longest = value, value.maxlen
            else:
                strict = state.strict
                if mode == 'json' and type(value) is list:
                    items, exactness = value, STRICT
                elif mode == 'py' and not (own if strict is None else strict):
                    items, exactness = iterable_of(value), LAX
                else:
                    items = None
                if items is None:
                    raise _error('deque_type', value)
                state.floor(exactness)
            out = collect(items, value, deeper, state, most, 'Deque', _known_length(items), fail_fast)
            if least is not None and len(out) < least:
                raise fail('too_short', value, field_type='Deque', min_length=least, actual_length=len(out))
            return deque(out, longest)

        return validate

    def label():
        return f'deque[{"any" if item is None else item.name}]'

    return Node('deque', label, make)
