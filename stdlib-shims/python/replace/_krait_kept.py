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
    held, library = [], {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or not file.startswith(tuple(folders)):
            library[name] = module
        else:
            for key, value in list(vars(module).items()):
                kind = type(value)
                if kind.__module__ == "random":
                    value = value.getstate() if hasattr(value, "getstate") else None
                elif kind not in (int, float, str, bytes) and kind.__module__ not in ("datetime", "uuid"):
                    continue
                held.append((f"{name}.{key}", repr(value)[:80]))
    _forget(library)
    _forget_year(sys.modules.get("dateutil.parser._parser"))
    sys.path_importer_cache.clear()
    del sys.modules[__name__]
    return sorted(read), bool(_all), sorted(changed), held


def _forget_year(parser):
    """dateutil keeps the year that it is imported in, to complete years of two digits."""
    info = getattr(getattr(parser, "DEFAULTPARSER", None), "info", None)
    if not hasattr(info, "_year") or not hasattr(info, "_century"):
        return
    import posix
    from time import localtime

    def find_again():
        info._year = localtime().tm_year
        info._century = info._year // 100 * 100

    info._year = info._century = 0
    posix.register_at_fork(after_in_child=find_again)


def _forget(modules):
    if platform := modules.get("platform"):
        platform._uname_cache = None
        platform._platform_cache.clear()
    if uuid := modules.get("uuid"):
        uuid._node = None
    if logging := modules.get("logging"):
        logging._startTime = 0
    if random := modules.get("random"):
        random.seed(0)
    if threading := modules.get("threading"):
        threading._main_thread._native_id = 0
    if process := modules.get("multiprocessing.process"):
        process._current_process._config["authkey"] = process.AuthenticationString(bytes(32))
