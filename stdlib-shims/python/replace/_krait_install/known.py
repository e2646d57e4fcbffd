"""What is known of packages with compiled parts: which krait refuses, and what to use instead."""

import sys

import _krait_extensions


class Failed(Exception):
    """Nothing was installed; says why."""


def plain(name):
    """A package's name as all its spellings have it."""
    import re

    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(requirement):
    import re

    return re.match(r"[\w.-]*", requirement.strip())[0]


def extensions():
    """The packages that cannot do without a compiled part, and what to use instead."""
    return {
        plain(known.get("package", module)): known.get("instead")
        for module, known in _krait_extensions.instead().items()
        if not (krait_has(module) or _krait_extensions.stands_in(known))
    }


def libraries():
    """The packages that have no compiled part and cannot do without a library of C, and that library."""
    return {
        plain(known.get("package", module)): known["library"]
        for module, known in _krait_extensions.instead().items()
        if "library" in known
    }


def stood_in():
    """The packages whose compiled parts krait has modules of its own for."""
    return {
        plain(known.get("package", module))
        for module, known in _krait_extensions.instead().items()
        if _krait_extensions.stands_in(known)
    }


def done_without():
    """By the package, what it asks for and is not installed with it: what its stand-in does without, and compiled
    extensions that it can be imported without."""
    found = {}
    for module, known in _krait_extensions.instead().items():
        package = plain(known.get("package", module))
        stood_in = _krait_extensions.stands_in(known)
        if stood_in:
            found.setdefault(package, set()).update(map(plain, known.get("does_without", ())))
        for other in known.get("optional_for", ()):
            found.setdefault(plain(other), set()).add(package)
    return found


def krait_has(module):
    import _imp

    return module in sys.builtin_module_names or _imp.is_frozen(module)


def refuse(names, distributions=()):
    known = extensions()
    for name in names:
        if plain(name) in known:
            raise Failed(words(plain(name), known, distributions))


def words(name, known, distributions=()):
    """Why a package is refused; if others ask for it, which ones, and what there is in place of those."""
    asking = _asking(name, distributions)
    by = f", which {' and '.join(asking[0])} ask{'s' * (len(asking[0]) == 1)} for," if asking else ""
    library = libraries().get(name)
    what = f"needs the library {library}" if library else "is a compiled extension for CPython"
    words = f"{name}{by} {what}, which krait cannot load"
    others = {
        plain(other): instead
        for each in _krait_extensions.instead().values() for other, instead in each.get("in_place_of", {}).items()
    }
    found = [f"in place of {each}, use {others[each]}" for step in asking for each in step if each in others]
    if not found and known.get(name):
        found = [f"use {known[name]}"]
    tips = "".join(f"\n  tip: {each}" for each in found)
    return f"{words}{tips}\n  tip: --for cloud installs it for the cloud's Python"


def _asking(name, distributions):
    """The packages that ask for one, those that ask for these, and so on; each once, none if nobody does."""
    steps, last, seen = [], {name}, {name}
    while last:
        last = {plain(each.name) for each in distributions if not last.isdisjoint(each.needs)} - seen
        seen |= last
        if last:
            steps.append(sorted(last))
    return steps
