"""The folder that pip has installed into: what is in it, and how it gets into its place."""

import os
import sys

from _krait_install import known, needs


class _Distribution:
    def __init__(self, staging, folder):
        self.name, _, self.version = folder.removesuffix(".dist-info").partition("-")
        self.files = []
        self.needs = {
            known.plain(known.name_of(line.partition(":")[2])) for line in _lines(os.path.join(staging, folder, "METADATA"))
            if line.startswith("Requires-Dist:")
        }
        for line in _lines(os.path.join(staging, folder, "RECORD")):
            path = _unquoted(line)
            if path and os.path.isfile(os.path.join(staging, path)) and not path.startswith(".."):
                self.files.append(path)
        self.size = sum(os.path.getsize(os.path.join(staging, each)) for each in self.files)
        self.compiled = [each for each in self.files if each.endswith(".so")]
        # Whoever installs asked for this one itself.
        self.is_asked_for = os.path.isfile(os.path.join(staging, folder, "REQUESTED"))


def _lines(file):
    try:
        with open(file, encoding="utf-8") as lines:
            return lines.read().splitlines()
    except OSError:
        return []


def _unquoted(line):
    import csv

    return next(iter(next(csv.reader([line]), [])), "")


def distributions(staging):
    folders = sorted(each for each in os.listdir(staging) if each.endswith(".dist-info"))
    return [_Distribution(staging, each) for each in folders]


def look_through(staging, distributions, by_lock):
    """Refuses what cannot do without a compiled part, and tells of what perhaps can. A lock asks for all it has."""
    refused, stood_in = set(known.extensions()), known.stood_in()
    libraries = known.libraries()
    cannot = [each.name for each in distributions if each.compiled or known.plain(each.name) in libraries]
    known.refuse(cannot, distributions)
    for each in distributions:
        modules = {path.partition("/")[0] for path in each.compiled}
        unknown = [module for module in modules if not known.krait_has(module.partition(".")[0])]
        if unknown and known.plain(each.name) not in refused | stood_in:
            _tell_of_compiled_part(staging, each, each.is_asked_for and not by_lock)


def _tell_of_compiled_part(staging, distribution, is_asked_for):
    """Tells of a compiled part that krait knows nothing of. Refuses what was asked for and cannot be imported."""
    name = known.plain(distribution.name)
    needed = needs.compiled_part(staging, distribution.files)
    if needed is None:
        print(f"warning: {name}'s compiled part is not loaded; most such packages do without", file=sys.stderr)
        return
    place, module = needed
    words = f"{name} cannot be imported: its module {module} is compiled for CPython, and krait cannot load it ({place})"
    if is_asked_for:
        raise known.Failed(f"{words}\n  tip: --for cloud installs it for the cloud's Python")
    print(f"warning: {words}", file=sys.stderr)


def merge(staging, target, distributions):
    """Puts what was installed in its place; where that fails, all is as it was."""
    import shutil
    import signal
    import tempfile

    new = {known.plain(each.name) for each in distributions}
    before = []
    for folder in os.listdir(target):
        name = folder.removesuffix(".dist-info").partition("-")[0]
        if folder.endswith(".dist-info") and known.plain(name) in new:
            paths = [_unquoted(line) for line in _lines(os.path.join(target, folder, "RECORD"))]
            before += [each for each in paths if each and not each.startswith((".", "/"))]
    kept = tempfile.mkdtemp(prefix=".krait-before-", dir=target)
    done = []
    # From here on an interrupt has to wait: it is a matter of renames.
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        for path in before:
            _move(os.path.join(target, path), os.path.join(kept, path), done)
        for folder, _, files in sorted(os.walk(staging)):
            for file in sorted(files):
                here = os.path.join(folder, file)
                path = os.path.relpath(here, staging)
                _move(os.path.join(target, path), os.path.join(kept, path), done)
                _move(here, os.path.join(target, path), done)
    except OSError as error:
        for here, there in reversed(done):
            os.rename(there, here)
        raise known.Failed(f"{error}; nothing was installed") from None
    finally:
        for path in before:
            _remove_empty(os.path.dirname(os.path.join(target, path)), target)
        shutil.rmtree(kept, ignore_errors=True)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _move(here, there, done):
    if not os.path.lexists(here):
        return
    os.makedirs(os.path.dirname(there), exist_ok=True)
    os.rename(here, there)
    done.append((here, there))


def _remove_empty(folder, top):
    while folder != top:
        cache = os.path.join(folder, "__pycache__")
        try:
            if os.path.isdir(cache) and os.listdir(folder) == ["__pycache__"]:
                import shutil

                shutil.rmtree(cache)
            os.rmdir(folder)
        except OSError:
            return
        folder = os.path.dirname(folder)


def write_zip(staging, target):
    """A zip of the same bytes for the same content."""
    import zipfile

    unfinished = f"{target}.{os.getpid()}"
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            for folder, folders, files in os.walk(staging):
                folders.sort()
                for file in sorted(files):
                    here = os.path.join(folder, file)
                    about = zipfile.ZipInfo(os.path.relpath(here, staging))
                    about.compress_type = zipfile.ZIP_DEFLATED
                    executable = os.access(here, os.X_OK)
                    about.external_attr = (0o100755 if executable else 0o100644) << 16
                    with open(here, "rb") as opened:
                        archive.writestr(about, opened.read())
        os.rename(unfinished, target)
    finally:
        if os.path.exists(unfinished):
            os.unlink(unfinished)
