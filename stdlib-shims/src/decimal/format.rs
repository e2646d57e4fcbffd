//! `format` of decimals.

use super::number::{Coefficient, Kind, Number, Rounding, text};
use rustpython_vm::{
    Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyDict, PyList, PyStr},
    warn::warn,
};

/// How a number is to be shown.
struct Spec {
    fill: char,
    align: char,
    sign: char,
    has_no_negative_zero: bool,
    is_alternate: bool,
    pads_zeros: bool,
    width: usize,
    thousands: String,
    precision: Option<i64>,
    fraction: Option<char>,
    kind: char,
    /// The lengths of groups of digits from the right; whether the last one goes on.
    groups: (Vec<usize>, bool),
    point: String,
}

fn exceeds_limits(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_value_error("format specification exceeds internal limits of _decimal")
}

fn invalid(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_value_error("invalid format string")
}

/// Takes the first character away if it is one of these.
fn taken(rest: &mut &[char], of: &str) -> Option<char> {
    let first = rest.first().copied().filter(|first| of.contains(*first))?;
    *rest = &rest[1..];
    Some(first)
}

fn number(rest: &mut &[char], vm: &VirtualMachine) -> PyResult<Option<i64>> {
    let count = rest.iter().take_while(|sign| sign.is_ascii_digit()).count();
    if count == 0 {
        return Ok(None);
    }
    let digits: String = rest[..count].iter().collect();
    *rest = &rest[count..];
    digits
        .parse()
        .map(Some)
        .map_err(|_| vm.new_overflow_error("cannot fit 'int' into an index-sized integer"))
}

impl Spec {
    fn parse(written: &str, capitals: bool, vm: &VirtualMachine) -> PyResult<Self> {
        let signs: Vec<char> = written.chars().collect();
        let mut rest = signs.as_slice();
        let (mut fill, mut align) = (None, None);
        match rest {
            [first, second, ..] if "<>=^".contains(*second) => {
                (fill, align) = (Some(*first), Some(*second));
                rest = &rest[2..];
            }
            _ => align = align.or(taken(&mut rest, "<>=^")),
        }
        let sign = taken(&mut rest, "-+ ").unwrap_or('-');
        let has_no_negative_zero = taken(&mut rest, "z").is_some();
        let is_alternate = taken(&mut rest, "#").is_some();
        let pads_zeros = taken(&mut rest, "0").is_some();
        if pads_zeros && align.is_some() {
            return Err(invalid(vm));
        }
        let width = number(&mut rest, vm)?.unwrap_or(0);
        let thousands = taken(&mut rest, ",_");
        let (mut precision, mut fraction) = (None, None);
        if taken(&mut rest, ".").is_some() {
            precision = match number(&mut rest, vm) {
                Ok(precision) => precision,
                Err(_) => Some(i64::MAX),
            };
            fraction = taken(&mut rest, ",_");
            if precision.is_none() && fraction.is_none() {
                return Err(invalid(vm));
            }
        }
        let mut kind = taken(&mut rest, "eEfFgGnN%");
        if !rest.is_empty() {
            return Err(invalid(vm));
        }
        let is_upper = kind == Some('N');
        if is_upper {
            let message =
                "Format specifier 'N' is deprecated and slated for removal in Python 3.18";
            let category = vm.ctx.exceptions.deprecation_warning.to_owned();
            warn(vm.ctx.new_str(message).into(), Some(category), 1, None, vm)?;
            kind = Some('n');
        }
        let is_general = matches!(kind, None | Some('g' | 'G' | 'n'));
        if precision == Some(0) && is_general {
            precision = Some(1);
        }
        let mut spec = Self {
            fill: fill.unwrap_or(' '),
            align: align.unwrap_or('>'),
            sign,
            has_no_negative_zero,
            is_alternate,
            pads_zeros,
            width: usize::try_from(width).unwrap_or(usize::MAX),
            thousands: thousands.map(String::from).unwrap_or_default(),
            precision,
            fraction,
            kind: kind.unwrap_or(if capitals { 'G' } else { 'g' }),
            groups: (vec![3], true),
            point: ".".to_owned(),
        };
        if kind == Some('n') {
            if thousands.is_some() {
                return Err(invalid(vm));
            }
            spec.kind = if is_upper { 'G' } else { 'g' };
            spec.take_locale(vm)?;
        }
        Ok(spec)
    }

