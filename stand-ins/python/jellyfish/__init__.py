"""krait: the stand-in for jellyfish's module."""
