"""Validators of bool, int, float and complex."""

import sys

from .build import Node, builder, either, is_strict, option
from .errors import LineError, ValError, fail
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


def line_error(type, input):
    """The error of one value."""
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
        raise line_error(unicode_error, value)
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
    raise line_error('bool_type', value)


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
    raise line_error('bool_type', value)


def read_bool_string(value, strict):
    if isinstance(value, str):
        return bool_from_text(str.__str__(value), value)
    raise line_error('bool_type', value)


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
                raise line_error('int_type', value)
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
    raise line_error('int_type', value)


def read_int_json(value, strict):
    kind = type(value)
    if not strict:
        if kind is bool:
            return int(value), LAX
        if kind is float:
            return int_from_float(value, value), LAX
        if kind is str:
            return int_from_text(value, value), LAX
    raise line_error('int_type', value)


def string_reader(from_text, kind):
    """A reader for the mode of texts: only a text is one, and it is read as in JSON."""

    def read(value, strict):
        if isinstance(value, str):
            return from_text(str.__str__(value), value), STRICT
        raise line_error(kind, value)

    return read


read_int_string = string_reader(int_from_text, 'int_type')


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
                    raise line_error('int_parsing_size', out)
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
                raise line_error('float_type', value)
            return number, LAX
        return number, STRICT
    raise line_error('float_type', value)


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
    raise line_error('float_type', value)


read_float_string = string_reader(float_from_text, 'float_type')


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
                raise line_error('finite_number', value)
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
                raise line_error('finite_number', value)
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


# ---- complex


def _complex_from_text(text, input):
    try:
        return complex(text)
    except ValueError:
        pass
    raise line_error('complex_str_parsing', input)


def read_complex(value, strict):
    if isinstance(value, complex):
        return value, STRICT
    if strict:
        raise fail('is_instance_of', value, **{'class': 'complex'})
    try:
        return complex(value), LAX
    except Exception:
        pass
    raise line_error('complex_type', value)


def read_complex_json(value, strict):
    kind = type(value)
    if kind is str:
        return _complex_from_text(value, value), STRICT
    if kind is float or (kind is int and -(2**63) <= value < 2**63):
        if strict:
            raise line_error('complex_str_parsing', value)
        return complex(value, 0.0), LAX
    raise line_error('complex_type', value)


def read_complex_string(value, strict):
    if isinstance(value, str):
        return _complex_from_text(str.__str__(value), value), STRICT
    raise line_error('complex_type', value)


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
