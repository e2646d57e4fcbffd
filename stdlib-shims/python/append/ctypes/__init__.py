# krait: a static binary loads no shared library, so ctypes has nothing to call.
# Packages import ctypes in passing and look a library up in a try block; they get the
# error that a missing library would give them.
def _refuse_library_for_krait(self, name=None, *arguments, **options):
    raise OSError(
        f"cannot load library {name!r}: krait is a static binary, and ctypes cannot "
        "call foreign functions in it"
    )


CDLL.__init__ = _refuse_library_for_krait
