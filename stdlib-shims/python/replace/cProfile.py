"""Counts the calls of a program and how long they take, as CPython's `cProfile` does.

CPython counts in C. This counts in `sys.setprofile`'s callback, so the program takes some ten times as
long while it is profiled. `pstats` prints the same table.
"""

import importlib.machinery
import io
import sys
import time
import types
import profile as _pyprofile
from collections import namedtuple

__all__ = ["run", "runctx", "Profile"]

_Entry = namedtuple("profiler_entry", "code callcount reccallcount totaltime inlinetime calls")
_Subentry = namedtuple("profiler_subentry", "code callcount reccallcount totaltime inlinetime")


_DISABLE = "<method 'disable' of '_lsprof.Profiler' objects>"


class _Count:
    """How often something was called, and for how long: in all, and without what it called."""

    __slots__ = "calls", "recursive", "total", "inline", "depth"

    def __init__(self):
        self.calls = self.recursive = self.depth = 0
        self.total = self.inline = 0.0


class _Call:
    """A call that has not returned."""

    __slots__ = "code", "count", "of_caller", "start", "inner"

    def __init__(self, code, count, of_caller, start):
        self.code = code
        self.count = count
        self.of_caller = of_caller
        self.start = start
        self.inner = 0.0


def _named(function):
    """What a native function is called in the table."""
    name = function.__name__
    owner = getattr(function, "__objclass__", None)
    if owner is None:
        owner = getattr(function, "__self__", None)
        if owner is None or isinstance(owner, types.ModuleType):
            module = function.__module__
            if module is None and owner is not None:
                module = owner.__name__
            return f"<built-in method {module}.{name}>" if module else f"<built-in method {name}>"
        if not isinstance(owner, type):
            owner = type(owner)
        if name not in vars(owner) and not any(name in vars(each) for each in owner.__mro__):
            return f"<built-in method {name}>"
    return f"<method {name!r} of {owner.__name__!r} objects>"


class Profile:
    """Profile(timer=None, timeunit=0.0, subcalls=True, builtins=True)

    Counts calls between enable() and disable(). `timer` gives a time in seconds, or in units of
    `timeunit`. Without `subcalls`, who called whom is not counted; without `builtins`, calls of native
    functions are not.
    """

    def __init__(self, timer=None, timeunit=0.0, subcalls=True, builtins=True):
        self._timer = timer or time.perf_counter
        self._unit = (timeunit or 1.0) if timer else 1.0
        self._subcalls = subcalls
        self._builtins = builtins
        self._running = False
        self.clear()

    def clear(self):
        """Forgets everything counted so far."""
        self._ending = False
        self._counts = {}
        self._pairs = {}
        self._open = []

    def enable(self, subcalls=True, builtins=True):
        """Begins to count. Another profiler may not run in this thread."""
        if sys.getprofile() is not None and not self._running:
            raise ValueError("Another profiling tool is already active")
        self._subcalls = subcalls
        self._builtins = builtins
        self._running = True
        sys.setprofile(self._event)

    def disable(self):
        """Ends counting. What has not returned is counted until now."""
        sys.setprofile(None)
        if self._running:
            self._running = self._ending = False
            while self._open:
                self._leave()

    def _enter(self, code):
        count = self._counts.get(code)
        if count is None:
            count = self._counts[code] = _Count()
        of_caller = None
        if self._subcalls and self._open:
            pair = self._open[-1].code, code
            of_caller = self._pairs.get(pair)
            if of_caller is None:
                of_caller = self._pairs[pair] = _Count()
            of_caller.depth += 1
        count.depth += 1
        self._open.append(_Call(code, count, of_caller, self._timer()))

    def _leave(self):
        call = self._open.pop()
        total = self._timer() - call.start
        inline = total - call.inner
        if self._open:
            self._open[-1].inner += total
        for count in (call.count, call.of_caller):
            if count is not None:
                count.depth -= 1
                count.inline += inline
                if count.depth == 0:
                    count.total += total
                    count.calls += 1
                else:
                    count.recursive += 1

    def _event(self, frame, event, argument):
        if self._ending:
            return
        if event == "call":
            # CPython's is native, and the last that is counted.
            self._ending = frame.f_code is Profile.disable.__code__
            self._enter(_DISABLE if self._ending else frame.f_code)
        elif event == "return":
            # What was called before enable() returns uncounted.
            if self._open and self._open[-1].code is frame.f_code:
                self._leave()
        elif self._builtins and not isinstance(argument, type):
            name = _named(argument)
            if event == "c_call":
                self._enter(name)
            elif self._open and self._open[-1].code == name:
                self._leave()

    def getstats(self):
        """The counts, as a list of entries: code (or a native function's name), callcount,
        reccallcount, totaltime, inlinetime, and calls (entries of what it called, or None)."""
        unit = self._unit
        called = {}
        for (caller, code), count in self._pairs.items():
            entry = _Subentry(code, count.calls + count.recursive, count.recursive,
                              count.total * unit, count.inline * unit)
            called.setdefault(caller, []).append(entry)
        return [_Entry(code, count.calls + count.recursive, count.recursive, count.total * unit,
                       count.inline * unit, called.get(code))
                for code, count in self._counts.items()]

    def print_stats(self, sort=-1):
        """Prints the table, sorted by one of `pstats`' keys or by several in a tuple."""
        import pstats
        keys = sort if isinstance(sort, tuple) else (sort,)
        pstats.Stats(self).strip_dirs().sort_stats(*keys).print_stats()

    def dump_stats(self, file):
        """Writes the counts to a file that `pstats.Stats` reads."""
        import marshal
        self.create_stats()
        with open(file, "wb") as output:
            marshal.dump(self.stats, output)

    def create_stats(self):
        """Ends counting, and makes `stats` of the counts."""
        self.disable()
        self.snapshot_stats()

    def snapshot_stats(self):
        """Makes `stats` of the counts so far: what `pstats` reads."""
        entries = self.getstats()
        callers = {entry.code: {} for entry in entries}
        for entry in entries:
            for each in entry.calls or ():
                primitive = each.callcount - each.reccallcount
                callers[each.code][label(entry.code)] = (
                    each.callcount, primitive, each.inlinetime, each.totaltime)
        self.stats = {
            label(entry.code): (entry.callcount - entry.reccallcount, entry.callcount,
                                entry.inlinetime, entry.totaltime, callers[entry.code])
            for entry in entries}

    def run(self, cmd):
        """Executes a text under the profiler, in the main module."""
        import __main__
        names = __main__.__dict__
        return self.runctx(cmd, names, names)

    def runctx(self, cmd, globals, locals):
        """Executes a text under the profiler, with these names."""
        self.enable()
        try:
            exec(cmd, globals, locals)
        finally:
            self.disable()
        return self

    def runcall(self, func, /, *args, **kw):
        """Calls a function under the profiler, and gives what it returns."""
        self.enable()
        try:
            return func(*args, **kw)
        finally:
            self.disable()

    def __enter__(self):
        self.enable()
        return self

    def __exit__(self, *exc_info):
        self.disable()


