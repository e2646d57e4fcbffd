"""How values without a form in JSON are written: times, durations, bytes, infinite numbers."""

import base64
import datetime as dt

from .build import from_config
from .dates import show_datetime, show_time
from .exceptions import SchemaError

_CHOICES = {
    'TemporalMode': ('iso8601', 'seconds', 'milliseconds'),
    'TimedeltaMode': ('iso8601', 'float'),
    'BytesMode': ('utf8', 'base64', 'hex'),
    'InfNanMode': ('null', 'constants', 'strings'),
}


def _choice(kind, value):
    if value not in _CHOICES[kind]:
        listed = ''.join(f'{one} or ' for one in _CHOICES[kind])
        listed = listed[:-4] if kind != '' else listed
        raise SchemaError(f'Invalid {kind} serialization mode: `{value}`, expected {listed}')
    return value


class SerConfig:
    __slots__ = ('temporal', 'timedelta', 'bytes', 'inf_nan')

    def __init__(self, temporal='iso8601', timedelta='iso8601', bytes='utf8', inf_nan='constants'):
        self.temporal = _choice('TemporalMode', temporal)
        # `temporal` comes first where it is set.
        if temporal != 'iso8601':
            self.timedelta = temporal
        else:
            self.timedelta = 'seconds' if _choice('TimedeltaMode', timedelta) == 'float' else 'iso8601'
        self.bytes = _choice('BytesMode', bytes)
        self.inf_nan = _choice('InfNanMode', inf_nan)


DEFAULT = SerConfig()


def serializer_config(config):
    """The whole's: without a setting, infinite numbers are null."""
    if not config:
        return SerConfig(inf_nan='null')
    temporal = from_config(config, 'ser_json_temporal', str)
    out = SerConfig(
        'iso8601' if temporal is None else temporal,
        from_config(config, 'ser_json_timedelta', str, 'iso8601') if temporal is None else 'iso8601',
        from_config(config, 'ser_json_bytes', str, 'utf8'),
        from_config(config, 'ser_json_inf_nan', str, 'null'),
    )
    return out


def bytes_text(value, mode):
    if mode == 'utf8':
        try:
            return bytes(value).decode()
        except UnicodeDecodeError as error:
            problem = error
        raise UnicodeDecodeError('utf-8', bytes(value), problem.start, problem.end, 'invalid utf-8')
    if mode == 'base64':
        return base64.urlsafe_b64encode(value).decode()
    return bytes(value).hex()


def _seconds_of(value, offset):
    days = dt.date(value.year, value.month, value.day).toordinal() - 719163
    return days * 86400 + value.hour * 3600 + value.minute * 60 + value.second - (offset or 0)


def datetime_json(value, mode):
    if mode == 'iso8601':
        return show_datetime(value)
    offset = value.utcoffset()
    whole = _seconds_of(value, None if offset is None else round(offset.total_seconds()))
    if mode == 'seconds':
        return float(whole) + value.microsecond / 1_000_000.0
    return float(whole) * 1000.0 + value.microsecond / 1000.0


def date_json(value, mode):
    if mode == 'iso8601':
        return f'{value.year:04}-{value.month:02}-{value.day:02}'
    days = dt.date(value.year, value.month, value.day).toordinal() - 719163
    return float(days * 86400) if mode == 'seconds' else float(days * 86_400_000)


def time_json(value, mode):
    if mode == 'iso8601':
        return show_time(value)
    whole = value.hour * 3600.0 + value.minute * 60.0 + value.second
    if mode == 'seconds':
        return whole + value.microsecond / 1_000_000.0
    return value.hour * 3_600_000.0 + value.minute * 60_000.0 + value.second * 1000.0 + value.microsecond / 1000.0


def timedelta_json(value, mode):
    if mode == 'seconds':
        return value.total_seconds()
    micro = (value.days * 86400 + value.seconds) * 1_000_000 + value.microseconds
    if mode == 'milliseconds':
        return micro / 1000.0
    out = ['-P' if micro < 0 else 'P']
    size = abs(micro)
    days, rest = divmod(size, 86_400_000_000)
    years, days = divmod(days, 365)
    if years:
        out.append(f'{years}Y')
    if days:
        out.append(f'{days}D')
    if rest or not (years or days):
        hours, rest = divmod(rest, 3_600_000_000)
        minutes, rest = divmod(rest, 60_000_000)
        seconds, rest = divmod(rest, 1_000_000)
        out.append('T')
        if hours:
            out.append(f'{hours}H')
        if minutes:
            out.append(f'{minutes}M')
        if rest:
            out.append(f'{seconds}.{rest:06}'.rstrip('0') + 'S')
        elif seconds or not (hours or minutes):
            out.append(f'{seconds}S')
    return ''.join(out)
