"""datetime, strftime, strptime, zoneinfo, calendar and time's conversions."""

PRELUDE = """
import calendar, datetime, pickle, time, zoneinfo
from datetime import date, datetime as moment, time as clock, timedelta, timezone
"""

ZONES = ("None", "timezone.utc", "timezone(timedelta(hours=8))", "timezone(-timedelta(hours=3, minutes=30))", "timezone(timedelta(hours=5, minutes=45, seconds=7), 'X')", "timezone(timedelta(microseconds=1))", "zoneinfo.ZoneInfo('Asia/Shanghai')",
         "zoneinfo.ZoneInfo('America/New_York')", "zoneinfo.ZoneInfo('Europe/London')", "zoneinfo.ZoneInfo('Australia/Lord_Howe')", "zoneinfo.ZoneInfo('UTC')", "zoneinfo.ZoneInfo('Asia/Kolkata')", "zoneinfo.ZoneInfo('America/Sao_Paulo')",
         "zoneinfo.ZoneInfo('Pacific/Apia')", "zoneinfo.ZoneInfo('Europe/Paris')", "zoneinfo.ZoneInfo('America/St_Johns')")
DIRECTIVES = "aAwdbBmyYHIpMSfzZjUWcxX%GuVeDFTRrnthCskPlLEOQNivq"
FORMATS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%d/%m/%y", "%a, %d %b %Y %H:%M:%S %z", "%A %B %d", "%I:%M %p", "%j", "%G-W%V-%u", "%U %W %w", "%c", "%x", "%X", "%H:%M:%S.%f", "%Y%m%d%H%M%S", "%:z", "%y", "%Z", "%%", "%s", "%5Y", "%-d", "%_d", "%#x", "%", "%E", "%Oy", "%F %T", "\u4e2d%Y\u6587", "%\ud800", "%D", "%e")
ISO = ("2024-02-29", "20240229", "2024-W09-4", "2024W094", "2024-060", "2024-02-30", "2024-2-9", "0001-01-01", "9999-12-31", "10000-01-01", "2024-02-29T12:30", "2024-02-29T12:30:45.123456", "2024-02-29 12:30:45,5", "2024-02-29T12:30:45Z", "2024-02-29T12:30:45+08:00",
       "2024-02-29T24:00", "2024-02-29T12:30:45.1234567+00:00:30", "2024-02-29T12", "2024-02-29T12:3", "2024-02-29T1230", "20240229T123045", "2024-W53-7", "2020-W53-1", "2024-02-29T12:30:45-25:00", "", "T12:30", "12:30", "123045", "12", "24:00:00", "12:30:60", "\uff12024-02-29", "2024-02-29T12:30:45+0800", "2024-02-29T12:30:45.", "2024-W01", "2024-02-29\u4e2d12:30")
METHODS = {
    "date": ("isoformat()", "ctime()", "weekday()", "isoweekday()", "isocalendar()", "toordinal()", "timetuple()", "__str__()", "__repr__()", "replace(day={small})", "replace(month={small}, year={year})", "strftime({format})", "__format__({format})", "__reduce__()", "year", "__hash__() is not None", "min", "max"),
    "moment": ("isoformat()", "isoformat({separator}, {spec})", "ctime()", "timestamp()", "utctimetuple()", "timetuple()", "date()", "time()", "timetz()", "utcoffset()", "dst()", "tzname()", "astimezone({zone})", "replace(fold=1)", "replace(hour={small}, microsecond={micro})", "replace(tzinfo={zone})", "strftime({format})",
               "strftime({format})", "__format__({format})", "__str__()", "__repr__()", "isocalendar()", "fold", "tzinfo", "__reduce__()", "astimezone({zone}).isoformat()", "astimezone({zone}).fold"),
    "clock": ("isoformat()", "isoformat({spec})", "utcoffset()", "tzname()", "replace(hour={small})", "strftime({format})", "__str__()", "__repr__()", "dst()", "__bool__()", "__format__({format})", "fold"),
    "timedelta": ("total_seconds()", "days", "seconds", "microseconds", "__str__()", "__repr__()", "__bool__()", "__neg__()", "__abs__()", "__reduce__()"),
}


def number(draw, low, high):
    return str(draw.randint(low, high) if draw.chance(0.97) else draw.of((low - 1, high + 1, -1, 0, 2**31, "1.0", "'a'", "None", "True", "Index(2)")))


def a_date(draw):
    return f"date({number(draw, 1, 9999) if draw.chance(0.4) else number(draw, 1960, 2050)}, {number(draw, 1, 12)}, {number(draw, 1, 28) if draw.chance(0.8) else number(draw, 1, 31)})"


