"""krait: brotli's compiled module."""

import _krait_stand_ins
import _krait_stand_ins._brotli_native as _native

__doc__ = "Implementation module for the Brotli library."
__version__ = _krait_stand_ins.installed_version("brotli", __file__) or "1.2.0"

MODE_GENERIC, MODE_TEXT, MODE_FONT = 0, 1, 2

_EVERYTHING = (1 << 63) - 1
# A limit is not kept to the byte: the original fills blocks, of which this is the first.
_BLOCK = 32752


class error(Exception):
    __module__ = "brotli"


def _data(value):
    try:
        view = memoryview(value)
    except TypeError:
        view = None
    if view is None or not view.c_contiguous:
        raise TypeError("brotli: data must be a C-contiguous buffer")
    return view


def _byte(value):
    try:
        number = value.__index__()
    except AttributeError:
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
    if number < 0:
        raise OverflowError("unsigned byte integer is less than minimum")
    if number > 255:
        raise OverflowError("unsigned byte integer is greater than maximum")
    return number


class Compressor:
    """An object to compress a byte string."""

    __module__ = "brotli"
    __slots__ = ("_native", "_healthy")

    def __init__(self, mode=MODE_GENERIC, quality=11, lgwin=22, lgblock=0):
        mode, quality, lgwin, lgblock = _byte(mode), _byte(quality), _byte(lgwin), _byte(lgblock)
        if mode > MODE_FONT:
            raise error("brotli: invalid mode")
        if quality > 11:
            raise error("brotli: invalid quality; range is 0 to 11")
        if not 10 <= lgwin <= 24:
            raise error("brotli: invalid lgwin; range is 10 to 24")
        if lgblock and not 16 <= lgblock <= 24:
            raise error("brotli: invalid lgblock; range is 16 to 24, or 0")
        self._native = _native.compressor(quality, lgwin)
        self._healthy = True

    def _done(self, function, *data):
        if not self._healthy:
            raise error("brotli: encoder is unhealthy")
        written = function(*data)
        if written is None and data and len(data[0]):
            self._healthy = False
            raise error("brotli: encoder failed")
        # Behind the end there is nothing more.
        return written or b""

    def process(self, string, /):
        """Process 'data' for compression, returning a string that contains compressed output data."""
        return self._done(self._native.process, _data(string))

    def flush(self):
        """Process all pending input, returning a string that contains the rest of the compressed data."""
        return self._done(self._native.flush)

    def finish(self):
        """Process all pending input and complete all compression."""
        return self._done(self._native.finish)


class Decompressor:
    """An object to decompress a byte string."""

    __module__ = "brotli"
    __slots__ = ("_native", "_healthy")

    def __init__(self):
        self._native = _native.decompressor()
        self._healthy = True

    def _check(self):
        if not self._healthy:
            raise error("brotli: decoder is unhealthy")

    def process(self, string, output_buffer_limit=-1):
        """Process 'string' for decompression, returning a string that contains decompressed output data."""
        self._check()
        data = _data(string)
        native = self._native
        if native.waiting() and len(data):
            self._healthy = False
            raise error("brotli: decoder process called with data when 'can_accept_more_data()' is False")
        limit = _EVERYTHING if output_buffer_limit < 0 else max(output_buffer_limit, _BLOCK)
        written = native.process(data, limit)
        if written is None or (native.is_finished() and native.waiting()):
            self._healthy = False
            raise error("brotli: decoder failed")
        return written

    def is_finished(self):
        """Checks if decoder instance reached the final state."""
        self._check()
        return self._native.is_finished()

    def can_accept_more_data(self):
        """Checks if the decoder instance can accept more compressed data."""
        self._check()
        return not self._native.waiting()


def decompress(string):
    """Decompress a compressed byte string."""
    native = _native.decompressor()
    written = native.process(_data(string), _EVERYTHING)
    if written is None or not native.is_finished() or native.waiting():
        raise error("brotli: decoder failed")
    return written
