"""krait: the stand-in for PyNaCl's compiled module."""
