"""Validators of decimal and fraction."""

import operator

from .build import Node, builder, either, is_strict, length_option
from .errors import LineError, ValError, fail
from .markers import plain_float
from .numeric import line_error, string_reader
from .state import LAX, STRICT


def create_decimal(argument, input):
    import decimal

    try:
        return decimal.Decimal(argument)
    except decimal.DecimalException:
        kind = 'decimal_parsing'
    except (TypeError, ValueError, OverflowError):
        kind = 'decimal_type'
    raise line_error(kind, input)


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
    raise line_error('decimal_type', value)


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
    raise line_error('decimal_type', value)


read_decimal_string = string_reader(create_decimal, 'decimal_type')


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


_ORDERS = (
    ('le', 'less_than_equal', operator.le),
    ('lt', 'less_than', operator.lt),
    ('ge', 'greater_than_equal', operator.ge),
    ('gt', 'greater_than', operator.gt),
)


def _bounds(schema, read, what):
    """The schema's bounds: their keys, the errors' types, the comparisons that must hold, and with what."""
    bounds = [(key, kind, holds, _coerced(schema, key, read, what)) for key, kind, holds in _ORDERS]
    return [bound for bound in bounds if bound[3] is not None]


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
    bounds = _bounds(schema, read_decimal, 'Decimal')
    check_digits = places is not None or most is not None

    def check(out, value):
        if not infinite or check_digits:
            if not out.is_finite():
                raise line_error('finite_number', value)
            if check_digits:
                _check_digits(out, value)
        if multiple_of is not None:
            try:
                good = (out / multiple_of) % 1 == 0
            except decimal.DecimalException:
                good = False
            if not good:
                raise _bound_error('multiple_of', value, 'multiple_of', multiple_of)
        for key, kind, holds, bound in bounds:
            # A NaN is in no order.
            if out.is_nan() or not holds(out, bound):
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
        raise line_error('fraction_parsing', input)
    try:
        return Fraction(argument)
    except TypeError:
        kind = 'fraction_type'
    except (ValueError, ZeroDivisionError, OverflowError):
        kind = 'fraction_parsing'
    raise line_error(kind, input)


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
    raise line_error('fraction_type', value)


read_fraction_string = string_reader(create_fraction, 'fraction_type')


@builder('fraction')
def build_fraction(schema, config, definitions):
    own = is_strict(schema, config)
    multiple_of = _coerced(schema, 'multiple_of', read_fraction, 'Fraction')
    if multiple_of is not None and not multiple_of > 0:
        raise ValueError("'multiple_of' must be greater than 0")
    bounds = _bounds(schema, read_fraction, 'Fraction')
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
            for key, kind, holds, bound in bounds:
                if not holds(out, bound):
                    raise _bound_error(kind, value, key, bound)
            return out

        return validate

    return Node('fraction', 'fraction', make)
