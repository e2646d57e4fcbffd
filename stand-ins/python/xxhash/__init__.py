"""krait: the stand-in for xxhash's module."""
