"""krait: zstandard's compiled module. The package has the same in Python, on libzstd's functions."""

import sys

import _krait_stand_ins.zstandard._cffi as _functions

sys.modules.setdefault("zstandard._cffi", _functions)

import zstandard.backend_cffi as _backend

globals().update({name: getattr(_backend, name) for name in _backend.__all__})
__all__ = _backend.__all__
backend_features = _backend.backend_features
for _each in [value for value in globals().values() if getattr(value, "__module__", None) == _backend.__name__]:
    try:
        _each.__module__ = __name__
    except (AttributeError, TypeError):
        pass


def _check_dictionary(value):
    if value is not None and not isinstance(value, _backend.ZstdCompressionDict):
        raise TypeError("dict_data must be zstd.ZstdCompressionDict")


def _with_checks(function, checks):
    """A constructor that checks its arguments as the compiled one does, and calls the other one."""

    def __init__(self, *arguments, **named):
        checks(*arguments, **named)
        function(self, *arguments, **named)

    __init__.__wrapped__ = function
    return __init__


def _of_compressor(level=3, dict_data=None, compression_params=None, **others):
    try:
        level = level.__index__()
    except AttributeError:
        raise TypeError(f"'{type(level).__name__}' object cannot be interpreted as an integer")
    if level > _backend.MAX_COMPRESSION_LEVEL:
        raise ValueError(f"level must be less than {_backend.MAX_COMPRESSION_LEVEL + 1}")
    _check_dictionary(dict_data)
    if compression_params is not None and not isinstance(compression_params, _backend.ZstdCompressionParameters):
        raise TypeError("compression_params must be zstd.ZstdCompressionParameters")


def _of_decompressor(dict_data=None, **others):
    _check_dictionary(dict_data)


if hasattr(_backend, "ZstdCompressor"):
    for _class, _checks in (
        (_backend.ZstdCompressor, _of_compressor), (_backend.ZstdDecompressor, _of_decompressor)
    ):
        _class.__init__ = _with_checks(_class.__init__, _checks)
