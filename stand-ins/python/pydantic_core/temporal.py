"""Reading dates, times and durations as pydantic's parser (speedate) does."""

import datetime as dt
import re

from .markers import MODULE

_timedelta = dt.timedelta
_TOO_SHORT = 'input is too short'
_EXTRA = 'unexpected extra characters at the end of the input'
_AFTER = 'dates after 9999 are not supported as unix timestamps'
_BEFORE = 'dates before 0000 are not supported as unix timestamps'
_TOO_MANY_DAYS = 'durations may not exceed 999,999,999 days'
_NUMERIC_TIME = 'numeric times may not exceed 86,399 seconds'
_MOST_DAYS = 999_999_999
# Seconds with more than this are milliseconds.
_WATERSHED = 20_000_000_000
_FIRST = -62_167_219_200
_LAST = 253_402_300_799
_EPOCH = dt.datetime(1970, 1, 1)


class Wrong(Exception):
    """What is wrong with a text, in the words of the message."""


class TzInfo(dt.tzinfo):
    __module__ = MODULE

    def __new__(cls, seconds=0.0):
        if not isinstance(seconds, (int, float)):
            raise TypeError(
                f"argument 'seconds': must be real number, not {type(seconds).__name__}"
            )
        seconds = int(seconds)
        if seconds == 0 and cls is TzInfo and _utc:
            return _utc[0]
        if abs(seconds) >= 86400:
            raise ValueError(
                f'TzInfo offset must be strictly between -86400 and 86400 (24 hours) seconds, got {seconds}'
            )
        self = super().__new__(cls)
        self._seconds = seconds
        return self

    def utcoffset(self, dt):
        return _timedelta(seconds=self._seconds)

    def tzname(self, dt):
        return str(self)

    def dst(self, dt):
        return None

    def fromutc(self, dt):
        return dt + self.utcoffset(None)

    def __repr__(self):
        return f'TzInfo({self._seconds})'

    def __str__(self):
        total = self._seconds
        if total == 0:
            return 'UTC'
        size = abs(total)
        text = f'{"+" if total >= 0 else "-"}{size // 3600:02}:{size // 60 % 60:02}'
        return f'{text}:{size % 60:02}' if size % 60 else text

    def __hash__(self):
        return hash(self._seconds)

    def _other(self, other):
        if not isinstance(other, dt.tzinfo):
            return None
        offset = other.utcoffset(None)
        return None if offset is None else round(offset.total_seconds())

    def __eq__(self, other):
        offset = self._other(other)
        return NotImplemented if offset is None else self._seconds == offset

    def __ne__(self, other):
        offset = self._other(other)
        return NotImplemented if offset is None else self._seconds != offset

    def __lt__(self, other):
        offset = self._other(other)
        return NotImplemented if offset is None else self._seconds < offset

    def __le__(self, other):
        offset = self._other(other)
        return NotImplemented if offset is None else self._seconds <= offset

    def __gt__(self, other):
        offset = self._other(other)
        return NotImplemented if offset is None else self._seconds > offset

    def __ge__(self, other):
        offset = self._other(other)
        return NotImplemented if offset is None else self._seconds >= offset

    def __deepcopy__(self, _memo):
        return self

    def __reduce__(self):
        return type(self), (self._seconds,)


_utc = []
_utc.append(TzInfo(0))


def zone(seconds):
    return None if seconds is None else TzInfo(seconds)


# ---- text


def _two(text, index, what):
    part = text[index : index + 2]
    if len(part) < 2 and not part.isdigit() and not part:
        raise Wrong(_TOO_SHORT)
    if len(part) == 2 and part.isascii() and part.isdigit():
        return int(part)
    raise Wrong(f'invalid character in {what}')


