"""Finds circles between the files of a Rust crate: files that use each other, directly or by way of others.

A module's own file (`mod.rs`, or `NAME.rs` beside the folder `NAME`) and the files in its folder use each
other freely. Any other pair may not. A name that a module only passes on (`pub use`) counts as use of the
file that defines it.
"""

import re

USE = re.compile(r"\buse\s+([^;]+);")
PATH = re.compile(r"(?<![:\w])\w+(?:::\w+)+")


def paths_of(tree):
    """The paths in a tree of `use`, without its `as`: `a::{b, c::d}` has `a::b` and `a::c::d`."""
    tokens = re.findall(r"\w+|[*{},]", re.sub(r"\bas\s+\w+", "", tree))
    found, prefixes, path = [], [], []
    for token in tokens:
        if token == "{":
            prefixes.append(path)
            path = list(path)
        elif token in ",}":
            if path != (prefixes[-1] if prefixes else []):
                found.append(path)
            if token == "}" and prefixes:
                # What follows is a comma, or the end.
                path = prefixes.pop()
                path = list(prefixes[-1]) if prefixes else []
            else:
                path = list(prefixes[-1]) if prefixes else []
        else:
            path = [*path, token]
    return [*found, path] if path else found


class Crate:
    """The modules below a folder of sources. A module is a tuple of names."""

    def __init__(self, sources):
        self.files = {}
        for path in sorted(sources.rglob("*.rs")):
            names = path.relative_to(sources).with_suffix("").parts
            self.files[names[:-1] if names[-1] in ("mod", "lib", "main") else names] = path
        self.code, self.imports = {}, {}
        for module, path in self.files.items():
            text = re.sub(r"//.*", "", path.read_text())
            self.imports[module] = [path for tree in USE.findall(text) for path in paths_of(tree)]
            self.code[module] = USE.sub("", text)

    def definer(self, module, path, depth=0):
        """The module whose file defines what `path` means in `module`; none if it is of another crate."""
        if not path or depth > 8:
            return None
        if path[0] == "crate":
            at, path = (), path[1:]
        elif path[0] in ("self", "super"):
            at = module
            while path and path[0] in ("self", "super"):
                at, path = (at[:-1] if path[0] == "super" else at), path[1:]
        elif (*module, path[0]) in self.files:
            at = module
        else:
            return None
        while path and (*at, path[0]) in self.files:
            at, path = (*at, path[0]), path[1:]
        if path and path[0] != "self":
            # Of two for different systems, the later one is Unix's.
            for passed_on in reversed(self.imports[at]):
                if passed_on[-1] == path[0]:
                    origin = self.definer(at, [*passed_on, *path[1:]], depth + 1)
                    if origin not in (None, at):
                        return origin
        return at

    def used(self, module):
        """The modules whose files a module's own code uses."""
        code = self.code[module]
        found = set()
        local = {}
        for path in self.imports[module]:
            name = path[-2] if path[-1] in ("self", "*") and len(path) > 1 else path[-1]
            origin = self.definer(module, path)
            if origin is None:
                continue
            if origin[-1:] == (name,) and path[-1] != "*":
                local[name] = origin
            elif path[-1] in ("*", "_") or re.search(rf"\b{name}\b", code):
                found.add(origin)
        for path in PATH.findall(code):
            first, *rest = path.split("::")
            if first in local:
                found.add(self.definer(local[first], ["self", *rest]))
            else:
                found.add(self.definer(module, [first, *rest]))
        return found - {None, module}


def circles(sources):
    """The circles between the files below a folder, each as a sorted list of paths."""
    crate = Crate(sources)

    def are_one_room(one, other):
        return one == other[: len(one)] or other == one[: len(other)]

    uses = {
        module: {used for used in crate.used(module) if not are_one_room(module, used)}
        for module in crate.files
    }
    reached = {}
    for module in uses:
        seen, pending = set(), list(uses[module])
        while pending:
            if (each := pending.pop()) not in seen:
                seen.add(each)
                pending.extend(uses[each])
        reached[module] = seen
    found = {
        tuple(sorted(str(crate.files[each]) for each in seen if module in reached[each]))
        for module, seen in reached.items()
        if module in seen
    }
    return sorted(found)
