#!/usr/bin/env python3
"""Checks what the documents and comments refer to.

- Each relative link in a document names a file that exists, and each anchor a heading.
- Each section that a comment cites (`docs/contract.md §3.2`, or `§3.2` alone) exists there.
- Each component of `runtime/src` uses only those that ARCHITECTURE.md's table allows it.
- No two files of a crate in `IN_LAYERS` use each other in a circle (`circles.py`).

Prints each error as FILE:LINE: TEXT; exits with 1 if there is one.
"""

import re
import subprocess
import sys
from pathlib import Path

from circles import circles

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "docs/contract.md"
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
# `stdlib-shims` and `stand-ins` are not: a native module and its classes name each other.
IN_LAYERS = ("runtime", "expat", "engine", "hosts/wasmtime", "xtask")
LINK = re.compile(r"\[[^][]+\]\(([^()\s]+)\)")
# Sections of other documents, such as "RFC 9110 §15", are not the contract's.
SECTION = re.compile(r"(?P<other>\b(?:RFC|UAX|UTS|ISO|IEEE) ?[\d-]+,? )?§(?P<number>\d+(?:\.\d+)?)")


def tracked(*patterns):
    """The files that git tracks, by patterns of their names."""
    command = ["git", "ls-files", "-z", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def outside_fences(text):
    """The numbered lines of a document that are not in a fenced block."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        opened = re.match(r"\s*(`{3,})", line)
        if fence is None and opened:
            fence = opened[1]
        elif fence is not None:
            if line.strip() == fence:
                fence = None
        else:
            yield number, line


def anchors(path):
    """The anchors of a document's headings, as GitHub makes them."""
    found = set()
    for _, line in outside_fences(path.read_text()):
        if heading := re.match(r"#+ (.*)", line):
            words = re.sub(r"[^\w\- ]", "", heading[1].lower())
            found.add(words.strip().replace(" ", "-"))
    return found


def check_links(document):
    for number, line in outside_fences(document.read_text()):
        for target in LINK.findall(line):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            path = (document.parent / name).resolve() if name else document
            if not path.exists():
                yield number, f"there is no {target}"
            elif anchor and path.suffix == ".md" and anchor not in anchors(path):
                yield number, f"{name or document.name} has no heading for #{anchor}"


def check_sections(path, sections):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        for cited in SECTION.finditer(line):
            if cited["other"] is None and cited["number"] not in sections:
                yield number, f"docs/contract.md has no §{cited['number']}"


def allowed_uses():
    """What ARCHITECTURE.md's table of components lets each component of `runtime/src` use."""
    row = re.compile(r"\| `runtime/src/(\w+)` \|.*\| ([^|]*) \|")
    allowed = {}
    for line in ARCHITECTURE.read_text().splitlines():
        if match := row.fullmatch(line):
            allowed[match[1]] = set(re.findall(r"`(\w+)`", match[2]))
    return allowed


def used(line_texts):
    """The names behind `crate::` in lines of Rust, with the numbers of their lines."""
    text = "\n".join(line_texts)
    for start in re.finditer(r"\bcrate::(\w+|\{)", text):
        number = text.count("\n", 0, start.start()) + 1
        if start[1] != "{":
            yield number, start[1]
            continue
        depth = 1
        expected = True
        for token in re.finditer(r"\w+|[{},]", text[start.end():]):
            depth += {"{": 1, "}": -1}.get(token[0], 0)
            if depth == 0:
                break
            if depth == 1 and token[0] == ",":
                expected = True
            elif depth == 1 and expected:
                yield number, token[0]
                expected = False


def check_uses(path, component, allowed):
    code = [re.sub(r"//.*", "", line) for line in path.read_text().splitlines()]
    for number, name in used(code):
        if name in allowed and name != component and name not in allowed[component]:
            yield number, f"`{component}` may not use `{name}` (ARCHITECTURE.md)"


def main():
    headings = re.findall(r"^#+ (\d+(?:\.\d+)?)\.? ", CONTRACT.read_text(), re.MULTILINE)
    sections = set(headings)
    errors = []
    if len(headings) != len(sections):
        errors.append((CONTRACT, 1, "a section's number is there twice"))
    documents = [path for path in tracked("*.md") if "changes" not in path.parts]
    citing = [
        path
        for path in tracked("*.md", "*.rs", "*.py")
        if not {"changes", "fuzz"} & set(path.parts)
    ]
    for document in documents:
        errors += [(document, *error) for error in check_links(document)]
    for path in citing:
        errors += [(path, *error) for error in check_sections(path, sections)]
    allowed = allowed_uses()
    for component in sorted(allowed):
        for path in tracked(f"runtime/src/{component}/*.rs"):
            errors += [(path, *error) for error in check_uses(path, component, allowed)]
    folders = {path.name for path in (ROOT / "runtime/src").iterdir() if path.is_dir()}
    for component in sorted(folders ^ set(allowed)):
        errors.append((ARCHITECTURE, 1, f"its table and runtime/src do not agree on `{component}`"))
    found = [each for part in IN_LAYERS for each in circles(ROOT / part / "src")]
    for first, *others in found:
        names = ", ".join(str(Path(each).relative_to(ROOT)) for each in others)
        errors.append((Path(first), 1, f"it is in a circle of uses with {names}"))
    for path, number, error in errors:
        print(f"{path.relative_to(ROOT)}:{number}: {error}")
    print(f"{len(documents)} documents, {len(citing)} files with citations, {len(errors)} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
