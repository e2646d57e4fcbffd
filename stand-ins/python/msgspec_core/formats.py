"""Dates, times and durations as texts."""

import datetime
import re

from _krait_stand_ins.msgspec_core.errors import Wrong

_DATE = r"(\d{4})-(\d\d)-(\d\d)"
_TIME = r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?([zZ]|[+-]\d\d:?\d\d)?"
_DATETIME = re.compile(f"{_DATE}[Tt ]{_TIME}", re.ASCII)
_ONLY_DATE = re.compile(_DATE, re.ASCII)
_ONLY_TIME = re.compile(_TIME, re.ASCII)
_DURATION = re.compile(
    r"([+-])?[Pp](?:(\d+(?:\.\d+)?)[Ww])?(?:(\d+(?:\.\d+)?)[Dd])?(?:([Tt])(?:(\d+(?:\.\d+)?)[Hh])?(?:(\d+(?:\.\d+)?)[Mm])?"
    r"(?:(\d+(?:\.\d+)?)[Ss])?)?",
    re.ASCII,
)


def _microseconds(digits):
    """The microseconds of a fraction, rounded, and a second if they are one."""
    if not digits:
        return 0, 0
    value = int(digits[:6].ljust(6, "0"))
    if len(digits) > 6 and digits[6] >= "5":
        value += 1
    return (0, 1) if value == 1_000_000 else (value, 0)


def _zone(text):
    if not text:
        return None
    if text in ("Z", "z"):
        return datetime.timezone.utc
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError
    made = datetime.timedelta(hours=hours, minutes=minutes)
    if not made:
        return datetime.timezone.utc
    return datetime.timezone(made if text[0] == "+" else -made)


def datetime_of(text):
    found = _DATETIME.fullmatch(text)
    try:
        if not found:
            raise ValueError
        year, month, day, hour, minute, second, fraction, zone = found.groups()
        micro, carry = _microseconds(fraction)
        made = datetime.datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), micro, _zone(zone))
        return made + datetime.timedelta(seconds=1) if carry else made
    except (ValueError, OverflowError):
        raise Wrong("Invalid RFC3339 encoded datetime") from None


def datetime_of_number(value, tz):
    try:
        if value != value or value in (float("inf"), float("-inf")):
            raise Wrong("Invalid epoch timestamp")
        made = datetime.datetime.fromtimestamp(0, datetime.timezone.utc) + datetime.timedelta(seconds=value)
    except OverflowError:
        raise Wrong("Timestamp is out of range") from None
    return made


def date_of(text):
    found = _ONLY_DATE.fullmatch(text)
    try:
        if not found:
            raise ValueError
        return datetime.date(*map(int, found.groups()))
    except ValueError:
        raise Wrong("Invalid RFC3339 encoded date") from None


def time_of(text):
    found = _ONLY_TIME.fullmatch(text)
    try:
        if not found:
            raise ValueError
        hour, minute, second, fraction, zone = found.groups()
        micro, carry = _microseconds(fraction)
        made = datetime.time(int(hour), int(minute), int(second), micro, _zone(zone))
        if carry:
            moved = datetime.datetime.combine(datetime.date(2000, 1, 1), made) + datetime.timedelta(seconds=1)
            made = moved.timetz()
        return made
    except ValueError:
        raise Wrong("Invalid RFC3339 encoded time") from None


def duration_of(text):
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groups()[1:3] + found.groups()[4:]) or found.group(4) and not any(found.groups()[4:]):
        raise Wrong("Invalid ISO8601 duration")
    sign, weeks, days, _, hours, minutes, seconds = found.groups()
    from fractions import Fraction

    total = sum(
        Fraction(each) * size
        for each, size in ((weeks, 604800), (days, 86400), (hours, 3600), (minutes, 60), (seconds, 1)) if each
    )
    total = -total if sign == "-" else total
    try:
        return datetime.timedelta(microseconds=round(total * 1_000_000))
    except OverflowError:
        raise Wrong("Duration is out of range") from None


def duration_of_number(value):
    try:
        return datetime.timedelta(seconds=value)
    except (OverflowError, ValueError):
        raise Wrong("Duration is out of range") from None


def text_of_datetime(value):
    return f"{value.year:04}-{value.month:02}-{value.day:02}T{text_of_time(value)}"


def text_of_time(value):
    text = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    if value.microsecond:
        text += f".{value.microsecond:06}"
    offset = value.utcoffset()
    if offset is None:
        return text
    minutes = round(offset.total_seconds() / 60)
    if abs(minutes) == 1440:
        minutes = 0
    if not minutes:
        return text + "Z"
    return f"{text}{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def text_of_duration(value):
    whole = abs(value)
    text = ("-" if value.days < 0 else "") + "P"
    if whole.days:
        text += f"{whole.days}D"
    if whole.seconds or whole.microseconds:
        text += f"T{whole.seconds}"
        if whole.microseconds:
            text += f".{whole.microseconds:06}".rstrip("0")
        text += "S"
    elif not whole.days:
        text += "0D"
    return text
