"""krait: values that have a name and a type, as the original's enumerations are: no `enum`, and not
iterable."""


class _Value:
    __slots__ = ("_name", "_number")

    def __repr__(self):
        return f"{type(self).__name__}.{self._name}"

    def __reduce__(self):
        raise TypeError(f"cannot pickle '{type(self).__module__}.{type(self).__qualname__}' object")

    def __int__(self):
        return self._number

    def __copy__(self):
        return self

    def __deepcopy__(self, memory):
        return self


def enumeration(name, module, names, members=()):
    """A class with a value for each of the names; `members` are further members of the class."""

    def refuse(cls, *arguments, **named):
        raise TypeError(f"cannot create '{module}.{name}' instances")

    cls = type(name, (_Value,), {"__slots__": (), "__module__": module, **dict(members)})
    for number, each in enumerate(names.split()):
        value = object.__new__(cls)
        value._name, value._number = each, number
        setattr(cls, each, value)
    cls.__new__ = refuse
    return cls
