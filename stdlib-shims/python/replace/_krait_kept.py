"""krait: a function that is loaded when it is packed. runtime/src/python/kept.rs calls `watch` before it is
loaded, and `settle` afterwards.
"""

import sys

_before = {}
_read = set()
_all = []
_originals = []
_watched = []


def watch(os):
    """Notes from here on which variables of the environment are read. `os` is the module, or None."""
    import posix

    _before.update(posix.environ)
    _watched.append(os)
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
    what its modules hold, and what is to be called in each process that goes on from here. What differs from
    one process to the next is forgotten, and found out again by that call.
    """
    import posix

    if sys.modules.get("os") not in (None, *_watched):
        # A file of the function's has the name of a module of the library, so that all were imported anew.
        raise RuntimeError("another os")
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
            for key, value in list(getattr(module, "__dict__", {}).items()):
                held += [(f"{name}.{key}", text) for text in _held(value)]
    wake = _forget(library)
    sys.path_importer_cache.clear()
    del sys.modules[__name__]
    return sorted(read), bool(_all), sorted(changed), held, wake


def _held(value):
    """What of a value may be another one at another time, as text in a list; the list may be empty."""
    kind = type(value)
    if kind in (int, float, str, bytes) or kind.__module__ in ("datetime", "uuid"):
        return [repr(value)[:80]]
    if kind.__module__ != "random":
        return []
    try:
        return [repr(value.getstate())[:80]]
    except Exception:
        # A SystemRandom has none.
        return []


def _forget(modules):
    """Gives what finds out again what this forgets. It uses no name of this module, which ends with the load."""
    from time import localtime, time_ns

    posix, logging, random, threading, process, spawn = map(modules.get, [
        "posix", "logging", "random", "threading", "multiprocessing.process", "multiprocessing.spawn",
    ])
    # dateutil, which is the function's own, keeps the year that it is imported in, to complete years of two digits.
    dates = sys.modules.get("dateutil.parser._parser")
    years = getattr(getattr(dates, "DEFAULTPARSER", None), "info", None)
    if not hasattr(years, "_year") or not hasattr(years, "_century"):
        years = None
    this = sys

    def know(started, thread, key, executable, year):
        if logging:
            logging._startTime = started()
        if threading:
            thread()
        if process:
            process._current_process._config["authkey"] = process.AuthenticationString(key())
        if spawn:
            spawn.set_executable(executable())
        if years:
            years._year = year()
            years._century = years._year // 100 * 100

    def forget_thread():
        threading._main_thread._native_id = 0

    def number_thread():
        # Where threads have no numbers, as in a WebAssembly module, there is nothing to find out.
        if hasattr(threading._main_thread, "_set_native_id"):
            threading._main_thread._set_native_id()

    def wake():
        if random:
            random.seed()
        know(
            time_ns, number_thread, lambda: posix.urandom(32),
            lambda: this.executable, lambda: localtime().tm_year,
        )

    if platform := modules.get("platform"):
        platform._uname_cache = None
        platform._platform_cache.clear()
    if uuid := modules.get("uuid"):
        uuid._node = None
    if random:
        random.seed(0)
    know(lambda: 0, forget_thread, lambda: bytes(32), lambda: "", lambda: 0)
    return wake
