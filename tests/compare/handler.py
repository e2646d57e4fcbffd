"""What both sides run: the programs of a batch, one after the other, each with names of its own.

A batch is a file of JSON: `prelude` is run once, and each of `programs` sees what that defines. A
program without a newline is an expression, whose value is shown; else it is statements, which tell
of themselves by `print`. For each there is a line of JSON in the file `results`: what was printed,
and the value or the exception. A line is written when its program has ended, so that the number of
lines tells which program a process died of. A program that takes more than `limit` seconds of the
processor's time ends the process.

What is shown does not depend on addresses, on ids, or on the order of texts in a set.
"""

import itertools
import json
import os
import re
import resource
import signal
import sys
import warnings
import zlib

# Types whose repr tells everything, their type included.
PLAIN = {int, float, complex, bool, str, bytes, bytearray, range, slice, type(None), type(...), type(NotImplemented)}
# Of an iterator, as many elements are shown.
SHOWN_ELEMENTS = 30
# Of a text that is longer, beginning, end and checksum are shown.
SHOWN_LENGTH = 2000
# So deep containers are looked into.
DEEPEST = 8
# From here on, it is looked whether one has itself.
SUSPICIOUS = 2
ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")


def main_handler(event, context):
    run(event["batch"])


def run(path):
    with open(path, encoding="ascii") as file:
        batch = json.load(file)
    printed = []
    watch_warnings(printed)
    names = {"__name__": "program", "show": show, "trace": lambda text: printed.append(shortened(str(text)))}
    exec(compile(batch["prelude"], "<prelude>", "exec"), names)
    sys.modules["program"] = module = type(sys)("program")
    module.__dict__.update(names)
    results = os.open(batch["results"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for program in batch["programs"]:
        printed.clear()
        signal.setitimer(signal.ITIMER_PROF, batch["limit"])
        outcome = outcome_of(program, dict(names), printed)
        os.write(results, json.dumps([printed, outcome]).encode("ascii") + b"\n")
    signal.setitimer(signal.ITIMER_PROF, 0)
    os.close(results)


def outcome_of(program, names, printed):
    def tell(*values, sep=" ", end=""):
        printed.append(shortened(sep.join(map(str, values)) + end))

    names["print"] = tell
    try:
        if "\n" in program:
            exec(compile(program, "<program>", "exec"), names)
            return "done"
        return shortened(show(eval(compile(program, "<program>", "eval"), names)))
    except BaseException as error:
        return "raises " + shortened(shown_error(error))


def watch_warnings(printed):
    """Has warnings told of as if they were printed."""

    def tell(message, category, filename, lineno, file=None, line=None):
        # When what nobody awaits is collected is no answer of a program's.
        if "was never awaited" in str(message):
            return
        printed.append(f"{category.__name__}: {message}")

    warnings.simplefilter("always")
    warnings.showwarning = tell


def show(value, depth=0):
    """The value as text: its type where that is not plain, and its repr."""
    kind = type(value)
    if kind in PLAIN:
        if kind is int and value.bit_length() > 10000:
            return hex(value)
        return repr(value)
    if depth > DEEPEST:
        return "..."
    if depth > SUSPICIOUS and kind in (list, dict) and ("[...]" in (text := repr(value)) or "{...}" in text):
        # It has itself: it would grow by its length at each level.
        return text
    if kind is list:
        return "[" + ", ".join([show(each, depth + 1) for each in value]) + "]"
    if kind is tuple:
        return "(" + ", ".join([show(each, depth + 1) for each in value]) + ")"
    if kind is dict:
        pairs = [f"{show(key, depth + 1)}: {show(each, depth + 1)}" for key, each in value.items()]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (set, frozenset)):
        return f"{kind.__name__} {shown_set(value, depth)}"
    if isinstance(value, BaseException):
        return shown_error(value)
    if kind is memoryview:
        return f"memoryview {value.tobytes()!r} {value.format} {value.shape} {value.readonly}"
    if hasattr(kind, "__next__") and kind.__repr__ is object.__repr__ or kind.__name__ in ITERATORS:
        return f"{kind.__name__} of {show(list(itertools.islice(value, SHOWN_ELEMENTS)), depth + 1)}"
    if kind.__name__ == "dict_keys" or kind.__name__ == "dict_values" or kind.__name__ == "dict_items":
        return f"{kind.__name__} {show(list(value), depth + 1)}"
    return f"{kind.__name__} {value!r}"


# Iterators that have a repr of their own.
ITERATORS = {"count", "repeat", "generator"}


def shown_set(value, depth):
    """Integers in the set's order, which is no accident, and anything else sorted."""
    shown = [show(each, depth + 1) for each in value]
    if not all(type(each) is int for each in value):
        shown.sort()
    return "{" + ", ".join(shown) + "}"


def shown_error(error, depth=0):
    """Type, text and notes of an exception, and those of the ones behind it."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    text = f"{name}: {error}"
    for note in getattr(error, "__notes__", None) or ():
        text += f" note {note}"
    if isinstance(error, BaseExceptionGroup):
        text += f" of [{', '.join(shown_error(each, depth + 1) for each in error.exceptions)}]"
    if depth < 4:
        if error.__cause__ is not None:
            text += f" from {shown_error(error.__cause__, depth + 1)}"
        elif error.__context__ is not None and not error.__suppress_context__:
            text += f" while {shown_error(error.__context__, depth + 1)}"
    return text


def shortened(text):
    if " at 0x" in text:
        text = ADDRESS.sub("at 0x", text)
    if len(text) <= SHOWN_LENGTH:
        return text
    checksum = zlib.crc32(text.encode("utf-8", "surrogatepass"))
    return f"{text[:SHOWN_LENGTH // 2]} [{len(text)} characters, {checksum:08x}] {text[-100:]}"


if __name__ == "__main__":
    # krait has a limit, too.
    resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))
    run(sys.argv[1])
