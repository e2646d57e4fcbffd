"""krait: the stand-in for lz4.block's module."""
