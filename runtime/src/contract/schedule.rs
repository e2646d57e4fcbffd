//! When timers fire (docs/contract.md §8.4), and the event they give.

use super::envelope::json_text;
use croner::{Cron, parser::CronParser};
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use std::{fmt, str::FromStr};

/// A timer's cron expression. It has seven fields. Those of older triggers have five, without
/// second and year, and fire at second 0.
///
/// Where both the day and the week are concrete, one of them is enough. `L` is the month's
/// last day, `LW` its last weekday, `15W` the weekday nearest to the 15th; in the week `5L` is
/// the month's last Friday and `5#2` its second; `?` is `*`.
#[derive(Debug, Clone)]
pub struct Schedule {
    expression: String,
    cron: Cron,
}

impl Schedule {
    /// The first time after `instant` at which the expression matches the clock of `zone`; none if
    /// it never matches again.
    ///
    /// If a clock is set forward, a skipped time of day fires right after the change. If it is set
    /// back, a repeated time of day fires at its first occurrence. An expression that repeats
    /// within the hour or day follows the clock as it runs. The platform does not document this; it
    /// is cron's rule.
    pub fn next_after(&self, instant: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let start = instant.to_zoned(zone.clone());
        self.cron.find_next_occurrence(&start, false).ok().map(|next| next.timestamp())
    }
}

/// The expression as it was written.
impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.expression)
    }
}

impl FromStr for Schedule {
    type Err = InvalidSchedule;

    /// Reads an expression; letters may be small.
    ///
    /// # Errors
    /// [`InvalidSchedule`], by the first field that is wrong.
    fn from_str(expression: &str) -> Result<Self, InvalidSchedule> {
        let mut texts: Vec<&str> = expression.split_whitespace().collect();
        match texts.len() {
            5 => {
                texts.insert(0, "0");
                texts.push("*");
            }
            7 => {}
            count => {
                return Err(InvalidSchedule::Fields { expression: expression.to_owned(), count });
            }
        }
        let mut plain = Vec::with_capacity(FIELDS.len());
        for (field, text) in FIELDS.iter().zip(texts) {
            plain.push(field.plain(text).ok_or_else(|| InvalidSchedule::Field {
                expression: expression.to_owned(),
                field: field.name,
                text: text.to_owned(),
                remedy: field.remedy(),
            })?);
        }
        let cron = CronParser::new().parse(&plain.join(" "));
        let cron = cron.map_err(|error| InvalidSchedule::Unreadable {
            expression: expression.to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self { expression: expression.to_owned(), cron })
    }
}

/// An expression that is no schedule. `Display` names the field, and what may stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidSchedule {
    /// It has neither seven fields nor five.
    Fields { expression: String, count: usize },
    /// A field holds what it cannot.
    Field { expression: String, field: &'static str, text: String, remedy: String },
    /// Each field is well, and yet they cannot be read together: not known to happen.
    Unreadable { expression: String, reason: String },
}

impl fmt::Display for InvalidSchedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields { expression, count } => {
                let fields = if *count == 1 { "field" } else { "fields" };
                write!(
                    formatter,
                    "the schedule {expression:?} has {count} {fields}; write seven (second minute \
                     hour day month week year), or five (minute hour day month week)"
                )
            }
            Self::Field { expression, field, text, remedy } => write!(
                formatter,
                "the {field} {text:?} of the schedule {expression:?} cannot be read; {remedy}"
            ),
            Self::Unreadable { expression, reason } => write!(
                formatter,
                "the schedule {expression:?} cannot be read: {reason}; write a simpler one"
            ),
        }
    }
}

impl std::error::Error for InvalidSchedule {}

/// The zone that a value of `TZ` names: of the database, with or without a colon before it, or
/// a rule as POSIX has them; none where it is neither.
pub fn zone(name: &str) -> Option<TimeZone> {
    let name = name.strip_prefix(':').unwrap_or(name);
    TimeZone::get(name).or_else(|_| TimeZone::posix(name)).ok()
}

