"""jiter.jiter: JSON, whole or cut short, by the reader that pydantic_core's stand-in has."""

from _krait_stand_ins import installed_version
from _krait_stand_ins.pydantic_core.json_read import parse

__version__ = installed_version('jiter', __file__) or '0'
__all__ = ['from_json', 'cache_clear', 'cache_usage', 'LosslessFloat', '__version__']

_PARTIAL = {False: 0, 'off': 0, True: 1, 'on': 1, 'trailing-strings': 2}
_FLOATS = ('float', 'decimal', 'lossless-float')


class LosslessFloat:
    __module__ = 'jiter'
    __slots__ = ('_raw',)

    def __init__(self, json_float, /):
        if not isinstance(json_float, bytes):
            raise TypeError(f"'{type(json_float).__name__}' object is not an instance of 'bytes'")
        self._raw = json_float
        float(self)

    def as_decimal(self):
        from decimal import Decimal

        return Decimal(self._raw.decode())

    def __float__(self):
        try:
            return float(self._raw)
        except ValueError:
            pass
        raise ValueError('invalid number')

    def __bytes__(self):
        return self._raw

    def __str__(self):
        return self._raw.decode()

    def __repr__(self):
        return f'LosslessFloat({self._raw.decode()})'


def _duplicates(pairs):
    out = dict(pairs)
    if len(out) < len(pairs):
        seen = set()
        for key, _ in pairs:
            if key in seen:
                raise KeyError(key)
            seen.add(key)
    return out


def _again(text, allow_inf_nan, catch_duplicate_keys, number):
    """What is known to be good JSON, with other floats or a look at its keys."""
    import json

    kinds = {}
    if number is not None:
        kinds['parse_float'] = number
    if catch_duplicate_keys:
        kinds['object_pairs_hook'] = _duplicates
    try:
        return json.loads(text, **kinds)
    except KeyError as error:
        key = error.args[0]
    line = text.count('\n') + 1
    raise ValueError(f'Detected duplicate key "{key}" at line {line} column {len(text) - text.rfind("\n") - 2}')


def from_json(
    json_data, /, *, allow_inf_nan=True, cache_mode='all', partial_mode=False, catch_duplicate_keys=False,
    float_mode='float',
):
    if not isinstance(json_data, bytes):
        raise TypeError(f"'{type(json_data).__name__}' object is not an instance of 'bytes'")
    if cache_mode not in (True, False, 'all', 'keys', 'none'):
        raise ValueError("Invalid string cache mode, should be `'all'`, '`keys`', `'none`' or a `bool`")
    if partial_mode not in _PARTIAL:
        raise ValueError("Invalid partial mode, should be `'off'`, `'on'`, `'trailing-strings'` or a `bool`")
    if float_mode not in _FLOATS:
        raise ValueError("Invalid float mode, should be `'float'`, `'decimal'` or `'lossless-float'`")
    partial = _PARTIAL[partial_mode]
    value, problem = parse(json_data, allow_inf_nan, partial)
    if problem is not None:
        raise ValueError(problem)
    if not partial and (catch_duplicate_keys or float_mode != 'float'):
        number = None
        if float_mode == 'decimal':
            from decimal import Decimal as number
        elif float_mode == 'lossless-float':
            number = lambda text: LosslessFloat(text.encode())
        return _again(json_data.decode(), allow_inf_nan, catch_duplicate_keys, number)
    return value


def cache_clear():
    pass


def cache_usage():
    return 0
