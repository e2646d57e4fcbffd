"""krait: what functions of cryptography's stand-in are given, with the errors of the original."""


def _refused(name, text):
    error = TypeError(text)
    error.add_note(f"while processing '{name}'")
    return error


def buffer(name, value):
    """The bytes of whatever has some."""
    if type(value) is bytes:
        return value
    try:
        return bytes(memoryview(value))
    except TypeError:
        advice = "\nDid you mean to pass a bytestring instead?" if isinstance(value, str) else ""
        raise _refused(name, f'Cannot convert "{type(value)}" instance to a buffer.{advice}')


def instance(name, value, kind):
    if not isinstance(value, kind):
        raise _refused(name, f"'{type(value).__name__}' object is not an instance of '{kind.__name__}'")
    return value


def only_bytes(name, value):
    return instance(name, value, bytes)


def cannot_create(kind):
    """The error of a class that has no constructor."""
    return TypeError(f"cannot create '{kind.__module__}.{kind.__qualname__}' instances")


def unsupported(text, reason=None):
    """An UnsupportedAlgorithm, for a reason of that name."""
    from cryptography import exceptions

    return exceptions.UnsupportedAlgorithm(text, reason and getattr(exceptions._Reasons, reason))


def invalid_signature():
    from cryptography.exceptions import InvalidSignature

    return InvalidSignature()


def digest(algorithm, data):
    """The digest by an algorithm of the package."""
    from cryptography.hazmat.primitives.hashes import Hash

    state = Hash(algorithm)
    state.update(data)
    return state.finalize()


def digest_and_algorithm(data, algorithm):
    """What is signed, and the algorithm that made it, which may be one of Prehashed."""
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    if isinstance(algorithm, Prehashed):
        algorithm = algorithm._algorithm
    else:
        data = digest(algorithm, data)
    if len(data) != algorithm.digest_size:
        raise ValueError("The provided data must be the same length as the hash algorithm's digest size.")
    return data, algorithm


class Frozen:
    """An object of the original's: it is not changed, and a copy of it is itself."""

    __slots__ = ()

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce_ex__(self, protocol):
        raise TypeError(f"cannot pickle '{type(self).__module__}.{type(self).__qualname__}' object")
