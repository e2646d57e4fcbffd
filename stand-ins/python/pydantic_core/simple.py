"""Validators of any, none, literal, enum, is-instance, is-subclass, callable and sentinels."""

from .build import Node, builder, class_repr, is_strict, option, required
from .errors import LineError, ValError, fail
from .exceptions import SchemaError
from .markers import missing_sentinel, one_of
from .numeric import FLOAT_READERS, INT_READERS
from .state import LAX, STRICT
from .text import STR_READERS
from .build import build


def _error(type, input):
    return ValError([LineError(type, input)])


@builder('any')
def build_any(schema, config, definitions):
    def make(mode):
        def validate(value, state):
            exactness = state.exactness
            if exactness is not None and exactness > STRICT:
                state.exactness = STRICT
            return value

        return validate

    return Node('any', 'any', make)


@builder('none')
def build_none(schema, config, definitions):
    def make(mode):
        def validate(value, state):
            if value is None:
                return None
            raise _error('none_required', value)

        return validate

    return Node('none', 'none', make, type(None))


@builder('callable')
def build_callable(schema, config, definitions):
    def make(mode):
        def validate(value, state):
            state.floor(LAX)
            if mode == 'py' and callable(value):
                return value
            raise _error('callable_type', value)

        return validate

    return Node('callable', 'callable', make)


@builder('ellipsis')
def build_ellipsis(schema, config, definitions):
    def make(mode):
        def validate(value, state):
            if value is ...:
                return value
            raise _error('ellipsis_error', value)

        return validate

    return Node('ellipsis', 'ellipsis', make)


@builder('missing-sentinel')
def build_missing(schema, config, definitions):
    inner = build(schema['schema'], config, definitions) if 'schema' in schema else None

    def make(mode):
        deeper = None if inner is None else inner.fn(mode)
        missing = missing_sentinel()

        def validate(value, state):
            if value is missing:
                return value
            if deeper is not None:
                return deeper(value, state)
            raise _error('missing_sentinel_error', value)

        return validate

    label = 'missing-sentinel' if inner is None else f'missing-sentinel[{inner.name}]'
    return Node('missing-sentinel', label, make)


@builder('is-instance')
def build_is_instance(schema, config, definitions):
    cls = required(schema, 'cls')
    try:
        isinstance('cls', cls)
    except Exception:
        raise SchemaError("'cls' must be valid as the first argument to 'isinstance'")
    shown = class_repr(schema, cls)

    def make(mode):
        def validate(value, state):
            if mode != 'py':
                raise fail('needs_python_object', value, method_name='isinstance')
            if isinstance(value, cls):
                return value
            raise fail('is_instance_of', value, **{'class': shown})

        return validate

    return Node('is-instance', f'is-instance[{shown}]', make)


@builder('is-subclass')
def build_is_subclass(schema, config, definitions):
    cls = required(schema, 'cls', type)
    shown = option(schema, 'cls_repr', str) or cls.__qualname__

    def make(mode):
        def validate(value, state):
            if mode != 'py':
                raise fail('needs_python_object', value, method_name='issubclass')
            if isinstance(value, type) and issubclass(value, cls):
                return value
            raise fail('is_subclass_of', value, **{'class': shown})

        return validate

    return Node('is-subclass', f'is-subclass[{shown}]', make)


class Lookup:
    """From values to what they stand for; kinds of values are kept apart as `1`, `True` and `1.0` are."""

    def __init__(self, pairs):
        self.bools = {}
        self.ints = {}
        self.strings = {}
        self.others = {}
        self.unhashable = []
        self.primitives = {}
        self.values = []
        for key, value in pairs:
            self.values.append(value)
            if isinstance(key, bool):
                self.bools[key] = value
                self.primitives[key] = value
            kind = type(key)
            if kind is int:
                if -(2**63) <= key < 2**63:
                    self.ints[key] = value
                    self.primitives[key] = value
                else:
                    self.others[key] = value
            elif kind is str:
                self.strings[key] = value
                self.primitives[key] = value
            else:
                try:
                    self.others[key] = value
                except TypeError:
                    self.unhashable.append((key, value))
        # With only strings (the usual case) one look decides.
        self.only_strings = self.strings and not (self.bools or self.ints or self.others or self.unhashable)

    def find(self, value, default):
        kind = type(value)
        if kind is str:
            if value in self.strings:
                return self.strings[value]
        elif kind is bool:
            if value in self.bools:
                return self.bools[value]
        elif kind is int:
            if self.ints:
                if value in self.ints:
                    return self.ints[value]
                if not -(2**63) <= value < 2**63 and value not in self.others:
                    raise _error('int_parsing_size', value)
        if self.others:
            try:
                if value in self.others:
                    return self.others[value]
            except TypeError:
                pass
        for key, found in self.unhashable:
            try:
                if key == value:
                    return found
            except Exception:
                pass
        if self.primitives:
            try:
                if value in self.primitives:
                    return self.primitives[value]
            except TypeError:
                pass
        return default


