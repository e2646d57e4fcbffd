"""krait: the stand-in for bcrypt's module."""
