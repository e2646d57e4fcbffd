# krait: what `ctypes.pythonapi` can call of CPython's own functions: those of capsules, which dill looks at. Capsules
# have no destructors here, since those are foreign functions.
from types import CapsuleType

import _krait_memory as _memory

from .native import _object, _pointed

# The names that capsules point at, by what they are. They live as long as the process, as C's constants do.
_names = {}


def _text_at(address):
    return bytes(_memory.read(address, _memory.length(address, 1))) if address else None


def _capsule(value, asked, doing):
    """The capsule that an argument is, if it points at anything."""
    value = _object(value)
    if not isinstance(value, CapsuleType):
        raise ValueError(f"{doing} called with invalid PyCapsule object")
    if asked is not None and _text_at(_memory.capsule_name(value)) != _text_at(_pointed(asked[0])):
        raise ValueError(f"{doing} called with incorrect name")
    return value


def _new(pointer, name, destructor):
    pointer, name = _pointed(pointer), _text_at(_pointed(name))
    if not pointer:
        raise ValueError("PyCapsule_New called with null pointer")
    if _pointed(destructor):
        raise OSError("a capsule's destructor cannot be called: krait is a static binary")
    if name is None:
        return _memory.capsule(pointer, 0)
    kept = _names.setdefault(name, bytearray(name + b"\0"))
    return _memory.capsule(pointer, _memory.address(kept))


def _get_pointer(capsule, name):
    return _memory.capsule_pointer(_capsule(capsule, (name,), "PyCapsule_GetPointer"))


def _get_name(capsule):
    return _memory.capsule_name(_capsule(capsule, None, "PyCapsule_GetName"))


def _get_context(capsule):
    return _memory.capsule_context(_capsule(capsule, None, "PyCapsule_GetContext"))


def _get_destructor(capsule):
    _capsule(capsule, None, "PyCapsule_GetDestructor")
    return 0


def _is_valid(capsule, name):
    try:
        _capsule(capsule, (name,), "PyCapsule_IsValid")
    except ValueError:
        return 0
    return 1


def _set_pointer(capsule, pointer):
    capsule = _capsule(capsule, None, "PyCapsule_SetPointer")
    if not _pointed(pointer):
        raise ValueError("PyCapsule_SetPointer called with null pointer")
    _memory.set_capsule(capsule, _pointed(pointer), _memory.capsule_context(capsule))
    return 0


def _set_context(capsule, context):
    capsule = _capsule(capsule, None, "PyCapsule_SetContext")
    _memory.set_capsule(capsule, _memory.capsule_pointer(capsule), _pointed(context))
    return 0


CAPSULES = {
    "PyCapsule_New": _new,
    "PyCapsule_GetPointer": _get_pointer,
    "PyCapsule_GetName": _get_name,
    "PyCapsule_GetContext": _get_context,
    "PyCapsule_GetDestructor": _get_destructor,
    "PyCapsule_IsValid": _is_valid,
    "PyCapsule_SetPointer": _set_pointer,
    "PyCapsule_SetContext": _set_context,
}
