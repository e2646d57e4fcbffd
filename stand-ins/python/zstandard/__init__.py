"""krait: the stand-in for zstandard's modules."""
