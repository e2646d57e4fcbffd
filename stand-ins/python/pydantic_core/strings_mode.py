"""Checks for validate_strings: a value is a string or a dict of such values."""

from .errors import ValError, LineError


def string_value(value):
    if isinstance(value, (str, dict)):
        return value
    raise ValError([LineError('string_type', value)])


def string_key(key):
    if isinstance(key, str):
        return key
    raise ValError([LineError('string_type', key)])


def string_items(mapping):
    for key, value in mapping.items():
        yield string_key(key), string_value(value)
