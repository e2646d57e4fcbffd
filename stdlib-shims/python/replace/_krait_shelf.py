"""Imports modules ahead of time, for a snapshot: see runtime/src/python/shelf.rs."""

import sys

# What a module found out of the process it was imported in, and must find out anew.
_wake = {}


def fill(names):
    """Imports modules and takes them out of `sys.modules` again, with all that they import.

    Gives for each its name, itself, the names of all that its import brought along, its own
    included, and what is to be called with it when somebody imports it, or None.
    """
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

    shelved = {name: each for name, each in sys.modules.items() if name not in before}
    for name, module in shelved.items():
        if (spec := module.__spec__) and spec.name != name:
            # Another name for a module, which its package put there itself.
            needs.setdefault(name.rpartition(".")[0], set()).add(name)
    for name, module in shelved.items():
        del sys.modules[name]
        parent, _, child = name.rpartition(".")
        parent = sys.modules.get(parent) or shelved.get(parent)
        if parent and vars(parent).get(child) is module:
            delattr(parent, child)
    del sys.modules[__name__]
    return [(name, each, _brought(name, needs, shelved), _wake.get(name)) for name, each in shelved.items()]


def _brought(name, needs, shelved):
    """The names of what a module needs, and what that needs, and so on; packages too."""
    found, pending = {}, [name]
    while pending:
        each = pending.pop()
        if each in shelved and each not in found:
            found[each] = True
            pending += needs.get(each, ())
            pending.append(each.rpartition(".")[0])
    return list(found)


def _wakes(name):
    def register(function):
        _wake[name] = function

    return register


@_wakes("logging")
def _(logging):
    logging._startTime = logging.time.time_ns()
    if getattr(sys, "_krait_program", False):
        for handler in logging.root.handlers[:]:
            logging.root.removeHandler(handler)
        logging.root.setLevel(logging.WARNING)


@_wakes("random")
def _(random):
    random.seed()


@_wakes("threading")
def _(threading):
    # Where threads have no numbers, as in a WebAssembly module, there is nothing to find out.
    if hasattr(threading._main_thread, "_set_native_id"):
        threading._main_thread._set_native_id()


@_wakes("multiprocessing.process")
def _(process):
    import posix

    process._current_process._config["authkey"] = process.AuthenticationString(posix.urandom(32))


@_wakes("multiprocessing.context")
def _(context):
    if getattr(sys, "_krait_program", False):
        context._default_context._default_context = context._concrete_contexts["forkserver"]


@_wakes("multiprocessing.spawn")
def _(spawn):
    spawn.set_executable(sys.executable)


@_wakes("uuid")
def _(uuid):
    try:
        import _uuid
    except ImportError:
        # Where there is none, as in a WebAssembly module, uuid does without.
        return

    uuid._uuid = _uuid
    uuid._generate_time_safe = _uuid.generate_time_safe
    uuid._has_stable_extractable_node = _uuid.has_stable_extractable_node
