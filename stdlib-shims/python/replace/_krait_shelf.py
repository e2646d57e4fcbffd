"""Modules that were imported ahead of time, set aside until somebody imports them.

A snapshot holds an interpreter that has imported what functions import. But a function
must find `sys.modules` as it is in a process that has just started, and its own files must
win over the standard library's. So the modules lie on a shelf, where a finder behind the
one for files finds them: `import` then takes a module off the shelf, with all that its own
import brought along, and costs no more than that.
"""

import sys
from _frozen_importlib import ModuleSpec

# The modules on the shelf, by name.
_modules = {}

# For each, the names of all modules that its import brings along, itself last.
_brought = {}

# The top-level names of all of them.
_names = set()

# What a module found out of the process it was imported in, and must find out anew.
_wake = {}

# The folders that are known to hold nothing of the shelf's names.
_looked_at = []


def fill(names):
    """Imports modules and puts them on the shelf, with all that they import."""
    import builtins

    importing = builtins.__import__
    before = set(sys.modules)
    needs = {}

    def noting(name, globals=None, locals=None, fromlist=(), level=0):
        here = set(sys.modules)
        module = importing(name, globals, locals, fromlist, level)
        if level:
            parts = (globals.get("__package__") or globals["__name__"]).split(".")
            name = ".".join(parts[: len(parts) - level + 1] + ([name] if name else []))
        new = set(sys.modules) - here
        if name in new:
            needs.setdefault(name, set()).update(new)
        # A module brings what is imported while its body runs, by whomever.
        frame = sys._getframe(1)
        while frame and frame.f_code.co_name != "<module>":
            frame = frame.f_back
        if frame:
            needed = needs.setdefault(frame.f_globals["__name__"], set())
            needed |= new
            needed.add(name)
            needed.update(f"{name}.{each}" for each in fromlist or () if each != "*")
        return module

    builtins.__import__ = noting
    # It would look the machine's network address up, once and for all.
    sys.modules["_uuid"] = None
    try:
        for name in names:
            noting(name)
    finally:
        builtins.__import__ = importing
        del sys.modules["_uuid"]

    shelved = [name for name in sys.modules if name not in before and name != __name__]
    for name in shelved:
        if (spec := sys.modules[name].__spec__) and spec.name != name:
            # Another name for a module, which its package put there itself.
            needs.setdefault(name.rpartition(".")[0], set()).add(name)
    order = {name: place for place, name in enumerate(shelved)}
    for name in shelved:
        found, pending = set(), [name]
        while pending:
            each = pending.pop()
            if each in order and each not in found:
                found.add(each)
                pending += needs.get(each, ())
                pending.append(each.rpartition(".")[0])
        found.discard(name)
        _brought[name] = [*sorted(found, key=order.get), name]
    for name in shelved:
        module = _modules[name] = sys.modules.pop(name)
        parent, _, child = name.rpartition(".")
        parent = sys.modules.get(parent) or _modules.get(parent)
        if parent and vars(parent).get(child) is module:
            delattr(parent, child)
    _names.update(name.partition(".")[0] for name in shelved)
    sys.meta_path.append(_Finder)
    del sys.modules[__name__]


class _Finder:
    """Finds the modules on the shelf, and gives them for loaded."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in _modules or _is_hidden():
            return None
        return ModuleSpec(name, _Finder)

    @staticmethod
    def create_module(spec):
        taken = {}
        for name in _brought[spec.name]:
            if module := _modules.pop(name, None):
                taken[name] = sys.modules[name] = module
        for name, module in taken.items():
            parent, _, child = name.rpartition(".")
            if parent:
                setattr(sys.modules[parent], child, module)
            if waking := _wake.get(name):
                waking(module)
        # The import system gives it the spec it was found by, and then calls exec_module.
        module._krait_spec = module.__spec__
        return module

    @staticmethod
    def exec_module(module):
        module.__spec__ = module._krait_spec
        del module._krait_spec


def _is_hidden():
    """Whether files in the search path hide modules of the shelf: then all is done as if
    there was none, so that the library itself finds those files."""
    global _looked_at
    if sys.path == _looked_at:
        return False
    import posix

    for folder in sys.path:
        if folder in _looked_at:
            continue
        try:
            entries = posix.listdir(folder or ".")
        except (FileNotFoundError, PermissionError):
            continue
        except OSError:
            entries = _names
        if not _names.isdisjoint([entry.partition(".")[0] for entry in entries]):
            _modules.clear()
            return True
    _looked_at = sys.path.copy()
    return False


def _wakes(name):
    def register(function):
        _wake[name] = function

    return register


@_wakes("logging")
def _(logging):
    logging._startTime = logging.time.time_ns()


@_wakes("random")
def _(random):
    random.seed()


@_wakes("threading")
def _(threading):
    threading._main_thread._set_native_id()


@_wakes("multiprocessing.process")
def _(process):
    import posix

    process._current_process._config["authkey"] = process.AuthenticationString(posix.urandom(32))


@_wakes("uuid")
def _(uuid):
    import _uuid

    uuid._uuid = _uuid
    uuid._generate_time_safe = _uuid.generate_time_safe
    uuid._has_stable_extractable_node = _uuid.has_stable_extractable_node
