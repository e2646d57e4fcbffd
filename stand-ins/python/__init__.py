"""krait: stand-ins for extension modules, which krait does not load.

The finder of files asks here for a module whose name is in `stdlib-shims/extensions.toml` as one with
a stand-in. It is given where the package itself is installed: where its extension is, whatever Python
and system that is for. A stand-in is a native module, or one of Python in this package; either is
called after this package and the module that it stands in for.
"""

import _frozen_importlib
import _frozen_importlib_external
import _imp
import sys


class StandInLoader(_frozen_importlib_external.ExtensionFileLoader):
    """Gives krait's module in an extension's place."""

    def create_module(self, spec):
        own = f"{__name__}.{spec.name}"
        if not _imp.is_builtin(own):
            return None
        module = _imp.create_builtin(_frozen_importlib.ModuleSpec(own, None))
        del sys.modules[own]
        module.__name__ = spec.name
        return module

    def exec_module(self, module):
        own = f"{__name__}.{module.__spec__.name}"
        if not _imp.is_builtin(own):
            exec(_imp.get_frozen_object(own), module.__dict__)

    def is_package(self, fullname):
        return False


def find_spec(name, folder, files):
    """The spec of a stand-in, or None where none of the files is what it stands in for."""
    tail = name.rpartition(".")[2]
    compiled = [
        each for each in files
        if each.startswith(f"{tail}.") and each.endswith((".so", ".pyd", ".dylib", f"{tail}.py"))
    ]
    if not compiled:
        return None
    file = f"{folder}/{min(compiled)}"
    spec = _frozen_importlib.ModuleSpec(name, StandInLoader(name, file), origin=file)
    spec.has_location = True
    return spec


def installed_version(package, file):
    """The version of an installed package one of whose modules is a file; None where nothing tells it."""
    import posix

    start = package.replace("-", "_").lower() + "-"
    folder = file
    while folder := folder.rpartition("/")[0]:
        try:
            names = posix.listdir(folder)
        except OSError:
            continue
        for name in names:
            if name.endswith(".dist-info") and name.lower().replace("-", "_").startswith(start[:-1] + "_"):
                return name[len(start):].removesuffix(".dist-info")
    return None
