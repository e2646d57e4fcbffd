
# krait.wasm: nobody sends signals. Handlers can be set, and are never called.
Signals = _IntEnum("Signals", {"SIGINT": 2, "SIGTERM": 15})
SIGINT, SIGTERM = Signals
_handlers = {}


def signal(signalnum, handler):
    if not callable(handler) and handler not in (SIG_DFL, SIG_IGN):
        raise TypeError("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
    before = getsignal(signalnum)
    _handlers[int(signalnum)] = _int_to_enum(_enum_to_int(handler), Handlers)
    return before


def getsignal(signalnum):
    number = int(signalnum)
    if not 0 < number < 65:
        raise ValueError("signal number out of range")
    return _handlers.get(number, SIG_DFL)
