# krait.wasm: stands in for the library's own, so that importing ssl says why it cannot be had.
raise ImportError("ssl is not in krait.wasm: a WebAssembly module (WASI preview 1) has no sockets", name="_ssl")
