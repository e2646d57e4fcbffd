//! `time.strftime`, in place of the engine's, which loses the UTC offset of a `struct_time`, and uses
//! another library where libc has no time zones.

use super::{module, strftime::WallTime};
use malachite_bigint::Sign;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyIntRef, PyStrRef},
    common::wtf8::Wtf8Buf,
    function::OptionalArg,
};

/// Installs it.
pub(super) fn replace(vm: &VirtualMachine) -> PyResult<()> {
    let time = vm.import("time", 0)?;
    module::put_function(&time, "strftime", strftime, vm)
}

/// The nine numbers of a `struct_time`, or of a tuple, for the function of that name.
pub(super) fn numbers(time: &PyObject, function: &str, vm: &VirtualMachine) -> PyResult<[i64; 9]> {
    if !time.fast_isinstance(vm.ctx.types.tuple_type) {
        return Err(vm.new_type_error("Tuple or struct_time argument required"));
    }
    let items: Vec<PyObjectRef> = time.to_owned().try_into_value(vm)?;
    let items: [PyObjectRef; 9] = items
        .try_into()
        .map_err(|_| vm.new_type_error(format!("{function}(): illegal time tuple argument")))?;
    let mut numbers = [0; 9];
    for (number, item) in numbers.iter_mut().zip(items) {
        *number = c_int(&item.try_index(vm)?, vm)?.into();
    }
    Ok(numbers)
}

fn c_int(number: &PyIntRef, vm: &VirtualMachine) -> PyResult<i32> {
    number.try_to_primitive(vm).map_err(|_| {
        let beyond = match number.as_bigint().sign() {
            Sign::Minus => "less than minimum",
            _ => "greater than maximum",
        };
        vm.new_overflow_error(format!("signed integer is {beyond}"))
    })
}

fn strftime(
    format: PyObjectRef,
    time: OptionalArg<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<Wtf8Buf> {
    let format: PyStrRef = format.downcast().map_err(|other| {
        let given = other.class().name().to_owned();
        let given = if vm.is_none(&other) { "None" } else { &*given };
        vm.new_type_error(format!("strftime() argument 1 must be str, not {given}"))
    })?;
    let module = vm.import("time", 0)?;
    let time = match time {
        OptionalArg::Present(time) => time,
        OptionalArg::Missing => vm.call_method(&module, "localtime", ())?,
    };
    // Most ask for no zone.
    let names_zone = format.as_bytes().iter().any(|byte| b"Zz+".contains(byte));
    let wall = wall_time(&time, names_zone, &module, vm)?;
    let mut text = Wtf8Buf::new();
    // A lone surrogate, which is no character, stays as it is.
    let mut characters = String::new();
    for each in format.as_wtf8().code_points() {
        match each.to_char() {
            Some(character) => characters.push(character),
            None => {
                text.push_str(&wall.format(&std::mem::take(&mut characters)));
                text.push(each);
            }
        }
    }
    text.push_str(&wall.format(&characters));
    Ok(text)
}

fn wall_time<'a>(
    time: &PyObject,
    names_zone: bool,
    module: &'a PyObject,
    vm: &'a VirtualMachine,
) -> PyResult<WallTime<'a>> {
    let [year, month, day, hour, minute, second, weekday, day_of_year, summer] =
        numbers(time, "strftime", vm)?;
    if year < i64::from(i32::MIN) + 1900 {
        return Err(vm.new_overflow_error("year out of range"));
    }
    // Zero stands for the first.
    let month = if month == 0 { 0 } else { month - 1 };
    let day = if day == 0 { 1 } else { day };
    let day_of_year = if day_of_year == 0 { 0 } else { day_of_year - 1 };
    let weekday = (weekday + 1) % 7;
    for (number, last, what) in [
        (month, 11, "month"),
        (day, 31, "day of month"),
        (hour, 23, "hour"),
        (minute, 59, "minute"),
        (second, 61, "seconds"),
        (weekday, 6, "day of week"),
        (day_of_year, 365, "day of year"),
    ] {
        if !(0..=last).contains(&number) {
            return Err(vm.new_value_error(format!("{what} out of range")));
        }
    }
    let own = |name: &'static str| {
        let own = names_zone.then(|| vm.get_attribute_opt(time, name).ok().flatten());
        own.flatten()
    };
    let zone: Option<PyStrRef> = own("tm_zone").and_then(|zone| zone.downcast().ok());
    let zone = match zone {
        Some(zone) => zone.to_string_lossy().into_owned(),
        None if summer < 0 || !names_zone => String::new(),
        None => {
            let names = module.get_attr("tzname", vm)?;
            names.get_item(&usize::from(summer > 0), vm)?.str(vm)?.to_string_lossy().into_owned()
        }
    };
    let east = own("tm_gmtoff").and_then(|east| east.try_into_value(vm).ok()).unwrap_or(0);
    let east = (summer >= 0).then_some(east);
    let timestamp = move || {
        let own = [year, month + 1, day, hour, minute, second, 0, 0, summer];
        let own = own.map(|each| vm.ctx.new_int(each).into()).to_vec();
        let timestamp = vm.call_method(module, "mktime", (vm.ctx.new_tuple(own),));
        // As libc does if there is none.
        timestamp.and_then(|each| each.try_into_value::<f64>(vm)).map_or(-1, |each| each as i64)
    };
    Ok(WallTime {
        year,
        month,
        day,
        hour,
        minute,
        second,
        weekday,
        day_of_year,
        zone,
        east,
        timestamp: Box::new(timestamp),
    })
}
