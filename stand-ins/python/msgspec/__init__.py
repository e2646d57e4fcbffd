"""krait: the stand-in for msgspec's compiled module."""
