//! `str.format`: a field is filled in before what follows it is read, so that errors come in their
//! order.

use crate::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    common::wtf8::{CodePoint, Wtf8, Wtf8Buf},
    function::FuncArgs,
    stdlib::builtins,
};

/// How deep fields are looked for: a format, and the specifications in it.
const DEPTH: usize = 2;

/// Where the values of fields come from.
pub(crate) enum Values<'a> {
    Call(&'a FuncArgs),
    Mapping(&'a PyObject),
}

/// How fields are numbered: by themselves, or by the format; the first one decides.
#[derive(Default)]
struct Numbering {
    is_automatic: Option<bool>,
    next: usize,
}

pub(crate) fn formatted(text: &Wtf8, values: &Values<'_>, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    filled(text, DEPTH, values, &mut Numbering::default(), vm)
}

fn filled(
    text: &Wtf8,
    depth: usize,
    values: &Values<'_>,
    numbering: &mut Numbering,
    vm: &VirtualMachine,
) -> PyResult<Wtf8Buf> {
    if depth == 0 {
        return Err(vm.new_value_error("Max string recursion exceeded"));
    }
    // A brace is a brace in bytes as well: none is a part of another character.
    let bytes = text.as_bytes();
    let mut result = Wtf8Buf::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(length) = bytes[place..].iter().position(|byte| matches!(byte, b'{' | b'}')) {
        let at = place + length;
        let is_doubled = bytes.get(at + 1) == Some(&bytes[at]);
        if !is_doubled && (bytes[at] == b'}' || at + 1 == bytes.len()) {
            return Err(vm.new_value_error(format!(
                "Single '{}' encountered in format string",
                char::from(bytes[at])
            )));
        }
        result.push_wtf8(&text[place..at + usize::from(is_doubled)]);
        place = at + 1 + usize::from(is_doubled);
        if !is_doubled {
            let field = Field::read(text, &mut place).map_err(|text| vm.new_value_error(text))?;
            field.fill(&mut result, depth, values, numbering, vm)?;
        }
    }
    result.push_wtf8(&text[place..]);
    Ok(result)
}

struct Field<'a> {
    name: &'a Wtf8,
    conversion: Option<CodePoint>,
    specification: &'a Wtf8,
    /// Whether the specification has fields itself.
    is_nested: bool,
}

