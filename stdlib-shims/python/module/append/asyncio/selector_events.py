
# krait.wasm: an event loop that waits for time alone, since there are no sockets to wait for,
# and nobody who could wake it.
import time as _time


class _Clock(selectors._BaseSelectorImpl):
    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError("the event loop waits for ever: a WebAssembly module has nothing that would wake it")
        if timeout > 0:
            _time.sleep(timeout)
        return []


_init = BaseSelectorEventLoop.__init__


def _init_with_clock(self, selector=None):
    _init(self, selector or _Clock())


BaseSelectorEventLoop.__init__ = _init_with_clock
BaseSelectorEventLoop._make_self_pipe = lambda self: None
BaseSelectorEventLoop._close_self_pipe = lambda self: None
BaseSelectorEventLoop._write_to_self = lambda self: None