    fn take_locale(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let locale = vm.import("locale", 0)?;
        let conventions = vm.call_method(&locale, "localeconv", ())?;
        let get = |name: &'static str| conventions.get_item(name, vm);
        self.thousands = get("thousands_sep")?.try_into_value(vm)?;
        self.point = get("decimal_point")?.try_into_value(vm)?;
        let grouping = get("grouping")?;
        let lengths: Vec<PyObjectRef> = match grouping.downcast_ref::<PyList>() {
            Some(list) => list.borrow_vec().to_vec(),
            None => Vec::new(),
        };
        let mut groups = Vec::new();
        for length in lengths {
            groups.push(length.try_into_value::<usize>(vm)?);
        }
        let goes_on = groups.last() == Some(&0) && groups.len() >= 2;
        groups.pop();
        groups.retain(|length| *length > 0);
        self.groups = (groups, goes_on);
        Ok(())
    }

    fn take_given(&mut self, conventions: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<()> {
        let get = |name: &'static str| {
            let given = conventions.get_item_opt(name, vm)?;
            let text = given.map(|given| {
                given
                    .downcast_ref::<PyStr>()
                    .and_then(|text| text.to_str())
                    .map(str::to_owned)
                    .ok_or_else(|| vm.new_type_error("bad argument type for built-in operation"))
            });
            text.transpose()
        };
        let (point, thousands, grouping) =
            (get("decimal_point")?, get("thousands_sep")?, get("grouping")?);
        self.point = point.unwrap_or(std::mem::take(&mut self.point));
        self.thousands = thousands.unwrap_or(std::mem::take(&mut self.thousands));
        if let Some(grouping) = grouping {
            let lengths = grouping.split('\0').next().unwrap_or_default();
            let (lengths, goes_on) = match lengths.split_once('\u{7f}') {
                Some((lengths, _)) => (lengths, false),
                None => (lengths, true),
            };
            if !lengths.is_ascii() {
                return Err(vm.new_value_error("invalid override dict"));
            }
            self.groups = (lengths.bytes().map(usize::from).collect(), goes_on);
        }
        if self.point.is_empty() || self.point.len() > 4 || self.thousands.len() > 4 {
            return Err(vm.new_value_error("invalid override dict"));
        }
        Ok(())
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, '+') => "+",
            (false, ' ') => " ",
            _ => "",
        }
    }

    fn aligned(&self, sign: &str, body: &str) -> String {
        let length = sign.len() + body.chars().count();
        let padding = self.width.saturating_sub(length);
        let fill = |count: usize| std::iter::repeat_n(self.fill, count).collect::<String>();
        match self.align {
            '<' => format!("{sign}{body}{}", fill(padding)),
            '=' => format!("{sign}{}{body}", fill(padding)),
            '^' => {
                let half = padding / 2;
                format!("{}{sign}{body}{}", fill(half), fill(padding - half))
            }
            _ => format!("{}{sign}{body}", fill(padding)),
        }
    }

    /// The digits before the point, at least so wide, with what separates thousands.
    fn grouped(&self, digits: &str, width: i64) -> String {
        let separator = self.thousands.chars().count() as i64;
        let mut left = digits.len();
        let mut width = width;
        let mut groups: Vec<String> = Vec::new();
        let mut index = 0;
        let lengths = &self.groups.0;
        let group = |left: usize, length: usize| {
            let shown = &digits[left.saturating_sub(length)..left];
            format!("{}{shown}", "0".repeat(length - shown.len()))
        };
        let is_done = loop {
            let length = match lengths.get(index) {
                Some(length) => *length,
                None if self.groups.1 && !lengths.is_empty() => lengths[lengths.len() - 1],
                None => break false,
            };
            index += 1;
            let length = length.min((left as i64).max(width).max(1) as usize);
            groups.push(group(left, length));
            left = left.saturating_sub(length);
            width -= length as i64;
            if left == 0 && width <= 0 {
                break true;
            }
            width -= separator;
        };
        if !is_done {
            groups.push(group(left, (left as i64).max(width).max(1) as usize));
        }
        groups.reverse();
        groups.join(&self.thousands)
    }
}

