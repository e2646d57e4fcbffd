"""krait: the stand-in for greenlet's module.

Each greenlet runs in a thread of its own. Of the threads that belong together, one at a time has its turn; the others
wait for theirs. What a thread has besides its stack goes with the turn: asyncio's loop and task, and what
`threading.current_thread()` is. A greenlet's context stays with it, as in the original.
"""

import _thread
import sys
import weakref
from contextvars import Context as _Context

from _krait_stand_ins import _greenlet_threads as _threads

# A greenlet that has not begun; one that runs or waits; one that has ended.
_NEW, _LIVE, _DEAD = range(3)
_UNSET = object()

GREENLET_USE_CONTEXT_VARS = GREENLET_USE_GC = GREENLET_USE_TRACING = GREENLET_USE_STANDARD_THREADING = 1
CLOCKS_PER_SEC = 1_000_000
# There is no interface for C.
_C_API = None


class error(Exception):
    __module__ = "greenlet"


class GreenletExit(BaseException):
    __module__ = "greenlet"


class _Family:
    """The greenlets of one thread as the function sees it."""

    __slots__ = ("main", "current", "trace", "origin", "carried", "doomed", "ident", "has_exited", "__weakref__")

    def __init__(self):
        self.trace = self.origin = self.carried = None
        self.has_exited = False
        self.doomed = []
        self.ident = _thread.get_ident()
        _families.add(self)


class _AtExit:
    """Ends with a thread, and its family with it."""

    def __init__(self, family):
        self.family = family

    def __del__(self):
        family = self.family
        family.has_exited, family.main, family.current = True, None, None
        _families.discard(family)


class _Body:
    """What a greenlet and its thread share: the thread must not keep its greenlet alive."""

    __slots__ = ("family", "state", "turn", "outcome", "context", "frame")

    def __init__(self, family, state):
        self.family = family
        self.state = state
        self.turn = self.outcome = self.context = self.frame = None


_families = weakref.WeakSet()
_here = _thread._local()


def _family():
    """The family of the thread that asks."""
    try:
        family = _here.family
    except AttributeError:
        family = _here.family = _Family()
        _here.at_exit = _AtExit(family)
        main = object.__new__(greenlet)
        main._krait_body, main._krait_run, main._krait_parent = _Body(family, _LIVE), _UNSET, None
        family.main = family.current = main
        _here.body = main._krait_body
    if family.doomed:
        _end_doomed(family)
    return family


def _end_doomed(family):
    """Ends the greenlets that nobody can reach any more, and that were let go of in other threads."""
    doomed, family.doomed = family.doomed, []
    for each in doomed:
        each._krait_end()


