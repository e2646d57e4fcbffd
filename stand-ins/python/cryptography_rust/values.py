"""krait: what is asked of arguments, and the errors that several parts have."""

from functools import cache
from hmac import compare_digest as are_equal


@cache
def of_package(module, name):
    """A name of one of the package's modules, which cannot be imported before this one is."""
    from importlib import import_module

    return getattr(import_module(f"cryptography.{module}"), name)


def data(value):
    """A buffer's bytes, without a copy where it has bytes; a TypeError for what is no buffer."""
    if type(value) is bytes:
        return value
    try:
        view = memoryview(value)
    except TypeError:
        hint = "\nDid you mean to pass a bytestring instead?" if isinstance(value, str) else ""
        raise TypeError(f'Cannot convert "{type(value)}" instance to a buffer.{hint}')
    if not view.c_contiguous:
        raise BufferError("Buffer is not contiguous.")
    return view.cast("B") if view.format != "B" or view.ndim != 1 else view


def optional_data(value):
    """The same, or None."""
    return None if value is None else data(value)


def room(value):
    """A buffer that can be written to."""
    view = data(value)
    if type(view) is bytes or view.readonly:
        raise TypeError("Buffer is not writable.")
    return view


def exact_bytes(value):
    """An argument that is to be `bytes`, not any buffer."""
    if not isinstance(value, bytes):
        raise TypeError(f"'{type(value).__name__}' object is not an instance of 'bytes'")
    return value


def text(value):
    """An argument that is to be `str`."""
    if not isinstance(value, str):
        raise TypeError(f"'{type(value).__name__}' object is not an instance of 'str'")
    return value


def optional_bytes(value):
    """`bytes`, or None."""
    return None if value is None else exact_bytes(value)


def _number(value):
    try:
        return value.__index__()
    except AttributeError:
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")


def size(value):
    """An argument that is a count, of 64 bits."""
    number = _number(value)
    if number < 0:
        raise OverflowError("can't convert negative int to unsigned")
    if number >= 1 << 64:
        raise OverflowError("int too big to convert")
    return number


def optional_size(value):
    """The same, or None."""
    return None if value is None else size(value)


def small_size(value):
    """An argument that is a count, of 32 bits."""
    number = _number(value)
    if not 0 <= number < 1 << 32:
        raise OverflowError("out of range integral type conversion attempted")
    return number


def already_finalized():
    from cryptography.exceptions import AlreadyFinalized

    return AlreadyFinalized("Context was already finalized.")


def unsupported(text, reason):
    """An UnsupportedAlgorithm; `reason` is the name of a member of `_Reasons`."""
    from cryptography.exceptions import UnsupportedAlgorithm, _Reasons

    return UnsupportedAlgorithm(text, getattr(_Reasons, reason))


def feed(self, more):
    """The `update` of an object whose `_state` takes data piece by piece."""
    more = data(more)
    if self._state is None:
        raise already_finalized()
    self._state.update(more)


def taken_state(self):
    """The state of such an object, which takes no more data from now on."""
    if self._state is None:
        raise already_finalized()
    state, self._state = self._state, None
    return state


def copied_state(self):
    """A copy of the state of such an object."""
    if self._state is None:
        raise already_finalized()
    return self._state.copy()


def check_tag(finalize, tag, message):
    """Finalizes, and raises an InvalidSignature where the result is not that tag."""
    tag = exact_bytes(tag)
    if not are_equal(finalize(), tag):
        from cryptography.exceptions import InvalidSignature

        raise InvalidSignature(message)
