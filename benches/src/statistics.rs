//! Medians, spreads, and where they were taken.

use std::{fs, time::Duration};

/// The middle of some times, and where the middle half of them lies.
#[derive(Clone, Copy)]
pub(crate) struct Summary {
    pub median: Duration,
    pub low: Duration,
    pub high: Duration,
}

/// Summarises times; there must be some.
pub(crate) fn summarize(mut times: Vec<Duration>) -> Summary {
    times.sort();
    let at = |part: usize| times[(times.len() - 1) * part / 4];
    Summary { median: at(2), low: at(1), high: at(3) }
}

impl Summary {
    pub(crate) fn milliseconds(&self) -> String {
        let each = |time: Duration| time.as_secs_f64() * 1000.0;
        format!("{:.1} ms ({:.1} to {:.1})", each(self.median), each(self.low), each(self.high))
    }

    pub(crate) fn ratio_to(&self, other: &Self) -> f64 {
        self.median.as_secs_f64() / other.median.as_secs_f64()
    }
}

/// The machine and the day, in one line.
pub(crate) fn machine() -> String {
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = information.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split(": ").nth(1)).unwrap_or("unknown").to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let day = std::process::Command::new("date").args(["-u", "+%Y-%m-%d"]).output();
    let day = day.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    format!(
        "{}, {} MHz, {cores} cores, {}. Medians; in parentheses, where the middle half lies.",
        field("model name"),
        field("cpu MHz"),
        day.unwrap_or_default()
    )
}

/// Times in their order.
pub(crate) struct Percentiles(Vec<Duration>);

impl Percentiles {
    /// Of some times; there must be some.
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        Self(times)
    }

    /// The time that this part of a hundred does not exceed.
    pub(crate) fn at(&self, percent: usize) -> Duration {
        self.0[(self.0.len() - 1) * percent / 100]
    }
}
