"""krait: a function that is loaded when it is packed. runtime/src/python/kept.rs calls `watch` before it is
loaded, and `settle` afterwards.
"""

import sys

_before = {}
_read = set()
_all = []
_originals = []


def watch(os):
    """Notes from here on which variables of the environment are read. `os` is the module, or None."""
    import posix

    _before.update(posix.environ)
    if os is None:
        return

    def noting(name, note):
        original = vars(os._Environ)[name]
        _originals.append((os._Environ, name, original))

        def noted(self, *arguments):
            note(self, *arguments)
            return original(self, *arguments)

        setattr(os._Environ, name, noted)

    def one(self, key):
        if isinstance(key, (str, bytes)):
            _read.add(os.fsencode(key))

    noting("__getitem__", one)
    for name in ("__iter__", "__len__", "__repr__"):
        noting(name, lambda self: _all.append(True))


def settle(folders):
    """Gives what was seen: the variables that were read, whether all were, those that the function changed,
    and what its modules hold. What differs from one process to the next is forgotten: the shelf's modules
    find it out again when they wake (_krait_shelf.py).
    """
    import posix

    for kind, name, original in _originals:
        setattr(kind, name, original)
    after = dict(posix.environ)
    changed = [(key, after.get(key)) for key in {*after, *_before} if after.get(key) != _before.get(key)]
    read = [(key, _before.get(key)) for key in _read]
    held = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.startswith(tuple(folders)):
            for key, value in list(vars(module).items()):
                kind = type(value)
                if kind in (int, float, str, bytes) or kind.__module__ in ("datetime", "uuid", "random"):
                    held.append((f"{name}.{key}", repr(value)[:80]))
    _forget(sys.modules)
    sys.path_importer_cache.clear()
    del sys.modules[__name__]
    return sorted(read), bool(_all), sorted(changed), held


def _forget(modules):
    if logging := modules.get("logging"):
        logging._startTime = 0
    if random := modules.get("random"):
        random.seed(0)
    if threading := modules.get("threading"):
        threading._main_thread._native_id = 0
    if process := modules.get("multiprocessing.process"):
        process._current_process._config["authkey"] = process.AuthenticationString(bytes(32))
