"""krait: zstandard's compiled module. The package has the same in Python, on libzstd's functions."""

import sys

import _krait_stand_ins.zstandard._cffi as _functions

sys.modules.setdefault("zstandard._cffi", _functions)

import zstandard.backend_cffi as _backend

globals().update({name: getattr(_backend, name) for name in _backend.__all__})
__all__ = _backend.__all__
backend_features = _backend.backend_features