def _days_in(year, month):
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def parse_date(text):
    """(year, month, day), the year may be 0; the rest of the text is another's."""
    if len(text) < 10:
        raise Wrong(_TOO_SHORT)
    year = text[:4]
    if not (year.isascii() and year.isdigit()):
        raise Wrong('invalid character in year')
    if text[4] != '-':
        raise Wrong('invalid date separator, expected `-`')
    month = _two(text, 5, 'month')
    if text[7] != '-':
        raise Wrong('invalid date separator, expected `-`')
    day = _two(text, 8, 'day')
    if not 1 <= month <= 12:
        raise Wrong('month value is outside expected range of 1-12')
    year = int(year)
    if not 1 <= day <= _days_in(year, month):
        raise Wrong('day value is outside expected range')
    return year, month, day


def parse_time(text, index, precision):
    """((hour, minute, second, microsecond, offset or None)) of text[index:], all of it."""
    size = len(text)
    if size - index < 5:
        raise Wrong(_TOO_SHORT)
    hour = _two(text, index, 'hour')
    if text[index + 2] != ':':
        raise Wrong('invalid time separator, expected `:`')
    minute = _two(text, index + 3, 'minute')
    if hour > 23:
        raise Wrong('hour value is outside expected range of 0-23')
    if minute > 59:
        raise Wrong('minute value is outside expected range of 0-59')
    second, micro, index = _seconds(text, index + 5, precision)
    offset = None
    if index < size:
        offset, index = _offset(text, index)
        if index < size:
            raise Wrong(_EXTRA)
    return hour, minute, second, micro, offset


def _seconds(text, index, precision):
    """Of `:SS.ffffff`, if it is there: (second, microsecond, index after it)."""
    size = len(text)
    if index >= size or text[index] != ':':
        return 0, 0, index
    part = text[index + 1 : index + 3]
    if len(part) < 2 or not (part.isascii() and part.isdigit()):
        raise Wrong('invalid character in second')
    second = int(part)
    if second > 59:
        raise Wrong('second value is outside expected range of 0-59')
    index += 3
    micro = 0
    if index < size and text[index] in '.,':
        start = index = index + 1
        while index < size and '0' <= text[index] <= '9':
            index += 1
        count = index - start
        if count == 0:
            raise Wrong('second fraction value is missing') if index >= size else Wrong('invalid character in second fraction')
        if count > 6 and precision == 'error':
            raise Wrong('second fraction value is more than 6 digits long')
        micro = int(text[start : min(index, start + 6)].ljust(6, '0'))
    return second, micro, index


def _offset(text, index):
    char = text[index]
    if char in 'Zz':
        return 0, index + 1
    if char == '+':
        sign = 1
    elif char in '-\u2212':
        sign = -1
    else:
        raise Wrong('invalid timezone sign')
    part = text[index + 1 : index + 3]
    if len(part) < 2 or not (part.isascii() and part.isdigit()):
        raise Wrong('invalid timezone hour')
    hours = int(part)
    index += 3
    if index < len(text) and text[index] == ':':
        index += 1
    part = text[index : index + 2]
    if len(part) < 2 or not (part.isascii() and part.isdigit()):
        raise Wrong('invalid timezone minute')
    minutes = int(part)
    if minutes > 59:
        raise Wrong('timezone minute value is outside expected range of 0-59')
    seconds = sign * (hours * 3600 + minutes * 60)
    if abs(seconds) >= 86400:
        raise Wrong('timezone offset must be less than 24 hours')
    return seconds, index + 2


def parse_datetime(text, precision):
    date = parse_date(text)
    if len(text) == 10:
        raise Wrong(_TOO_SHORT)
    if text[10] not in 'Tt_ ':
        raise Wrong('invalid datetime separator, expected `T`, `t`, `_` or space')
    return date, parse_time(text, 11, precision)


_NUMBER = re.compile(r'([+-]?)([0-9]*)(?:\.([0-9]*))?', re.A)


def number_of(text):
    """int or float of a timestamp's text; None where it is none."""
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        return None
    if match[3] is None:
        number = int(match[1] + match[2])
        return number if -(2**63) <= number < 2**63 else None
    return float(text)


# ---- numbers


