"""krait: psutil's compiled module for systems like Unix, which versions before 7.2 have."""

from _krait_stand_ins.psutil import _linux

for _name in _linux.SHARED + _linux.OF_POSIX:
    globals()[_name] = getattr(_linux, _name)
