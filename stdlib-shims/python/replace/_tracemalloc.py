"""krait: the native part of tracemalloc, as far as the engine can tell.

The engine does not note who asked for a block of memory: there are no traces. What is told is how
much memory the process has taken since `start`, and at most, in bytes.
"""

from _thread import allocate_lock as _allocate_lock

_MOST_FRAMES = 65535

_lock = _allocate_lock()
_limit = 1
_before = None


def start(nframe=1, /):
    """Start tracing Python memory allocations.

    Also set the maximum number of frames stored in the traceback of a
    trace to nframe."""
    global _limit, _before
    if not 1 <= nframe <= _MOST_FRAMES:
        raise ValueError(f"the number of frames must be in range [1; {_MOST_FRAMES}]")
    with _lock:
        if _before is None:
            _limit, _before = nframe, _resident("VmRSS")
    reset_peak()


def stop():
    """Stop tracing Python memory allocations.

    Also clear traces of memory blocks allocated by Python."""
    global _before
    _before = None


def is_tracing():
    """Return True if the tracemalloc module is tracing Python memory allocations."""
    return _before is not None


def get_traceback_limit():
    """Get the maximum number of frames stored in the traceback of a trace.

    By default, a trace of an allocated memory block only stores
    the most recent frame: the limit is 1."""
    return _limit


def get_traced_memory():
    """Get the current size and peak size of memory blocks traced by tracemalloc.

    Returns a tuple: (current: int, peak: int)."""
    before = _before
    if before is None:
        return 0, 0
    current = max(_resident("VmRSS") - before, 0)
    return current, max(_resident("VmHWM") - before, current)


def reset_peak():
    """Set the peak size of memory blocks traced by tracemalloc to the current size.

    Do nothing if the tracemalloc module is not tracing memory allocations."""
    if _before is not None:
        try:
            # proc(5): the peak of resident memory becomes what there is.
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")
        except OSError:
            pass


def clear_traces():
    """Clear traces of memory blocks allocated by Python."""


def get_tracemalloc_memory():
    """Get the memory usage in bytes of the tracemalloc module.

    This memory is used internally to trace memory allocations."""
    return 0


def _get_traces():
    """Get traces of all memory blocks allocated by Python.

    Return a list of (size: int, traceback: tuple) tuples.
    traceback is a tuple of (filename: str, lineno: int) tuples.

    Return an empty list if the tracemalloc module is disabled."""
    return []


def _get_object_traceback(obj, /):
    """Get the traceback where the Python object obj was allocated.

    Return a tuple of (filename: str, lineno: int) tuples.
    Return None if the tracemalloc module is disabled or did not
    trace the allocation of the object."""
    return None


def _resident(what):
    """What the kernel tells of this process's memory, in bytes; 0 where it does not."""
    try:
        with open("/proc/self/status", "rb") as file:
            for line in file:
                if line.startswith(what.encode()):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