class greenlet:
    """greenlet(run=None, parent=None) -> greenlet

    Creates a new greenlet object (without running it).

     - *run* -- The callable to invoke.
     - *parent* -- The parent greenlet. The default is the current greenlet.
    """

    __module__ = "greenlet"
    __slots__ = ("_krait_body", "_krait_run", "_krait_parent", "__dict__", "__weakref__")

    def __new__(cls, *arguments, **options):
        self = object.__new__(cls)
        family = _family()
        self._krait_body, self._krait_run, self._krait_parent = _Body(family, _NEW), _UNSET, family.current
        return self

    def __init__(self, run=_UNSET, parent=None):
        if run is not _UNSET:
            greenlet.run.__set__(self, run)
        if parent is not None:
            greenlet.parent.__set__(self, parent)

    def switch(self, *arguments, **options):
        """switch(*args, **kwargs)

        Switch execution to this greenlet.
        """
        return _switch(self, "switch", (arguments, options), None)

    def throw(self, kind=GreenletExit, value=None, traceback=None, /):
        """Switches execution to this greenlet, but immediately raises the given exception in it."""
        return _switch(self, "throw", None, _exception(kind, value, traceback))

    def __bool__(self):
        return self._krait_body.state == _LIVE

    def __repr__(self):
        body = self._krait_body
        if body.state == _NEW:
            said = "pending"
        elif body.state == _DEAD:
            said = "dead"
        else:
            said = "current" if body.family.current is self else "suspended"
            said += " active started" + " main" * (body.family.main is self)
        kind = type(self)
        return f"<{kind.__module__}.{kind.__qualname__} object at {id(self):#x} (otid={id(body.family):#x}) {said}>"

    def __getstate__(self):
        raise TypeError(f"cannot serialize '{type(self).__module__}.{type(self).__qualname__}' object")

    def __del__(self):
        body = getattr(self, "_krait_body", None)
        if body is None or body.state != _LIVE or body.family.current is self or body.family.main is self:
            return
        # Only who has the turn can end it now. Else it ends when the turn comes to another one of its family.
        family = body.family
        if not family.has_exited:
            if getattr(_here, "body", None) is family.current._krait_body:
                self._krait_end()
            else:
                family.doomed.append(self)

    def _krait_end(self):
        """Ends a greenlet that nobody can reach, where it waits."""
        parent, self._krait_parent = self._krait_parent, self._krait_body.family.current
        try:
            self.throw()
        except BaseException as problem:
            sys.unraisablehook(_Unraisable(problem, self))
        self._krait_parent = parent

    @property
    def run(self):
        if self._krait_run is _UNSET or self._krait_body.state != _NEW:
            raise AttributeError("run")
        return self._krait_run

    @run.setter
    def run(self, value):
        self._krait_may_set_run()
        self._krait_run = value

    @run.deleter
    def run(self):
        self._krait_may_set_run()
        if self._krait_run is _UNSET:
            raise AttributeError("run")
        self._krait_run = _UNSET

    def _krait_may_set_run(self):
        if self._krait_body.state != _NEW:
            raise AttributeError("run cannot be set after the start of the greenlet")

    @property
    def parent(self):
        return self._krait_parent

    @parent.setter
    def parent(self, value):
        body = self._krait_body
        if body.family.main is self:
            raise AttributeError("cannot set the parent of a main greenlet")
        if not isinstance(value, greenlet):
            raise TypeError(f"GreenletChecker: Expected any type of greenlet, not {type(value).__name__}")
        above = value
        while above is not None:
            if above is self:
                raise ValueError("cyclic parent chain")
            above = above._krait_parent
        if value._krait_body.family is not body.family:
            raise ValueError("parent cannot be on a different thread")
        self._krait_parent = value

    @parent.deleter
    def parent(self):
        raise AttributeError("can't delete attribute")

    @property
    def gr_frame(self):
        return self._krait_body.frame

    @property
    def gr_context(self):
        if self._krait_runs("get"):
            return _threads.context()
        return self._krait_body.context

    @gr_context.setter
    def gr_context(self, value):
        if not (value is None or isinstance(value, _Context)):
            raise TypeError("greenlet context must be a contextvars.Context or None")
        if self._krait_runs("set"):
            running, task, _ = _threads.leave()
            _threads.resume(running, task, value)
        else:
            self._krait_body.context = value

    @gr_context.deleter
    def gr_context(self):
        raise AttributeError("can't delete context attribute")

    def _krait_runs(self, does):
        """Whether this greenlet is the one that runs here."""
        family = self._krait_body.family
        if family.current is not self or self._krait_body.state != _LIVE:
            return False
        if _family() is not family:
            raise ValueError(f"cannot {does} context of a greenlet that is running in a different thread")
        return True

    @property
    def dead(self):
        return self._krait_body.state == _DEAD

    @property
    def _stack_saved(self):
        return int(self._krait_body.frame is not None)


class _Unraisable:
    """What `sys.unraisablehook` is told."""

    def __init__(self, problem, place):
        self.exc_type, self.exc_value, self.exc_traceback = type(problem), problem, problem.__traceback__
        self.err_msg, self.object = None, place


def getcurrent():
    """getcurrent() -> greenlet

    Returns the current greenlet (i.e. the one which called this function).
    """
    return _family().current


def settrace(callback, /):
    """settrace(callback) -> object

    Sets a new tracing function and returns the previous one.
    """
    family = _family()
    before, family.trace = family.trace, callback
    return before


def gettrace():
    """gettrace() -> object

    Returns the currently set tracing function, or None.
    """
    return _family().trace


def set_thread_local(key, value, /):
    """set_thread_local(key, value) -> None"""
    setattr(_here, key, value)


def get_pending_cleanup_count():
    return sum(len(each.doomed) for each in _families)


def get_total_main_greenlets():
    return len(_families)


def get_clocks_used_doing_optional_cleanup():
    return 0


def enable_optional_cleanup(enabled, /):
    return None


greenlet.getcurrent, greenlet.settrace, greenlet.gettrace = map(staticmethod, (getcurrent, settrace, gettrace))
greenlet.error, greenlet.GreenletExit = error, GreenletExit


def _exception(kind, value, traceback):
    """The exception that `throw` is asked for."""
    if traceback is not None and type(traceback).__name__ != "traceback":
        raise TypeError("throw() third argument must be a traceback object")
    if isinstance(kind, type) and issubclass(kind, BaseException):
        if isinstance(value, kind):
            problem = value
        elif value is None:
            problem = kind()
        else:
            problem = kind(*value) if isinstance(value, tuple) else kind(value)
    elif isinstance(kind, BaseException):
        if value is not None:
            raise TypeError("instance exception may not have a separate value")
        problem = kind
    else:
        raise TypeError(f"exceptions must be classes, or instances, not {type(kind).__name__}")
    return problem if traceback is None else problem.with_traceback(traceback)


