"""Validators of bool, int, float, decimal, fraction and complex."""

import sys

from .build import Node, builder, either, is_strict, length_option, option
from .errors import LineError, ValError, fail
from .markers import plain_float
from .numbers_read import (
    as_float,
    as_int64,
    bool_from_int,
    bool_from_text,
    float_from_text,
    int_from_float,
    int_from_ratio,
    int_from_text,
)
from .state import LAX, STRICT


def _error(type, input):
    return ValError([LineError(type, input)])


def text_of(value, unicode_error):
    """The text of a str or of UTF-8 bytes; None of others."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            pass
        raise _error(unicode_error, value)
    return None


def is_enum_member(value):
    enum = sys.modules.get('enum')
    return enum is not None and type(type(value)) is enum.EnumMeta


# ---- bool


def read_bool(value, strict):
    if isinstance(value, bool):
        return value
    if not strict:
        text = text_of(value, 'bool_parsing')
        if text is not None:
            return bool_from_text(text, value)
        number = as_int64(value)
        if number is not None:
            return bool_from_int(number, value)
        number = as_float(value)
        if number is not None:
            try:
                whole = int_from_float(number, value)
            except ValError:
                whole = None
            if whole is not None:
                return bool_from_int(whole, value)
    raise _error('bool_type', value)


def read_bool_json(value, strict):
    kind = type(value)
    if kind is bool:
        return value
    if not strict:
        if kind is str:
            return bool_from_text(value, value)
        if kind is int and -(2**63) <= value < 2**63:
            return bool_from_int(value, value)
        if kind is float:
            try:
                whole = int_from_float(value, value)
            except ValError:
                whole = None
            if whole is not None:
                return bool_from_int(whole, value)
    raise _error('bool_type', value)


def read_bool_string(value, strict):
    if isinstance(value, str):
        return bool_from_text(str.__str__(value), value)
    raise _error('bool_type', value)


@builder('bool')
def build_bool(schema, config, definitions):
    own = is_strict(schema, config)

    def make(mode):
        if mode == 'str':

            def validate(value, state):
                out = read_bool_string(value, True)
                state.floor(STRICT)
                return out

            return validate
        read = read_bool if mode == 'py' else read_bool_json

        def validate(value, state):
            if value is True or value is False:
                return value
            strict = state.strict
            out = read(value, own if strict is None else strict)
            if state.exactness is not None:
                state.floor(LAX)
            return out

        return validate

    return Node('bool', 'bool', make, bool)


# ---- int


def read_int(value, strict):
    """(int, exactness): of a Python object that is no plain int."""
    if isinstance(value, int):
        if isinstance(value, bool):
            if strict:
                raise _error('int_type', value)
            return int(value), LAX
        return int.__index__(value) + 0, STRICT
    if not strict:
        text = text_of(value, 'int_parsing')
        if text is not None:
            return int_from_text(text, value), LAX
        kind = type(value)
        if kind is float:
            return int_from_float(value, value), LAX
        decimal = sys.modules.get('decimal')
        if decimal is not None and isinstance(value, decimal.Decimal):
            return int_from_ratio(value, value), LAX
        fractions = sys.modules.get('fractions')
        if fractions is not None and isinstance(value, fractions.Fraction):
            return int_from_ratio(value, value), LAX
        number = as_float(value)
        if number is not None:
            return int_from_float(number, value), LAX
        if is_enum_member(value):
            inner = value.value
            if isinstance(inner, int):
                return inner, LAX
            return inner, LAX
    raise _error('int_type', value)


def read_int_json(value, strict):
    kind = type(value)
    if not strict:
        if kind is bool:
            return int(value), LAX
        if kind is float:
            return int_from_float(value, value), LAX
        if kind is str:
            return int_from_text(value, value), LAX
    raise _error('int_type', value)


def read_int_string(value, strict):
    if isinstance(value, str):
        return int_from_text(str.__str__(value), value), STRICT
    raise _error('int_type', value)


INT_READERS = {'py': read_int, 'json': read_int_json, 'str': read_int_string}


def _int_constraint(schema, key):
    if key not in schema:
        return None
    value = schema[key]
    if value is None:
        raise ValueError(f"'{key}' must be coercible to an integer")
    try:
        out = value if type(value) is int else read_int(value, False)[0]
        if not isinstance(out, int):
            raise TypeError
        return out
    except Exception:
        pass
    raise ValueError(f"'{key}' must be coercible to an integer")



@builder('int')
def build_int(schema, config, definitions):
    own = is_strict(schema, config)
    if any(key in schema for key in ('multiple_of', 'le', 'lt', 'ge', 'gt')):
        return _constrained_int(schema, own)

    def make(mode):
        read = INT_READERS[mode]

        def validate(value, state):
            if type(value) is int:
                return value
            strict = state.strict
            out, exactness = read(value, own if strict is None else strict)
            if state.exactness is not None:
                state.floor(exactness)
            return out

        return validate

    return Node('int', 'int', make, int)


def _constrained_int(schema, own):
    multiple_of = _int_constraint(schema, 'multiple_of')
    if multiple_of is not None and multiple_of <= 0:
        raise ValueError("'multiple_of' must be a finite number greater than 0")
    le = _int_constraint(schema, 'le')
    lt = _int_constraint(schema, 'lt')
    ge = _int_constraint(schema, 'ge')
    gt = _int_constraint(schema, 'gt')

    def make(mode):
        read = INT_READERS[mode]

        def validate(value, state):
            if type(value) is int:
                out = value
            else:
                strict = state.strict
                out, exactness = read(value, own if strict is None else strict)
                if state.exactness is not None:
                    state.floor(exactness)
                if not isinstance(out, int):
                    raise _error('int_parsing_size', out)
            if multiple_of is not None and out % multiple_of:
                raise fail('multiple_of', value, multiple_of=multiple_of)
            if le is not None and out > le:
                raise fail('less_than_equal', value, le=le)
            if lt is not None and out >= lt:
                raise fail('less_than', value, lt=lt)
            if ge is not None and out < ge:
                raise fail('greater_than_equal', value, ge=ge)
            if gt is not None and out <= gt:
                raise fail('greater_than', value, gt=gt)
            return out

        return validate

    return Node('int', 'constrained-int', make)


# ---- float


def read_float(value, strict):
    if not strict:
        text = text_of(value, 'float_parsing')
        if text is not None:
            return float_from_text(text, value), LAX
    number = as_float(value)
    if number is not None:
        if isinstance(value, bool):
            if strict:
                raise _error('float_type', value)
            return number, LAX
        return number, STRICT
    raise _error('float_type', value)


def _float_of_int(value):
    try:
        return float(value)
    except OverflowError:
        return float('inf') if value > 0 else float('-inf')


def read_float_json(value, strict):
    kind = type(value)
    if kind is int:
        return _float_of_int(value), STRICT
    if not strict:
        if kind is bool:
            return 1.0 if value else 0.0, LAX
        if kind is str:
            return float_from_text(value, value), LAX
    raise _error('float_type', value)


def read_float_string(value, strict):
    if isinstance(value, str):
        return float_from_text(str.__str__(value), value), STRICT
    raise _error('float_type', value)


FLOAT_READERS = {'py': read_float, 'json': read_float_json, 'str': read_float_string}
_INFINITE = (float('inf'), float('-inf'))


@builder('float')
def build_float(schema, config, definitions):
    own = is_strict(schema, config)
    infinite = either(schema, config, 'allow_inf_nan', None, bool, True)
    if any(key in schema for key in ('multiple_of', 'le', 'lt', 'ge', 'gt')):
        return _constrained_float(schema, own, infinite)

    def make(mode):
        read = FLOAT_READERS[mode]

        def validate(value, state):
            if type(value) is float:
                out = value
            else:
                strict = state.strict
                out, exactness = read(value, own if strict is None else strict)
                if state.exactness is not None:
                    state.floor(exactness)
            if not infinite and (out != out or out in _INFINITE):
                raise _error('finite_number', value)
            return out

        return validate

    return Node('float', 'float', make, float if infinite else None)


def _constrained_float(schema, own, infinite):
    multiple_of = option(schema, 'multiple_of', float)
    if multiple_of is not None and (multiple_of != multiple_of or multiple_of in _INFINITE or multiple_of <= 0.0):
        raise ValueError("'multiple_of' must be a finite number greater than 0")
    le = option(schema, 'le', float)
    lt = option(schema, 'lt', float)
    ge = option(schema, 'ge', float)
    gt = option(schema, 'gt', float)

    def make(mode):
        read = FLOAT_READERS[mode]

        def validate(value, state):
            if type(value) is float:
                out = value
            else:
                strict = state.strict
                out, exactness = read(value, own if strict is None else strict)
                if state.exactness is not None:
                    state.floor(exactness)
            if not infinite and (out != out or out in _INFINITE):
                raise _error('finite_number', value)
            if multiple_of is not None:
                ratio = out / multiple_of
                if ratio != ratio or ratio in _INFINITE:
                    # Not a number is not more than the tolerance.
                    difference = ratio if ratio != ratio or out in _INFINITE else float('inf')
                else:
                    nearest = float(int(ratio + (0.5 if ratio >= 0 else -0.5)))
                    difference = abs(out - nearest * multiple_of)
                if difference > 1e-9:
                    raise fail('multiple_of', value, multiple_of=multiple_of)
            if le is not None and not out <= le:
                raise fail('less_than_equal', value, le=le)
            if lt is not None and not out < lt:
                raise fail('less_than', value, lt=lt)
            if ge is not None and not out >= ge:
                raise fail('greater_than_equal', value, ge=ge)
            if gt is not None and not out > gt:
                raise fail('greater_than', value, gt=gt)
            return out

        return validate

    return Node('float', 'constrained-float', make)


# ---- decimal and fraction


def create_decimal(argument, input):
    import decimal

    try:
        return decimal.Decimal(argument)
    except decimal.DecimalException:
        kind = 'decimal_parsing'
    except (TypeError, ValueError, OverflowError):
        kind = 'decimal_type'
    raise _error(kind, input)


def read_decimal(value, strict):
    """(Decimal, exactness) of a Python object."""
    from decimal import Decimal

    if type(value) is Decimal:
        return value, 2
    if not strict:
        if isinstance(value, str):
            return create_decimal(str.__str__(value), value), LAX
        if isinstance(value, int) and not isinstance(value, bool):
            return create_decimal(value, value), LAX
        if isinstance(value, float):
            return create_decimal(str(value), value), LAX
        if type(value) is tuple and len(value) == 3:
            try:
                return create_decimal(value, value), LAX
            except (ValError, ValueError):
                pass
    if isinstance(value, Decimal):
        return create_decimal(value, value), STRICT
    if strict:
        raise fail('is_instance_of', value, **{'class': 'Decimal'})
    raise _error('decimal_type', value)


def read_decimal_json(value, strict):
    kind = type(value)
    if kind is float:
        return create_decimal(plain_float(value), value), STRICT
    if kind is str or kind is int:
        return create_decimal(value, value), STRICT
    if kind is list and not strict and len(value) == 3:
        try:
            return create_decimal(value, value), LAX
        except ValError:
            pass
    raise _error('decimal_type', value)


def read_decimal_string(value, strict):
    if isinstance(value, str):
        return create_decimal(str.__str__(value), value), STRICT
    raise _error('decimal_type', value)


DECIMAL_READERS = {'py': read_decimal, 'json': read_decimal_json, 'str': read_decimal_string}


def _counts(digits, exponent):
    if exponent >= 0:
        return 0, digits + exponent
    return -exponent, max(digits, -exponent)


def _digits(number):
    """((places, digits), the same of the number without its trailing zeros)."""
    _, digits, exponent = number.as_tuple()
    count = len(digits)
    zeros = 0
    for digit in reversed(digits):
        if digit:
            break
        zeros += 1
    plain = _counts(count, exponent)
    if zeros == count:
        return plain, (0, 1)
    if exponent >= 0:
        return plain, plain
    return plain, _counts(count - zeros, exponent + zeros)


def _coerced(schema, key, read, what):
    if key not in schema:
        return None
    try:
        return read(schema[key], False)[0]
    except Exception:
        pass
    raise ValueError(f"'{key}' must be coercible to a {what} instance")


@builder('decimal')
def build_decimal(schema, config, definitions):
    import decimal

    infinite = either(schema, config, 'allow_inf_nan', None, bool, False)
    places = length_option(schema, 'decimal_places')
    most = length_option(schema, 'max_digits')
    if infinite and (places is not None or most is not None):
        raise ValueError('allow_inf_nan=True cannot be used with max_digits or decimal_places')
    multiple_of = _coerced(schema, 'multiple_of', read_decimal, 'Decimal')
    if multiple_of is not None and not (multiple_of.is_finite() and multiple_of > 0):
        raise ValueError("'multiple_of' must be a finite number greater than 0")
    own = is_strict(schema, config)
    bounds = [
        (key, kind, _coerced(schema, key, read_decimal, 'Decimal'))
        for key, kind in (
            ('le', 'less_than_equal'),
            ('lt', 'less_than'),
            ('ge', 'greater_than_equal'),
            ('gt', 'greater_than'),
        )
    ]
    bounds = [bound for bound in bounds if bound[2] is not None]
    check_digits = places is not None or most is not None

    def check(out, value):
        if not infinite or check_digits:
            if not out.is_finite():
                raise _error('finite_number', value)
            if check_digits:
                _check_digits(out, value)
        if multiple_of is not None:
            try:
                good = (out / multiple_of) % 1 == 0
            except decimal.DecimalException:
                good = False
            if not good:
                raise _bound_error('multiple_of', value, 'multiple_of', multiple_of)
        for key, kind, bound in bounds:
            if (
                out.is_nan()
                or (key == 'le' and not out <= bound)
                or (key == 'lt' and not out < bound)
                or (key == 'ge' and not out >= bound)
                or (key == 'gt' and not out > bound)
            ):
                raise _bound_error(kind, value, key, bound)
        return out

    def _check_digits(out, value):
        (decimals, digits), (short_decimals, short_digits) = _digits(out)
        if most is not None and digits > most and short_digits > most:
            raise fail('decimal_max_digits', value, max_digits=most)
        if places is not None:
            if decimals > places and short_decimals > places:
                raise fail('decimal_max_places', value, decimal_places=places)
            if most is not None:
                whole = max(0, most - places)
                if max(0, digits - decimals) > whole and max(0, short_digits - short_decimals) > whole:
                    raise fail('decimal_whole_digits', value, whole_digits=whole)

    def make(mode):
        read = DECIMAL_READERS[mode]

        def validate(value, state):
            strict = state.strict
            out, exactness = read(value, own if strict is None else strict)
            if state.exactness is not None:
                state.floor(exactness)
            return check(out, value)

        return validate

    return Node('decimal', 'decimal', make)


def _bound_error(kind, value, key, bound):
    return ValError([LineError(kind, value, {key: str(bound)}, {key: bound})])


def _exponent_too_large(text):
    position = max(text.rfind('e'), text.rfind('E'))
    if position < 0:
        return False
    try:
        return abs(int(text[position + 1 :].strip())) > 4300
    except ValueError:
        return False


def create_fraction(argument, input):
    from fractions import Fraction

    if isinstance(argument, str) and _exponent_too_large(argument):
        raise _error('fraction_parsing', input)
    try:
        return Fraction(argument)
    except TypeError:
        kind = 'fraction_type'
    except (ValueError, ZeroDivisionError, OverflowError):
        kind = 'fraction_parsing'
    raise _error(kind, input)


def read_fraction(value, strict):
    from fractions import Fraction

    if type(value) is Fraction:
        return value, 2
    if isinstance(value, Fraction):
        return value, STRICT
    if not strict:
        return create_fraction(value, value), LAX
    raise fail('is_instance_of', value, **{'class': 'Fraction'})


def read_fraction_json(value, strict):
    kind = type(value)
    if kind is float:
        return create_fraction(plain_float(value), value), STRICT
    if kind is str or kind is int:
        return create_fraction(value, value), STRICT
    raise _error('fraction_type', value)


def read_fraction_string(value, strict):
    if isinstance(value, str):
        return create_fraction(str.__str__(value), value), STRICT
    raise _error('fraction_type', value)


@builder('fraction')
def build_fraction(schema, config, definitions):
    own = is_strict(schema, config)
    multiple_of = _coerced(schema, 'multiple_of', read_fraction, 'Fraction')
    if multiple_of is not None and not multiple_of > 0:
        raise ValueError("'multiple_of' must be greater than 0")
    le, lt, ge, gt = (_coerced(schema, key, read_fraction, 'Fraction') for key in ('le', 'lt', 'ge', 'gt'))
    readers = {'py': read_fraction, 'json': read_fraction_json, 'str': read_fraction_string}

    def make(mode):
        read = readers[mode]

        def validate(value, state):
            strict = state.strict
            out, exactness = read(value, own if strict is None else strict)
            if state.exactness is not None:
                state.floor(exactness)
            if multiple_of is not None and out % multiple_of != 0:
                raise _bound_error('multiple_of', value, 'multiple_of', multiple_of)
            if le is not None and not out <= le:
                raise _bound_error('less_than_equal', value, 'le', le)
            if lt is not None and not out < lt:
                raise _bound_error('less_than', value, 'lt', lt)
            if ge is not None and not out >= ge:
                raise _bound_error('greater_than_equal', value, 'ge', ge)
            if gt is not None and not out > gt:
                raise _bound_error('greater_than', value, 'gt', gt)
            return out

        return validate

    return Node('fraction', 'fraction', make)


# ---- complex


def _complex_from_text(text, input):
    try:
        return complex(text)
    except ValueError:
        pass
    raise _error('complex_str_parsing', input)


def read_complex(value, strict):
    if isinstance(value, complex):
        return value, STRICT
    if strict:
        raise fail('is_instance_of', value, **{'class': 'complex'})
    try:
        return complex(value), LAX
    except Exception:
        pass
    raise _error('complex_type', value)


def read_complex_json(value, strict):
    kind = type(value)
    if kind is str:
        return _complex_from_text(value, value), STRICT
    if kind is float or (kind is int and -(2**63) <= value < 2**63):
        if strict:
            raise _error('complex_str_parsing', value)
        return complex(value, 0.0), LAX
    raise _error('complex_type', value)


def read_complex_string(value, strict):
    if isinstance(value, str):
        return _complex_from_text(str.__str__(value), value), STRICT
    raise _error('complex_type', value)


@builder('complex')
def build_complex(schema, config, definitions):
    own = is_strict(schema, config)
    readers = {'py': read_complex, 'json': read_complex_json, 'str': read_complex_string}

    def make(mode):
        read = readers[mode]

        def validate(value, state):
            strict = state.strict
            out, exactness = read(value, own if strict is None else strict)
            if state.exactness is not None:
                state.floor(exactness)
            return out

        return validate

    return Node('complex', 'complex', make)


