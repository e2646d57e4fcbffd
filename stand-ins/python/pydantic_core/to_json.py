"""JSON text of serialized values, and the functions to_json and to_jsonable_python."""

import json

from .infer import infer
from .ser_config import DEFAULT, SerConfig
from .ser_state import PydanticSerializationError, PydanticSerializationUnexpectedValue, SerState, from_nesting

_compact = json.JSONEncoder(ensure_ascii=False, separators=(',', ':'), check_circular=False).encode
_ascii = json.JSONEncoder(ensure_ascii=True, separators=(',', ':'), check_circular=False).encode


def dump_text(tree, indent, ensure_ascii, odd_floats):
    if odd_floats:
        tree = _mark_floats(tree)
    if indent is None:
        text = (_ascii if ensure_ascii else _compact)(tree)
    else:
        text = json.dumps(tree, ensure_ascii=ensure_ascii, indent=indent, separators=(',', ': '), check_circular=False)
        if indent == 0:
            text = json.dumps(tree, ensure_ascii=ensure_ascii, indent=0, separators=(',', ': '))
    if odd_floats:
        text = _put_floats(text)
    return text


# Floats that are written otherwise go through the encoder as strings that no text can hold.
_OPEN, _CLOSE = '\ue000\ue001f', 'f\ue001\ue000'


def _mark_floats(tree):
    kind = type(tree)
    if kind is float:
        if tree == tree and tree not in (float('inf'), float('-inf')) and tree and not 1e-4 <= abs(tree) < 1e16:
            return _OPEN + float_text(tree) + _CLOSE
        return tree
    if kind is list or kind is tuple:
        return [_mark_floats(one) for one in tree]
    if kind is dict:
        return {key: _mark_floats(one) for key, one in tree.items()}
    return tree


def _put_floats(text):
    for mark_open, mark_close in (
        ('"' + _OPEN, _CLOSE + '"'),
        ('"\\ue000\\ue001f', 'f\\ue001\\ue000"'),
    ):
        text = text.replace(mark_open, '').replace(mark_close, '')
    return text


def float_text(number):
    """A float as Rust's writer (ryu) has it: exponents from 1e16 and below 1e-5, without `+` and zeros."""
    text = repr(number)
    if 'e' not in text:
        return text
    mantissa, exponent = text.split('e')
    power = int(exponent)
    if power == -5:
        sign = '-' if mantissa.startswith('-') else ''
        digits = mantissa.lstrip('-').replace('.', '')
        return f'{sign}0.0000{digits}'
    return f'{mantissa}e{power}'


def to_bytes(run, value, state, indent, ensure_ascii):
    """The JSON of `value` as bytes; what goes wrong is told as a serialization error."""
    state.mode = 'json'
    state.wire = True
    try:
        tree = run(value, state)
        return dump_text(tree, indent, ensure_ascii, state.odd_floats).encode()
    except (PydanticSerializationError, PydanticSerializationUnexpectedValue):
        raise
    except RecursionError as error:
        if not from_nesting(error):
            raise
        text = 'Error serializing to JSON: ValueError: Maximum serialization depth exceeded'
    except Exception as error:
        text = str(error)
        if type(error) is UnicodeDecodeError:
            if error.end == len(error.object) and 'unexpected end' in _decode_reason(error.object):
                text = f'incomplete utf-8 byte sequence from index {error.start}'
            else:
                text = f'invalid utf-8 sequence of {error.end - error.start} bytes from index {error.start}'
            text = f'Error serializing to JSON: {text}'
        elif type(error) is _Plain:
            text = f'Error serializing to JSON: {text}'
        else:
            name = type(error).__name__
            text = f'Error serializing to JSON: {name}: {text}' if text else f'Error serializing to JSON: {name}'
    raise PydanticSerializationError(text)


def _decode_reason(data):
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.reason
    return ''


class _Plain(Exception):
    """An error whose text goes into the message without the name of its type."""


def plain_error(text):
    return _Plain(text)


def dump_plain(tree, indent):
    """For ValidationError.json()."""
    state = SerState()
    state.config = DEFAULT
    state.mode = 'json'
    state.wire = True
    state.warn_mode = 'none'
    state.serialize_unknown = True
    return dump_text(infer(tree, state), indent, False, state.odd_floats)


def _state(
    include, exclude, by_alias, exclude_none, round_trip, timedelta_mode, temporal_mode, bytes_mode, inf_nan_mode,
    serialize_unknown, fallback, serialize_as_any, polymorphic_serialization, context,
):
    state = SerState()
    state.config = SerConfig(temporal_mode, timedelta_mode, bytes_mode, inf_nan_mode)
    state.include = include
    state.exclude = exclude
    state.by_alias = by_alias
    state.exclude_none = exclude_none
    state.round_trip = round_trip
    state.serialize_unknown = serialize_unknown
    state.fallback = fallback
    state.as_any = serialize_as_any
    state.polymorphic = polymorphic_serialization
    state.context = context
    state.warn_mode = 'none'
    state.mode = 'json'
    return state


def to_json(
    value, *, indent=None, ensure_ascii=False, include=None, exclude=None, by_alias=True, exclude_none=False,
    round_trip=False, timedelta_mode='iso8601', temporal_mode='iso8601', bytes_mode='utf8',
    inf_nan_mode='constants', serialize_unknown=False, fallback=None, serialize_as_any=False,
    polymorphic_serialization=None, context=None,
):
    state = _state(
        include, exclude, by_alias, exclude_none, round_trip, timedelta_mode, temporal_mode, bytes_mode,
        inf_nan_mode, serialize_unknown, fallback, serialize_as_any, polymorphic_serialization, context,
    )
    return to_bytes(infer, value, state, indent, bool(ensure_ascii))


def to_jsonable_python(
    value, *, include=None, exclude=None, by_alias=True, exclude_none=False, round_trip=False,
    timedelta_mode='iso8601', temporal_mode='iso8601', bytes_mode='utf8', inf_nan_mode='constants',
    serialize_unknown=False, fallback=None, serialize_as_any=False, polymorphic_serialization=None, context=None,
):
    state = _state(
        include, exclude, by_alias, exclude_none, round_trip, timedelta_mode, temporal_mode, bytes_mode,
        inf_nan_mode, serialize_unknown, fallback, serialize_as_any, polymorphic_serialization, context,
    )
    return infer(value, state)
