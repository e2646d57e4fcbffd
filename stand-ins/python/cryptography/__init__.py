"""krait: the stand-in for cryptography's compiled module."""