def a_moment(draw):
    if draw.chance(0.15):
        # About when clocks change.
        start = draw.of(("2024, 3, 10, {}, 30", "2024, 11, 3, {}, 30", "2024, 3, 31, {}, 15", "2023, 10, 29, {}, 59", "1986, 5, 4, {}, 10", "2011, 12, 30, {}, 0", "1900, 1, 1, {}, 0", "2037, 12, 31, {}, 59", "2050, 7, 1, {}, 0", "2024, 4, 7, {}, 45"))
        return f"moment({start.format(draw.below(4))}, tzinfo={draw.of(ZONES[6:])}, fold={draw.below(2)})"
    date = a_date(draw)[5:-1]
    parts = [date, number(draw, 0, 23), number(draw, 0, 59), number(draw, 0, 59), str(draw.of((0, 1, 999999, 500000, 123456, 100)))][:draw.of((1, 3, 4, 5, 5))]
    return f"moment({', '.join(parts)}{f', tzinfo={draw.of(ZONES)}' if draw.chance(0.5) else ''})"


def a_clock(draw):
    return f"clock({number(draw, 0, 23)}, {number(draw, 0, 59)}, {number(draw, 0, 59)}, {draw.of((0, 1, 999999, 1000))}{f', tzinfo={draw.of(ZONES)}' if draw.chance(0.4) else ''})"


def a_delta(draw):
    units = draw.sample(("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"), draw.some(4, 1))
    values = (0, 1, -1, 7, 59, 86399, 86400, -86401, 999999, 10**6, 0.1, 1.5, -0.5, 1e-7, 0.0000005, 999999999, 10**10, 0.3, 2.5e-6, "float('nan')")
    return f"timedelta({', '.join(f'{unit}={draw.of(values)}' for unit in units)})"


def shown_format(draw):
    if draw.chance(0.5):
        return ascii(draw.of(FORMATS))
    return ascii("".join(draw.of(("%" + draw.of(DIRECTIVES), draw.of(("-", " ", "x", "%", ":"))))  for _ in range(draw.some(4, 1))))


MAKERS = {"date": a_date, "moment": a_moment, "clock": a_clock, "timedelta": a_delta}


def filled(draw, method):
    return method.format(
        small=draw.randint(-1, 31), year=draw.of((0, 1, 2023, 2024, 9999, 10000)), format=shown_format(draw), separator=draw.of(("'T'", "' '", "''", "'\u4e2d'", "'ab'", "'\\ud800'")),
        spec=draw.of(("'auto'", "'hours'", "'minutes'", "'seconds'", "'milliseconds'", "'microseconds'", "'x'")), zone=draw.of(ZONES), micro=draw.of((0, 1, 999999, 10**6)),
    ) if "{" in method else method


PARSED = {
    "d": ("1", "01", "29", "31", "32", " 5"), "m": ("1", "02", "12", "13", "0"), "Y": ("2024", "0099", "24", "9999"), "y": ("24", "68", "69", "99", "5"), "H": ("0", "23", "24", "7"), "M": ("5", "59", "60"), "S": ("9", "59", "61", "60"), "f": ("1", "123456", "1234567", "000001"),
    "z": ("+0800", "-03:30", "Z", "+08:00:07", "+25:00", "utc", "-0000", "+08"), "Z": ("UTC", "GMT", "EST", ""), "a": ("Mon", "mon", "Montag"), "A": ("Monday", "SUNDAY"), "b": ("Jan", "feb", "Foo"), "B": ("January", "february"), "p": ("AM", "pm", "x"), "I": ("1", "12", "0", "13"), "j": ("1", "366", "367", "060"),
    "U": ("1", "53"), "W": ("0", "52"), "w": ("0", "6", "7"), "G": ("2024", "2020"), "V": ("1", "53", "54"), "u": ("1", "7", "0"), "%": ("%",), "c": ("Mon Jan  1 00:00:00 2024",), "x": ("01/02/24",), "X": ("12:30:45",), "e": ("5",), "D": ("01/02/24",), "F": ("2024-01-02",), "T": ("12:30:45",),
}


