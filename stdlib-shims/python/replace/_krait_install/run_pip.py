"""Runs pip in this process, and has it choose what krait can use."""

import os
import sys

from _krait_install import known, pip_words

# What krait takes, besides packages of Python alone: packages for CPython of its version, whose
# compiled parts many can do without.
KRAIT = {"version": "3.14", "platforms": ("2_17", "2_28", "2_34")}
# Where pip tells what it has installed, in the folder that it installs into.
REPORT = ".krait-report.json"
# What the cloud's machines can load.
CLOUD = {"platforms": ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux1_x86_64", "manylinux2010_x86_64", "linux_x86_64")}
# The compiled extensions that were not asked of pip, each with the package that asks for it.
_left_out = {}


def run(pip, staging, wanted, asked, shown):
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
    own, said = (sys.stdout, sys.stderr), pip_words.Heard(sys.stderr) if shown else io.StringIO()
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

    stood_in, create = known.stood_in(), CandidateEvaluator.create

    def create_for(project_name, *, prefer_binary=False, **others):
        prefer_binary = prefer_binary or known.plain(project_name) in stood_in
        return create(project_name, prefer_binary=prefer_binary, **others)

    CandidateEvaluator.create = create_for
    supported, preferred = Wheel.supported, Wheel.find_most_preferred_tag

    def also_supported(wheel, tags):
        return supported(wheel, tags) or (
            known.plain(wheel.name) in stood_in
            and any(tag.interpreter.startswith("cp3") and "linux" in tag.platform for tag in wheel.file_tags)
        )

    def also_preferred(wheel, tags, priorities):
        return preferred(wheel, tags, priorities) if supported(wheel, tags) else len(tags)

    Wheel.supported, Wheel.find_most_preferred_tag = also_supported, also_preferred


def _leave_out_what_is_done_without():
    """Has pip not ask for what only a package's compiled part needs, nor for a compiled extension that is optional."""
    from pip._internal.metadata import select_backend

    done_without, optional, stood_in = known.done_without(), known.extensions(), known.stood_in()
    distribution = select_backend().Distribution
    asked_for = distribution.iter_dependencies

    def iter_dependencies(self, extras=()):
        own = known.plain(self.canonical_name)
        left_out = done_without.get(own, ())
        # Once, pip looks at what all extras ask for, which it has as a list: to see that nothing is wrong.
        is_wanted = not isinstance(extras, list)
        for each in _for_krait(self, extras, asked_for, optional, stood_in):
            name = known.plain(each.name)
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
        name = known.plain(each.name)
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


def tell_left_out():
    for name, other in sorted(_left_out):
        print(
            f"note: {name} is left out: it is a compiled extension for CPython, and {other} can be imported without it",
            file=sys.stderr,
        )


def reason(output, shown, for_cloud):
    """Why pip failed, in its own last words unless they are shown already, and whose compiled part it was."""
    import re

    lines = [] if shown else pip_words.reason(output)
    if not lines:
        lines = ["pip failed; it has told why"]
    if not for_cloud:
        extensions, not_built = known.extensions(), pip_words.not_built(output)
        not_found = re.findall(r"(?:distribution found for|satisfies the requirement) ([\w.-]+)", output)
        # The last is whom the others were built for.
        refused = next((name for name in not_built[-1:] + not_found if known.plain(name) in extensions), None)
        if refused:
            lines.append(known.words(known.plain(refused), extensions))
        elif not_built:
            lines.append(
                f"  tip: the index has {not_built[-1]} as source only; krait builds what is of Python alone, and loads "
                "no compiled extensions"
            )
    return "\n".join([*lines, "nothing was installed"])
