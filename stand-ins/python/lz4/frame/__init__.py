"""krait: the stand-in for lz4.frame's module."""
