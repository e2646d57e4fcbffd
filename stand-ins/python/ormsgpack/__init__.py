"""krait: the stand-in for ormsgpack's module."""
