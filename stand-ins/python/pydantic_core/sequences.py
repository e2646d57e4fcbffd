"""Validators of list, tuple, set, frozenset, deque and generator."""

from collections import deque
from collections.abc import Mapping

from .build import Node, build, builder, from_config, is_strict, length_option, option, required
from .errors import LineError, Omit, UseDefault, ValError, fail
from .exceptions import public_error
from .markers import ABSENT, error_text
from .state import LAX, STRICT, State


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
                raise ValError([LineError('iteration_error', input, {'error': error_text(error)}, None, [index])]) from None
            is_last = bool(partial) and index == last
            if partial:
                state.allow_partial = partial if is_last else 0
            try:
                value = item if validate is None else validate(item, state)
            except ValError as error:
                if most is not None:
                    count += 1
                    if count > most:
                        raise fail('too_long', input, field_type=field_type, max_length=most, actual_length=actual) from None
                if not is_last:
                    for line in error.errors:
                        line.loc.append(index)
                    errors.extend(error.errors)
                    if fail_fast:
                        raise ValError(errors) from None
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


# ---- tuple


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


# ---- sets


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
                        raise ValError([LineError('iteration_error', input, {'error': error_text(error)}, None, [index])]) from None
                    is_last = bool(partial) and index == last
                    if partial:
                        state.allow_partial = partial if is_last else 0
                    try:
                        value = deeper(one, state)
                        try:
                            out.add(value)
                        except TypeError:
                            raise _error('set_item_not_hashable', one) from None
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


# ---- generator


@builder('generator')
def build_generator(schema, config, definitions):
    item = items_of(schema, config, definitions)
    least = length_option(schema, 'min_length')
    most = length_option(schema, 'max_length')
    hide = from_config(config, 'hide_input_in_errors', bool, False)
    cause = from_config(config, 'validation_error_cause', bool, False)

    def make(mode):
        deeper = None if item is None else item.fn(mode)

        def validate(value, state):
            state.allow_partial = 0
            if mode == 'str' or (mode == 'json' and not isinstance(value, (list, str, dict))):
                raise _error('iterable_type', value)
            try:
                iterator = iter(value)
            except Exception:
                iterator = None
            if iterator is None:
                raise _error('iterable_type', value)
            kept = None if deeper is None else kept_state(state)
            source = list(value) if mode == 'json' and not isinstance(value, list) else value
            return ValidatorIterator(source, iterator, deeper, kept, least, most, hide, cause, item)

        return validate

    return Node('generator', f'generator[{"any" if item is None else item.name}]', make)


def kept_state(state):
    """A state of its own for a validator that is called later, or by a user's function."""
    kept = State()
    kept.__dict__.update(state.__dict__)
    kept.allow_partial = 0
    kept.has_field_error = False
    if kept.active:
        kept.active = set(kept.active)
    return kept


class ValidatorIterator:
    __module__ = 'pydantic_core._pydantic_core'

    def __init__(self, source, iterator, validate, state, least, most, hide, cause, node):
        self._parts = (source, iterator, validate, state, least, most, hide, cause, node)
        self.index = 0

    def __iter__(self):
        return self

    def __next__(self):
        source, iterator, validate, state, least, most, hide, cause, _ = self._parts
        problem = None
        outer = None
        try:
            item = next(iterator)
        except StopIteration:
            if least is not None and self.index < least:
                problem = fail('too_short', source, field_type='Generator', min_length=least, actual_length=self.index)
            else:
                raise
        else:
            index = self.index
            self.index += 1
            if most is not None and index >= most:
                problem = fail('too_long', source, field_type='Generator', max_length=most, actual_length=None)
            elif validate is None:
                return item
            else:
                try:
                    return validate(item, state)
                except (ValError, Omit, UseDefault) as error:
                    problem, outer = error, index
        raise public_error(problem, 'ValidatorIterator', 'python', hide, cause, outer)

    def __repr__(self):
        node = self._parts[-1]
        shown = 'None' if node is None else f'Some({node.name})'
        return f'ValidatorIterator(index={self.index}, schema={shown})'
