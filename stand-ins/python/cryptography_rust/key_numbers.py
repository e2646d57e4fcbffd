"""krait: what keys that are numbers have in common: Diffie and Hellman's, and DSA's."""

from _krait_stand_ins.cryptography_rust.arguments import Frozen, cannot_create


class Numbers(Frozen):
    """Numbers in fields, which are the class's `__slots__`."""

    __slots__ = ()

    def _all(self):
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return self._all() == other._all()

    __hash__ = None


class NumbersKey(Frozen):
    """A key, or its parameters, of numbers that were checked."""

    __slots__ = ()

    def __new__(cls):
        raise cannot_create(cls)

    @classmethod
    def _of(cls, numbers):
        key = object.__new__(cls)
        key._numbers = numbers
        return key
