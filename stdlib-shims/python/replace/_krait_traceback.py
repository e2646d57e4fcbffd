# krait: turns an exception into the platform's stackTrace (docs/contract.md §2.1). Not part
# of the standard library; it rests on `traceback`, so that chained causes, groups, notes
# and syntax errors read as CPython writes them.
import traceback


def format(error, places):
    """The text of `error`, folders replaced as `places` says, [(folder, shown), ...]."""
    summary = traceback.TracebackException.from_exception(error, compact=True)
    _adapt(summary, places, set())
    return "".join(summary.format()).rstrip("\n")


def _adapt(summary, places, seen):
    if summary is None or id(summary) in seen:
        return
    seen.add(id(summary))
    frames = [frame for frame in summary.stack or () if not _is_runtime(frame.filename)]
    for frame in frames:
        # The source line is looked up by the real name, so before that is replaced.
        frame.line
        frame.filename = _shown(frame.filename, places)
        frame.colno = frame.end_colno = None
        frame.end_lineno = frame.lineno
    if summary.stack is not None:
        summary.stack[:] = frames
    if getattr(summary, "filename", None):
        summary.filename = _shown(summary.filename, places)
    _adapt(summary.__cause__, places, seen)
    _adapt(summary.__context__, places, seen)
    for nested in summary.exceptions or ():
        _adapt(nested, places, seen)


def _is_runtime(filename):
    return filename.strip("<>").removeprefix("frozen ") in (
        "importlib._bootstrap",
        "importlib._bootstrap_external",
        "_frozen_importlib",
        "_frozen_importlib_external",
    )


def _shown(filename, places):
    for folder, shown in places:
        if filename.startswith(folder + "/"):
            return shown + filename[len(folder):]
    return filename
