"""krait: the stand-in for argon2-cffi-bindings's module."""
