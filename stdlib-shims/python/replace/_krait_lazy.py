# krait: modules that are imported when they are first used. Not part of the standard
# library; `build.rs` puts these in place of imports that most processes never need.
class module:
    """Stands for the module `name` until an attribute of it is asked for."""

    def __init__(self, name):
        self.__name = name

    def __getattr__(self, attribute):
        import importlib

        value = getattr(importlib.import_module(self.__name), attribute)
        setattr(self, attribute, value)
        return value
