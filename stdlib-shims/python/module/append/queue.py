
# krait.wasm: the engine's own does not wait.
SimpleQueue = _PySimpleQueue
