"""krait: the module that older versions of regex have their functions in."""

from _krait_stand_ins.regex import _main

globals().update({name: getattr(_main, name) for name in _main.__all__})
__all__ = _main.__all__
