"""Differences: of which kind one is, what they have in common, and which are known."""

import json
import pathlib
import re
import tomllib

import shrink

KNOWN = pathlib.Path(__file__).resolve().parent / "known.toml"
# What texts of errors have of their program.
PARTICULAR = re.compile(
    r"'(\\.|[^'\\])*'|\"[^\"]*\"|\d+|\b\w+(?=\(\))|\b\w+(?= expected)|(?<=, not )\w+|(?<=\\[uUx])[0-9a-f]+"
)

# What a program printed of an exception.
ERROR = re.compile(r"'?[A-Z]\w*(Error|Exception|Iteration|Warning)\b")

# The ways in which two results differ, the worst first. What ends a process is worse than all.
TEXT = "the error's text"
ANOTHER = "another error"
KINDS = ("value", "printed", "no error", "an error", ANOTHER, TEXT)


class Difference:
    """A program and what it gives: a line of each side, as handler.py writes them."""

    def __init__(self, topic, program, cpython, krait):
        self.topic, self.program = topic, program
        self.cpython, self.krait = cpython, krait
        # The programs that have to run before it.
        self.before = []

    @property
    def kind(self):
        return kind_of(self.cpython, self.krait)

    @property
    def bucket(self):
        """What differences have in common that are of one cause, as far as that can be told from
        outside."""
        if self.is_mild:
            return self.topic, self.kind
        return self.topic, self.kind, shrink.root_of(self.program)

    @property
    def cause(self):
        """The same for one that was made small."""
        if self.is_mild:
            return self.topic, self.kind
        return self.topic, self.kind, shrink.names_of(self.program)

    @property
    def weight(self):
        """How bad it is; the least is the worst."""
        return KINDS.index(self.kind[0]) if self.kind[0] in KINDS else -1

    def texts(self):
        return readable(self.cpython), readable(self.krait)

    @property
    def is_mild(self):
        """Both sides raise, and say it otherwise, be it that the program catches and prints it."""
        printed = self.kind[1:] if self.kind[0] in ("value", "printed") else ()
        return self.kind[0] in (TEXT, ANOTHER) or len(printed) == 2 and all(map(ERROR.match, printed))


def kind_of(cpython, krait):
    """In which way two results differ, in words: the smaller program must differ in the same."""
    if not krait.startswith("["):
        return (krait,)
    if not cpython.startswith("["):
        return (f"CPython {cpython}",)
    (printed, outcome), (other_printed, other) = json.loads(cpython), json.loads(krait)
    error, other_error = error_of(outcome), error_of(other)
    if error != other_error:
        if not other_error:
            return "no error", error
        if not error:
            return "an error", shape_of(other)
        return ANOTHER, shape_of(outcome), shape_of(other)
    if outcome == other:
        return "printed", *first_kind(printed, other_printed)
    if error:
        return TEXT, shape_of(outcome), shape_of(other)
    return "value", *value_kind(outcome, other)


def first_kind(printed, other_printed):
    for one, other in zip(printed, other_printed):
        if one != other:
            warned, other_warned = ("Warning: " in each for each in (one, other))
            return (f"warnings {warned} {other_warned}",) if warned or other_warned else value_kind(one, other)
    return ("more" if len(other_printed) > len(printed) else "less",)


def value_kind(one, other):
    """The kinds of two values, from how they are shown, so that a smaller program with another
    fault is not taken for the same."""
    if ERROR.match(one) and ERROR.match(other):
        return shape_of(one), shape_of(other)
    return look_of(one), look_of(other)


def look_of(shown):
    if re.match(r"-?\d+$", shown):
        return "int"
    if re.match(r"-?(\d+\.\d*|\d+(\.\d+)?e|inf|nan)", shown):
        return "float"
    if shown[:1] in "'\"":
        return "str"
    if shown[:2] in ("b'", 'b"'):
        return "bytes"
    if shown in ("True", "False", "None"):
        return "bool" if shown != "None" else "None"
    first = shown[:1]
    return first if first in "([{" else shown.split(" ", 1)[0][:40]


def error_of(outcome):
    """The type of the exception, or nothing."""
    if not outcome.startswith("raises "):
        return ""
    return outcome[len("raises "):].partition(":")[0]


def shape_of(outcome):
    """An exception's text without what it has of the program."""
    text = outcome.removeprefix("raises ").partition(" note ")[0].replace("n't ", "nt ")
    return PARTICULAR.sub("...", text)[:200]


def readable(line):
    if not line.startswith("["):
        return line
    printed, outcome = json.loads(line)
    lines = [*(f"| {each}" for each in printed), outcome]
    # Whatever cannot be seen, or read on every machine, is escaped.
    return "\n".join(each.encode("unicode_escape").decode().replace("\\\\", "\\") for each in lines)


class Known:
    """A difference that is accepted, with a pattern for each of program and results, a program
    that shows it, and a reason."""

    def __init__(self, entry):
        self.sample, self.reason = entry["sample"], entry["reason"]
        self.topics = entry.get("topics", "").split()
        self.by_chance = entry.get("by_chance", False)
        # One that says nothing of what krait gives would hide every fault.
        if not entry.get("krait") or not (entry.get("program") or entry.get("cpython")):
            raise ValueError(f"{KNOWN}: {self.sample}: a pattern for krait, and one for program or cpython")
        self.patterns = [re.compile(entry.get(part, ""), re.DOTALL) for part in ("program", "cpython", "krait")]

    def fits(self, difference):
        if self.topics and difference.topic not in self.topics:
            return False
        texts = difference.program, *difference.texts()
        return all(pattern.search(text) for pattern, text in zip(self.patterns, texts))


def known():
    with open(KNOWN, "rb") as file:
        return [Known(entry) for entry in tomllib.load(file).get("known", ())]
