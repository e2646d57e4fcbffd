"""krait: the stand-in for the module of argon2-cffi-bindings."""
