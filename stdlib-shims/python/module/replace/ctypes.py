# krait.wasm: stands in for the library's own, so that importing ctypes says why it cannot be had.
raise ImportError("ctypes is not in krait.wasm: a WebAssembly module cannot load libraries", name="_ctypes")
