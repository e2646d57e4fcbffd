//! Functions of `time` for a libc without time zones, in place of the engine's, which are missing
//! or different there. `wall_time.rs` has `strftime`.

use super::{module, wall_time};
use jiff::{
    SignedDuration, Timestamp,
    civil::DateTime,
    tz::{Dst, Offset, TimeZone},
};
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::PyBytesRef,
    function::{Either, OptionalOption},
};
use std::cell::RefCell;

/// Installs them.
pub(super) fn replace(vm: &VirtualMachine) -> PyResult<()> {
    let time = vm.import("time", 0)?;
    module::put_function(&time, "localtime", localtime, vm)?;
    module::put_function(&time, "gmtime", gmtime, vm)?;
    module::put_function(&time, "mktime", mktime, vm)?;
    // Few hosts have the processor's time. CPython for WASI uses the clock's time, too.
    for (name, clock) in [
        ("process_time", "monotonic"),
        ("process_time_ns", "monotonic_ns"),
        ("thread_time", "monotonic"),
        ("thread_time_ns", "monotonic_ns"),
    ] {
        time.set_attr(name, time.get_attr(clock, vm)?, vm)?;
    }
    Ok(())
}

/// Takes the time zone from the function's `TZ`, the name of one or a rule in POSIX form. The
/// interpreter reads that variable of the process, and understands rules without files.
pub(super) fn settle(vm: &VirtualMachine) -> PyResult<()> {
    let environ = vm.import("posix", 0)?.get_attr("environ", vm)?;
    let name = environ.get_item(vm.ctx.new_bytes(b"TZ".to_vec()).as_object(), vm).ok();
    let name: Option<PyBytesRef> = name.and_then(|name| name.downcast().ok());
    let name = name.map_or_else(String::new, |name| String::from_utf8_lossy(&name).into_owned());
    let rule = krait_stdlib_shims::posix_rule(&name).unwrap_or(&name);
    let (rule, zone) = Zone::of(rule).map_or_else(|| ("UTC0", Zone::UTC), |zone| (rule, zone));
    // SAFETY: the process has one thread.
    unsafe { std::env::set_var("TZ", rule) };
    ZONE.set(zone);
    Ok(())
}

thread_local! {
    static ZONE: RefCell<Zone> = const { RefCell::new(Zone::UTC) };
}

/// A time zone's present rule, and its two offsets as separate zones.
struct Zone {
    rule: TimeZone,
    standard: (Offset, String),
    summer: Option<(Offset, String)>,
}

impl Zone {
    const UTC: Self =
        Self { rule: TimeZone::UTC, standard: (Offset::UTC, String::new()), summer: None };

    /// The zone of a rule in POSIX form, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    fn of(rule: &str) -> Option<Self> {
        let rule = TimeZone::posix(rule).ok()?;
        // In any year, because the rule is the same for all.
        let halves = [
            DateTime::constant(2000, 1, 1, 0, 0, 0, 0),
            DateTime::constant(2000, 7, 1, 0, 0, 0, 0),
        ];
        let times = halves.map(|half| {
            let info = rule.to_offset_info(Offset::UTC.to_timestamp(half).ok()?);
            Some((info.dst(), (info.offset(), info.abbreviation().to_owned())))
        });
        let time = |wanted| {
            let mut times = times.iter().flatten();
            times.find(|(dst, _)| *dst == wanted).map(|(_, time)| time.clone())
        };
        let standard = time(Dst::No)?;
        let summer = time(Dst::Yes);
        Some(Self { rule, standard, summer })
    }

    /// `CET` or `CEST`; the same for both where there is no summer time.
    fn name(&self, summer: bool) -> &str {
        let time = self.summer.as_ref().filter(|_| summer).unwrap_or(&self.standard);
        if time.1.is_empty() { "UTC" } else { &time.1 }
    }

    /// The time at which a clock shows this, in summer or standard time if that is given.
    fn timestamp(&self, wall: DateTime, summer: Option<bool>) -> Result<Timestamp, jiff::Error> {
        match (summer, &self.summer) {
            (None, _) => self.rule.to_timestamp(wall),
            (Some(true), Some((offset, _))) => offset.to_timestamp(wall),
            (Some(false), _) => self.standard.0.to_timestamp(wall),
            // As glibc reads a time that does not exist.
            (Some(true), None) => self.standard.0.to_timestamp(wall)?.checked_sub(HOUR),
        }
    }
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn localtime(seconds: OptionalOption<Either<f64, i64>>, vm: &VirtualMachine) -> PyResult {
    let at = timestamp_of(seconds.flatten(), vm)?;
    ZONE.with_borrow(|zone| {
        let info = zone.rule.to_offset_info(at);
        let is_summer = info.dst() == Dst::Yes;
        struct_time(
            info.offset().to_datetime(at),
            is_summer,
            zone.name(is_summer),
            info.offset(),
            vm,
        )
    })
}

