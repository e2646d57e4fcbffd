"""krait: the stand-in for uuid_utils's module."""
