"""krait: the stand-in for lz4's modules."""
