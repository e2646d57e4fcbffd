
# The engine knows of no handler that it was not told of; CPython tells of those that a process
# starts with, and takes them back: `signal(number, handler_that_was)`.
def _at_start(signalnum):
    if signalnum == SIGINT:
        return _signal.default_int_handler
    return SIG_IGN if signalnum in _IGNORED_AT_START else SIG_DFL


_IGNORED_AT_START = [each for each in (globals().get("SIGPIPE"), globals().get("SIGXFSZ")) if each]
_engine_signal, _engine_getsignal = signal, getsignal


def signal(signalnum, handler):
    before = _engine_signal(signalnum, handler)
    return _at_start(signalnum) if before is None else before


def getsignal(signalnum):
    handler = _engine_getsignal(signalnum)
    return _at_start(signalnum) if handler is None else handler
