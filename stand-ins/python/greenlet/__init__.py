"""krait: the stand-in for greenlet's module."""
