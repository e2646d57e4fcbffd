"""krait: ciso8601's module."""

import datetime as _datetime

from _krait_stand_ins import installed_version as _installed_version

__version__ = _installed_version("ciso8601", __file__) or "2.4.1"

_DAY = 86400
_NOT_RFC_3339 = "Datetime string not in RFC 3339 format."
_MIXED = 'Cannot combine "{}" date format with "{}" time format (Should be either `YYYY-MM-DDThh:mm:ss` or `YYYYMMDDThhmmss`).'


class FixedOffset(_datetime.tzinfo):
    """TZInfo with fixed offset"""

    __slots__ = ("offset",)

    def __init__(self, *args):
        if len(args) != 1:
            raise TypeError(f"function takes exactly 1 argument ({len(args)} given)")
        offset, = args
        try:
            offset = type(offset).__index__(offset)
        except AttributeError:
            raise TypeError(f"'{type(offset).__name__}' object cannot be interpreted as an integer")
        if not -1 << 31 <= offset < 1 << 31:
            bound = "less than minimum" if offset < 0 else "greater than maximum"
            raise OverflowError(f"signed integer is {bound}")
        if abs(offset) >= _DAY:
            raise ValueError("offset must be an integer in the range (-86400, 86400), exclusive")
        self.offset = offset

    def utcoffset(self, dt, /):
        """Return fixed offset."""
        return _datetime.timedelta(seconds=self.offset)

    def dst(self, dt, /):
        """Return None."""

    def fromutc(self, dt, /):
        """datetime in UTC -> datetime in local time."""
        if not isinstance(dt, _datetime.datetime):
            raise TypeError("fromutc: argument must be a datetime")
        if dt.tzinfo is not self:
            raise ValueError("fromutc: dt.tzinfo is not self")
        return dt + self.utcoffset(dt)

    def tzname(self, dt, /):
        """Returns offset as 'UTC(+|-)HH:MM'"""
        if not self.offset:
            return "UTC"
        minutes = abs(self.offset) // 60
        return f"UTC{'-' if self.offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"

    def __repr__(self):
        return self.tzname(None)

    def __getinitargs__(self):
        """pickle support"""
        return (self.offset,)

    def __reduce__(self):
        return type(self), self.__getinitargs__()


class _Reader:
    """Reads a text as UTF-8 with C's end, as the original counts what it names."""

    def __init__(self, text):
        if not isinstance(text, str):
            raise TypeError("argument must be str")
        self.bytes = text.encode()
        self.length = len(self.bytes)
        self.bytes += b"\0"
        self.at = 0

    def peek(self):
        return chr(self.bytes[self.at])

    def rest(self):
        return self.bytes[self.at:].partition(b"\0")[0].decode()

    def wrong(self, field):
        return ValueError(f"Invalid character while parsing {field} ('{self.rest()[:1]}', Index: {self.at})")

    def number(self, count, field):
        number = 0
        for read in range(count):
            number = 10 * number + self.digit(field, count - read)
        return number

    def digit(self, field, expected):
        sign = self.peek()
        if "0" <= sign <= "9":
            self.at += 1
            return int(sign)
        if sign == "\0":
            plural = "" if expected == 1 else "s"
            raise ValueError(
                f"Unexpected end of string while parsing {field}. Expected {expected} more character{plural}"
            )
        if sign == "-" and self.at == 0 and field == "year":
            raise ValueError(
                "Invalid character while parsing year ('-', Index: 0). While valid ISO 8601 years, BCE years are not "
                "supported by Python's `datetime` objects."
            )
        raise self.wrong(field)

    def takes(self, signs):
        if self.peek() in signs:
            self.at += 1
            return True
        return False

    def expect(self, signs, field):
        if not self.takes(signs):
            raise self.wrong(field)

    def is_date_over(self):
        return self.peek() in "\0T t"

    def is_time_over(self):
        return self.peek() in "\0Z-+z"

    def fraction(self):
        digits = str(self.digit("subsecond", 1))
        while "0" <= self.peek() <= "9":
            digits += self.peek()
            self.at += 1
        return int(digits[:6].ljust(6, "0"))


def _of_week(year, week, day):
    try:
        date = _datetime.date.fromisocalendar(year, week, day)
    except ValueError:
        raise ValueError("Invalid ISO Calendar date")
    return date.year, date.month, date.day


def _of_ordinal(year, ordinal):
    most = 366 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 365
    if not 1 <= ordinal <= most:
        size = "too small" if ordinal < 1 else "too large"
        raise ValueError(f"Invalid ordinal day: {ordinal} is {size} for year {year}")
    # A year that `datetime` has not is refused where the time is made.
    date = _datetime.date(year or 4, 1, 1) + _datetime.timedelta(ordinal - 1)
    return year, date.month, date.day


