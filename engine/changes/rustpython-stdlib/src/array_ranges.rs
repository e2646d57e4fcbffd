//! What is told of an integer that an array has no room for.

use crate::vm::{AsObject, PyResult, VirtualMachine, builtins::PyBaseExceptionRef};
use malachite_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use rustpython_common::wtf8::Wtf8Buf;

/// The type of an array's items.
pub(crate) enum Place {
    SignedByte,
    Byte,
    Short,
    UnsignedShort,
    Int,
    UnsignedInt,
    Long,
    UnsignedLong,
}

macro_rules! places {
    ($($type:ty: $place:ident,)*) => {$(
        impl From<$type> for Place {
            fn from(_: $type) -> Self {
                Self::$place
            }
        }
    )*};
}

places!(i8: SignedByte, u8: Byte, i16: Short, u16: UnsignedShort, i32: Int, u32: UnsignedInt, i64: Long, u64: UnsignedLong,);

pub(crate) fn out_of_range(
    place: Place,
    value: &BigInt,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    // A value goes through the wider types of C before it comes to its own.
    let through: &[(&str, i64, i64)] = match place {
        Place::SignedByte => &[SHORT, ("signed char", -128, 127)],
        Place::Byte => &[("unsigned byte integer", 0, 255)],
        Place::Short => &[SHORT],
        Place::UnsignedShort => &[INT, ("unsigned short", 0, 65535)],
        Place::Int => &[INT],
        Place::UnsignedInt | Place::Long | Place::UnsignedLong => &[],
    };
    let text = match place {
        Place::UnsignedInt | Place::UnsignedLong if value.is_negative() => {
            "can't convert negative value to unsigned int".to_owned()
        }
        Place::UnsignedInt if value.to_u64().is_some() => {
            "unsigned int is greater than maximum".to_owned()
        }
        Place::UnsignedInt | Place::UnsignedLong => {
            "Python int too large to convert to C unsigned long".to_owned()
        }
        _ => through
            .iter()
            .find_map(|(name, least, most)| {
                let value = value.to_i64()?;
                let bound = match value {
                    _ if value < *least => "less than minimum",
                    _ if value > *most => "greater than maximum",
                    _ => return None,
                };
                Some(format!("{name} is {bound}"))
            })
            .unwrap_or_else(|| "Python int too large to convert to C long".to_owned()),
    };
    vm.new_overflow_error(text)
}

/// The same for `long long`, whose conversion tells it in words of its own.
pub(crate) fn of_typecode(
    typecode: char,
    error: PyBaseExceptionRef,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    if !matches!(typecode, 'q' | 'Q') || !error.fast_isinstance(vm.ctx.exceptions.overflow_error) {
        return error;
    }
    let text = error.get_arg(0).and_then(|text| text.str(vm).ok());
    match text.as_ref().and_then(|text| text.to_str()) {
        Some("can't convert negative value to unsigned int") => {
            vm.new_overflow_error("can't convert negative int to unsigned")
        }
        Some(text) if text.starts_with("Python int too large") => {
            vm.new_overflow_error("int too big to convert")
        }
        _ => error,
    }
}

/// The text of an array of `w`, which is read as UTF-32.
pub(crate) fn text_of_w(bytes: &[u8], vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    let mut text = Wtf8Buf::new();
    for (place, unit) in bytes.chunks_exact(4).enumerate() {
        let value = unit.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
        if place == 0 && value == 0xfeff {
            continue;
        }
        let reason = match char::from_u32(value) {
            Some(character) => {
                text.push_char(character);
                continue;
            }
            None if value < 0x110000 => "code point in surrogate code point range(0xd800, 0xe000)",
            None => "code point not in range(0x110000)",
        };
        return Err(vm.new_unicode_decode_error(
            vm.ctx.new_str("utf-32-le"),
            vm.ctx.new_bytes(bytes.to_vec()),
            place * 4,
            place * 4 + 4,
            vm.ctx.new_str(reason),
        ));
    }
    Ok(text)
}

const SHORT: (&str, i64, i64) = ("signed short integer", -0x8000, 0x7fff);
const INT: (&str, i64, i64) = ("signed integer", -0x8000_0000, 0x7fff_ffff);
