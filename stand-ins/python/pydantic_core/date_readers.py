"""Readers of date, time, datetime and timedelta.

A reader gives (value or raw, exactness). Raw is a tuple of numbers, so that the year 0 can be told.
"""

import datetime as dt

from .build import either, from_config
from .errors import LineError, ValError, fail
from .exceptions import SchemaError
from .numbers_read import as_float, as_int64
from .state import LAX, STRICT
from .temporal import (
    TzInfo,
    Wrong,
    datetime_from_number,
    duration_from_number,
    number_of,
    parse_date,
    parse_datetime,
    parse_duration,
    parse_time,
    time_from_number,
)


def _error(type, input):
    return ValError([LineError(type, input)])


def _text(value, mode):
    """The text of a str or bytes; None of others. Bytes that are no UTF-8 fail as characters do."""
    if isinstance(value, str):
        return str.__str__(value)
    if mode == 'py' and isinstance(value, bytes):
        return value.decode('latin-1')
    return None


def _temporal_unit(config):
    unit = from_config(config, 'val_temporal_unit', str, 'infer')
    if unit not in ('seconds', 'milliseconds', 'infer'):
        raise SchemaError(
            f'Invalid temporal_unit_mode serialization mode: `{unit}`, expected seconds, milliseconds or infer'
        )
    return unit


def _precision(schema, config):
    precision = either(schema, config, 'microseconds_precision', None, str, 'truncate')
    if precision not in ('truncate', 'error'):
        raise SchemaError('Invalid `microseconds_precision`, must be one of "truncate" or "error"')
    return precision


def read_date(value, strict, unit, mode):
    kind = type(value)
    if mode == 'py':
        if kind is dt.date:
            return value, 2
        if isinstance(value, dt.datetime):
            raise _error('date_type', value)
        if isinstance(value, dt.date):
            return value, STRICT
        if strict:
            raise _error('date_type', value)
    text = _text(value, mode)
    if text is None:
        raise _error('date_type', value)
    try:
        return _date_of_text(text, unit), LAX if mode == 'py' else STRICT
    except Wrong as wrong:
        problem = str(wrong)
    raise fail('date_parsing', value, error=problem)


def _date_of_text(text, unit):
    if len(text) == 10 and text[4] == '-':
        return parse_date(text)
    number = number_of(text)
    if number is not None:
        date, time = datetime_from_number(number, unit)
        if time[:4] != (0, 0, 0, 0):
            raise Wrong('non-zero time')
        return date
    date = parse_date(text)
    if len(text) > 10:
        raise Wrong('unexpected extra characters at the end of the input')
    return date


def make_date(raw, input):
    if type(raw) is not tuple:
        return raw
    if raw[0] == 0:
        raise fail('date_parsing', input, error='year 0 is out of range')
    return dt.date(*raw)


def read_time(value, strict, precision, mode):
    kind = type(value)
    if mode == 'py':
        if kind is dt.time:
            return value, 2
        if isinstance(value, dt.time):
            return value, STRICT
        if strict:
            raise _error('time_type', value)
    text = _text(value, mode)
    try:
        if text is not None:
            return parse_time(text, 0, precision), LAX if mode == 'py' else STRICT
        if mode != 'str' and kind is not bool and not (strict and mode == 'json'):
            number = _number(value)
            if number is not None:
                return time_from_number(number), LAX
    except Wrong as wrong:
        problem = str(wrong)
    else:
        raise _error('time_type', value)
    raise fail('time_parsing', value, error=problem)


def _number(value):
    """The integer or float of a timestamp."""
    if type(value) is float:
        return value
    number = as_int64(value) if not isinstance(value, float) else None
    return as_float(value) if number is None else number


def make_time(raw):
    if type(raw) is not tuple:
        return raw
    hour, minute, second, micro, offset = raw
    return dt.time(hour, minute, second, micro, None if offset is None else TzInfo(offset))


def read_datetime(value, strict, precision, unit, mode):
    kind = type(value)
    if mode == 'py':
        if kind is dt.datetime:
            return value, 2
        if isinstance(value, dt.datetime):
            return value, STRICT
        if strict:
            raise _error('datetime_type', value)
    text = _text(value, mode)
    try:
        if text is not None:
            return _datetime_of_text(text, precision, unit), LAX if mode == 'py' else STRICT
        if mode != 'str' and kind is not bool and not (strict and mode == 'json'):
            if mode == 'py' and isinstance(value, dt.date):
                return ((value.year, value.month, value.day), (0, 0, 0, 0, None)), LAX
            number = _number(value) if not (mode == 'json' and kind is int and as_int64(value) is None) else None
            if number is not None:
                return datetime_from_number(number, unit), LAX
    except Wrong as wrong:
        problem = str(wrong)
    else:
        raise _error('datetime_type', value)
    raise fail('datetime_parsing', value, error=problem)


def _datetime_of_text(text, precision, unit):
    try:
        return parse_datetime(text, precision)
    except Wrong:
        number = number_of(text)
        if number is None:
            raise
    return datetime_from_number(number, unit)


def make_datetime(raw, input):
    if type(raw) is not tuple:
        return raw
    (year, month, day), (hour, minute, second, micro, offset) = raw
    if year == 0:
        raise fail('datetime_parsing', input, error='year 0 is out of range')
    return dt.datetime(year, month, day, hour, minute, second, micro, None if offset is None else TzInfo(offset))


def read_timedelta(value, strict, precision, mode):
    """(timedelta, exactness)."""
    kind = type(value)
    if mode == 'py':
        if kind is dt.timedelta:
            return value, 2
        if isinstance(value, dt.timedelta):
            return value, STRICT
        if strict:
            raise _error('time_delta_type', value)
    text = _text(value, mode)
    try:
        if text is not None:
            micro = parse_duration(text, precision)
            return dt.timedelta(microseconds=micro), LAX if mode == 'py' else STRICT
        if mode == 'py' or (mode == 'json' and not strict and kind in (int, float)):
            number = _number(value)
            if number is not None:
                return dt.timedelta(microseconds=duration_from_number(number)), LAX
    except Wrong as wrong:
        problem = str(wrong)
    else:
        raise _error('time_delta_type', value)
    raise fail('time_delta_parsing', value, error=problem)
