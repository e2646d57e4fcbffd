#!/usr/bin/env python3
"""Compares krait-expat with the libexpat of a CPython, by random documents.

    expat/compare.py [SECONDS] [--seed N] [--documents N] [--document FILE] [--events PROGRAM]

Each document is read by `examples/events.rs` and by `pyexpat`: in one piece with every handler, with a default
handler alone, and in several pieces. All events, the error and their positions must be the same. A document that
differs is reduced, and printed with both answers. Exits with 1 if one differs.

The seed and the number of documents determine what is generated, whatever the machine. A difference from another
libexpat than the one that krait-expat is like is printed, and is no failure. If CPython's libexpat is older than 2.6,
nothing is compared.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from documents import Documents

HERE = Path(__file__).resolve().parent
# What CPython 3.14 has (`cargo xtask cpython`): its library is newer than most systems'.
NEWEST = HERE.parent / "target/python314/python3.14"
OLDEST = (2, 6)
# What krait-expat is like: later versions may report something else.
LIKE = (2, 9, 0)


def escaped(text):
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def some(text):
    return "-" if text is None else f"={escaped(text)}"


def model(found):
    kind, quantifier, name, children = found
    return f"({kind} {quantifier} {some(name)} [{' '.join(map(model, children))}])"


def flag(value):
    return str(int(value))


# For each handler, the kind of event, and how its arguments are written.
HANDLERS = {
    "XmlDeclHandler": ("xml", lambda version, encoding, alone: [some(version), some(encoding), str(alone)]),
    "StartElementHandler": ("start", lambda name, attributes: map(some, [name, *attributes])),
    "EndElementHandler": ("end", lambda name: [some(name)]),
    "StartNamespaceDeclHandler": ("prefix", lambda prefix, uri: [some(prefix), some(uri)]),
    "EndNamespaceDeclHandler": ("prefix end", lambda prefix: [some(prefix)]),
    "CharacterDataHandler": ("text", lambda text: [some(text)]),
    "StartCdataSectionHandler": ("cdata", lambda: []),
    "EndCdataSectionHandler": ("cdata end", lambda: []),
    "CommentHandler": ("comment", lambda text: [some(text)]),
    "ProcessingInstructionHandler": ("instruction", lambda target, data: [some(target), some(data)]),
    "SkippedEntityHandler": ("skipped", lambda name, is_parameter: [some(name)]),
    # The first argument is libexpat's own note of prefixes and open entities.
    "ExternalEntityRefHandler": ("external", lambda context, base, system, public: [some(system), some(public)]),
    "StartDoctypeDeclHandler": (
        "doctype",
        lambda name, system, public, internal: [some(name), some(system), some(public), flag(internal)],
    ),
    "EndDoctypeDeclHandler": ("doctype end", lambda: []),
    "NotStandaloneHandler": ("not standalone", lambda: []),
    "EntityDeclHandler": (
        "entity",
        lambda name, is_parameter, value, base, system, public, notation: [
            some(name), flag(is_parameter), some(value), some(system), some(public), some(notation),
        ],
    ),
    "NotationDeclHandler": ("notation", lambda name, base, system, public: map(some, [name, system, public])),
    "ElementDeclHandler": ("element", lambda name, found: [some(name), model(found)]),
    "AttlistDeclHandler": (
        "attribute",
        lambda element, name, kind, default, required: [
            *map(some, [element, name, kind, default]), flag(required),
        ],
    ),
}  # fmt: skip


def by_libexpat(pyexpat, mode, separator, pieces):
    """The lines that `examples/events.rs` prints for the same."""
    parser = pyexpat.ParserCreate(None, separator)
    parser.ordered_attributes = True
    lines = []
    # Otherwise a piece may be read only with the next one.
    parser.SetReparseDeferralEnabled(False)

    def position():
        return f"{parser.CurrentByteIndex}:{parser.CurrentLineNumber}:{parser.CurrentColumnNumber}"

    def handler(kind, fields):
        def handle(*arguments):
            lines.append("\t".join([position(), kind, *fields(*arguments)]))
            return 1

        return handle

    if mode == "all":
        for name, (kind, fields) in HANDLERS.items():
            setattr(parser, name, handler(kind, fields))
    else:
        name = "DefaultHandler" if mode == "default" else "DefaultHandlerExpand"
        setattr(parser, name, lambda text: lines.append(escaped(text)))
    try:
        for index, piece in enumerate(pieces):
            parser.Parse(piece, index + 1 == len(pieces))
    except (LookupError, ValueError):
        # An encoding that Python's codecs do not know, either, or one of several bytes.
        return None
    except pyexpat.ExpatError as error:
        where = f"{parser.ErrorByteIndex}:{error.lineno}:{error.offset}"
        lines.append(f"{where}\terror\t{error.code}")
    return lines


class Events:
    """The program `examples/events.rs`."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read(self, mode, separator, pieces):
        words = [mode, "-" if separator is None else str(ord(separator)), *(str(len(piece)) for piece in pieces)]
        self.process.stdin.write(" ".join(words).encode() + b"\n" + b"".join(pieces))
        self.process.stdin.flush()
        count = self.process.stdout.readline()
        if not count:
            sys.exit(f"events ended with {self.process.wait()} at {b''.join(pieces)!r}")
        lines = [self.process.stdout.readline() for _ in range(int(count))]
        return [line[:-1].decode() for line in lines]


def is_error(line):
    return line.split("\t")[1:2] == ["error"]


