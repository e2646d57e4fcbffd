"""krait: the stand-in for hypothesis's module."""