_ABSENT = object()


def _quiet(read, *args):
    """What a reader gives, or _ABSENT."""
    try:
        return read(*args)[0]
    except ValError:
        return _ABSENT


@builder('literal')
def build_literal(schema, config, definitions):
    expected = required(schema, 'expected', list)
    if not expected:
        raise SchemaError('`expected` should have length > 0')
    reprs = [repr(value) for value in expected]
    shown = one_of(reprs)
    lookup = Lookup((value, value) for value in expected)
    strings = lookup.strings if lookup.only_strings else None

    def make(mode):
        find = lookup.find

        def validate(value, state):
            if strings is not None and type(value) is str:
                out = strings.get(value, _ABSENT)
            else:
                out = find(value, _ABSENT)
            if out is _ABSENT:
                raise fail('literal_error', value, expected=shown)
            return out

        return validate

    return Node('literal', f'literal[{",".join(reprs)}]', make)


@builder('enum')
def build_enum(schema, config, definitions):
    members = required(schema, 'members', list)
    if not members:
        raise SchemaError('`members` should have length > 0')
    pairs = [(member.value, member) for member in members]
    shown = one_of([repr(value) for value, _ in pairs])
    cls = required(schema, 'cls', type)
    cls_shown = class_repr(schema, cls)
    lookup = Lookup(pairs)
    own = is_strict(schema, config)
    sub_type = option(schema, 'sub_type', str)
    if sub_type not in (None, 'int', 'str', 'float'):
        raise SchemaError("`sub_type` must be one of: 'int', 'str', 'float' or None")

    def plain(value, strict, mode):
        found = lookup.find(value, _ABSENT)
        if found is not _ABSENT or strict or mode != 'py':
            return found
        if isinstance(value, str):
            return of_str(value, False, mode)
        if isinstance(value, (int, float)):
            return of_int(value, False, mode)
        return _ABSENT

    def of_int(value, strict, mode):
        if not lookup.ints:
            return _ABSENT
        number = value if type(value) is int else _quiet(INT_READERS[mode], value, strict)
        if isinstance(number, int) and not -(2**63) <= number < 2**63:
            raise _error('int_parsing_size', number)
        return lookup.ints.get(number, _ABSENT) if isinstance(number, int) else _ABSENT

    def of_str(value, strict, mode):
        if not lookup.strings:
            return _ABSENT
        text = value if type(value) is str else _quiet(STR_READERS[mode], value, strict, False)
        return lookup.strings.get(text, _ABSENT)

    def of_float(value, strict, mode):
        if not lookup.others:
            return _ABSENT
        number = value if type(value) is float else _quiet(FLOAT_READERS[mode], value, strict)
        return lookup.others.get(number, _ABSENT)

    find = {'int': of_int, 'str': of_str, 'float': of_float, None: plain}[sub_type]

    def make(mode):
        def validate(value, state):
            if type(value) is cls:
                return value
            strict = state.strict
            if strict is None:
                strict = own
            if strict and state.input_type == 'python':
                raise fail('is_instance_of', value, **{'class': cls_shown})
            state.floor(LAX)
            out = find(value, strict, mode)
            if out is not _ABSENT:
                return out
            try:
                return cls(value)
            except ValueError:
                pass
            raise fail('enum', value, expected=shown)

        return validate

    prefix = 'enum' if sub_type is None else f'{sub_type}-enum'
    return Node('enum', f'{prefix}[{cls_shown}]', make)
