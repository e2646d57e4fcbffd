"""krait: `krait install`, but for its command line, which is in runtime/src/cli/install.rs.

pip resolves, fetches and unpacks into a folder beside the one that is wanted (`run_pip.py`). What came is looked
through, and put into its place as a whole, or not at all (`folder.py`). `known.py` says what krait refuses, and what
to use instead.
"""

import os
import sys

import _krait_lock
import _krait_pip
from _krait_install import folder, known, run_pip

# What tells of a version in a requirement.
_VERSIONED = frozenset("<>=@")


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
    except (known.Failed, _krait_pip.NoPip, KeyboardInterrupt) as error:
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
    if asked["layer"] and os.path.isdir(target):
        raise known.Failed(f"{asked['layer']} is a folder, and a layer is a zip\n  tip: --into {asked['layer']} installs into it")
    wanted, lock = _wanted(asked)
    for_cloud = asked["for"] == "cloud"
    if not for_cloud:
        # Another version may be of Python alone: what came tells.
        known.refuse([known.name_of(each) for each in asked["packages"] if _VERSIONED.isdisjoint(each)])
    pip = _krait_pip.folder(asked["cache"])
    made = not os.path.isdir(beside)
    os.makedirs(beside, exist_ok=True)
    staging = tempfile.mkdtemp(prefix=".krait-install-", dir=beside)
    try:
        shown = sys.stderr.isatty()
        code, output = run_pip.run(pip, staging, wanted, asked, shown)
        if code:
            raise known.Failed(run_pip.reason(output, shown, for_cloud))
        shutil.rmtree(os.path.join(staging, "bin"), ignore_errors=True)
        locked = _take_report(staging, lock) if asked["lock"] else None
        distributions = folder.distributions(staging)
        if not for_cloud:
            folder.look_through(staging, distributions, lock is not None and not asked["lock"])
            run_pip.tell_left_out()
        if asked["layer"]:
            folder.write_zip(staging, target)
        else:
            folder.merge(staging, target, distributions)
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
            raise known.Failed("a lock is made from one list\n  tip: name one with -r, and no packages")
        return [word for file in lists for word in ("-r", file)] + asked["packages"], None
    place = f"cloud-{asked['python']}" if asked["for"] == "cloud" else "krait"
    lock = _krait_lock.Lock(lists[0], place)
    try:
        if asked["lock"] or not lock.exists():
            return _listed(lists[0]), lock if asked["lock"] else None
        if not lock.fits():
            raise known.Failed(
                f"{lists[0]} has changed since {lock.file} was made from it\n"
                "  tip: krait install --lock makes it anew"
            )
    except OSError as error:
        raise known.Failed(f"{error.filename} cannot be read: {error.strerror}") from None
    return ["--require-hashes", "--no-deps", "-r", lock.file], lock


def _list_of_folder(asked):
    """The file of the function's folder that lists its packages."""
    place = "." if asked["layer"] else asked["into"]
    for name in ("requirements.txt", "pyproject.toml"):
        listed = os.path.join(place, name)
        if os.path.isfile(listed):
            # Without the `./` that nobody typed.
            return os.path.normpath(listed)
    raise known.Failed(f"nothing to install: {place} has no requirements.txt and no pyproject.toml")


def _listed(file):
    """pip's arguments for the packages that a file lists."""
    if not file.endswith(".toml"):
        return ["-r", file]
    import tomllib

    try:
        with open(file, "rb") as opened:
            wanted = tomllib.load(opened).get("project", {}).get("dependencies", [])
    except tomllib.TOMLDecodeError as error:
        raise known.Failed(f"{file}: {error}") from None
    if not wanted:
        raise known.Failed(f"{file} names no dependencies")
    return wanted


def _take_report(staging, lock):
    """Takes pip's report out of the folder; gives the lock's text."""
    import json

    file = os.path.join(staging, run_pip.REPORT)
    with open(file, encoding="utf-8") as opened:
        report = json.load(opened)
    os.unlink(file)
    try:
        return lock.text(report)
    except _krait_lock.Unlockable as error:
        raise known.Failed(f"{error}\nnothing was installed") from None


def _write(file, text):
    """Writes a file as a whole, or not at all."""
    unfinished = f"{file}.{os.getpid()}"
    try:
        with open(unfinished, "w", encoding="utf-8") as opened:
            opened.write(text)
        os.replace(unfinished, file)
    except OSError as error:
        raise known.Failed(f"{file} cannot be written: {error.strerror}; what it locks was installed") from None


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
