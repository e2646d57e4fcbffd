//! The texts of `time.strftime`, as glibc writes them in the C locale.

use std::fmt::Write;

const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment as calendar and clock show it. The fields need not agree with each other; each is in
/// its range.
pub(super) struct WallTime<'a> {
    pub(super) year: i64,
    /// 0 is January.
    pub(super) month: i64,
    /// From 1.
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    /// To 61.
    pub(super) second: i64,
    /// 0 is Sunday.
    pub(super) weekday: i64,
    /// From 0.
    pub(super) day_of_year: i64,
    /// The zone's abbreviation.
    pub(super) zone: String,
    /// The zone's offset east of Greenwich, in seconds; none if daylight saving time is unknown.
    pub(super) east: Option<i64>,
    /// Seconds since 1970, for `%s` only.
    pub(super) timestamp: Box<dyn Fn() -> i64 + 'a>,
}

/// What a directive stands for, before its flags and width are looked at.
enum Field {
    /// With its default width and fill character.
    Number(i64, usize, char),
    /// The second is the text that the flag `#` asks for.
    Text(String, fn(&str) -> String),
}

impl WallTime<'_> {
    /// The text for `format`.
    pub(super) fn format(&self, format: &str) -> String {
        let mut text = String::new();
        let mut rest = format;
        while let Some((before, directive)) = rest.split_once('%') {
            text.push_str(before);
            match self.directive(directive) {
                Some((field, after)) => {
                    text.push_str(&field);
                    rest = after;
                }
                // Unchanged, like all text that is not a directive.
                None => {
                    text.push('%');
                    rest = directive;
                }
            }
        }
        text + rest
    }

    /// The text for the directive at the start of `text`, which follows the `%`, and the rest after
    /// it.
    fn directive<'t>(&self, text: &'t str) -> Option<(String, &'t str)> {
        let after_flags = text.trim_start_matches(['_', '-', '0', '^', '#']);
        let flags = &text[..text.len() - after_flags.len()];
        let after_width = after_flags.trim_start_matches(|each: char| each.is_ascii_digit());
        let width = &after_flags[..after_flags.len() - after_width.len()];
        // Another calendar's or other digits, which the C locale does not have.
        let conversion = after_width.strip_prefix(['E', 'O']).unwrap_or(after_width);
        let letter = conversion.chars().next()?;
        let field = self.field(letter)?;
        Some((written(field, flags, width.parse().ok()), &conversion[letter.len_utf8()..]))
    }

    fn field(&self, letter: char) -> Option<Field> {
        use Field::Number;
        let hour_of_12 = (self.hour + 11) % 12 + 1;
        let (iso_year, iso_week) = self.iso_week();
        Some(match letter {
            'a' => name(&self.day_name()[..3]),
            'A' => name(self.day_name()),
            'b' | 'h' => name(&self.month_name()[..3]),
            'B' => name(self.month_name()),
            'c' => self.composed("%a %b %e %H:%M:%S %Y"),
            'C' => Number(self.year.div_euclid(100), 1, '0'),
            'd' => Number(self.day, 2, '0'),
            'D' | 'x' => self.composed("%m/%d/%y"),
            'e' => Number(self.day, 2, ' '),
            'F' => self.composed("%Y-%m-%d"),
            'g' => Number(iso_year.rem_euclid(100), 2, '0'),
            'G' => Number(iso_year, 1, '0'),
            'H' => Number(self.hour, 2, '0'),
            'I' => Number(hour_of_12, 2, '0'),
            'j' => Number(self.day_of_year + 1, 3, '0'),
            'k' => Number(self.hour, 2, ' '),
            'l' => Number(hour_of_12, 2, ' '),
            'm' => Number(self.month + 1, 2, '0'),
            'M' => Number(self.minute, 2, '0'),
            'n' => name("\n"),
            'p' => Field::Text(self.half_of_day().to_owned(), str::to_lowercase),
            'P' => name(&self.half_of_day().to_lowercase()),
            'r' => self.composed("%I:%M:%S %p"),
            'R' => self.composed("%H:%M"),
            's' => Number((self.timestamp)(), 1, '0'),
            'S' => Number(self.second, 2, '0'),
            't' => name("\t"),
            'T' | 'X' => self.composed("%H:%M:%S"),
            'u' => Number((self.weekday + 6) % 7 + 1, 1, '0'),
            'U' => Number((self.day_of_year + 7 - self.weekday) / 7, 2, '0'),
            'V' => Number(iso_week, 2, '0'),
            'w' => Number(self.weekday, 1, '0'),
            'W' => Number((self.day_of_year + 7 - (self.weekday + 6) % 7) / 7, 2, '0'),
            'y' => Number(self.year.rem_euclid(100), 2, '0'),
            'Y' => Number(self.year, 1, '0'),
            'z' => name(&self.east.map(offset).unwrap_or_default()),
            'Z' => Field::Text(self.zone.clone(), str::to_lowercase),
            '%' => name("%"),
            _ => return None,
        })
    }

    fn composed(&self, format: &str) -> Field {
        name(&self.format(format))
    }

    fn day_name(&self) -> &'static str {
        usize::try_from(self.weekday).ok().and_then(|day| DAYS.get(day)).copied().unwrap_or("???")
    }

    fn month_name(&self) -> &'static str {
        let month = usize::try_from(self.month).ok();
        month.and_then(|month| MONTHS.get(month)).copied().unwrap_or("???")
    }

    fn half_of_day(&self) -> &'static str {
        if self.hour < 12 { "AM" } else { "PM" }
    }

    /// The year that the week belongs to, and the week's number: weeks begin on Mondays, and
    /// the first has the year's first Thursday (ISO 8601).
    fn iso_week(&self) -> (i64, i64) {
        let day = self.day_of_year;
        let weekday = self.weekday;
        // Days since the Monday of the year's first week; the year may have begun before it.
        let since_first_week = |day: i64| {
            let monday_of_first = (day - weekday + 382) % 7;
            day - monday_of_first + 3
        };
        let in_year = since_first_week(day);
        if in_year < 0 {
            let last_year = self.year - 1;
            return (last_year, since_first_week(day + days_of(last_year)) / 7 + 1);
        }
        let in_next_year = since_first_week(day - days_of(self.year));
        if in_next_year >= 0 {
            return (self.year + 1, in_next_year / 7 + 1);
        }
        (self.year, in_year / 7 + 1)
    }
}

