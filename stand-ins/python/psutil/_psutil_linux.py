"""krait: psutil's compiled module for Linux."""

from _krait_stand_ins.psutil import _linux

for _name in _linux.SHARED + _linux.OF_LINUX:
    if hasattr(_linux, _name):
        globals()[_name] = getattr(_linux, _name)

proc_priority_get = _linux.getpriority
proc_priority_set = _linux.setpriority
version = _linux.version_of(__file__)
