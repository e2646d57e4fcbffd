"""krait: no pip is inside. The one that `krait install` uses is fetched, and installed from there."""

import _krait_pip

__all__ = ["version", "bootstrap"]


def version():
    """The version of pip that is installed."""
    return _krait_pip.VERSION


def bootstrap(*, root=None, upgrade=False, user=False, altinstall=False, default_pip=False, verbosity=0):
    """Installs pip where Python's packages are."""
    _bootstrap(root=root, upgrade=upgrade, user=user, altinstall=altinstall, default_pip=default_pip, verbosity=verbosity)


def _bootstrap(*, root=None, upgrade=False, user=False, altinstall=False, default_pip=False, verbosity=0):
    import os

    if altinstall and default_pip:
        raise ValueError("Cannot use altinstall and default_pip together")
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    cache = os.path.join(base, "krait")
    try:
        _krait_pip.folder(cache)
    except _krait_pip.NoPip as error:
        raise SystemExit(f"error: {error}") from None
    # What the user has told pip is not for this.
    for name in [each for each in os.environ if each.startswith("PIP_")]:
        del os.environ[name]
    os.environ["PIP_CONFIG_FILE"] = os.devnull
    arguments = ["install", "--no-cache-dir", "--no-index", "--find-links", cache, "--no-warn-script-location", "--root-user-action", "ignore"]
    if root:
        arguments += ["--root", root]
    if upgrade:
        arguments.append("--upgrade")
    if user:
        arguments.append("--user")
    if verbosity:
        arguments.append("-" + "v" * verbosity)
    # From its wheel: pip would take the unpacked one for an installed one.
    return _krait_pip.run(os.path.join(cache, _krait_pip.FILE), [*arguments, f"pip=={version()}"])


def _main(argv=None):
    import argparse
    import sys

    parser = argparse.ArgumentParser(color=True, prog=f"{sys.executable} -m ensurepip")
    parser.add_argument("--version", action="version", version=f"pip {version()}")
    parser.add_argument("-v", "--verbose", action="count", default=0, dest="verbosity")
    parser.add_argument("-U", "--upgrade", action="store_true", default=False)
    parser.add_argument("--user", action="store_true", default=False)
    parser.add_argument("--root", default=None)
    parser.add_argument("--altinstall", action="store_true", default=False)
    parser.add_argument("--default-pip", action="store_true", default=False)
    options = parser.parse_args(argv)
    return _bootstrap(
        root=options.root, upgrade=options.upgrade, user=options.user, verbosity=options.verbosity,
        altinstall=options.altinstall, default_pip=options.default_pip,
    )
