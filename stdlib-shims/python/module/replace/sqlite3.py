# krait.wasm: stands in for the library's own, so that importing sqlite3 says why it cannot be had.
raise ImportError("sqlite3 is not in krait.wasm, which is kept small", name="_sqlite3")