/// A text that `#` writes in capitals.
fn name(text: &str) -> Field {
    Field::Text(text.to_owned(), str::to_uppercase)
}

/// `+0100`.
fn offset(east: i64) -> String {
    let minutes = east.abs() / 60;
    let sign = if east < 0 { '-' } else { '+' };
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

fn days_of(year: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    365 + i64::from(is_leap)
}

/// A field with its flags and width applied. Of several fill flags, the last counts.
fn written(field: Field, flags: &str, width: Option<usize>) -> String {
    let fill = flags.chars().rev().find(|flag| matches!(flag, '_' | '-' | '0'));
    let mut text = String::new();
    // Writing into a String does not fail.
    let _ = match field {
        Field::Number(number, own_width, own_fill) => {
            let width = width.unwrap_or(if fill == Some('-') { 0 } else { own_width });
            match fill.unwrap_or(own_fill) {
                '0' => write!(text, "{number:0width$}"),
                _ => write!(text, "{number:width$}"),
            }
        }
        Field::Text(own, changed) => {
            let own = match flags {
                _ if flags.contains('#') => changed(&own),
                _ if flags.contains('^') => own.to_uppercase(),
                _ => own,
            };
            let missing = width.unwrap_or(0).saturating_sub(own.len());
            let fill = if fill == Some('0') { "0" } else { " " };
            write!(text, "{}{own}", fill.repeat(missing))
        }
    };
    text
}
