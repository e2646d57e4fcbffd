# krait: functions of `ctypes`: the ones of `native`, and Python's own behind a `CFUNCTYPE`.
import _krait_memory as _memory

from .storage import (
    CArgObject, CType_Type, _CData, _Info, _POINTER_SIZE, _STATIC_BINARY_REASON, _address_at,
    _info, _keep, _name, _new, _put_address, _write,
)
from .simple import _keep_own
from .arrays import Array
from .capsules import CAPSULES
from .native import _NATIVE


FUNCFLAG_STDCALL, FUNCFLAG_CDECL, FUNCFLAG_HRESULT, FUNCFLAG_PYTHONAPI = 0, 1, 2, 4
CTYPES_MAX_ARGCOUNT = 1024


class ArgumentError(Exception):
    pass


ArgumentError.__module__ = "ctypes"
# Those of `pythonapi` that can be called, each with an address that is nobody's.
_OF_PYTHON = {name: at for at, name in enumerate(CAPSULES, 0x100)}
_NATIVE |= {at: CAPSULES[name] for name, at in _OF_PYTHON.items()}
# Python functions that have an address, by it: weakly, so that they go with who holds them.
_functions = {}


class _Thunk:
    """Gives a Python function an address, as long as it lives."""

    def __init__(self, function):
        self.function = function
        self.place = bytearray(16)
        self.view = memoryview(self.place)
        self.address = _memory.address(self.place)
        import weakref

        _functions[self.address] = weakref.ref(self)

    def __del__(self):
        _functions.pop(self.address, None)


class PyCFuncPtrType(CType_Type):
    __module__ = "_ctypes"

    def __init__(cls, name, bases, namespace):
        type.__init__(cls, name, bases, namespace)
        if name == "CFuncPtr" and namespace.get("__module__") == "_ctypes":
            return
        flags = getattr(cls, "_flags_", None)
        if not isinstance(flags, int):
            raise TypeError("class must define _flags_ which must be an integer")
        types = getattr(cls, "_argtypes_", None)
        if types is not None:
            if not isinstance(types, tuple):
                raise TypeError("_argtypes_ must be a sequence of types")
            for each in types:
                if not hasattr(each, "from_param"):
                    raise TypeError(f"item {types.index(each) + 1} in _argtypes_ has no from_param method")
        result = getattr(cls, "_restype_", None)
        if result is not None and _info(result) is None and not callable(result):
            raise TypeError("_restype_ must be a type, a callable, or None")
        cls._b_info = _Info(_POINTER_SIZE, _POINTER_SIZE, "X{}", has_pointer=True, is_pointer=True)


