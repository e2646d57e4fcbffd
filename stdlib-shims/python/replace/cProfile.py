"""Measures how long a program's functions take, natively.

krait's own: the engine's library has only `profile`, which does the same in Python. The names, the
table and the command line are CPython's.
"""

import _lsprof
import io
import profile

__all__ = ["run", "runctx", "Profile"]


def run(statement, filename=None, sort=-1):
    """Runs a statement in `__main__` and prints what took how long, or writes it to a file."""
    return profile._Utils(Profile).run(statement, filename, sort)


def runctx(statement, globals, locals, filename=None, sort=-1):
    """As `run`, in the given namespaces."""
    return profile._Utils(Profile).runctx(statement, globals, locals, filename, sort)


class Profile(_lsprof.Profiler):
    """Profile(timer=None, timeunit=None, subcalls=True, builtins=True)

    A profiler that prints its figures by `pstats`. A timer without a unit gives seconds.
    """

    def print_stats(self, sort=-1):
        import pstats

        keys = sort if isinstance(sort, tuple) else (sort,)
        pstats.Stats(self).strip_dirs().sort_stats(*keys).print_stats()

    def dump_stats(self, file):
        import marshal

        with open(file, "wb") as target:
            self.create_stats()
            marshal.dump(self.stats, target)

    def create_stats(self):
        self.disable()
        self.snapshot_stats()

    def snapshot_stats(self):
        """Sets `stats` as `pstats` reads it: by function, and in each its callers."""
        entries = self.getstats()
        self.stats = {}
        callers_of = {}
        for entry in entries:
            callers = callers_of[id(entry.code)] = {}
            self.stats[label(entry.code)] = (*_figures(entry), callers)
        for entry in entries:
            caller = label(entry.code)
            for call in entry.calls or ():
                callers = callers_of.get(id(call.code))
                if callers is None:
                    continue
                primitive, calls, own, total = _figures(call)
                # Two functions of one name and line are one caller.
                known = callers.get(caller, (0, 0, 0, 0))
                figures = (calls, primitive, own, total)
                callers[caller] = tuple(one + more for one, more in zip(figures, known))

    def run(self, cmd):
        import __main__

        return self.runctx(cmd, __main__.__dict__, __main__.__dict__)

    def runctx(self, cmd, globals, locals):
        # Not by `with`, which would be among what is measured.
        self.enable()
        try:
            exec(cmd, globals, locals)
        finally:
            self.disable()
        return self

    def runcall(self, func, /, *args, **kw):
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
    """What `pstats` knows a function by: its file, its first line and its name."""
    if isinstance(code, str):
        # A native function. The sign comes after all names of files.
        return "~", 0, code
    return code.co_filename, code.co_firstlineno, code.co_name


def main():
    import importlib.machinery
    import importlib.util
    import os
    import pstats
    import runpy
    import sys
    from optparse import OptionParser

    parser = OptionParser(
        usage="cProfile.py [-o output_file_path] [-s sort] [-m module | scriptfile] [arg] ..."
    )
    parser.allow_interspersed_args = False
    parser.add_option("-o", "--outfile", default=None, help="Save stats to <outfile>")
    parser.add_option(
        "-s",
        "--sort",
        default=2,
        choices=sorted(pstats.Stats.sort_arg_dict_default),
        help="Sort order when printing to stdout, based on pstats.Stats class",
    )
    parser.add_option(
        "-m", dest="module", action="store_true", default=False, help="Profile a library module"
    )
    if len(sys.argv) == 1:
        parser.print_usage()
        sys.exit(2)
    options, args = parser.parse_args()
    sys.argv[:] = args
    if not args:
        parser.print_usage()
        return parser

    # The program may go to another folder.
    outfile = options.outfile and os.path.abspath(options.outfile)
    if options.module:
        code = "run_module(modname, run_name='__main__')"
        namespace = {"run_module": runpy.run_module, "modname": args[0]}
    else:
        path = args[0]
        sys.path.insert(0, os.path.dirname(path))
        with io.open_code(path) as file:
            code = compile(file.read(), path, "exec")
        spec = importlib.machinery.ModuleSpec(name="__main__", loader=None, origin=path)
        module = sys.modules["__main__"] = importlib.util.module_from_spec(spec)
        namespace = module.__dict__
        namespace.update(__spec__=None, __file__=path, __package__=None, __cached__=None)
    try:
        runctx(code, namespace, None, outfile, options.sort)
    except BrokenPipeError as error:
        # So that the interpreter does not try to write what is left when it ends.
        sys.stdout = None
        sys.exit(error.errno)
    return parser


def _figures(entry):
    """How many calls, less recursive ones and in all, and the seconds, own and in all."""
    calls = entry.callcount
    return calls - entry.reccallcount, calls, entry.inlinetime, entry.totaltime


for _ours, _theirs in ((run, profile.run), (runctx, profile.runctx)):
    _ours.__doc__ = _theirs.__doc__
del _ours, _theirs

if __name__ == "__main__":
    main()
