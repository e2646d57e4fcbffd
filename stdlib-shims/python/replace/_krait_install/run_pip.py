"""Runs pip in this process, and has it choose what krait can use."""

import os
import sys

from _krait_install import known

# What krait takes, besides packages of Python alone: packages for CPython of its version, whose
# compiled parts many can do without.
KRAIT = {"version": "3.14", "platforms": ("2_17", "2_28", "2_34")}
# Where pip tells what it has installed, in the folder that it installs into.
REPORT = ".krait-report.json"
# What the cloud's machines can load.
CLOUD = {"platforms": ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux1_x86_64", "manylinux2010_x86_64", "linux_x86_64")}
# The compiled extensions that were not asked of pip, each with the package that asks for it.
_left_out = {}


def run(pip, staging, wanted, asked):
    """Runs pip in this process; gives its exit code and what it said."""
    import io

    shown = sys.stderr.isatty()
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
    own, said = (sys.stdout, sys.stderr), io.StringIO()
    if not shown:
        sys.stdout = sys.stderr = said
    else:
        sys.stdout = sys.stderr
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
    """Has pip take packages that krait stands in for, for any CPython 3 on Linux, after all others."""
    from pip._internal.models.wheel import Wheel

    stood_in = known.stood_in()
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
        for each in asked_for(self, extras):
            name = known.plain(each.name)
            if name not in left_out:
                yield each
            # What stands in for a compiled part does what it was asked for.
            elif name in optional and is_wanted and own not in stood_in:
                _left_out[name, own] = None

    distribution.iter_dependencies = iter_dependencies


def tell_left_out():
    for name, other in sorted(_left_out):
        print(
            f"note: {name} is left out: it is a compiled extension for CPython, and {other} can be imported without it",
            file=sys.stderr,
        )


def reason(output, for_cloud):
    """Why pip failed, in its own last words, and whose compiled part it was."""
    import re

    # Which hashes differ is in lines of their own.
    told = ("ERROR:", "error:", "Expected sha256 ", "Got ")
    errors = [line for line in output.splitlines() if line.lstrip().startswith(told)]
    words = "\n".join(errors) if errors else "pip failed; it has told why"
    if not for_cloud:
        extensions = known.extensions()
        failed = r"(?:Failed to build|Failed building wheel for|distribution found for|satisfies the requirement) '?([\w.-]+)"
        for name in re.findall(failed, output):
            if known.plain(name) in extensions:
                words += "\n" + known.words(known.plain(name), extensions)
                break
    return f"{words}\nnothing was installed"
