//! Formats whose specifications are all plain: `%s`, `%d`, `%%`, `%(key)s` and `%(key)d`. They are
//! most of what programs have, and need no parsed form.

use super::Arguments;
use crate::{
    PyObjectRef, PyResult, VirtualMachine,
    builtins::PyInt,
    common::wtf8::{Wtf8, Wtf8Buf},
};
use core::fmt::Write;
use num_traits::ToPrimitive;

enum Kind {
    Percent,
    Text,
    Number,
}

/// A specification, from behind its `%`: its key, its kind, and where it ends.
fn specification(format: &[u8], start: usize) -> Option<(Option<(usize, usize)>, Kind, usize)> {
    let mut place = start;
    let mut key = None;
    if *format.get(place)? == b'(' {
        let length = memchr::memchr2(b'(', b')', &format[place + 1..])?;
        let end = place + 1 + length;
        if format[end] != b')' {
            return None;
        }
        key = Some((place + 1, end));
        place = end + 1;
    }
    let kind = match format.get(place)? {
        b's' => Kind::Text,
        b'd' => Kind::Number,
        b'%' if key.is_none() => Kind::Percent,
        _ => return None,
    };
    Some((key, kind, place + 1))
}

/// Whether each specification of a format is plain.
pub(super) fn is_plain(format: &Wtf8) -> bool {
    let format = format.as_bytes();
    let mut place = 0;
    while let Some(length) = memchr::memchr(b'%', &format[place..]) {
        match specification(format, place + length + 1) {
            Some((_, _, end)) => place = end,
            None => return false,
        }
    }
    true
}

/// A plain format, with its values. `other` formats what `%d` gets and is no small int.
pub(super) fn formatted(
    format: &Wtf8,
    arguments: &mut Arguments<'_>,
    other: impl Fn(PyObjectRef) -> PyResult<Wtf8Buf>,
    vm: &VirtualMachine,
) -> PyResult<Wtf8Buf> {
    let bytes = format.as_bytes();
    let mut result = Wtf8Buf::with_capacity(format.len());
    let mut place = 0;
    while let Some(length) = memchr::memchr(b'%', &bytes[place..]) {
        let Some((key, kind, end)) = specification(bytes, place + length + 1) else {
            break;
        };
        result.push_wtf8(&format[place..place + length]);
        place = end;
        if matches!(kind, Kind::Percent) {
            result.push_str("%");
            continue;
        }
        if let Some((start, end)) = key {
            arguments.choose(&format[start..end], vm)?;
        }
        let Some(value) = arguments.next() else {
            return Err(vm.new_type_error("not enough arguments for format string"));
        };
        match kind {
            Kind::Number => {
                let int = value.downcast_ref::<PyInt>();
                match int.and_then(|int| int.as_bigint().to_i64()) {
                    Some(number) => {
                        let mut digits = String::new();
                        let _ = write!(digits, "{number}");
                        result.push_str(&digits);
                    }
                    None => result.push_wtf8(&other(value)?),
                }
            }
            _ => result.push_wtf8(value.str(vm)?.as_wtf8()),
        }
    }
    result.push_wtf8(&format[place..]);
    Ok(result)
}
