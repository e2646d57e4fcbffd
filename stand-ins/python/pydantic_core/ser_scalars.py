"""Serializers of values without parts."""

import datetime as dt

from .build import from_config, option, required
from .exceptions import SchemaError
from .infer import (
    complex_text, infer, infer_key, infer_key_known, infer_known, key_text, kind_of, odd_float, uuid_text,
)
from .markers import missing_sentinel
from .numbers_read import as_float
from .ser_build import ANY, SerNode, no_key, ser_build, ser_builder
from .ser_config import bytes_text, date_json, datetime_json, serializer_config, time_json, timedelta_json
from .ser_state import STRICT, PydanticSerializationUnexpectedValue
from .to_json import plain_error, to_bytes


def _other(name, value, state):
    state.warn_fallback(name, value)
    return infer(value, state)


def _other_key(name, value, state):
    state.warn_fallback(name, value)
    return infer_key(value, state)


def _strict_subclass(state):
    if state.check == STRICT:
        raise PydanticSerializationUnexpectedValue()


@ser_builder('any')
def build_any(schema, config, definitions):
    return ANY


for _kind in ('is-instance', 'is-subclass', 'callable', 'function-plain'):
    ser_builder(_kind)(build_any)


def _none_run(value, state):
    return None if value is None else _other('none', value, state)


def _none_key(value, state):
    return 'None' if value is None else _other_key('none', value, state)


_NONE = SerNode('none', 'none', _none_run, _none_key, type(None))


@ser_builder('none')
def build_none(schema, config, definitions):
    return _NONE


def _int_run(value, state):
    kind = type(value)
    if kind is int:
        return value
    if isinstance(value, int) and not (kind is bool and not state.wire and False):
        if not state.wire:
            _strict_subclass(state)
        if state.mode == 'json':
            return int.__index__(value) + 0
        return infer(value, state)
    if state.wire and hasattr(kind, '__index__'):
        return int(kind.__index__(value))
    return _other('int', value, state)


def _int_key(value, state):
    return str(value) if isinstance(value, int) else _other_key('int', value, state)


INT = SerNode('int', 'int', _int_run, _int_key, int, True)


@ser_builder('int')
def build_int(schema, config, definitions):
    return INT


def _bool_run(value, state):
    return value if isinstance(value, bool) else _other('bool', value, state)


def _bool_key(value, state):
    return ('true' if value else 'false') if isinstance(value, bool) else _other_key('bool', value, state)


_BOOL = SerNode('bool', 'bool', _bool_run, _bool_key, bool)


@ser_builder('bool')
def build_bool(schema, config, definitions):
    return _BOOL


def _str_run(value, state):
    kind = type(value)
    if kind is str:
        return value
    if isinstance(value, str):
        return str.__str__(value) if state.mode == 'json' else value
    return _other('str', value, state)


def _str_key(value, state):
    return str.__str__(value) if isinstance(value, str) else _other_key('str', value, state)


STR = SerNode('str', 'str', _str_run, _str_key, str)


@ser_builder('str')
def build_str(schema, config, definitions):
    return STR


_INFINITE = (float('inf'), float('-inf'))


@ser_builder('float')
def build_float(schema, config, definitions):
    mode = from_config(config, 'ser_json_inf_nan', str, 'null')
    if mode not in ('null', 'constants', 'strings'):
        serializer_config(config)

    def written(value, state):
        if value != value or value in _INFINITE:
            if mode == 'null':
                return None
            if mode == 'strings':
                return 'NaN' if value != value else 'Infinity' if value > 0 else '-Infinity'
            return value
        odd_float(value, state)
        return value

    def run(value, state):
        kind = type(value)
        if state.wire:
            if kind is float:
                return written(value, state)
            number = as_float(value)
            return _other('float', value, state) if number is None else written(number, state)
        if kind is float:
            return value
        if isinstance(value, (float, int)) and kind is not bool:
            _strict_subclass(state)
            return float(value) if state.mode == 'json' else infer(value, state)
        return _other('float', value, state)

    def key(value, state):
        if isinstance(value, float) or type(value) is int:
            return str(value)
        return _other_key('float', value, state)

    return SerNode('float', 'float', run, key)


def _known(kind):
    def run(value, state):
        if kind_of(value) == kind:
            return infer_known(kind, value, state)
        return _other(kind, value, state)

    def key(value, state):
        if kind_of(value) == kind:
            return infer_key_known(kind, value, state)
        return _other_key(kind, value, state)

    node = SerNode(kind, kind, run, key)
    ser_builder(kind)(lambda schema, config, definitions: node)


_known('decimal')
_known('fraction')


def _simple(kind, test, text):
    """Values that only JSON writes otherwise: `text(value)`."""

    def run(value, state):
        if test(value):
            return text(value) if state.mode == 'json' else value
        return _other(kind, value, state)

    def key(value, state):
        return text(value) if test(value) else _other_key(kind, value, state)

    return SerNode(kind, kind, run, key)


def _is_uuid(value):
    return kind_of(value) == 'uuid'


_UUID = _simple('uuid', _is_uuid, uuid_text)


@ser_builder('uuid')
def build_uuid(schema, config, definitions):
    return _UUID


def _url_node(kind):
    def build(schema, config, definitions):
        from . import urls

        cls = urls.Url if kind == 'url' else urls.MultiHostUrl
        return _simple(kind, lambda value: isinstance(value, cls), str)

    ser_builder(kind)(build)


