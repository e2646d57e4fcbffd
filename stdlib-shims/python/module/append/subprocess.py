
# krait.wasm: Python's own message names WASI alone.
def _no_processes(*_, **__):
    raise OSError(errno.ENOTSUP, "a WebAssembly module (WASI preview 1) cannot start processes")


Popen.__init__ = _no_processes
Popen.__del__ = lambda self: None