/// The event of a timer that is due at `time`, which is told in UTC and whole seconds.
pub fn timer_event(name: &str, time: Timestamp, message: &str) -> String {
    json_text(&TimerEvent {
        r#type: "Timer",
        trigger_name: name,
        time: time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        message,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TimerEvent<'a> {
    r#type: &'static str,
    trigger_name: &'a str,
    time: String,
    message: &'a str,
}

/// One field of an expression: its name, and the numbers and names that may stand in it.
struct Field {
    name: &'static str,
    least: u16,
    most: u16,
    /// What the numbers from `least` on may be called.
    names: &'static [&'static str],
    /// What else may stand there, for the remedy.
    others: &'static str,
}

const MONTHS: &[&str] =
    &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS_OF_WEEK: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

static FIELDS: [Field; 7] = [
    Field { name: "second", least: 0, most: 59, names: &[], others: "" },
    Field { name: "minute", least: 0, most: 59, names: &[], others: "" },
    Field { name: "hour", least: 0, most: 23, names: &[], others: "" },
    Field { name: DAY, least: 1, most: 31, names: &[], others: ", ?, L, LW, 15W" },
    Field { name: "month", least: 1, most: 12, names: MONTHS, others: "" },
    Field { name: WEEK, least: 0, most: 6, names: DAYS_OF_WEEK, others: ", ?, 5L, 5#2" },
    Field { name: YEAR, least: 1970, most: 2099, names: &[], others: "" },
];
const DAY: &str = "day";
const WEEK: &str = "week";
const YEAR: &str = "year";

impl Field {
    fn remedy(&self) -> String {
        let Self { least, most, names, others, .. } = self;
        let names = match (names.first(), names.last()) {
            (Some(first), Some(last)) => format!(" or {first} to {last}"),
            _ => String::new(),
        };
        format!(
            "write {least} to {most}{names}, as one, a list (1,2), a range (1-3) or steps (1/2), \
             or *{others}"
        )
    }

    /// The field in the words that all crons share, or nothing if it cannot be read. Here the
    /// bounds are the platform's: a week has no day 7, and years are those it has.
    fn plain(&self, text: &str) -> Option<String> {
        let text = text.to_ascii_uppercase();
        let Self { name, least, most, .. } = self;
        match text.as_str() {
            "*" if *name == YEAR => return Some(format!("{least}-{most}")),
            "?" if *name == DAY || *name == WEEK => return Some("*".to_owned()),
            "*" => return Some(text),
            _ => {}
        }
        let items: Option<Vec<String>> = text.split(',').map(|item| self.item(item)).collect();
        Some(items?.join(","))
    }

    fn item(&self, item: &str) -> Option<String> {
        let Self { least, most, .. } = self;
        let Some((base, step)) = item.split_once('/') else {
            return match item.split_once('-') {
                Some(range) => self.range(range),
                None => {
                    self.value(item).map(|value| value.to_string()).or_else(|| self.other(item))
                }
            };
        };
        let step = number(step).filter(|step| (1..=*most).contains(step))?;
        let range = match base.split_once('-') {
            Some(range) => self.range(range)?,
            None if base == "*" => format!("{least}-{most}"),
            None => format!("{}-{most}", self.value(base)?),
        };
        Some(format!("{range}/{step}"))
    }

    fn range(&self, (from, to): (&str, &str)) -> Option<String> {
        let from = self.value(from)?;
        // A week may end with Sunday, if it is called so.
        let to = if to == "SUN" && self.name == WEEK { 7 } else { self.value(to)? };
        (from <= to).then(|| format!("{from}-{to}"))
    }

    fn value(&self, text: &str) -> Option<u16> {
        let named = self.names.iter().position(|name| *name == text);
        let value = match named.and_then(|index| u16::try_from(index).ok()) {
            Some(index) => self.least + index,
            None => number(text)?,
        };
        (self.least..=self.most).contains(&value).then_some(value)
    }

    /// What only the day or the week knows.
    fn other(&self, item: &str) -> Option<String> {
        match (self.name, item) {
            (DAY, "L" | "LW") => Some(item.to_owned()),
            (DAY, _) => Some(format!("{}W", self.value(item.strip_suffix('W')?)?)),
            (WEEK, _) => {
                if let Some(day) = item.strip_suffix('L') {
                    return Some(format!("{}L", self.value(day)?));
                }
                let (day, nth) = item.split_once('#')?;
                let nth = number(nth).filter(|nth| (1..=5).contains(nth))?;
                Some(format!("{}#{nth}", self.value(day)?))
            }
            _ => None,
        }
    }
}

/// A number of digits only: Rust's own reading takes a `+` too.
fn number(text: &str) -> Option<u16> {
    text.bytes().all(|each| each.is_ascii_digit()).then(|| text.parse().ok())?
}
