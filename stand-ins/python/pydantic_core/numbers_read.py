"""Reading numbers and booleans out of text and out of other numbers."""

import re

from .errors import LineError, ValError

_TRUE = frozenset(('1', 't', 'y', 'on', 'yes', 'true'))
_FALSE = frozenset(('0', 'f', 'n', 'no', 'off', 'false'))
_PLAIN_INT = re.compile(r'-?(?:0|[1-9][0-9]*)', re.A)
_FLOAT = re.compile(r'[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf|infinity|nan)', re.A | re.I)
# The longest text of an integer that is read, as in CPython.
_LONGEST = 4300


def _error(type, input):
    return ValError([LineError(type, input)])


def bool_from_text(text, input):
    low = text.lower() if text.isascii() else text
    if low in _TRUE:
        return True
    if low in _FALSE:
        return False
    raise _error('bool_parsing', input)


def int_from_text(text, input):
    if _PLAIN_INT.fullmatch(text):
        if len(text) > _LONGEST:
            raise _error('int_parsing_size', input)
        return int(text)
    if len(text) > _LONGEST and re.match(r'-?[1-9][0-9]{4300}', text):
        raise _error('int_parsing_size', input)
    clean = _clean_int(text)
    if clean is not None and _PLAIN_INT.fullmatch(clean) and len(clean) <= _LONGEST:
        return int(clean)
    raise _error('int_parsing', input)


def _clean_int(text):
    before = len(text)
    text = text.strip()
    if text.startswith('+'):
        text = text[1:]
        if text.startswith('-'):
            return None
    negative = False
    if text.startswith('-'):
        text = text[1:]
        if text.startswith(('-', '+')):
            return None
        negative = True
    text = _strip_zeros(text)
    if text is None:
        return None
    point = text.find('.')
    if point >= 0 and text[point + 1 :] and not text[point + 1 :].strip('0'):
        text = text[:point]
    bare = _strip_underscores(text)
    if bare is not None:
        return '-' + bare if negative else bare
    if before == len(text):
        return None
    return '-' + text if negative else text


def _strip_underscores(text):
    if text.startswith('_') or text.endswith('_') or '_' not in text or '__' in text:
        return None
    return text.replace('_', '')


def _strip_zeros(text):
    if not text:
        return None
    first = text[0]
    if first != '0':
        return text if first in '123456789-' else None
    for index in range(1, len(text)):
        char = text[index]
        if char in '0_':
            continue
        if char in '123456789-':
            return text[index:]
        if char == '.':
            return text[index - 1 :]
        return None
    return text[-1]


def float_from_text(text, input):
    stripped = text.strip()
    if _FLOAT.fullmatch(stripped):
        return float(stripped)
    bare = _strip_underscores(text)
    if bare is not None and _FLOAT.fullmatch(bare):
        return float(bare)
    raise _error('float_parsing', input)


def int_from_float(number, input):
    if number != number or number in (float('inf'), float('-inf')):
        raise _error('finite_number', input)
    if number % 1.0 != 0.0:
        raise _error('int_from_float', input)
    if -9223372036854775808.0 < number < 9223372036854775808.0:
        return int(number)
    raise _error('int_parsing_size', input)


def int_from_ratio(number, input):
    """Of a Decimal or a Fraction."""
    finite = getattr(number, 'is_finite', None)
    if finite is not None and not finite():
        raise _error('finite_number', input)
    numerator, denominator = number.as_integer_ratio()
    if denominator != 1:
        raise _error('int_from_float', input)
    return numerator


def bool_from_int(number, input):
    if number == 0:
        return False
    if number == 1:
        return True
    raise _error('bool_parsing', input)


def as_float(value):
    """float(value) where the value has `__float__` or `__index__` and is no text; else None."""
    kind = type(value)
    if kind is float or kind is int or hasattr(kind, '__float__') or hasattr(kind, '__index__'):
        try:
            return float(value)
        except Exception:
            return None
    return None


def as_int64(value):
    """A signed 64-bit integer of a value with `__index__`; else None."""
    if not isinstance(value, int):
        index = getattr(type(value), '__index__', None)
        if index is None:
            return None
        try:
            value = index(value)
        except Exception:
            return None
    value = int(value)
    return value if -(2**63) <= value < 2**63 else None
