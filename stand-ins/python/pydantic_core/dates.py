"""Validators of date, time, datetime and timedelta."""

import datetime as dt
import time as clock

from .build import Node, builder, is_strict, option
from .date_readers import (
    _error,
    _precision,
    _temporal_unit,
    make_date,
    make_datetime,
    make_time,
    read_date,
    read_datetime,
    read_time,
    read_timedelta,
)
from .errors import ValError, fail
from .exceptions import SchemaError
from .markers import error_text, quoted
from .state import LAX


_OPERATORS = (
    ('le', 'less_than_equal', lambda a, b: a <= b),
    ('lt', 'less_than', lambda a, b: a < b),
    ('ge', 'greater_than_equal', lambda a, b: a >= b),
    ('gt', 'greater_than', lambda a, b: a > b),
)


def _bounds(schema, convert, show, what):
    out = []
    for key, kind, test in _OPERATORS:
        if key in schema:
            try:
                bound = convert(schema[key])
            except Exception:
                bound = None
            if bound is None:
                raise ValueError(f"'{key}' must be coercible to a {what} instance")
            out.append((key, kind, test, bound, show(bound)))
    return out


def _now_rule(schema):
    op = option(schema, 'now_op', str)
    if op is None:
        return None
    if op not in ('past', 'future'):
        raise SchemaError(f'Invalid now_op {quoted(op)}')
    return op, option(schema, 'now_utc_offset', int)


def _now_offset(rule):
    return clock.localtime().tm_gmtoff if rule[1] is None else rule[1]


def _zone_rule(schema):
    if 'tz_constraint' not in schema:
        return None
    rule = schema['tz_constraint']
    if isinstance(rule, str):
        if rule not in ('aware', 'naive'):
            raise SchemaError(f'Invalid tz_constraint {quoted(rule)}')
        return rule
    offset = option(schema, 'tz_constraint', int)
    if not -(1 << 63) <= offset < 1 << 63:
        raise OverflowError('Python int too large to convert to C long')
    return offset


def _check_zone(rule, offset, input):
    if rule == 'naive':
        if offset is not None:
            raise _error('timezone_naive', input)
    elif offset is None:
        raise _error('timezone_aware', input)
    elif rule != 'aware' and rule != offset:
        raise fail('timezone_offset', input, tz_expected=rule, tz_actual=offset)


def _offset_of(value, when):
    zone = value.tzinfo
    if zone is None:
        return None
    delta = zone.utcoffset(when)
    return None if delta is None else round(delta.total_seconds())


def _micro_text(micro):
    return f'.{micro:06}' if micro else ''


def _zone_text(offset):
    if offset is None:
        return ''
    if offset == 0:
        return 'Z'
    size = abs(offset)
    return f'{"+" if offset > 0 else "-"}{size // 3600:02}:{size // 60 % 60:02}'


def show_time(value, when=None):
    return (
        f'{value.hour:02}:{value.minute:02}:{value.second:02}{_micro_text(value.microsecond)}'
        f'{_zone_text(_offset_of(value, when))}'
    )


def show_datetime(value):
    return f'{value.year:04}-{value.month:02}-{value.day:02}T{show_time(value, value)}'


def _ordinal_time(value, offset):
    seconds = value.hour * 3600 + value.minute * 60 + value.second - (offset or 0)
    return seconds * 1_000_000 + value.microsecond


@builder('date')
def build_date(schema, config, definitions):
    own = is_strict(schema, config)
    unit = _temporal_unit(config)

    def convert(value):
        out = make_date(read_date(value, False, 'infer', 'py')[0], value)
        return dt.date(out.year, out.month, out.day)

    bounds = _bounds(schema, convert, dt.date.isoformat, 'date')
    now = _now_rule(schema)

    def make(mode):
        def validate(value, state):
            strict = state.strict
            if strict is None:
                strict = own
            try:
                raw, exactness = read_date(value, strict, unit, mode)
                if state.exactness is not None:
                    state.floor(exactness)
            except ValError as error:
                if strict:
                    raise
                problem = error
                raw = None
            if raw is None:
                state.floor(LAX)
                raw = _date_from_datetime(value, unit, mode, problem)
            out = make_date(raw, value) if type(raw) is tuple and raw[0] else raw
            if bounds or now:
                plain = dt.date(max(out[0], 1), *out[1:]) if type(out) is tuple else out
                plain = dt.date(plain.year, plain.month, plain.day)
                for key, kind, test, bound, shown in bounds:
                    if not test(plain, bound):
                        raise fail(kind, value, **{key: shown})
                if now:
                    offset = dt.timezone(dt.timedelta(seconds=_now_offset(now)))
                    today = dt.datetime.now(offset).date()
                    if not (plain < today if now[0] == 'past' else plain > today):
                        raise _error('date_past' if now[0] == 'past' else 'date_future', value)
            return make_date(out, value)

        return validate

    return Node('date', 'date', make)


def _date_from_datetime(value, unit, mode, problem):
    try:
        raw, _ = read_datetime(value, False, 'truncate', unit, mode)
    except ValError as error:
        line = error.errors[0]
        if line.type == 'datetime_parsing':
            line.type = 'date_from_datetime_parsing'
            raise
        raise problem
    if type(raw) is tuple:
        date, time = raw
        time = time[:4]
    else:
        date = (raw.year, raw.month, raw.day)
        time = (raw.hour, raw.minute, raw.second, raw.microsecond)
    if time != (0, 0, 0, 0):
        raise _error('date_from_datetime_inexact', value)
    return date