def _from_unix(seconds, micro, unit):
    """(date, time) of a timestamp, the time in UTC; `micro` may be a second or more."""
    if unit == 'milliseconds' or (unit == 'infer' and abs(seconds) > _WATERSHED):
        seconds, rest = divmod(seconds, 1000)
        micro = rest * 1000 + (micro // 1000 if micro else 0)
    if micro >= 1_000_000:
        seconds += micro // 1_000_000
        micro %= 1_000_000
    if seconds < _FIRST:
        raise Wrong(_BEFORE)
    if seconds > _LAST:
        raise Wrong(_AFTER)
    if seconds < -62_135_596_800:
        # Year 0, which datetime has not; 0 is a leap year as 2000 is.
        shifted = _EPOCH + _timedelta(seconds=seconds + 63_113_904_000)
        date = (shifted.year - 2000, shifted.month, shifted.day)
    else:
        shifted = _EPOCH + _timedelta(seconds=seconds)
        date = (shifted.year, shifted.month, shifted.day)
    return date, (shifted.hour, shifted.minute, shifted.second, micro, 0)


def datetime_from_number(number, unit):
    if isinstance(number, float):
        if number != number:
            raise Wrong('NaN values not permitted')
        if number == float('inf'):
            raise Wrong(_AFTER)
        if number == float('-inf'):
            raise Wrong(_BEFORE)
        # Of a float in milliseconds the fraction is microseconds too.
        if unit == 'milliseconds' or (unit == 'infer' and abs(number) > _WATERSHED):
            number = number / 1000
        whole = int(number // 1)
        if whole > _LAST:
            raise Wrong(_AFTER)
        if whole < _FIRST:
            raise Wrong(_BEFORE)
        fraction = number - whole
        micro = fraction * 1_000_000
        micro = int(micro + 0.5)
        return _from_unix(whole, micro, 'seconds')
    return _from_unix(number, 0, unit)


def time_from_number(number):
    if isinstance(number, float):
        if number != number:
            raise Wrong('NaN values not permitted')
        if number == float('inf'):
            raise Wrong(_NUMERIC_TIME)
        if number < 0:
            raise Wrong('time in seconds should be positive')
        whole = int(number // 1)
        micro = int((number - whole) * 1_000_000 + 0.5)
        if micro >= 1_000_000:
            whole, micro = whole + 1, micro - 1_000_000
    else:
        whole, micro = number, 0
        if whole < 0:
            raise Wrong('time in seconds should be positive')
    if whole > 86399:
        raise Wrong(_NUMERIC_TIME)
    return whole // 3600, whole // 60 % 60, whole % 60, micro, 0


def duration_from_number(number):
    """Signed microseconds."""
    if isinstance(number, float):
        if number != number:
            raise Wrong('NaN values not permitted')
        size = abs(number)
        if size >= 86400 * (_MOST_DAYS + 1):
            raise Wrong(_TOO_MANY_DAYS)
        whole = int(size)
        total = whole * 1_000_000 + int((size - whole) * 1_000_000 + 0.5)
        total = total if number >= 0 else -total
    else:
        total = number * 1_000_000
    return _checked_duration(total)


def _checked_duration(total):
    if abs(total) // 86_400_000_000 > _MOST_DAYS:
        raise Wrong(_TOO_MANY_DAYS)
    return total


# ---- durations


def parse_duration(text, precision):
    """Signed microseconds of an ISO 8601 duration, of `1 day, 12:13:14` or `12:13:14`."""
    if not text:
        raise Wrong(_TOO_SHORT)
    sign, index = 1, 0
    if text[0] in '+-':
        sign = -1 if text[0] == '-' else 1
        index = 1
    if index >= len(text):
        raise Wrong(_TOO_SHORT)
    if text[index] == 'P':
        total = _parse_iso(text, index + 1)
    elif ':' in text[index:] and not re.match(r'[0-9]+ ?d', text[index:], re.I | re.A):
        total = _parse_clock(text, index, precision)
    else:
        total = _parse_days(text, index, precision)
    return _checked_duration(sign * total)


_UNITS = {'Y': 365 * 86400, 'M': 30 * 86400, 'W': 7 * 86400, 'D': 86400}
_TIME_UNITS = {'H': 3600, 'M': 60, 'S': 1}


def _parse_iso(text, index):
    size = len(text)
    if index >= size:
        raise Wrong(_TOO_SHORT)
    total = 0
    in_time = False
    seen = False
    while index < size:
        if text[index] == 'T' and not in_time:
            in_time = True
            index += 1
            if index >= size and not seen:
                raise Wrong(_TOO_SHORT)
            continue
        seen = True
        start = index
        while index < size and '0' <= text[index] <= '9':
            index += 1
        if index == start:
            raise Wrong('invalid digit in duration')
        value = int(text[start:index])
        if value >= 2**32:
            raise Wrong('a numeric value in the duration is too large')
        fraction = None
        if index < size and text[index] in '.,':
            start = index = index + 1
            while index < size and '0' <= text[index] <= '9':
                index += 1
            fraction = text[start:index]
        unit = text[index] if index < size else None
        units = _TIME_UNITS if in_time else _UNITS
        if unit not in units:
            raise Wrong(f'quantity invalid in {"time" if in_time else "date"} part of duration')
        index += 1
        total += value * units[unit] * 1_000_000
        if fraction:
            total += int(round(float('0.' + fraction) * units[unit] * 1_000_000))
    return total


def _parse_clock(text, index, precision):
    start = index
    size = len(text)
    while index < size and '0' <= text[index] <= '9':
        index += 1
    if index == start or index >= size or text[index] != ':':
        if index == start:
            raise Wrong('invalid digit in duration')
        raise Wrong('invalid character in hour')
    hours = int(text[start:index])
    if hours > 999_999_999:
        raise Wrong('durations may not exceed 999,999,999 hours')
    return hours * 3_600_000_000 + _minutes(text, index, precision)


def _minutes(text, index, precision):
    """Microseconds of `:MM`, `:MM:SS.ffffff` at `index`, to the end of the text."""
    part = text[index + 1 : index + 3]
    if len(part) < 2 or not (part.isascii() and part.isdigit()):
        raise Wrong('invalid character in minute')
    minute = int(part)
    if minute > 59:
        raise Wrong('minute value is outside expected range of 0-59')
    second, micro, index = _seconds(text, index + 3, precision)
    if index < len(text):
        raise Wrong(_EXTRA)
    return (minute * 60 + second) * 1_000_000 + micro


_DAY_WORD = '"day" identifier in duration not correctly formatted'


def _parse_days(text, index, precision):
    start = index
    size = len(text)
    while index < size and '0' <= text[index] <= '9':
        index += 1
    if index == start:
        raise Wrong('invalid digit in duration')
    if size < 5 + start and index >= size or (index >= size and size - start < 5):
        raise Wrong(_DAY_WORD)
    days = int(text[start:index])
    if index < size and text[index] == ' ':
        index += 1
    if index >= size or text[index] not in 'dD':
        raise Wrong(_DAY_WORD if size - start < 5 else 'invalid character in hour')
    if days >= 2**32:
        raise Wrong('a numeric value in the duration is too large')
    index += 1
    if text[index : index + 2].lower() == 'ay':
        index += 2
        if text[index : index + 1] in ('s', 'S'):
            index += 1
    if index < size and text[index] == ',':
        index += 1
    if index < size and text[index] == ' ':
        index += 1
    total = days * 86_400_000_000
    if index >= size:
        return total
    if size - index < 5:
        raise Wrong(_TOO_SHORT)
    hour = _two(text, index, 'hour')
    if text[index + 2] != ':':
        raise Wrong('invalid time separator, expected `:`')
    if hour > 23:
        raise Wrong('durations may not exceed 999,999,999 hours')
    return total + hour * 3_600_000_000 + _minutes(text, index + 2, precision)


