"""krait: what is done before a program of `krait python`, in place of CPython's start.

runtime/src/python/program.rs calls `begin` and `find`, and runs what that finds.
"""

import sys

_told = {}


def begin(told):
    """Makes the interpreter, which was built for a function, that of a program."""
    import posix

    _told.update(told)
    sys._krait_program = True
    if "most_digits" in told:
        sys.set_int_max_str_digits(told["most_digits"])
    _set_paths(told["executable"], told["prefix"])
    sys.pycache_prefix = told["pycache_prefix"]
    _set_processors(told["processors"])
    sys.orig_argv = [sys.executable, *told["typed"]]
    first = {"command": "-c", "module": "-m", "file": told["source"], "input": ""}[told["kind"]]
    if told["kind"] == "input" and told["typed"] and "-" in told["typed"]:
        first = "-"
    sys.argv = [first, *told["arguments"]]
    _make_main()
    encoding, errors = told["encoding"] or "utf-8", told["errors"]
    if told["encoding"]:
        import codecs

        encoding = codecs.lookup(encoding).name
    if not errors:
        names = (posix.environ.get(name) for name in (b"LC_ALL", b"LC_CTYPE", b"LANG"))
        locale = next((name for name in names if name), b"C")
        of_c = locale.split(b".")[0] in (b"C", b"POSIX") or sys.flags.utf8_mode
        errors = "surrogateescape" if of_c and not told["encoding"] else "strict"
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        way = "backslashreplace" if name == "stderr" else errors
        if descriptor in told["closed"]:
            # It was open only while krait began.
            posix.close(descriptor)
            stream = None
        else:
            stream = _stream(descriptor, name, encoding, way, told["unbuffered"])
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    _take_interrupts()
    if sys.warnoptions or sys.flags.dev_mode or sys.flags.bytes_warning:
        import warnings

        if sys.flags.dev_mode:
            warnings.simplefilter("default", append=True)
        warnings._processoptions(sys.warnoptions)
    if told["tells_faults"]:
        import faulthandler

        if sys.stderr is not None:
            faulthandler.enable()
    if told["times_imports"]:
        _time_imports()
    if told["frames_traced"]:
        import tracemalloc

        tracemalloc.start(told["frames_traced"])
    if told["site"]:
        import site

        # It was imported before the interpreter was a program's.
        site.PREFIXES[:] = [sys.prefix, sys.exec_prefix]
        site.main()


def _time_imports():
    """`-X importtime`: tells how long each import took, and how long without those below it."""
    import _frozen_importlib as importer
    from time import perf_counter_ns as now

    find, below, depth = importer._find_and_load, 0, 0

    def _find_and_load(name, import_):
        nonlocal below, depth
        beside, below, begun = below, 0, now()
        depth += 1
        try:
            return find(name, import_)
        finally:
            depth -= 1
            took = (now() - begun) // 1000
            own, below = max(took - below, 0), beside + took
            print(f"import time: {own:9d} | {took:10d} | {'  ' * depth}{name}", file=sys.stderr)

    # As one of the importer's own, it is in no traceback.
    name = "<frozen importlib._bootstrap>"
    _find_and_load.__code__ = _find_and_load.__code__.replace(co_filename=name)
    importer._find_and_load = _find_and_load
    print("import time: self [us] | cumulative | imported package", file=sys.stderr)


def find(quiet):
    """The code of the program, or the name of a module to run; an exception, where there is no
    such code; None for a prompt that has ended."""
    kind, source = _told["kind"], _told["source"]
    if kind == "module":
        _search_first(_current_folder())
        return source
    if kind == "file":
        return _find_file(source)
    _search_first("")
    if kind == "command":
        return _find_command(source)
    if _told["ask"] or sys.stdin and sys.stdin.isatty():
        return prompt(quiet)
    return _compile(sys.stdin.buffer.read() if sys.stdin else b"", "<stdin>")


def prompt(quiet):
    """Asks for statements until there are no more."""
    import __main__
    import builtins
    import os

    if not quiet:
        print(f"Python {sys.version} on {sys.platform}", file=sys.stderr)
        if hasattr(builtins, "help"):
            more = 'Type "help", "copyright", "credits" or "license" for more information.'
            print(more, file=sys.stderr)
    sys.ps1, sys.ps2 = ">>> ", "... "
    if not os.environ.get("PYTHON_BASIC_REPL") and sys.stdin.isatty() and sys.stdout.isatty():
        from _pyrepl import main

        if main.CAN_USE_PYREPL:
            main.interactive_console(__main__, quiet=True, pythonstartup=not sys.flags.ignore_environment)
            return None
        print(main.FAIL_REASON, file=sys.stderr)
    _ask(__main__)
    return None


