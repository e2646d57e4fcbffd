//! The local time zone: what libc is told of it, `time.tzset`, and what `time` says of it.

use super::module;
#[cfg(target_family = "wasm")]
use super::wasi_time::settle;
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyStrRef};
use std::time::{SystemTime, UNIX_EPOCH};

/// So long is a year on average, in seconds.
const YEAR: u64 = (365 * 24 + 6) * 3600;

/// Installs `time.tzset`, which the engine lacks.
pub(super) fn replace(vm: &VirtualMachine) -> PyResult<()> {
    let time = vm.import("time", 0)?;
    module::put_function(&time, "tzset", tzset, vm)
}

/// `time.tzset`, which is also what a start does.
pub(super) fn tzset(vm: &VirtualMachine) -> PyResult<()> {
    #[cfg(unix)]
    settle();
    #[cfg(target_family = "wasm")]
    settle(vm)?;
    describe(vm)
}

/// Sets the attributes of `time` that are about the zone, by its times in January and in July.
fn describe(vm: &VirtualMachine) -> PyResult<()> {
    let time = vm.import("time", 0)?;
    let zone = |at: u64| -> PyResult<(i64, PyStrRef)> {
        let local = vm.call_method(&time, "localtime", (at,))?;
        let east: i64 = local.get_attr("tm_gmtoff", vm)?.try_into_value(vm)?;
        Ok((-east, local.get_attr("tm_zone", vm)?.try_into_value(vm)?))
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let year = now.as_secs() / YEAR * YEAR;
    let (january, july) = (zone(year)?, zone(year + YEAR / 2)?);
    // In the south it is summer in January.
    let (usual, summer) = if january.0 < july.0 { (july, january) } else { (january, july) };
    time.set_attr("timezone", vm.ctx.new_int(usual.0), vm)?;
    time.set_attr("altzone", vm.ctx.new_int(summer.0), vm)?;
    time.set_attr("daylight", vm.ctx.new_int(i32::from(usual.0 != summer.0)), vm)?;
    time.set_attr("tzname", vm.ctx.new_tuple(vec![usual.1.into(), summer.1.into()]), vm)
}

/// Gives libc the zone that `TZ` names in the environment of this process: its rule, where the machine
/// has no file for it. The interpreter gets its environment separately, so the function still sees
/// the name.
#[cfg(unix)]
fn settle() {
    unsafe extern "C" {
        /// Makes libc read `TZ` again.
        fn tzset();
    }
    let name = std::env::var("TZ").unwrap_or_default();
    let known = std::path::Path::new("/usr/share/zoneinfo").join(&name).is_file();
    let rule = if known { None } else { krait_stdlib_shims::posix_rule(&name) };
    // SAFETY: the instance has one thread yet, or its function calls `time.tzset`: as in CPython, the
    // environment is then its own threads' concern, as it is for `os.environ`.
    unsafe {
        if let Some(rule) = rule {
            std::env::set_var("TZ", rule);
        }
        tzset();
    }
}
