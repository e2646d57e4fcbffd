"""krait: the stand-in for rpds's module."""