def _result(given):
    """What `switch` gives for another `switch`'s arguments."""
    arguments, options = given
    if not options:
        return arguments[0] if len(arguments) == 1 else arguments
    return (arguments, options) if arguments else options


def _switch(target, event, given, problem):
    """Has a greenlet go on; gives what the one that runs is told when its own turn comes again."""
    family = _family()
    if target._krait_body.family is not family:
        other = target._krait_body.family
        if other.has_exited:
            raise error("cannot switch to a different thread (which happens to have exited)")
        raise error(
            f"Cannot switch to a different thread\n\tCurrent:  {family.current!r}\n\tExpected: {other.main!r}"
        )
    own = family.current._krait_body
    goes_on = _who_goes_on(target, given, problem)
    if family.current is goes_on[0]:
        target, given, problem, _ = goes_on
        _tell(family, event, target)
        if problem is not None:
            raise problem
        return _result(given)
    own.frame = sys._getframe(2)
    if own.turn is None:
        own.turn = _thread.allocate_lock()
        own.turn.acquire()
    # From here on, this thread keeps no greenlet alive.
    target = given = problem = None
    _hand_over(family, own, event, goes_on)
    own.turn.acquire()
    own.frame = None
    (event, given, problem), own.outcome = own.outcome, None
    _threads.resume(*family.carried, own.context)
    family.carried = None
    if family.doomed:
        _end_doomed(family)
    try:
        _tell(family, event, family.current)
        if problem is not None:
            raise problem
    finally:
        problem = None
    return _result(given)


def _who_goes_on(target, given, problem):
    """A list of the greenlet that goes on in place of one that may have ended, the arguments or the exception that it
    is told of, and what it runs if it is new."""
    while True:
        state = target._krait_body.state
        if state == _LIVE:
            return [target, given, problem, None]
        if state == _NEW:
            run = target.run
            if target._krait_body.state != _NEW:
                # The search for what it runs has begun it.
                continue
            if problem is None:
                return [target, given, None, run]
            # It ends before it begins.
            target._krait_body.state, target._krait_run = _DEAD, _UNSET
        if isinstance(problem, GreenletExit):
            given, problem = ((problem,), {}), None
        target = target._krait_parent


def _hand_over(family, own, event, goes_on):
    """Gives a greenlet its turn: `own` is what had it before. The list is emptied: nothing else may keep what is in it
    once the other one runs."""
    target, given, problem, run = goes_on
    goes_on.clear()
    body, origin = target._krait_body, family.current
    running, task, own.context = _threads.leave()
    family.carried = running, task
    family.current, family.origin = target, origin if family.trace is not None else None
    if run is None:
        body.outcome = event, given, problem
        origin = target = given = problem = None
        body.turn.release()
        return
    body.state, kept = _LIVE, target._krait_run
    target._krait_run = _UNSET
    try:
        _thread.start_new_thread(_life, (body, event, run, given))
    except BaseException:
        body.state, target._krait_run = _NEW, kept
        family.current, family.origin, family.carried = origin, None, None
        _threads.resume(running, task, own.context)
        raise


def _life(body, event, run, given):
    """What a greenlet's thread does."""
    family = _here.family = body.family
    _here.body = body
    ident = _known_thread(family)
    _threads.resume(*family.carried, body.context)
    family.carried = None
    problem = None
    try:
        _tell(family, event, family.current)
        arguments, options = given
        given = None
        value = run(*arguments, **options)
    except GreenletExit as exit:
        value = exit
    except BaseException as other:
        value, problem = None, other
    run = arguments = options = None
    body.state = _DEAD
    given = (value,), {}
    value = None
    event = "switch" if problem is None else "throw"
    if ident is not None:
        sys.modules["threading"]._active.pop(ident, None)
    while True:
        try:
            goes_on = _who_goes_on(family.current._krait_parent, given, problem)
            given = problem = None
            _hand_over(family, body, event, goes_on)
            return
        except BaseException as other:
            # The parent cannot begin: its own parent is told.
            above = family.current
            while above._krait_body.state == _DEAD:
                above = above._krait_parent
            above._krait_body.state = _DEAD
            event, given, problem, above = "throw", None, other, None


def _known_thread(family):
    """Has `threading.current_thread()` be that of the family; gives this thread's number, if it was told."""
    threading = sys.modules.get("threading")
    known = threading and threading._active.get(family.ident)
    if not known:
        return None
    ident = _thread.get_ident()
    threading._active[ident] = known
    return ident


def _tell(family, event, target):
    """Calls the function that traces, if there is one, in the greenlet that was switched to."""
    origin, family.origin = family.origin, None
    trace = family.trace
    if trace is None:
        return
    try:
        trace(event, (origin if origin is not None else target, target))
    except BaseException:
        family.trace = None
        raise