def _console(names):
    import code
    import codeop
    import linecache

    class Console(code.InteractiveConsole):
        def runsource(self, source, filename="<input>", symbol="single"):
            try:
                if self.compile(source, filename, symbol) is None:
                    return True
            except (OverflowError, SyntaxError, ValueError):
                pass
            return self.run_whole(source, filename)

        def run_whole(self, source, filename="<stdin>"):
            """Runs a statement that nothing follows any more, or says what is wrong with it."""
            flags = self.compile.compiler.flags & ~codeop.PyCF_ALLOW_INCOMPLETE_INPUT & ~codeop.PyCF_DONT_IMPLY_DEDENT
            try:
                found = compile(source + "\n", filename, "single", flags, True)
            except (OverflowError, SyntaxError, ValueError):
                self.showsyntaxerror(filename, source=source)
                return False
            # Tracebacks show its lines.
            linecache._register_code(found, source, filename)
            self.runcode(found)
            return False

    return Console(names, "<stdin>")


def _ask(main):
    """A prompt without a line editor."""
    import os

    console = _console(main.__dict__)
    startup = os.environ.get("PYTHONSTARTUP")
    if startup and not sys.flags.ignore_environment:
        try:
            with open(startup, "rb") as file:
                text = file.read()
        except OSError:
            print("Could not open PYTHONSTARTUP", file=sys.stderr)
            console.showtraceback()
        else:
            try:
                exec(compile(text, startup, "exec"), main.__dict__)
            except SyntaxError:
                console.showsyntaxerror()
            except Exception:
                console.showtraceback()
    more = False
    while True:
        try:
            # As CPython's: where the input is no terminal, the prompt goes to stderr.
            words = sys.ps2 if more else sys.ps1
            if sys.stdin.isatty():
                line = input(str(words))
            else:
                sys.stderr.write(str(words))
                sys.stderr.flush()
                try:
                    line = sys.stdin.readline()
                except OSError:
                    line = ""
                if not line:
                    raise EOFError
                if not line.endswith("\n"):
                    # More of it was asked for, in vain.
                    sys.stderr.write(f"{sys.ps2}\n")
                line = line.removesuffix("\n")
        except EOFError:
            sys.stderr.write("\n")
            line = None
        except KeyboardInterrupt:
            sys.stderr.write("\nKeyboardInterrupt\n")
            console.resetbuffer()
            more = False
            continue
        if line is not None:
            more = console.push(line)
        elif more:
            source = "\n".join(console.buffer)
            console.resetbuffer()
            more = console.run_whole(source)
        else:
            return
        _flush()


def _flush():
    """Writes what a statement printed before the next is asked for."""
    for stream in (sys.stderr, sys.stdout):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass


def _find_command(text):
    text = _dedented(text)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        print("Unable to decode the command from the command line:", file=sys.stderr)
        print(f"UnicodeEncodeError: {error}", file=sys.stderr)
        raise SystemExit(1)
    # A text, in which a line that names an encoding means nothing.
    return _compile(text + "\n", "<string>", True)


def _find_file(path):
    import os

    if os.path.isdir(path) or _is_zip(path):
        sys.path.insert(0, _absolute(path))
        if _has_no_main(path):
            print(f"{sys.executable}: can't find '__main__' module in {_absolute(path)!r}", file=sys.stderr)
            raise SystemExit(1)
        return "__main__"
    try:
        with open(path, "rb") as file:
            text = file.read()
    except OSError as error:
        where = f"can't open file {_absolute(path)!r}: [Errno {error.errno}] {error.strerror}"
        print(f"{sys.executable}: {where}", file=sys.stderr)
        raise SystemExit(2)
    _search_first(os.path.dirname(os.path.realpath(path)))
    import __main__
    from importlib.machinery import SourceFileLoader, SourcelessFileLoader

    # CPython 3.9 and newer: the path is absolute.
    path = _absolute(path)
    __main__.__file__ = path
    __main__.__cached__ = None
    if path.endswith(".pyc"):
        __main__.__loader__ = SourcelessFileLoader("__main__", path)
        return __main__.__loader__.get_code("__main__")
    __main__.__loader__ = SourceFileLoader("__main__", path)
    if _told["skip_first_line"]:
        text = b"\n" + text.partition(b"\n")[2]
    return _compile(text, path)


def _null_error(text, name):
    """What a file with a null character is refused with."""
    before = text.partition(b"\0")[0]
    shown = before.rpartition(b"\n")[2].decode("utf-8", "replace")
    line = before.count(b"\n") + 1
    return SyntaxError("source code cannot contain null bytes", (name, line, 0, shown, line, 0))


def _has_no_main(path):
    import os

    if os.path.isdir(path):
        return not any(os.path.isfile(os.path.join(path, "__main__" + end)) for end in (".py", ".pyc"))
    import zipimport

    return zipimport.zipimporter(path).find_spec("__main__") is None


def _is_zip(path):
    import os

    if not os.path.isfile(path):
        return False
    # A zip ends in its table, and may begin with anything.
    try:
        with open(path, "rb") as file:
            file.seek(0, 2)
            file.seek(-min(file.tell(), 65557), 2)
            if b"PK\x05\x06" not in file.read():
                return False
    except OSError:
        return False
    import zipimport

    try:
        zipimport.zipimporter(path)
    except zipimport.ZipImportError:
        return False
    return True