fn gmtime(seconds: OptionalOption<Either<f64, i64>>, vm: &VirtualMachine) -> PyResult {
    let at = timestamp_of(seconds.flatten(), vm)?;
    struct_time(Offset::UTC.to_datetime(at), false, "GMT", Offset::UTC, vm)
}

fn timestamp_of(seconds: Option<Either<f64, i64>>, vm: &VirtualMachine) -> PyResult<Timestamp> {
    let at = match seconds {
        None => Ok(Timestamp::now()),
        Some(Either::A(seconds)) if !seconds.is_finite() => {
            return Err(vm.new_value_error("Invalid value for timestamp"));
        }
        Some(Either::A(seconds)) => Timestamp::from_second(seconds.floor() as i64),
        Some(Either::B(seconds)) => Timestamp::from_second(seconds),
    };
    at.map_err(|_| vm.new_overflow_error("timestamp out of range for platform time_t"))
}

fn struct_time(
    wall: DateTime,
    is_summer: bool,
    zone: &str,
    east: Offset,
    vm: &VirtualMachine,
) -> PyResult {
    let numbers = [
        i32::from(wall.year()),
        wall.month().into(),
        wall.day().into(),
        wall.hour().into(),
        wall.minute().into(),
        wall.second().into(),
        wall.weekday().to_monday_zero_offset().into(),
        wall.day_of_year().into(),
        is_summer.into(),
    ];
    let numbers = numbers.into_iter().map(|number| vm.ctx.new_int(number).into());
    let zone = [vm.ctx.new_str(zone).into(), vm.ctx.new_int(east.seconds()).into()];
    let fields = vm.ctx.new_tuple(numbers.chain(zone).collect());
    vm.import("time", 0)?.get_attr("struct_time", vm)?.call((fields,), vm)
}

fn mktime(time: PyObjectRef, vm: &VirtualMachine) -> PyResult<f64> {
    let at = timestamp(wall_time::numbers(&time, "mktime", vm)?);
    at.map(|at| at as f64).ok_or_else(|| vm.new_overflow_error("mktime argument out of range"))
}

/// The time at which a clock shows these numbers, in seconds since 1970. Each may be out of its
/// range: the 32nd of a month is the first of the next.
fn timestamp([year, month, day, hour, minute, second, _, _, summer]: [i64; 9]) -> Option<i64> {
    let months = year * 12 + month - 1;
    let year = i16::try_from(months.div_euclid(12)).ok()?;
    let month = i8::try_from(months.rem_euclid(12) + 1).ok()?;
    let first = DateTime::new(year, month, 1, 0, 0, 0, 0).ok()?;
    let since = SignedDuration::from_secs(((day - 1) * 24 + hour) * 3600 + minute * 60 + second);
    let wall = first.checked_add(since).ok()?;
    let summer = (summer >= 0).then_some(summer > 0);
    ZONE.with_borrow(|zone| zone.timestamp(wall, summer)).map(Timestamp::as_second).ok()
}