def label(code):
    """What `pstats` calls something that was called: its file, line and name."""
    if isinstance(code, str):
        return "~", 0, code
    return code.co_filename, code.co_firstlineno, code.co_name


def run(statement, filename=None, sort=-1):
    return _pyprofile._Utils(Profile).run(statement, filename, sort)


def runctx(statement, globals, locals, filename=None, sort=-1):
    return _pyprofile._Utils(Profile).runctx(statement, globals, locals, filename, sort)


run.__doc__ = _pyprofile.run.__doc__
runctx.__doc__ = _pyprofile.runctx.__doc__


def main():
    """`python -m cProfile [-o file] [-s key] [-m module | script] [argument] ...`"""
    import optparse
    import os
    import pstats
    usage = "cProfile.py [-o output_file_path] [-s sort] [-m module | scriptfile] [arg] ..."
    parser = optparse.OptionParser(usage=usage)
    parser.allow_interspersed_args = False
    parser.add_option("-o", "--outfile", dest="outfile", default=None,
                      help="Save stats to <outfile>")
    parser.add_option("-s", "--sort", dest="sort", default=2,
                      choices=sorted(pstats.Stats.sort_arg_dict_default),
                      help="Sort order when printing to stdout, based on pstats.Stats class")
    parser.add_option("-m", dest="module", action="store_true", default=False,
                      help="Profile a library module")
    if not sys.argv[1:]:
        parser.print_usage()
        sys.exit(2)
    options, arguments = parser.parse_args()
    sys.argv[:] = arguments
    if options.outfile is not None:
        options.outfile = os.path.abspath(options.outfile)
    if not arguments:
        parser.print_usage()
        return parser
    if options.module:
        import runpy
        code = "run_module(modname, run_name='__main__')"
        names = {"run_module": runpy.run_module, "modname": arguments[0]}
    else:
        program = arguments[0]
        sys.path.insert(0, os.path.dirname(program))
        with io.open_code(program) as source:
            code = compile(source.read(), program, "exec")
        module = types.ModuleType("__main__")
        module.__spec__ = importlib.machinery.ModuleSpec("__main__", None, origin=program)
        module.__file__ = program
        module.__builtins__ = __builtins__
        sys.modules["__main__"] = module
        names = module.__dict__
    try:
        runctx(code, names, None, options.outfile, options.sort)
    except BrokenPipeError as error:
        # The reader went away: nothing more is to be written.
        sys.stdout = None
        sys.exit(error.errno)
    return parser


if __name__ == "__main__":
    main()
