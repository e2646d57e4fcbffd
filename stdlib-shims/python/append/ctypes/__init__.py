# krait: a static binary loads no shared library, so ctypes has nothing to call.
# Packages import ctypes in passing and look a library up in a try block; they get the
# error that a missing library would give them. The program itself, CDLL(None), opens,
# because the library's own modules open it while they are imported; it has no functions.
_STATIC_BINARY_REASON = (
    "krait is a static binary, and ctypes cannot call foreign functions in it"
)


def _open_library_for_krait(self, name=None, *arguments, **options):
    if name is not None:
        raise OSError(f"cannot load library {name!r}: {_STATIC_BINARY_REASON}")
    self._name = name
    self._handle = 0


def _refuse_function_for_krait(self, name):
    raise AttributeError(f"function {name!r} not found: {_STATIC_BINARY_REASON}")


CDLL.__init__ = _open_library_for_krait
CDLL.__getattr__ = _refuse_function_for_krait
CDLL.__getitem__ = _refuse_function_for_krait