class CFuncPtr(_CData, metaclass=PyCFuncPtrType):
    __module__ = "_ctypes"
    __slots__ = ("_argtypes", "_restype", "_errcheck", "_thunk", "_said")

    def __new__(cls, *arguments, **keywords):
        if cls is CFuncPtr:
            raise TypeError("abstract class")
        self = _new(cls)
        self._thunk = self._said = self._errcheck = None
        if not arguments:
            return self
        first = arguments[0]
        if isinstance(first, tuple):
            name, library = first
            if not isinstance(name, (str, bytes)):
                raise TypeError("function name must be string, bytes object or integer")
            name = name if isinstance(name, str) else name.decode()
            if not name.startswith(("Py", "_Py")):
                raise AttributeError(f"function {name!r} not found: {_STATIC_BINARY_REASON}")
            if name not in _OF_PYTHON:
                self._said = f"{name} cannot be called: the interpreter is not CPython"
            _put_address(self._b_address, _OF_PYTHON.get(name, 0x1000))
        elif isinstance(first, int):
            _put_address(self._b_address, first)
        elif callable(first):
            result = getattr(cls, "_restype_", None)
            if result is not None and (_info(result) is None or _info(result).set is None):
                raise TypeError("invalid result type for callback function")
            self._thunk = _Thunk(first)
            _put_address(self._b_address, self._thunk.address)
            self._objects = {"0": self._thunk}
        else:
            raise TypeError("argument must be callable or integer function address")
        return self

    def __init__(self, *arguments, **keywords):
        pass

    @property
    def argtypes(self):
        return getattr(self, "_argtypes", None) or getattr(type(self), "_argtypes_", None)

    @argtypes.deleter
    def argtypes(self):
        self._argtypes = None

    @argtypes.setter
    def argtypes(self, types):
        if types is not None:
            for at, each in enumerate(types):
                if not hasattr(each, "from_param"):
                    raise TypeError(f"item {at + 1} in _argtypes_ has no from_param method")
        self._argtypes = types

    @property
    def restype(self):
        try:
            return object.__getattribute__(self, "_restype")
        except AttributeError:
            return getattr(type(self), "_restype_", None)

    @restype.setter
    def restype(self, type_):
        if type_ is not None and _info(type_) is None and not callable(type_):
            raise TypeError("restype must be a type, a callable, or None")
        self._restype = type_

    @restype.deleter
    def restype(self):
        del self._restype

    @property
    def errcheck(self):
        return self._errcheck

    @errcheck.setter
    def errcheck(self, check):
        if not callable(check):
            raise TypeError("the errcheck attribute must be callable")
        self._errcheck = check

    @errcheck.deleter
    def errcheck(self):
        self._errcheck = None

    def __bool__(self):
        return _address_at(self._b_address) != 0

    def __repr__(self):
        return f"<{_name(type(self))} object at {hex(id(self))}>"

    def __call__(self, *arguments, **keywords):
        types = self.argtypes
        if len(arguments) > CTYPES_MAX_ARGCOUNT:
            raise ArgumentError(
                f"too many arguments ({len(arguments)}), maximum is {CTYPES_MAX_ARGCOUNT}"
            )
        if types is not None:
            missing = len(types) > len(arguments)
            # Who calls a function of C may pass more than it says.
            if missing or len(types) != len(arguments) and not type(self)._flags_ & FUNCFLAG_CDECL:
                least = "at least " if type(self)._flags_ & FUNCFLAG_CDECL else ""
                plural = "" if len(types) == 1 else "s"
                raise TypeError(
                    f"this function takes {least}{len(types)} argument{plural} ({len(arguments)} given)"
                )
        passed = []
        for at, value in enumerate(arguments):
            try:
                passed.append(types[at].from_param(value) if types and at < len(types) else _passed(value, at))
            except Exception as error:
                raise ArgumentError(f"argument {at + 1}: {_name(type(error))}: {error}")
        result = self._run(passed)
        if self._errcheck is not None:
            return self._errcheck(result, self, arguments)
        return result

    def _run(self, passed):
        where = _address_at(self._b_address)
        if self._said is not None:
            raise OSError(self._said)
        if where in _NATIVE:
            return _converted(self.restype, _NATIVE[where](*passed))
        if not where:
            raise ValueError("NULL function pointer")
        thunk = _functions.get(where)
        thunk = thunk and thunk()
        if thunk is None:
            raise OSError(f"the function at {where:#x} cannot be called: {_STATIC_BINARY_REASON}")
        return self._run_python(thunk.function, passed)

    def _run_python(self, function, passed):
        types = self.argtypes or ()
        values = [
            _received(types[at] if at < len(types) else None, value) for at, value in enumerate(passed)
        ]
        type_ = self.restype
        doing = "calling"
        place = kept = None
        try:
            result = function(*values)
            if type_ is None:
                return None
            if _info(type_) is None:
                return type_(result)
            doing = "converting result of"
            place = _new(type_)
            kept = _write(type_, place._b_address, result)
        except BaseException as error:
            import sys

            told = f"Exception ignored while {doing} ctypes callback function {function!r}"
            sys.unraisablehook(_Unraisable(type(error), error, error.__traceback__, told, None))
            if type_ is None or _info(type_) is None:
                return None
            place = _new(type_)
        _keep_own(place, kept)
        if _info(type_).reads_as_value:
            return _info(type_).get(place._b_address)
        return place


class _Unraisable:
    def __init__(self, exc_type, exc_value, exc_traceback, err_msg, object):
        self.exc_type, self.exc_value, self.exc_traceback = exc_type, exc_value, exc_traceback
        self.err_msg, self.object = err_msg, object


def _passed(value, at):
    """An argument of a function that does not say what it takes."""
    if value is None or isinstance(value, (_CData, CArgObject)):
        return value
    import ctypes

    if isinstance(value, int):
        return ctypes.c_int(value)
    if isinstance(value, bytes):
        return ctypes.c_char_p(value)
    if isinstance(value, str):
        return ctypes.c_wchar_p(value)
    if (parameter := getattr(value, "_as_parameter_", None)) is not None:
        return _passed(parameter, at)
    raise TypeError(f"Don't know how to convert parameter {at + 1}")


def _received(type_, value):
    """What a Python function gets for an argument."""
    if type_ is None or _info(type_) is None:
        return value
    info = _info(type_)
    if type(value) is CArgObject:
        if value._tag != "P" or isinstance(value._b_of, type_):
            source = value._b_of
        else:
            # By reference: its address.
            source = None
            where = value._b_of._b_address + value._offset
    elif value is None:
        source, where = None, 0
    elif isinstance(value, Array) and not info.shape:
        source, where = None, value._b_address
    else:
        source = value
    if source is None:
        place = _new(type_)
        _put_address(place._b_address, where)
        _keep(place, 0, value)
    else:
        place = _new(type_)
        _memory.write(place._b_address, _memory.read(source._b_address, min(info.size, source._b_size)))
        _keep(place, 0, source)
    if info.reads_as_value:
        return info.get(place._b_address)
    return place


def _converted(type_, result):
    if type_ is None:
        return None
    info = _info(type_)
    if info is None:
        return type_(result)
    if info.code == "O":
        return result
    if info.code == "P":
        return result or None
    if info.code == "?":
        return bool(result)
    if info.code == "z":
        # The text at that address.
        place = _new(type_)
        _put_address(place._b_address, result)
        return info.get(place._b_address)
    return result
