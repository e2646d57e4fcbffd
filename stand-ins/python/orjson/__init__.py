"""krait: the stand-in for orjson's module."""
