"""krait: the stand-in for regex's module."""
