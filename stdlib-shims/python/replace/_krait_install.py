"""krait: `krait install`, but for its command line, which is in runtime/src/cli/install.rs.

pip resolves, fetches and unpacks into a folder beside the one that is wanted; what came is looked
through, and put into its place as a whole, or not at all.
"""

import os
import sys

import _krait_extensions
import _krait_lock
import _krait_pip
import _krait_pip_words

# What krait takes, besides packages of Python alone: packages for CPython of its version, whose
# compiled parts many can do without.
KRAIT = {"version": "3.14", "platforms": ("2_17", "2_28", "2_34")}
# Where pip tells what it has installed, in the folder that it installs into.
REPORT = ".krait-report.json"
# What the cloud's machines can load.
CLOUD = {"platforms": ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux1_x86_64", "manylinux2010_x86_64", "linux_x86_64")}


# What tells of a version in a requirement.
_VERSIONED = frozenset("<>=@")
# The compiled extensions that were not asked of pip, each with the package that asks for it.
_left_out = {}


class Failed(Exception):
    """Nothing was installed; says why."""


def main(asked):
    """Installs what is asked for; gives the exit code. `asked` has the keys of the command line."""
    import signal

    interrupts = []

    def interrupt(number, frame):
        interrupts.append(number)
        raise KeyboardInterrupt

    # To be asked to end is as an interrupt: what was begun is taken away.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        return _install(asked)
    except (Failed, _krait_pip.NoPip, KeyboardInterrupt) as error:
        # pip makes an error of an interrupt.
        if not interrupts:
            print(f"error: {error}", file=sys.stderr)
            return 1
        print("error: interrupted; nothing was installed", file=sys.stderr)
        return 130


def _install(asked):
    import shutil
    import tempfile

    target = os.path.abspath(asked["layer"] or asked["into"])
    beside = os.path.dirname(target) if asked["layer"] else target
    wanted, lock = _wanted(asked)
    for_cloud = asked["for"] == "cloud"
    if not for_cloud:
        # Another version may be of Python alone: what came tells.
        _refuse([_name_of(each) for each in asked["packages"] if _VERSIONED.isdisjoint(each)])
    pip = _krait_pip.folder(asked["cache"])
    made = not os.path.isdir(beside)
    os.makedirs(beside, exist_ok=True)
    staging = tempfile.mkdtemp(prefix=".krait-install-", dir=beside)
    try:
        shown = sys.stderr.isatty()
        code, output = _run_pip(pip, staging, wanted, asked, shown)
        if code:
            raise Failed(_reason(output, shown, for_cloud))
        shutil.rmtree(os.path.join(staging, "bin"), ignore_errors=True)
        locked = _take_report(staging, lock) if asked["lock"] else None
        distributions = _distributions(staging)
        if not for_cloud:
            _look_through(distributions)
            _tell_left_out()
        if asked["layer"]:
            _write_zip(staging, target)
        else:
            _merge(staging, target, distributions)
        if locked:
            _write(lock.file, locked)
        _tell(distributions, asked["layer"] or asked["into"], lock)
        return 0
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if made:
            try:
                os.rmdir(beside)
            except OSError:
                pass


def _wanted(asked):
    """pip's arguments for what is to be installed, and the lock that it is read from or written to, if any."""
    lists = asked["requirements"] or ([] if asked["packages"] else [_list_of_folder(asked)])
    if len(lists) != 1 or asked["packages"]:
        if asked["lock"]:
            raise Failed("a lock is made from one list\n  tip: name one with -r, and no packages")
        return [word for file in lists for word in ("-r", file)] + asked["packages"], None
    place = f"cloud-{asked['python']}" if asked["for"] == "cloud" else "krait"
    lock = _krait_lock.Lock(lists[0], place)
    try:
        if asked["lock"] or not lock.exists():
            return _listed(lists[0]), lock if asked["lock"] else None
        if not lock.fits():
            raise Failed(
                f"{lists[0]} has changed since {lock.file} was made from it\n"
                "  tip: krait install --lock makes it anew"
            )
    except OSError as error:
        raise Failed(f"{error.filename} cannot be read: {error.strerror}") from None
    return ["--require-hashes", "--no-deps", "-r", lock.file], lock


def _list_of_folder(asked):
    """The file of the function's folder that lists its packages."""
    folder = "." if asked["layer"] else asked["into"]
    for name in ("requirements.txt", "pyproject.toml"):
        listed = os.path.join(folder, name)
        if os.path.isfile(listed):
            # Without the `./` that nobody typed.
            return os.path.normpath(listed)
    raise Failed(f"nothing to install: {folder} has no requirements.txt and no pyproject.toml")


def _listed(file):
    """pip's arguments for the packages that a file lists."""
    if not file.endswith(".toml"):
        return ["-r", file]
    import tomllib

    try:
        with open(file, "rb") as opened:
            wanted = tomllib.load(opened).get("project", {}).get("dependencies", [])
    except tomllib.TOMLDecodeError as error:
        raise Failed(f"{file}: {error}") from None
    if not wanted:
        raise Failed(f"{file} names no dependencies")
    return wanted


def _name_of(requirement):
    import re

    return re.match(r"[\w.-]*", requirement.strip())[0]


def _plain(name):
    """A package's name as all its spellings have it."""
    import re

    return re.sub(r"[-_.]+", "-", name).lower()


def _extensions():
    """The packages that cannot do without a compiled part, and what to use instead."""
    return {
        _plain(known.get("package", module)): known.get("instead")
        for module, known in _krait_extensions.instead().items()
        if not (_krait_has(module) or _krait_extensions.stands_in(known))
    }


def _stood_in():
    """The packages whose compiled parts krait has modules of its own for."""
    return {
        _plain(known.get("package", module))
        for module, known in _krait_extensions.instead().items()
        if _krait_extensions.stands_in(known)
    }


def _done_without():
    """By the package, what it asks for and is not installed with it: what its stand-in does without, and compiled
    extensions that it can be imported without."""
    found = {}
    for module, known in _krait_extensions.instead().items():
        package = _plain(known.get("package", module))
        stood_in = _krait_extensions.stands_in(known)
        if stood_in:
            found.setdefault(package, set()).update(map(_plain, known.get("does_without", ())))
        else:
            for other in known.get("optional_for", ()):
                found.setdefault(_plain(other), set()).add(package)
    return found


def _krait_has(module):
    import _imp

    return module in sys.builtin_module_names or _imp.is_frozen(module)


def _refuse(names, distributions=()):
    known = _extensions()
    for name in names:
        if _plain(name) in known:
            raise Failed(_words(_plain(name), known, distributions))


def _words(name, known, distributions=()):
    """Why a package is refused; if others ask for it, which ones, and what there is in place of those."""
    asking = _asking(name, distributions)
    by = f", which {' and '.join(asking[0])} ask{'s' * (len(asking[0]) == 1)} for," if asking else ""
    words = f"{name}{by} is a compiled extension for CPython, which krait cannot load"
    others = {
        _plain(other): instead
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
        last = {_plain(each.name) for each in distributions if not last.isdisjoint(each.needs)} - seen
        seen |= last
        if last:
            steps.append(sorted(last))
    return steps


def _run_pip(pip, staging, wanted, asked, shown):
    """Runs pip in this process; gives its exit code and what it said."""
    import io

    arguments = [
        "install", "--target", staging, "--no-compile", "--no-warn-script-location",
        "--disable-pip-version-check", "--no-input", "--root-user-action", "ignore",
        "--no-warn-conflicts", "--progress-bar", "on" if shown else "off",
    ]
    if asked["cache"]:
        arguments += ["--cache-dir", os.path.join(asked["cache"], "packages")]
    if asked["lock"]:
        arguments += ["--report", os.path.join(staging, REPORT)]
    if asked["no_index"]:
        arguments.append("--no-index")
    for place in asked["find_links"]:
        arguments += ["--find-links", place]
    if asked["for"] == "cloud":
        digits = asked["python"].replace(".", "")
        arguments += ["--only-binary", ":all:", "--implementation", "cp", "--python-version", asked["python"]]
        arguments += ["--abi", f"cp{digits}", "--abi", "abi3", "--abi", "none"]
        for platform in CLOUD["platforms"]:
            arguments += ["--platform", platform]
    # What builds a package runs `python -m pip`; and extensions are not even tried.
    for name in ("AIOHTTP", "MULTIDICT", "YARL", "FROZENLIST", "PROPCACHE"):
        os.environ.setdefault(f"{name}_NO_EXTENSIONS", "1")
    os.environ.setdefault("DISABLE_SQLALCHEMY_CEXT", "1")
    os.environ.setdefault("MSGPACK_PUREPYTHON", "1")
    os.environ.setdefault("WRAPT_INSTALL_EXTENSIONS", "false")
    sys.path.insert(0, pip)
    if asked["for"] != "cloud":
        _take_packages_for_cpython()
    own, said = (sys.stdout, sys.stderr), _krait_pip_words.Heard(sys.stderr) if shown else io.StringIO()
    sys.stdout = sys.stderr = said
    try:
        from pip._internal.cli.main import main

        code = main(arguments + wanted)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    finally:
        sys.stdout, sys.stderr = own
    return code, said.getvalue()


def _take_packages_for_cpython():
    """Has pip take packages for CPython, after those of Python alone."""
    from pip._internal.models import target_python
    from pip._internal.utils import compatibility_tags
    from pip._vendor.packaging.tags import Tag

    version = KRAIT["version"].replace(".", "")
    minor = int(KRAIT["version"].partition(".")[2])
    platforms = [f"manylinux_{each}_x86_64" for each in KRAIT["platforms"]]
    platforms += ["manylinux2014_x86_64", "manylinux1_x86_64", "manylinux2010_x86_64", "linux_x86_64"]
    tags = [Tag(f"py{version}", "none", "any"), Tag("py3", "none", "any")]
    tags += [Tag(f"py3{each}", "none", "any") for each in range(minor - 1, -1, -1)]
    tags += [Tag(f"cp{version}", "none", "any")]
    tags += [Tag(f"cp{version}", f"cp{version}", platform) for platform in platforms]
    tags += [
        Tag(f"cp3{each}", "abi3", platform) for each in range(minor, 1, -1) for platform in platforms
    ]

    def get_supported(*arguments, **options):
        return tags

    for module in (compatibility_tags, target_python):
        module.get_supported = get_supported
    _take_any_package_stood_in_for()
    _leave_out_what_is_done_without()


def _take_any_package_stood_in_for():
    """Has pip take packages that krait stands in for, for any CPython 3 on Linux, after all others. Older ones, too:
    a newer one that has to be built wants a compiler, and gives nothing that krait would use."""
    from pip._internal.index.package_finder import CandidateEvaluator
    from pip._internal.models.wheel import Wheel

    stood_in, create = _stood_in(), CandidateEvaluator.create

    def create_for(project_name, *, prefer_binary=False, **others):
        prefer_binary = prefer_binary or _plain(project_name) in stood_in
        return create(project_name, prefer_binary=prefer_binary, **others)

    CandidateEvaluator.create = create_for
    supported, preferred = Wheel.supported, Wheel.find_most_preferred_tag

    def also_supported(wheel, tags):
        return supported(wheel, tags) or (
            _plain(wheel.name) in stood_in
            and any(tag.interpreter.startswith("cp3") and "linux" in tag.platform for tag in wheel.file_tags)
        )

    def also_preferred(wheel, tags, priorities):
        return preferred(wheel, tags, priorities) if supported(wheel, tags) else len(tags)

    Wheel.supported, Wheel.find_most_preferred_tag = also_supported, also_preferred


def _leave_out_what_is_done_without():
    """Has pip not ask for what only a package's compiled part needs, nor for a compiled extension that is optional."""
    from pip._internal.metadata import select_backend

    done_without, optional, stood_in = _done_without(), _extensions(), _stood_in()
    distribution = select_backend().Distribution
    asked_for = distribution.iter_dependencies

    def iter_dependencies(self, extras=()):
        own = _plain(self.canonical_name)
        left_out = done_without.get(own, ())
        # Once, pip looks at what all extras ask for, which it has as a list: to see that nothing is wrong.
        is_wanted = not isinstance(extras, list)
        for each in _for_krait(self, extras, asked_for, optional, stood_in):
            name = _plain(each.name)
            if name not in left_out:
                yield each
            # What stands in for a compiled part does what it was asked for.
            elif name in optional and is_wanted and own not in stood_in:
                _left_out[name, own] = None

    distribution.iter_dependencies = iter_dependencies


def _for_krait(distribution, extras, asked_for, compiled, stood_in):
    """What a package asks for in krait, where that depends on the Python: what it asks for in PyPy, which is of Python
    alone. But not what it would be compiled for there, and what krait stands in for, it asks for as in CPython."""
    from pip._vendor.packaging.requirements import Requirement

    cpython = {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    pypy = {"implementation_name": "pypy", "platform_python_implementation": "PyPy"}
    depends = {}
    for line in distribution.metadata.get_all("Requires-Dist", []):
        if "implementation" in line.partition(";")[2]:
            each = Requirement(line)
            depends[str(each)] = each
    for each in asked_for(distribution, extras):
        if str(each) not in depends:
            yield each
    for each in depends.values():
        name = _plain(each.name)
        holds = [
            any(each.marker.evaluate({"extra": extra, **python}) for extra in extras or ("",))
            for python in ({}, cpython, pypy)
        ]
        here, in_cpython, in_pypy = holds
        if name in stood_in:
            wanted = in_cpython
        elif name in compiled:
            wanted = here and in_cpython
        else:
            wanted = here or in_pypy
        if wanted:
            # pip would look again whether it holds.
            each.marker = None
            yield each


def _tell_left_out():
    for name, other in sorted(_left_out):
        print(
            f"note: {name} is left out: it is a compiled extension for CPython, and {other} can be imported without it",
            file=sys.stderr,
        )


def _reason(output, shown, for_cloud):
    """Why pip failed, in its own last words unless they are shown already, and whose compiled part it was."""
    import re

    lines = [] if shown else _krait_pip_words.reason(output)
    if not lines:
        lines = ["pip failed; it has told why"]
    if not for_cloud:
        known, not_built = _extensions(), _krait_pip_words.not_built(output)
        not_found = re.findall(r"(?:distribution found for|satisfies the requirement) ([\w.-]+)", output)
        # The last is whom the others were built for.
        refused = next((name for name in not_built[-1:] + not_found if _plain(name) in known), None)
        if refused:
            lines.append(_words(_plain(refused), known))
        elif not_built:
            lines.append(
                f"  tip: the index has {not_built[-1]} as source only; krait builds what is of Python alone, and loads "
                "no compiled extensions"
            )
    return "\n".join([*lines, "nothing was installed"])


def _take_report(staging, lock):
    """Takes pip's report out of the folder; gives the lock's text."""
    import json

    file = os.path.join(staging, REPORT)
    with open(file, encoding="utf-8") as opened:
        report = json.load(opened)
    os.unlink(file)
    try:
        return lock.text(report)
    except _krait_lock.Unlockable as error:
        raise Failed(f"{error}\nnothing was installed") from None


def _write(file, text):
    """Writes a file as a whole, or not at all."""
    unfinished = f"{file}.{os.getpid()}"
    try:
        with open(unfinished, "w", encoding="utf-8") as opened:
            opened.write(text)
        os.replace(unfinished, file)
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}; what it locks was installed") from None


class _Distribution:
    def __init__(self, staging, folder):
        self.name, _, self.version = folder.removesuffix(".dist-info").partition("-")
        self.files = []
        self.needs = {
            _plain(_name_of(line.partition(":")[2])) for line in _lines(os.path.join(staging, folder, "METADATA"))
            if line.startswith("Requires-Dist:")
        }
        for line in _lines(os.path.join(staging, folder, "RECORD")):
            path = _unquoted(line)
            if path and os.path.isfile(os.path.join(staging, path)) and not path.startswith(".."):
                self.files.append(path)
        self.size = sum(os.path.getsize(os.path.join(staging, each)) for each in self.files)
        self.compiled = [each for each in self.files if each.endswith(".so")]


def _lines(file):
    try:
        with open(file, encoding="utf-8") as lines:
            return lines.read().splitlines()
    except OSError:
        return []


def _unquoted(line):
    import csv

    return next(iter(next(csv.reader([line]), [])), "")


def _distributions(staging):
    folders = sorted(each for each in os.listdir(staging) if each.endswith(".dist-info"))
    return [_Distribution(staging, each) for each in folders]


def _look_through(distributions):
    """Refuses what cannot do without a compiled part, and tells of what perhaps can."""
    known, stood_in = set(_extensions()), _stood_in()
    _refuse([each.name for each in distributions if each.compiled], distributions)
    for each in distributions:
        modules = {path.partition("/")[0] for path in each.compiled}
        unknown = [module for module in modules if not _krait_has(module.partition(".")[0])]
        if unknown and _plain(each.name) not in known | stood_in:
            print(
                f"warning: {each.name}'s compiled part is not loaded; most such packages do without",
                file=sys.stderr,
            )


def _merge(staging, target, distributions):
    """Puts what was installed in its place; where that fails, all is as it was."""
    import shutil
    import signal
    import tempfile

    new = {_plain(each.name) for each in distributions}
    before = []
    for folder in os.listdir(target):
        name = folder.removesuffix(".dist-info").partition("-")[0]
        if folder.endswith(".dist-info") and _plain(name) in new:
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
        raise Failed(f"{error}; nothing was installed") from None
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


def _write_zip(staging, target):
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


def _tell(distributions, place, lock):
    for each in distributions:
        print(f"{each.name} {each.version}  {_size(each.size)}")
    total = sum(each.size for each in distributions)
    count = len(distributions)
    by_lock = f", by {lock.file}" if lock else ""
    print(f"{count} package{'s' if count != 1 else ''}, {_size(total)}, in {place}{by_lock}")


def _size(size):
    if size < 1000:
        return f"{size} B"
    return f"{size / 1e3:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"
