"""krait: the lock file of `krait install --lock`: the version and the hash of each package that was
installed for a list of requirements. Its form is pip's own for requirements with hashes, so that pip
and uv can install from it, too."""

import os


class Unlockable(Exception):
    """A package comes from where no hash can hold it; says which."""


class Lock:
    """The lock of one file that lists packages, for one Python."""

    def __init__(self, listed, place):
        """`listed` is `requirements.txt`, `pyproject.toml` or another; `place` is `krait` or such as `cloud-3.10`."""
        self.listed = listed
        stem = os.path.splitext(listed)[0]
        self.file = f"{stem}.lock" if place == "krait" else f"{stem}.{place}.lock"
        self.place = place

    def exists(self):
        return os.path.isfile(self.file)

    def fits(self):
        """Whether the lock was made from what the list says now."""
        with open(self.file, encoding="utf-8") as file:
            return self._origin() in file.read().splitlines()

    def text(self, report):
        """What to write, by pip's report of an installation."""
        lines = [
            f"# `krait install --lock` made this from {os.path.basename(self.listed)}, for {self.place}.",
            self._origin(),
        ]
        packages = [_line(each) for each in report["install"]]
        return "\n".join(lines + sorted(packages)) + "\n"

    def _origin(self):
        import hashlib

        return f"# sha256 of that: {hashlib.sha256(_content(self.listed, set())).hexdigest()}"


def _content(file, seen):
    """A list's bytes, and those of the lists that it names."""
    import re

    if file in seen:
        return b""
    seen.add(file)
    with open(file, "rb") as opened:
        content = opened.read()
    for name in re.findall(rb"(?m)^\s*(?:-r|-c|--requirement|--constraint)[\s=]+(\S+)", content):
        inner = os.path.join(os.path.dirname(file), os.fsdecode(name))
        if os.path.isfile(inner):
            content += _content(inner, seen)
    return content


def _line(package):
    about, origin = package["metadata"], package["download_info"]
    hashes = origin.get("archive_info", {}).get("hashes", {})
    if "sha256" not in hashes:
        raise Unlockable(f"{about['name']} cannot be locked: {origin['url']} is no file with a hash")
    version = f" @ {origin['url']}" if package["is_direct"] else f"=={about['version']}"
    return f"{about['name']}{version} --hash=sha256:{hashes['sha256']}"