_url_node('url')
_url_node('multi-host-url')


@ser_builder('bytes')
def build_bytes(schema, config, definitions):
    mode = serializer_config(config).bytes
    return _simple('bytes', lambda value: isinstance(value, bytes), lambda value: bytes_text(value, mode))


@ser_builder('complex')
def build_complex(schema, config, definitions):
    node = _simple('complex', lambda value: isinstance(value, complex), complex_text)
    return SerNode('complex', 'complex', node.run, no_key('complex', 'complex'))


def _temporal(kind, test, write, setting):
    def build(schema, config, definitions):
        mode = getattr(serializer_config(config), setting)

        def run(value, state):
            if test(value):
                if state.mode != 'json':
                    return value
                out = write(value, mode)
                if state.wire and type(out) is float:
                    odd_float(out, state)
                return out
            return _other(kind, value, state)

        def key(value, state):
            return key_text(write(value, mode)) if test(value) else _other_key(kind, value, state)

        return SerNode(kind, kind, run, key)

    ser_builder(kind)(build)


_temporal('datetime', lambda value: isinstance(value, dt.datetime), datetime_json, 'temporal')
_temporal(
    'date', lambda value: isinstance(value, dt.date) and not isinstance(value, dt.datetime), date_json, 'temporal'
)
_temporal('time', lambda value: isinstance(value, dt.time), time_json, 'temporal')
_temporal('timedelta', lambda value: isinstance(value, dt.timedelta), timedelta_json, 'timedelta')


@ser_builder('enum')
def build_enum(schema, config, definitions):
    sub_type = option(schema, 'sub_type', str)
    if sub_type not in (None, 'int', 'str', 'float'):
        raise SchemaError("`sub_type` must be one of: 'int', 'str', 'float' or None")
    inner = {'int': INT, 'str': STR, None: ANY}.get(sub_type) or build_float(schema, config, definitions)
    cls = required(schema, 'cls', type)

    def run(value, state):
        if type(value) is cls:
            return inner.go(value.value, state) if state.mode == 'json' else value
        return _other('enum', value, state)

    def key(value, state):
        return inner.go_key(value.value, state) if type(value) is cls else _other_key('enum', value, state)

    return SerNode('enum', 'enum', run, key, lax=inner.lax)


@ser_builder('literal')
def build_literal(schema, config, definitions):
    expected = required(schema, 'expected', list)
    if not expected:
        raise SchemaError('`expected` should have length > 0')
    ints, strings, others = set(), set(), []
    for value in expected:
        if isinstance(value, bool):
            others.append(value)
        elif isinstance(value, int):
            ints.add(int(value))
        elif isinstance(value, str):
            strings.add(str.__str__(value))
        else:
            others.append(value)
    name = f'literal[{",".join(map(repr, expected))}]'

    def plain(value):
        """The int or text that a value of the literal is; None for others."""
        if isinstance(value, int) and not isinstance(value, bool) and int(value) in ints:
            return int(value)
        if isinstance(value, str) and str.__str__(value) in strings:
            return str.__str__(value)
        return None

    def run(value, state):
        if state.check:
            out = plain(value)
            if out is not None:
                return out if state.mode == 'json' else value
            if value not in others:
                state.warn_fallback(name, value)
        return infer(value, state)

    def key(value, state):
        if state.check:
            out = plain(value)
            if out is not None:
                return str(out)
            if value not in others:
                state.warn_fallback(name, value)
        return infer_key(value, state)

    return SerNode('literal', name, run, key)


@ser_builder('missing-sentinel')
def build_missing(schema, config, definitions):
    inner = ser_build(schema['schema'], config, definitions) if 'schema' in schema else None
    refuse = no_key('missing-sentinel', 'missing-sentinel')

    def run(value, state):
        missing = missing_sentinel()
        if value is missing and not state.wire:
            return value
        if inner is not None and value is not missing:
            return inner.go(value, state)
        if state.wire:
            raise plain_error("'MISSING' can't be serialized to JSON")
        raise PydanticSerializationUnexpectedValue("Expected 'MISSING' sentinel")

    def key(value, state):
        if inner is not None and value is not missing_sentinel():
            return inner.go_key(value, state)
        return refuse(value, state)

    lax = False if inner is None else inner.may_lax
    return SerNode('missing-sentinel', 'missing-sentinel', run, key, lax=lax)


@ser_builder('ellipsis')
def build_ellipsis(schema, config, definitions):
    def run(value, state):
        if state.wire:
            raise plain_error("'Ellipsis' can't be serialized to JSON")
        if value is ...:
            return value
        raise PydanticSerializationUnexpectedValue("Expected 'Ellipsis' object")

    return SerNode('ellipsis', 'ellipsis', run, no_key('ellipsis', 'ellipsis'))


@ser_builder('json')
def build_json(schema, config, definitions):
    inner = ser_build(schema['schema'], config, definitions) if 'schema' in schema else ANY

    def text(value, state):
        mode, wire, odd = state.mode, state.wire, state.odd_floats
        state.odd_floats = False
        try:
            return to_bytes(inner.go, value, state, None, False).decode()
        finally:
            state.mode, state.wire, state.odd_floats = mode, wire, odd

    def run(value, state):
        return text(value, state) if state.round_trip else inner.go(value, state)

    def key(value, state):
        return text(value, state) if state.round_trip else infer_key(value, state)

    return SerNode('json', 'json', run, key)