impl<'a> Field<'a> {
    /// The field that begins at `place`, behind its brace; `place` moves behind its end.
    fn read(text: &'a Wtf8, place: &mut usize) -> Result<Self, &'static str> {
        let bytes = text.as_bytes();
        let start = *place;
        let mut at = start;
        let end = loop {
            match bytes.get(at) {
                None => return Err("expected '}' before end of string"),
                Some(b'{') => return Err("unexpected '{' in field name"),
                Some(b'}' | b':' | b'!') => break bytes[at],
                Some(b'[') => {
                    let rest = &bytes[at + 1..];
                    at += 1 + rest.iter().position(|byte| *byte == b']').unwrap_or(rest.len());
                }
                Some(_) => at += 1,
            }
        };
        let mut field =
            Self { name: &text[start..at], conversion: None, specification: &text[..0], is_nested: false };
        *place = at + 1;
        if end == b'}' {
            return Ok(field);
        }
        if end == b'!' {
            let Some(conversion) = text[*place..].code_points().next() else {
                return Err("end of string while looking for conversion specifier");
            };
            field.conversion = Some(conversion);
            *place += conversion.len_wtf8();
            match bytes.get(*place) {
                Some(b'}') => {
                    *place += 1;
                    return Ok(field);
                }
                Some(b':') => *place += 1,
                Some(_) => return Err("expected ':' after conversion specifier"),
                None => {}
            }
        }
        let start = *place;
        let mut open = 1;
        for (at, byte) in bytes.iter().enumerate().skip(start) {
            match byte {
                b'{' => {
                    field.is_nested = true;
                    open += 1;
                }
                b'}' => {
                    open -= 1;
                    if open == 0 {
                        field.specification = &text[start..at];
                        *place = at + 1;
                        return Ok(field);
                    }
                }
                _ => {}
            }
        }
        Err("unmatched '{' in format spec")
    }

    fn fill(
        &self,
        result: &mut Wtf8Buf,
        depth: usize,
        values: &Values<'_>,
        numbering: &mut Numbering,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let mut value = self.value(values, numbering, vm)?;
        if let Some(conversion) = self.conversion {
            value = match conversion.to_char() {
                Some('s') => value.str(vm)?.into(),
                Some('r') => value.repr(vm)?.into(),
                Some('a') => builtins::ascii(value, vm)?.into(),
                Some(other @ '!'..='~') => {
                    return Err(vm.new_value_error(format!("Unknown conversion specifier {other}")));
                }
                _ => {
                    return Err(vm.new_value_error(format!(
                        "Unknown conversion specifier \\x{:x}",
                        conversion.to_u32()
                    )));
                }
            };
        }
        let specification = if self.is_nested {
            vm.ctx.new_str(filled(self.specification, depth - 1, values, numbering, vm)?)
        } else if self.specification.is_empty() {
            vm.ctx.empty_str.to_owned()
        } else {
            vm.ctx.new_str(self.specification.to_owned())
        };
        result.push_wtf8(vm.format(&value, specification)?.as_wtf8());
        Ok(())
    }

    fn value(&self, values: &Values<'_>, numbering: &mut Numbering, vm: &VirtualMachine) -> PyResult {
        let bytes = self.name.as_bytes();
        let end = bytes.iter().position(|byte| matches!(byte, b'.' | b'[')).unwrap_or(bytes.len());
        let first = &self.name[..end];
        let mut index = whole(first, vm)?;
        if first.is_empty() || index.is_some() {
            let is_automatic = first.is_empty();
            let (from, to) = match *numbering.is_automatic.get_or_insert(is_automatic) {
                true if !is_automatic => ("automatic field numbering", "manual field specification"),
                false if is_automatic => ("manual field specification", "automatic field numbering"),
                _ => ("", ""),
            };
            if !from.is_empty() {
                return Err(vm.new_value_error(format!("cannot switch from {from} to {to}")));
            }
            if is_automatic {
                index = Some(numbering.next);
                numbering.next += 1;
            }
        }
        let mut value = match (index, values) {
            (None, Values::Mapping(mapping)) => {
                mapping.get_item(&*vm.ctx.new_str(first.to_owned()), vm)?
            }
            (None, Values::Call(arguments)) => match (*arguments.kwargs).get(first) {
                Some(value) => value.clone(),
                None => return Err(vm.new_key_error(vm.ctx.new_str(first.to_owned()).into())),
            },
            (Some(_), Values::Mapping(_)) => {
                return Err(vm.new_value_error("Format string contains positional fields"));
            }
            (Some(index), Values::Call(arguments)) => match arguments.args.get(index) {
                Some(value) => value.clone(),
                None => {
                    return Err(vm.new_index_error(format!(
                        "Replacement index {index} out of range for positional args tuple"
                    )));
                }
            },
        };
        let mut at = end;
        while at < bytes.len() {
            let is_attribute = bytes[at] == b'.';
            if !is_attribute && bytes[at] != b'[' {
                return Err(vm.new_value_error(
                    "Only '.' or '[' may follow ']' in format field specifier",
                ));
            }
            let rest = &bytes[at + 1..];
            let length = if is_attribute {
                rest.iter().position(|byte| matches!(byte, b'.' | b'[')).unwrap_or(rest.len())
            } else {
                match rest.iter().position(|byte| *byte == b']') {
                    Some(length) => length,
                    None => return Err(vm.new_value_error("Missing ']' in format string")),
                }
            };
            let name = &self.name[at + 1..at + 1 + length];
            at += 1 + length + usize::from(!is_attribute);
            let index = if is_attribute { None } else { whole(name, vm)? };
            if name.is_empty() {
                return Err(vm.new_value_error("Empty attribute in format string"));
            }
            value = part(&value, name, is_attribute, index, vm)?;
        }
        Ok(value)
    }
}

/// An attribute of a value, or an element of it.
fn part(
    value: &PyObject,
    name: &Wtf8,
    is_attribute: bool,
    index: Option<usize>,
    vm: &VirtualMachine,
) -> PyResult<PyObjectRef> {
    match index {
        Some(index) => value.get_item(vm.ctx.new_int(index).as_object(), vm),
        None => {
            let name = vm.ctx.new_str(name.to_owned());
            if is_attribute { value.get_attr(&name, vm) } else { value.get_item(&*name, vm) }
        }
    }
}

/// A text of digits alone as a number.
fn whole(text: &Wtf8, vm: &VirtualMachine) -> PyResult<Option<usize>> {
    let mut number: usize = 0;
    for character in text.code_points() {
        let Some(digit) = character.to_char().and_then(crate::common::str::char_to_decimal) else {
            return Ok(None);
        };
        number = number
            .checked_mul(10)
            .and_then(|number| number.checked_add(usize::from(digit)))
            .filter(|number| isize::try_from(*number).is_ok())
            .ok_or_else(|| vm.new_value_error("Too many decimal digits in format string"))?;
    }
    Ok((!text.is_empty()).then_some(number))
}