def joined(mode, lines):
    """The same, whatever the pieces of text were."""
    error = [lines.pop()] if lines and is_error(lines[-1]) else []
    if mode != "all":
        return ["".join(lines), *error]
    found = []
    for line in lines:
        place, kind, *fields = line.split("\t")
        if kind == "text" and found and found[-1][1] == "text":
            found[-1][2] += fields[0][1:]
        else:
            found.append([place, kind, *fields])
    return ["\t".join(parts) for parts in found] + error


def is_wide(document):
    return b"\0" in document[:4] or document[:2] in (b"\xff\xfe", b"\xfe\xff")


def is_recoded(document):
    """Whether it may be read as something other than UTF-8. Then libexpat finds other bytes in its tokens."""
    beginning = document[:80].lower()
    return is_wide(document) or b"8859" in beginning or b"ascii" in beginning


def without_places(lines):
    return [line.partition("\t")[2] if line.count("\t") else line for line in lines]


def comparable(document, pieces, theirs, ours):
    """Both answers without what LIMITATIONS.md and README.md say may differ."""
    # An encoding that `examples/events.rs` does not ask Python's codecs for.
    if ours and ours[-1].endswith("\terror\t18"):
        return [], []
    if is_wide(document) and len(document) % 2:
        return [], []
    failed = [bool(lines) and is_error(lines[-1]) for lines in (theirs, ours)]
    if failed == [True, True] and (len(pieces) > 1 or is_recoded(document)):
        return [], []
    if len(pieces) > 1 or (is_recoded(document) and document.startswith(b"\xef\xbb\xbf")):
        return without_places(theirs), without_places(ours)
    return theirs, ours


class Comparison:
    def __init__(self, pyexpat, events):
        self.pyexpat = pyexpat
        self.events = events

    def both(self, mode, separator, pieces):
        theirs = by_libexpat(self.pyexpat, mode, separator, pieces)
        if theirs is None:
            return [], []
        theirs = joined(mode, theirs)
        ours = joined(mode, self.events.read(mode, separator, pieces))
        return comparable(b"".join(pieces), pieces, theirs, ours)

    def differs(self, mode, separator, pieces):
        theirs, ours = self.both(mode, separator, pieces)
        return theirs != ours

    def reduced(self, mode, separator, pieces):
        """A smaller document that differs, too."""
        if len(pieces) > 1 and self.differs(mode, separator, [b"".join(pieces)]):
            pieces = [b"".join(pieces)]
        size = max(map(len, pieces), default=0)
        while size:
            smaller = False
            for index, piece in enumerate(pieces):
                for start in range(0, len(piece), size):
                    left = [*pieces]
                    left[index] = piece[:start] + piece[start + size :]
                    if self.differs(mode, separator, left):
                        pieces, smaller = left, True
                        break
                if smaller:
                    break
            if not smaller:
                size //= 2
        return pieces

    def show(self, mode, separator, pieces):
        theirs, ours = self.both(mode, separator, pieces)
        print(f"--- {mode}, separator {separator!r}: {pieces}")
        for line in theirs:
            if line not in ours:
                print(f"  libexpat     {line}")
        for line in ours:
            if line not in theirs:
                print(f"  krait-expat  {line}")
        if theirs != ours and set(theirs) == set(ours):
            print("  the same events in another order")
        sys.stdout.flush()


def build():
    """Builds `examples/events.rs`, and returns where it is."""
    command = ["cargo", "build", "--quiet", "--release", "--ignore-rust-version"]
    command += ["--package", "krait-expat", "--example", "events", "--message-format", "json"]
    built = subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.PIPE, text=True).stdout
    artifacts = [json.loads(line) for line in built.splitlines()]
    return [each["executable"] for each in artifacts if each.get("target", {}).get("name") == "events"][-1]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("seconds", nargs="?", type=float, default=30)
    arguments.add_argument("--seed", default="14")
    arguments.add_argument("--documents", type=int, default=None, help="stop after so many")
    arguments.add_argument("--document", type=Path, help="compare this file alone")
    arguments.add_argument("--events", help="examples/events.rs, if it is built already")
    given = arguments.parse_args()
    if NEWEST.exists() and Path(sys.executable).resolve() != NEWEST.resolve() and "KRAIT_EXPAT" not in os.environ:
        os.execve(NEWEST, [str(NEWEST), *sys.argv], {**os.environ, "KRAIT_EXPAT": "1"})
    import pyexpat

    if pyexpat.version_info < OLDEST:
        print(f"not run: CPython {sys.version.split()[0]} has {pyexpat.EXPAT_VERSION}")
        return 0
    comparison = Comparison(pyexpat, Events(given.events or build()))
    if given.document:
        document = [given.document.read_bytes()]
        for mode in ("all", "default", "expand"):
            for separator in (None, " "):
                comparison.show(mode, separator, document)
        return 0
    documents = Documents(given.seed)
    count, different = 0, 0
    end = time.monotonic() + given.seconds
    while time.monotonic() < end and (given.documents is None or count < given.documents) and different < 20:
        request = documents.next()
        count += 1
        if comparison.differs(*request):
            different += 1
            mode, separator, pieces = request
            comparison.show(mode, separator, comparison.reduced(mode, separator, pieces))
    print(f"{count} documents of seed {given.seed}, {different} differ from {pyexpat.EXPAT_VERSION}")
    if different and pyexpat.version_info != LIKE:
        print(f"no failure: krait-expat is like libexpat {'.'.join(map(str, LIKE))}")
        return 0
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
