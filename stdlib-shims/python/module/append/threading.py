
# krait.wasm: the engine would run a thread to its end where it is started. That looks well
# until two of them wait for each other.
def _start_joinable_thread(*_, **__):
    raise RuntimeError("can't start new thread: a WebAssembly module (WASI preview 1) has one thread")


_engine_lock, _sleep = _allocate_lock, __import__("time").sleep


# The engine's own says that it was acquired where it is not free: there is nobody to wait for.
class Lock:
    __slots__ = ("_lock", "__weakref__")

    def __init__(self):
        self._lock = _engine_lock()

    def acquire(self, blocking=True, timeout=-1):
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        if self._lock.acquire(False):
            return True
        if not blocking:
            return False
        if timeout == -1:
            raise RuntimeError(
                "nobody can release this lock: a WebAssembly module (WASI preview 1) has one thread"
            )
        _sleep(timeout)
        return False

    __enter__ = acquire

    def __exit__(self, *_):
        self._lock.release()

    def release(self):
        self._lock.release()

    def locked(self):
        return self._lock.locked()

    def _at_fork_reinit(self):
        self._lock = _engine_lock()


_allocate_lock = Lock
# The engine's has not what conditions need; Python's own, above, is made of the lock above.
_CRLock = None


# The engine's keeps all attributes apart, and so does not see the class's. One thread needs nothing of its own.
class local:
    __slots__ = ("__dict__", "__weakref__")

    def __new__(cls, /, *arguments, **keywords):
        if (arguments or keywords) and cls.__init__ is object.__init__:
            raise TypeError("Initialization arguments are not supported")
        return object.__new__(cls)

    def __setattr__(self, name, value):
        _changed(self, name)
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        _changed(self, name)
        object.__delattr__(self, name)

    def __reduce_ex__(self, protocol):
        raise TypeError(f"cannot pickle {_full_name(self)!r} object")


def _full_name(value):
    kind = type(value)
    return "_thread._local" if kind is local else kind.__qualname__


def _changed(value, name):
    if name == "__dict__":
        raise AttributeError(f"{_full_name(value)!r} object attribute '__dict__' is read-only")


local.__module__, local.__name__, local.__qualname__ = "_thread", "_local", "_local"
__import__("_thread")._local = local
_thread_local_info = local()