/// What `format` gives of a number; `conventions` are those of a locale, as `localeconv` has them,
/// but for the lengths of groups, which are the characters of a text.
pub(super) fn format(
    number: &Number,
    written: &str,
    conventions: Option<&Py<PyDict>>,
    capitals: bool,
    rounding: Rounding,
    vm: &VirtualMachine,
) -> PyResult<String> {
    if written.is_empty() {
        return Ok(text(number, capitals, false));
    }
    let mut spec = Spec::parse(written, capitals, vm)?;
    if let Some(conventions) = conventions {
        spec.take_given(conventions, vm)?;
    }
    if spec.width > super::number::MOST_DIGITS as usize {
        return Err(exceeds_limits(vm));
    }
    if number.kind != Kind::Finite {
        let mut body = text(&number.with_sign(false), true, false);
        if spec.kind == '%' {
            body.push('%');
        }
        return Ok(spec.aligned(spec.sign(number.negative), &body));
    }
    let mut number = number.clone();
    let is_fixed = matches!(spec.kind, 'f' | 'F' | '%');
    let is_scientific = matches!(spec.kind, 'e' | 'E');
    if spec.kind == '%' {
        number.exponent += 2;
    }
    if let Some(precision) = spec.precision {
        let limit = super::number::MOST_DIGITS;
        if precision > limit && (is_fixed || is_scientific) {
            return Err(exceeds_limits(vm));
        }
        if is_scientific {
            to_digits(&mut number, precision + 1, rounding);
        } else if is_fixed {
            to_exponent(&mut number, -precision, rounding, vm)?;
        } else if number.coefficient.digits() > precision {
            to_digits(&mut number, precision, rounding);
        }
    }
    let is_zero = number.is_zero();
    if is_zero && number.exponent > 0 && is_fixed {
        number.exponent = 0;
    }
    if is_fixed && number.exponent > super::number::MOST_DIGITS {
        return Err(vm.no_memory_error());
    }
    let negative = number.negative && !(is_zero && spec.has_no_negative_zero);
    let digits = number.coefficient.text();
    let count = digits.len() as i64;
    let left = number.exponent + count;
    let point = if is_scientific {
        match spec.precision {
            Some(precision) if is_zero => 1 - precision,
            _ => 1,
        }
    } else if is_fixed || number.exponent <= 0 && left > -6 {
        left
    } else {
        1
    };
    if point < -super::number::MOST_DIGITS {
        return Err(vm.no_memory_error());
    }
    let (whole, mut part) = if point < 0 {
        ("0".to_owned(), format!("{}{digits}", "0".repeat(-point as usize)))
    } else if point > count {
        (format!("{digits}{}", "0".repeat((point - count) as usize)), String::new())
    } else {
        let (whole, part) = digits.split_at(point as usize);
        (if whole.is_empty() { "0".to_owned() } else { whole.to_owned() }, part.to_owned())
    };
    if let Some(separator) = spec.fraction {
        let groups: Vec<&str> = part
            .as_bytes()
            .chunks(3)
            .map(|group| std::str::from_utf8(group).unwrap_or(""))
            .collect();
        part = groups.join(separator.encode_utf8(&mut [0; 4]));
    }
    if !part.is_empty() || spec.is_alternate {
        part.insert_str(0, &spec.point);
    }
    let exponent = left - point;
    if exponent != 0 || is_scientific {
        part.push(if matches!(spec.kind, 'E' | 'G') { 'E' } else { 'e' });
        part.push_str(&format!("{exponent:+}"));
    }
    if spec.kind == '%' {
        part.push('%');
    }
    let sign = spec.sign(negative);
    let width = if spec.pads_zeros {
        spec.width as i64 - part.chars().count() as i64 - sign.len() as i64
    } else {
        0
    };
    let whole = spec.grouped(&whole, width);
    Ok(spec.aligned(sign, &format!("{whole}{part}")))
}

/// Rounds to so many digits, or adds zeros.
fn to_digits(number: &mut Number, digits: i64, rounding: Rounding) {
    if number.coefficient.is_zero() {
        return;
    }
    let more = digits - number.coefficient.digits();
    if more >= 0 {
        number.coefficient = number.coefficient.shifted_left(more);
        number.exponent -= more;
        return;
    }
    number.cut(-more, rounding);
    if number.coefficient.digits() > digits {
        number.coefficient = number.coefficient.shifted_right(1).0;
        number.exponent += 1;
    }
}

fn to_exponent(
    number: &mut Number,
    exponent: i64,
    rounding: Rounding,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let more = number.exponent - exponent;
    if number.coefficient == Coefficient::ZERO {
        number.exponent = exponent;
    } else if more >= 0 {
        if more > super::number::MOST_DIGITS {
            return Err(vm.no_memory_error());
        }
        number.coefficient = number.coefficient.shifted_left(more);
        number.exponent = exponent;
    } else {
        number.cut(-more, rounding);
    }
    Ok(())
}