def _date(reader, is_strict):
    """The date, and whether its parts are separate."""
    year = reader.number(4, "year")
    is_extended = reader.takes("-")
    if not is_extended and is_strict:
        raise ValueError(_NOT_RFC_3339)
    if reader.takes("W"):
        if is_strict:
            raise ValueError(_NOT_RFC_3339)
        week, day = reader.number(2, "iso_week"), 1
        if not reader.is_date_over():
            if is_extended:
                reader.expect("-", "date separator ('-')")
            day = reader.number(1, "iso_day")
        return *_of_week(year, week, day), is_extended
    month = reader.number(2, "month")
    if is_extended:
        if reader.is_date_over():
            if is_strict:
                raise ValueError(_NOT_RFC_3339)
            return year, month, 1, True
        if reader.takes("-"):
            return year, month, reader.number(2, "day"), True
        return *_of_ordinal(year, 10 * month + reader.number(1, "ordinal day")), True
    digit = reader.number(1, "ordinal day")
    if reader.is_date_over():
        return *_of_ordinal(year, 10 * month + digit), False
    return year, month, 10 * digit + reader.number(1, "day"), False


def _time(reader, is_extended_date, is_strict):
    hour, minute, second, microsecond = reader.number(2, "hour"), 0, 0, 0
    if reader.is_time_over():
        if is_strict:
            raise ValueError("Minute and second are mandatory in RFC 3339")
        return hour, minute, second, microsecond
    is_extended = reader.takes(":")
    if not is_extended and is_strict:
        raise ValueError("Colons separating time components are mandatory in RFC 3339.")
    minute = reader.number(2, "minute")
    if not reader.is_time_over():
        if is_extended:
            reader.expect(":", "time separator (':')")
        second = reader.number(2, "second")
        if reader.takes("." if is_strict else ".,"):
            microsecond = reader.fraction()
    elif is_strict:
        raise ValueError("RFC 3339 requires the second to be specified.")
    if is_extended != is_extended_date:
        raise ValueError(_MIXED.format(*(("extended", "basic") if is_extended_date else ("basic", "extended"))))
    return hour, minute, second, microsecond


def _zone(reader, keeps, is_strict):
    sign = {"+": 1, "-": -1}.get(reader.peek(), 0)
    reader.at += 1
    hours = minutes = 0
    if sign:
        hours = reader.number(2, "tz hour")
        if reader.takes(":"):
            minutes = reader.number(2, "tz minute")
        elif is_strict:
            raise ValueError("Separator between hour and minute in UTC offset is mandatory in RFC 3339")
        elif reader.peek() != "\0":
            minutes = reader.number(2, "tz minute")
    if minutes > 59:
        raise ValueError("tzminute must be in 0..59")
    if not keeps:
        return None
    minutes = sign * (60 * hours + minutes)
    if not minutes:
        return _datetime.timezone.utc
    if abs(minutes) >= 1440:
        raise ValueError(
            "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), "
            f"not {_datetime.timedelta(minutes=minutes)!r}."
        )
    if minutes not in _zones:
        _zones[minutes] = FixedOffset(60 * minutes)
    return _zones[minutes]


_zones = {}


def _parsed(text, keeps_zone, is_strict):
    reader = _Reader(text)
    year, month, day, is_extended = _date(reader, is_strict)
    time, zone, is_midnight = (0, 0, 0, 0), None, False
    if reader.peek() != "\0":
        reader.expect("T t", "date and time separator (i.e., 'T', 't', or ' ')")
        time = _time(reader, is_extended, is_strict)
        if time == (24, 0, 0, 0):
            if is_strict:
                raise ValueError(
                    "An hour value of 24, while sometimes legal in ISO 8601, is explicitly forbidden by RFC 3339."
                )
            time, is_midnight = (0, 0, 0, 0), True
        if reader.peek() in "Z-+z":
            zone = _zone(reader, keeps_zone, is_strict)
        elif is_strict:
            raise ValueError("UTC offset is mandatory in RFC 3339 format.")
    elif is_strict:
        raise ValueError("Time is mandatory in RFC 3339 format.")
    if reader.at != reader.length:
        rest = reader.rest()
        raise ValueError("unconverted data remains: " + (f"'{rest}'" if rest else "embedded null byte"))
    made = _datetime.datetime(year, month, day, *time, zone)
    return made + _datetime.timedelta(1) if is_midnight else made


def parse_datetime(text, /):
    """Parse a ISO8601 date time string."""
    return _parsed(text, True, False)


def parse_datetime_as_naive(text, /):
    """Parse a ISO8601 date time string, ignoring the time zone component."""
    return _parsed(text, False, False)


def parse_rfc3339(text, /):
    """Parse an RFC 3339 date time string."""
    return _parsed(text, True, True)
