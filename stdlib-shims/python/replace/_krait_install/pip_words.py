"""krait: what pip said when it failed, in as few words as tell the reason."""

import io
import re

# What begins a line that tells of an error.
_TOLD = ("ERROR:", "error:", "Expected sha256 ", "Got ")
# Lines that only say that others tell more.
_EMPTY = ("subprocess-exited-with-error", "ResolutionImpossible:", "failed-wheel-build-for-install", "Exception:")
# What begins a block of lines that tells the cause; a blank line ends it.
_BLOCKS = ("The conflict is caused by:", "Additionally, some packages in these conflicts have no matching")
# Of a list that may have hundreds of versions or lines, so many are shown.
_SHOWN = 12


class Heard(io.TextIOBase):
    """A stream that passes on to another what is written to it, and keeps it."""

    encoding = "utf-8"

    def __init__(self, stream):
        self._stream, self._kept = stream, io.StringIO()

    def write(self, text):
        self._kept.write(text)
        return self._stream.write(text)

    def flush(self):
        self._stream.flush()

    def fileno(self):
        return self._stream.fileno()

    def isatty(self):
        return self._stream.isatty()

    def writable(self):
        return True

    def getvalue(self):
        """What was written, without a terminal's colours."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._kept.getvalue())


def reason(output):
    """The lines of pip's output that tell why it failed."""
    found, in_block = [], 0
    for line in output.splitlines():
        words = line.strip()
        if not words:
            in_block = 0
        elif words.startswith(_BLOCKS):
            in_block = 1
            found.append(words)
        elif in_block:
            in_block += 1
            if in_block <= _SHOWN:
                found.append(f"  {words}")
            elif in_block == _SHOWN + 1:
                found.append("  ...")
        elif words.startswith(_TOLD):
            words = words.removeprefix("ERROR:").removeprefix("error:").strip()
            if words and not words.startswith(_EMPTY):
                found.append(_shortened(words))
    if "ERROR: Exception:" in output:
        # A fault of pip's own ends with its traceback.
        found.append([line for line in output.splitlines() if line.strip()][-1].strip())
    return found


def not_built(output):
    """The packages that pip had to build, and could not."""
    return re.findall(r"(?:Failed to build|Failed building wheel for) '?([\w.-]+)", output)


def _shortened(words):
    """A line whose lists of versions have their beginning and their end only."""
    for listed in re.findall(r"\(from versions: (.*?)\)|Cannot install (.*?) because", words):
        listed = "".join(listed)
        versions = listed.split(", ")
        if len(versions) > _SHOWN:
            kept = [*versions[: _SHOWN // 2], "...", *versions[-_SHOWN // 2 :]]
            words = words.replace(listed, ", ".join(kept))
    return words