def _absolute(path):
    import os

    return path if os.path.isabs(path) else os.path.join(os.getcwd(), path)


def _current_folder():
    import os

    try:
        return os.getcwd()
    except OSError:
        return ""


def _search_first(folder):
    if not sys.flags.safe_path:
        sys.path.insert(0, folder)


def _compile(text, name, keep=False):
    if isinstance(text, bytes) and b"\0" in text:
        return _null_error(text, name)
    try:
        code = compile(text, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError, Warning) as error:
        if keep:
            _keep_lines(None, text, name)
        elif isinstance(error, SyntaxError) and isinstance(text, bytes):
            _tell_as_of_file(error, text, name)
        return error.with_traceback(None)
    if keep:
        _keep_lines(code, text, name)
    return code


def _tell_as_of_file(error, text, name):
    """Where CPython, which reads a program's file line by line, tells a fault otherwise."""
    import re

    if error.end_offset == -1:
        # The tokenizer knows the place in its line; at the end of the file, the parser knows none.
        if error.msg.startswith(("unexpected", "unindent")) and (error.text or "").strip() != "\\":
            return
        error.offset = 0
    elif error.msg.startswith("Non-UTF-8 code"):
        lines = text.split(b"\n")
        named = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")
        if text.startswith(b"\xef\xbb\xbf") or any(map(named.match, lines[:2])):
            try:
                lines[error.lineno - 1].decode()
            except UnicodeDecodeError as reason:
                error.msg, error.offset, error.end_offset = f"(unicode error) {reason}", 0, -1
        else:
            error.msg = error.msg.replace(" on line ", f" in file {name} on line ", 1)
    else:
        return
    place = error.filename, error.lineno, error.offset, error.text, error.end_lineno, error.end_offset
    error.args = error.msg, place


def _keep_lines(code, text, name):
    """Has tracebacks show the lines of a program that is in no file."""
    if code is not None:
        import linecache

        linecache._register_code(code, text, name)


def _dedented(text):
    """As CPython's own: what all lines begin with is taken away."""
    lines = text.split("\n")
    margin = None
    for line in lines:
        bare = line.lstrip(" \t")
        if not bare:
            continue
        indent = line[: len(line) - len(bare)]
        if margin is None:
            margin = indent
        else:
            length = 0
            for one, other in zip(margin, indent):
                if one != other:
                    break
                length += 1
            margin = margin[:length]
        if not margin:
            return text
    if not margin:
        return text
    return "\n".join(line[len(margin):] if line.strip(" \t") else "" for line in lines)


def _make_main():
    import builtins
    from _frozen_importlib import BuiltinImporter

    main = type(sys)("__main__")
    main.__loader__ = BuiltinImporter
    main.__builtins__ = builtins
    sys.modules["__main__"] = main


def _stream(descriptor, name, encoding, errors, unbuffered):
    import _io

    writes = name != "stdin"
    raw = unbuffered and writes
    try:
        buffer = _io.open(
            descriptor, "wb" if writes else "rb", 0 if raw else -1, closefd=False
        )
    except OSError:
        return None
    (buffer if raw else buffer.raw).name = f"<{name}>"
    by_line = not raw and (name == "stderr" or buffer.isatty())
    stream = _io.TextIOWrapper(buffer, encoding, errors, "\n", by_line, raw)
    stream.mode = "w" if writes else "r"
    return stream


def _set_processors(number):
    """`-X cpu_count`: as many processors as the program is told."""
    if number is None:
        return
    import os

    def cpu_count():
        """Return the number of logical CPUs in the system.

        Return None if indeterminable."""
        return number

    os.cpu_count = os.process_cpu_count = cpu_count


def _take_interrupts():
    import _signal

    number = _signal.SIGINT
    if _told["interrupts_ignored"]:
        _signal.signal(number, _signal.SIG_IGN)
    else:
        _signal.signal(number, _signal.default_int_handler)


def _set_paths(executable, prefix):
    """What `sys` tells of where Python is: a virtual environment's, where the executable is in one."""
    from os import path

    sys.executable = sys._base_executable = executable
    sys.prefix = sys.exec_prefix = sys.base_prefix = sys.base_exec_prefix = prefix
    folder = path.dirname(executable)
    for candidate in (folder, path.dirname(folder)):
        home = _home_of(path.join(candidate, "pyvenv.cfg")) if candidate else None
        if home is not None:
            sys.prefix = sys.exec_prefix = candidate
            sys._base_executable = path.join(home, path.basename(executable))
            break
    sys.path = list(_told["path"])


def _home_of(file):
    try:
        with open(file, encoding="utf-8") as lines:
            for line in lines:
                key, equals, value = line.partition("=")
                if equals and key.strip().lower() == "home":
                    return value.strip()
    except OSError:
        pass
    return None