def parsed(draw):
    text, shown = "", ""
    for _ in range(draw.some(5, 1)):
        directive = draw.of(tuple(PARSED))
        between = draw.of(("-", "/", " ", ":", "T", "", " ", "  ", ".", "x", "\n", "\u4e2d"))
        text += draw.of(PARSED[directive]) + between
        shown += "%" + directive + (between if draw.chance(0.95) else " ")
    if draw.chance(0.4):
        shown, text = draw.of((("%Y-%m-%d", "2024-02-{}"), ("%Y-%m-%d %H:%M:%S", "2024-02-29 12:{}:45"), ("%Y-%m-%dT%H:%M:%S%z", "2024-01-01T00:00:{}Z"), ("%d %b %Y", "{} Feb 2024"), ("%G-W%V-%u", "2024-W{}-1"), ("%Y %U %w", "2024 {} 3"), ("%m/%d", "2/{}"), ("%Y%m%d", "202402{}"), ("%j %Y", "{} 2024")))
        text = text.format(draw.of(("1", "01", "28", "29", "30", "60", "5", "", "x", " 7")))
    function = draw.of(("moment.strptime", "moment.strptime", "moment.strptime", "date.strptime", "clock.strptime", "time.strptime"))
    return f"{function}({ascii(text)}, {ascii(shown)})"


def program(draw):
    chance = draw.random()
    if chance < 0.4:
        kind = draw.of(("date", "moment", "moment", "clock", "timedelta"))
        return f"{MAKERS[kind](draw)}.{filled(draw, draw.of(METHODS[kind]))}"
    if chance < 0.55:
        left, right = (draw.of((a_date, a_moment, a_moment, a_clock, a_delta, a_delta))(draw) for _ in range(2))
        if draw.chance(0.4):
            right = draw.of(("2", "0", "-3", "0.5", "1e10", "1.0000001", a_delta(draw), "None", "7", "0.1"))
            left = a_delta(draw)
            operator = draw.of(("*", "/", "//", "%", "*", "==", "<"))
        else:
            operator = draw.of(("+", "-", "-", "<", "==", ">=", "!="))
        return f"{left} {operator} {right}" if draw.chance(0.85) else f"divmod({left}, {right})"
    if chance < 0.72:
        return parsed(draw)
    if chance < 0.8:
        return f"{draw.of(('moment', 'date', 'clock'))}.fromisoformat({ascii(draw.of(ISO) if draw.chance(0.8) else draw.of(ISO)[:draw.below(20)] + draw.of(ISO)[-6:])})"
    if chance < 0.86:
        stamp = draw.of((str(draw.randint(-10**9, 3 * 10**9)), repr(draw.uniform(-1e9, 3e9)), "0", "-1", "0.5", "1e-6", "-0.1", "1e20", "float('nan')", "253402300800", "1.9999999", "2.5e-07", "-62135596800", "1e10"))
        return draw.of(("moment.fromtimestamp({}, {})", "moment.utcfromtimestamp({})", "date.fromtimestamp({})", "time.gmtime({})", "time.localtime({})", "time.strftime({fmt}, time.gmtime({}))", "time.ctime({})", "time.asctime(time.gmtime({}))")).format(stamp, draw.of(ZONES), fmt=shown_format(draw))
    if chance < 0.9:
        return draw.of((
            "date.fromordinal({})", "date.fromisocalendar({}, {}, {})", "moment.combine({date}, {clock})", "calendar.monthrange({}, {})", "calendar.isleap({})", "calendar.leapdays({}, {})", "calendar.weekday({}, {}, {})", "calendar.month({}, {})", "calendar.monthcalendar({}, {})", "calendar.timegm((1970, 1, {}, 0, 0, {}))",
            "time.mktime((2024, {}, {}, 0, 0, 0, 0, 0, -1))", "time.strftime({fmt}, (2024, {}, {}, 1, 2, 3, 4, 5, 0))", "pickle.loads(pickle.dumps({date})) == {date}", "calendar.TextCalendar({}).formatweek([(1, 0), (2, 1)], {})", "calendar.HTMLCalendar().formatmonth({}, {})[:200]",
        )).format(*(draw.of((1, 2, 5, 6, 7, 12, 13, 0, 53, 2024, 9999, 730000, -1)) for _ in range(3)), date=a_date(draw), clock=a_clock(draw), fmt=shown_format(draw))
    zone = draw.of(("zoneinfo.ZoneInfo({!r})".format(draw.of(("Asia/Tokyo", "Nowhere/City", "../x", "", "/etc/x", "UTC", "Etc/GMT+5", "US/Eastern", "\u4e2d", "a\x00"))), draw.of(ZONES[1:])))
    return f"(lambda z, m: ({draw.of(('z.utcoffset(m)', 'z.dst(m)', 'z.tzname(m)', 'z.fromutc(m.replace(tzinfo=z))', 'repr(z)', 'str(z)', 'm.replace(tzinfo=z).timestamp()', 'm.replace(tzinfo=z).astimezone(timezone.utc)'))}))({zone}, {a_moment(draw)})"
