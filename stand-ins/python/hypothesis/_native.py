"""krait: hypothesis's compiled module: the bits of floats, and the other side of a triangle."""

import math
import struct
import sys
import types

import _krait_stand_ins

__version__ = _krait_stand_ins.installed_version("hypothesis", __file__) or "0.0.0"
__all__ = ["internal", "__version__"]
_FORMATS = {16: ("!H", "!e"), 32: ("!I", "!f"), 64: ("!Q", "!d")}


def _formats(width):
    try:
        return _FORMATS[width]
    except KeyError:
        raise ValueError(f"Invalid width {width!r}; must be 16, 32, or 64")


def float_of(x, width):
    """The float of a width that is nearest to a number."""
    if width == 64:
        return float(x)
    form = _formats(width)[1]
    return struct.unpack(form, struct.pack(form, float(x)))[0]


def is_negative(x):
    try:
        return math.copysign(1.0, x) < 0
    except TypeError:
        raise TypeError(f"Expected float but got {x!r} of type {type(x).__name__}")


def float_to_int(value, width=64):
    whole, real = _formats(width)
    return struct.unpack(whole, struct.pack(real, value))[0]


def int_to_float(value, width=64):
    whole, real = _formats(width)
    return struct.unpack(real, struct.pack(whole, value))[0]


def count_between_floats(x, y, width=64):
    """How many floats there are from one to another, with both."""
    assert x <= y
    if is_negative(x):
        if is_negative(y):
            return float_to_int(x, width) - float_to_int(y, width) + 1
        return count_between_floats(x, -0.0, width) + count_between_floats(0.0, y, width)
    assert not is_negative(y)
    return float_to_int(y, width) - float_to_int(x, width) + 1


def next_up(value, width=64):
    """Return the first float larger than finite `val` - IEEE 754's `nextUp`."""
    if math.isnan(value) or (math.isinf(value) and value > 0):
        return value
    if value == 0.0 and is_negative(value):
        return 0.0
    bits = float_to_int(value, width)
    return int_to_float(bits - 1 if is_negative(value) else bits + 1, width)


def next_down(value, width=64):
    return -next_up(-value, width)


def width_smallest_normals(width):
    return {16: 2.0 ** -14, 32: 2.0 ** -126, 64: sys.float_info.min}[width]


def next_down_normal(value, width, *, allow_subnormal):
    value = next_down(value, width)
    smallest = width_smallest_normals(width)
    if not allow_subnormal and 0 < abs(value) < smallest:
        return 0.0 if value > 0 else -smallest
    return value


def next_up_normal(value, width, *, allow_subnormal):
    return -next_down_normal(-value, width, allow_subnormal=allow_subnormal)


def cathetus(h, a):
    """The length of a right triangle's side, of its longest one and the other."""
    if math.isnan(h):
        return math.nan
    if math.isinf(h):
        return math.nan if math.isinf(a) else math.inf
    h, a = math.fabs(h), math.fabs(a)
    if h < a:
        return math.nan
    if h == a:
        return 0.0
    # The products would be too large, or too small.
    if h > sys.float_info.max / 2:
        return cathetus(h / 2, a / 2) * 2
    if a == 0:
        return h
    if h > math.sqrt(sys.float_info.max) or h < math.sqrt(sys.float_info.min):
        return math.sqrt(h - a) * math.sqrt(h + a)
    return math.sqrt((h - a) * (h + a))


def _module(name, *functions):
    """A module of functions, which can be imported by its name."""
    made = types.ModuleType(f"{__name__}.{name}")
    for each in functions:
        setattr(made, each.__name__, each)
        each.__module__ = made.__name__
    made.__all__ = [each.__name__ for each in functions]
    return sys.modules.setdefault(made.__name__, made)


internal = _module("internal")
internal.cathetus = _module("internal.cathetus", cathetus)
internal.floats = _module(
    "internal.floats", float_of, is_negative, count_between_floats, float_to_int, int_to_float, next_up, next_down,
    next_down_normal, next_up_normal, width_smallest_normals,
)