@builder('time')
def build_time(schema, config, definitions):
    own = is_strict(schema, config)
    precision = _precision(schema, config)

    def convert(value):
        return make_time(read_time(value, False, 'truncate', 'py')[0])

    bounds = _bounds(schema, convert, show_time, 'time')
    zone = _zone_rule(schema)

    def make(mode):
        def validate(value, state):
            strict = state.strict
            raw, exactness = read_time(value, own if strict is None else strict, precision, mode)
            if state.exactness is not None:
                state.floor(exactness)
            out = make_time(raw)
            if bounds or zone is not None:
                offset = _offset_of(out, None)
                for key, kind, test, bound, shown in bounds:
                    other = _offset_of(bound, None)
                    if offset is None or other is None:
                        good = test(_ordinal_time(out, 0), _ordinal_time(bound, 0))
                    else:
                        good = test(_ordinal_time(out, offset), _ordinal_time(bound, other))
                    if not good:
                        raise fail(kind, value, **{key: shown})
                if zone is not None:
                    _check_zone(zone, offset, value)
            return out

        return validate

    return Node('time', 'time', make)


@builder('datetime')
def build_datetime(schema, config, definitions):
    own = is_strict(schema, config)
    precision = _precision(schema, config)
    unit = _temporal_unit(config)

    def convert(value):
        return make_datetime(read_datetime(value, False, 'truncate', 'infer', 'py')[0], value)

    bounds = _bounds(schema, convert, show_datetime, 'datetime')
    now = _now_rule(schema)
    zone = _zone_rule(schema)

    def check(out, value):
        offset = None
        problem = None
        try:
            offset = _offset_of(out, out)
        except Exception as error:
            problem = error_text(error)
        if problem is not None:
            raise fail('datetime_object_invalid', value, error=problem)
        for key, kind, test, bound, shown in bounds:
            if not test(_stamp(out, offset), _stamp(bound, _offset_of(bound, bound) if offset is not None else None)):
                raise fail(kind, value, **{key: shown})
        if now:
            seconds = _now_offset(now)
            current = dt.datetime.now(dt.timezone(dt.timedelta(seconds=seconds)))
            stamp, mark = _stamp(out, offset), _stamp(current, seconds if offset is not None else None)
            if not (stamp < mark if now[0] == 'past' else stamp > mark):
                raise _error('datetime_past' if now[0] == 'past' else 'datetime_future', value)
        if zone is not None:
            _check_zone(zone, offset, value)

    constrained = bool(bounds or now or zone is not None)

    def make(mode):
        def validate(value, state):
            strict = state.strict
            if strict is None:
                strict = own
            try:
                raw, exactness = read_datetime(value, strict, precision, unit, mode)
                if state.exactness is not None:
                    state.floor(exactness)
            except ValError as error:
                if strict:
                    raise
                problem = error
                raw = None
            if raw is None:
                state.floor(LAX)
                raw = (_date_for_datetime(value, mode, problem), (0, 0, 0, 0, None))
            out = make_datetime(raw, value)
            if constrained:
                check(out, value)
            return out

        return validate

    return Node('datetime', 'datetime', make)


def _stamp(value, offset):
    """Microseconds, in UTC if an offset is given."""
    days = dt.date(value.year, value.month, value.day).toordinal()
    return days * 86_400_000_000 + _ordinal_time(value, offset)


def _date_for_datetime(value, mode, problem):
    try:
        raw, _ = read_date(value, False, 'infer', mode)
    except ValError as error:
        line = error.errors[0]
        if line.type == 'date_parsing':
            line.type = 'datetime_from_date_parsing'
            raise
        raise problem
    return raw if type(raw) is tuple else (raw.year, raw.month, raw.day)


@builder('timedelta')
def build_timedelta(schema, config, definitions):
    own = is_strict(schema, config)
    precision = _precision(schema, config)

    def convert(value):
        return read_timedelta(value, False, 'truncate', 'py')[0]

    multiple_of = None
    if 'multiple_of' in schema:
        try:
            multiple_of = convert(schema['multiple_of'])
        except Exception:
            raise ValueError("'multiple_of' must be coercible to a timedelta instance")
        if multiple_of <= dt.timedelta(0):
            raise ValueError("'multiple_of' must be greater than 0")
    bounds = _bounds(schema, convert, _human, 'timedelta')

    def make(mode):
        def validate(value, state):
            strict = state.strict
            out, exactness = read_timedelta(value, own if strict is None else strict, precision, mode)
            if state.exactness is not None:
                state.floor(exactness)
            if multiple_of is not None and out % multiple_of:
                raise fail('multiple_of', out, multiple_of=_human(multiple_of))
            for key, kind, test, bound, shown in bounds:
                if not test(out, bound):
                    raise fail(kind, out, **{key: shown})
            return out

        return validate

    return Node('timedelta', 'timedelta', make)


def _human(delta):
    seconds = delta.seconds
    parts = []
    for count, unit in (
        (delta.days, 'day'),
        (seconds // 3600, 'hour'),
        (seconds % 3600 // 60, 'minute'),
        (seconds % 60, 'second'),
        (delta.microseconds, 'microsecond'),
    ):
        if count:
            parts.append(f'{count} {unit}{"s" if count != 1 else ""}')
    return ' and '.join(parts) or '0 seconds'
