
# krait.wasm: what a function that starts a process finds.
def system(command):
    raise OSError(58, "a WebAssembly module (WASI preview 1) cannot start processes")


__all__.append("system")
