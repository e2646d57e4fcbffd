"""krait: what an import says where a module is an extension that is compiled, which krait does not
load. What to use instead is in `stdlib-shims/extensions.toml`, which `build.rs` puts into
`_krait_instead`."""


def explain(name, folder, file):
    """The words behind "No module named ...", for a file or a folder of the module's name.

    They are empty where a folder has no such extension for its own code.
    """
    if not file.endswith(".so"):
        file = _own_code(f"{folder}/{file}")
        if file is None:
            return ""
    known = instead().get(name.partition(".")[0], {})
    package = known.get("package") or _owner(name, folder, file) or name.partition(".")[0]
    words = f": {package}'s compiled part is for {_made_for(file)}; krait cannot load it"
    if "instead" in known:
        words += f"; use {known['instead']}"
    return words


def instead():
    """The table."""
    import tomllib

    import _krait_instead

    return tomllib.loads(_krait_instead.TEXT)


def stands_in(known):
    """Whether krait has modules of its own in place of a package's compiled ones."""
    import _frozen_importlib_external

    return not _frozen_importlib_external._stand_ins.isdisjoint(known.get("stand_in", ()))


def _owner(name, folder, file):
    """The package that a module at the top came with, if it is called otherwise; None if nothing tells."""
    import posix

    if "." in name:
        return None
    start = file[len(folder) + 1 :] if file.startswith(f"{folder}/") else file
    try:
        names = posix.listdir(folder)
    except OSError:
        return None
    for each in names:
        if each.endswith(".dist-info"):
            try:
                with open(f"{folder}/{each}/RECORD", encoding="utf-8") as record:
                    if any(line.startswith(f"{start},") for line in record):
                        return each.partition("-")[0].replace("_", "-").lower()
            except OSError:
                continue
    return None


def _own_code(folder):
    import posix

    try:
        names = posix.listdir(folder)
    except OSError:
        return None
    return next((each for each in names if each.startswith("__init__.") and each.endswith(".so")), None)


def _made_for(file):
    """The Python that an extension is for, as its file's name tells."""
    for part in file.split(".")[1:-1]:
        for start, implementation in (("cpython-", "CPython"), ("pypy", "PyPy")):
            digits = part.removeprefix(start).partition("-")[0].rstrip("tdmu")
            if part.startswith(start) and digits.isdigit():
                return f"{implementation} {digits[0]}.{digits[1:]}"
    return "CPython"
