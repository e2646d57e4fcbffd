"""krait: the compiled half of `compression.zstd`, on the functions of libzstd that zstandard's stand-in has."""

import _thread

import _krait_stand_ins._zstd as _native
from _krait_stand_ins.zstandard._cffi import frame_header as _frame_header
from _krait_stand_ins.zstandard._numbers import Numbers as _Numbers

__doc__ = "Implementation module for Zstandard compression."

_VERSION = _Numbers.ZSTD_VERSION_MAJOR, _Numbers.ZSTD_VERSION_MINOR, _Numbers.ZSTD_VERSION_RELEASE
zstd_version = ".".join(map(str, _VERSION))
zstd_version_number = (_VERSION[0] * 100 + _VERSION[1]) * 100 + _VERSION[2]
ZSTD_CLEVEL_DEFAULT = 3
_TO_READ, _TO_WRITE, _, ZSTD_DStreamOutSize, _HIGHEST_LEVEL, _ = _native.sizes()
_UNKNOWN_SIZE, _WRONG_SIZE = (1 << 64) - 1, (1 << 64) - 2

ZSTD_d_windowLogMax = 100
globals().update(
    {name: value for name, value in vars(_Numbers).items() if name[:5] == "ZSTD_" and name[:13] != "ZSTD_VERSION_"}
)

_NAMES = {
    100: "compression_level", 101: "window_log", 102: "hash_log", 103: "chain_log", 104: "search_log",
    105: "min_match", 106: "target_length", 107: "strategy", 160: "enable_long_distance_matching",
    161: "ldm_hash_log", 162: "ldm_min_match", 163: "ldm_bucket_size_log", 164: "ldm_hash_rate_log",
    200: "content_size_flag", 201: "checksum_flag", 202: "dict_id_flag", 400: "nb_workers", 401: "job_size",
    402: "overlap_log",
}
# How a dictionary is used.
_DIGESTED, _UNDIGESTED, _PREFIX = 0, 1, 2
_CONTINUE, _FLUSH_BLOCK, _FLUSH_FRAME = 0, 1, 2
_DICTIONARY_MAGIC = b"\x37\xa4\x30\xec"
_types = [None, None]


class ZstdError(Exception):
    """An error occurred in the zstd library."""

    __module__ = "compression.zstd"


def _checked(result, what):
    if result < 0:
        raise ZstdError(f"Unable to {what}: {_native.error_name(result)}")
    return result


def _int(value):
    try:
        value = value.__index__()
    except AttributeError:
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
    if not -(1 << 31) <= value < 1 << 31:
        raise OverflowError(f"Python int too {'small' if value < 0 else 'large'} to convert to C int")
    return value


def _bytes_of(data):
    if isinstance(data, (bytes, bytearray)):
        return data
    try:
        view = memoryview(data)
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'")
    return view.cast("B") if view.c_contiguous and view.nbytes else view.tobytes()


class _Final:
    """What can be neither a base nor pickled."""

    __slots__ = ()

    def __init_subclass__(cls):
        base = cls.__base__
        if base is not _Final:
            raise TypeError(f"type '{base.__module__}.{base.__name__}' is not an acceptable base type")

    def __reduce_ex__(self, protocol):
        raise TypeError(f"cannot pickle '{type(self).__module__}.{type(self).__name__}' object")


class ZstdDict(_Final):
    """Represents a Zstandard dictionary.

    dict_content
      The content of a Zstandard dictionary as a bytes-like object.
    is_raw
      If true, perform no checks on *dict_content*, useful for some
      advanced cases. Otherwise, check that the content represents
      a Zstandard dictionary created by the zstd library or CLI.

  The dictionary can be used for compression or decompression, and can be
  shared by multiple ZstdCompressor or ZstdDecompressor objects."""

    __module__ = "compression.zstd"
    __slots__ = ("_content", "_id", "_made")

    def __new__(cls, dict_content, /, *, is_raw=False):
        content = bytes(_bytes_of(dict_content))
        if len(content) < 8:
            raise ValueError("Zstandard dictionary content too short (must have at least eight bytes)")
        number = 0
        if not is_raw:
            if content[:4] == _DICTIONARY_MAGIC:
                number = int.from_bytes(content[4:8], "little")
            if not number:
                raise ValueError("invalid Zstandard dictionary")
        self = super().__new__(cls)
        self._content, self._id, self._made = content, number, {}
        return self

    dict_id = property(lambda self: self._id, doc="The Zstandard dictionary, an int between 0 and 2**32.")
    dict_content = property(
        lambda self: self._content, doc="The content of a Zstandard dictionary, as a bytes object."
    )
    as_digested_dict = property(
        lambda self: (self, _DIGESTED), doc="Load as a digested dictionary to compressor."
    )
    as_undigested_dict = property(
        lambda self: (self, _UNDIGESTED), doc="Load as an undigested dictionary to compressor."
    )
    as_prefix = property(lambda self: (self, _PREFIX), doc="Load as a prefix to compressor/decompressor.")

    def __len__(self):
        return len(self._content)

    def __repr__(self):
        return f"<ZstdDict dict_id={self._id} dict_size={len(self._content)}>"

    def _prepared(self, key, kind, make, *arguments):
        made = self._made.get(key)
        if made is None:
            made = make(self._content, *arguments)
            if made is None:
                raise ZstdError(
                    f"Failed to create a ZSTD_{kind}Dict instance from Zstandard dictionary content."
                )
            self._made[key] = made
        return made


def _use_dictionary(context, given, is_compression, level):
    dictionary, kind = given, _UNDIGESTED if is_compression else _DIGESTED
    if type(given) is tuple and len(given) == 2 and isinstance(given[1], int):
        dictionary, kind = given
        kind = _int(kind)
    if not isinstance(dictionary, ZstdDict) or not _DIGESTED <= kind <= _PREFIX:
        raise TypeError("zstd_dict argument should be a ZstdDict object.")
    if kind == _PREFIX:
        result = context.prefix(dictionary._content)
    elif kind == _UNDIGESTED:
        result = context.load(dictionary._content, *((0,) if is_compression else ()))
    elif is_compression:
        make = _native.compression_dictionary_of_level
        result = context.refer(dictionary._prepared(level, "C", make, level))
    else:
        result = context.refer(dictionary._prepared(None, "D", _native.decompression_dictionary, 0))
    where = "compression" if is_compression else "decompression"
    _checked(result, f"load Zstandard dictionary or prefix for {where}")


def _refuse_parameter(is_compression, number, value):
    kind = "compression" if is_compression else "decompression"
    name = _NAMES.get(number) if is_compression else {ZSTD_d_windowLogMax: "window_log_max"}.get(number)
    bounds = _native.bounds(number, is_compression) if name else None
    if bounds is None:
        raise ValueError(f"invalid {kind} parameter '{name or f'unknown parameter (key {number})'}'")
    raise ValueError(
        f"{kind} parameter '{name}' received an illegal value {value}; "
        f"the valid range is [{bounds[0]}, {bounds[1]}]"
    )


def _options(options, is_compression):
    """The options as pairs of numbers."""
    kind = "Compression" if is_compression else "Decompression"
    if not isinstance(options, dict):
        owner = "ZstdCompressor" if is_compression else "ZstdDecompressor"
        raise TypeError(f"{owner}() argument 'options' must be dict, not {type(options).__name__}")
    other, others = ("Decompression", _types[1]) if is_compression else ("Compression", _types[0])
    for key, value in options.items():
        if type(key) is others and others is not None:
            raise TypeError(
                f"{kind.lower()} options dictionary key must not be a {other}Parameter attribute"
            )
        yield _int(key), _int(value)


class ZstdCompressor(_Final):
    """Create a compressor object for compressing data incrementally.

    level
      The compression level to use. Defaults to COMPRESSION_LEVEL_DEFAULT.
    options
      A dict object that contains advanced compression parameters.
    zstd_dict
      A ZstdDict object, a pre-trained Zstandard dictionary.

  Thread-safe at method level.  For one-shot compression, use the
  compress() function instead."""

    __module__ = "compression.zstd"
    __slots__ = ("_context", "_last", "_lock")
    CONTINUE, FLUSH_BLOCK, FLUSH_FRAME = _CONTINUE, _FLUSH_BLOCK, _FLUSH_FRAME

    def __new__(cls, level=None, options=None, zstd_dict=None):
        self = super().__new__(cls)
        self._context = context = _native.compressor()
        if context is None:
            raise ZstdError("Unable to create ZSTD_CCtx instance.")
        self._last, self._lock = _FLUSH_FRAME, _thread.allocate_lock()
        parameters, used = _native.parameters(), ZSTD_CLEVEL_DEFAULT
        if level is not None and options is not None:
            raise TypeError("Only one of level or options should be used.")
        lowest = _native.bounds(ZSTD_c_compressionLevel, True)[0]
        bounds = f"the valid range is [{lowest}, {_HIGHEST_LEVEL}]"
        if level is not None:
            if not isinstance(level, int):
                raise TypeError("invalid type for level, expected int")
            if not -(1 << 31) <= level < 1 << 31:
                raise ValueError(f"illegal compression level; {bounds}")
            pairs = [(ZSTD_c_compressionLevel, int(level))]
        else:
            pairs = _options(options, True) if options is not None else ()
        for number, value in pairs:
            if number == ZSTD_c_compressionLevel:
                if not lowest <= value <= _HIGHEST_LEVEL:
                    raise ValueError(f"illegal compression level {value}; {bounds}")
                used = value
            if number not in _NAMES or parameters.set(number, value) < 0:
                _refuse_parameter(True, number, value)
        _checked(context.apply(parameters), "set zstd compression level")
        if zstd_dict is not None:
            _use_dictionary(context, zstd_dict, True, used)
        return self

    last_mode = property(
        lambda self: self._last,
        doc="The last mode used to this compressor object, its value can be .CONTINUE,\n"
        ".FLUSH_BLOCK, .FLUSH_FRAME. Initialized to .FLUSH_FRAME.",
    )

    def _stream(self, data, mode):
        parts, at, size = [], 0, len(data)
        room = _native.bound(size) if mode == _FLUSH_FRAME else min(_native.bound(size), _TO_WRITE)
        with self._lock:
            while True:
                output = bytearray(room)
                result, written, at = self._context.stream(output, room, 0, data, size, at, mode)
                if result < 0:
                    self._last = _FLUSH_FRAME
                    self._context.reset(1)
                    _checked(result, "compress Zstandard data")
                parts.append(bytes(output[:written]) if written < room else bytes(output))
                if not result:
                    break
                room = max(room, _TO_WRITE)
            self._last = mode
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def compress(self, data, mode=_CONTINUE):
        """Provide data to the compressor object.

        Return a chunk of compressed data if possible, or b'' otherwise.
        When you have finished providing data to the compressor, call the
        flush() method to finish the compression process."""
        data, mode = _bytes_of(data), _int(mode)
        if not _CONTINUE <= mode <= _FLUSH_FRAME:
            raise ValueError(
                "mode argument wrong value, it should be one of ZstdCompressor.CONTINUE, "
                "ZstdCompressor.FLUSH_BLOCK, ZstdCompressor.FLUSH_FRAME."
            )
        return self._stream(data, mode)

    def flush(self, mode=_FLUSH_FRAME):
        """Finish the compression process.

        Flush any remaining data left in internal buffers.  Since Zstandard
        data consists of one or more independent frames, the compressor
        object can still be used after this method is called."""
        mode = _int(mode)
        if not _FLUSH_BLOCK <= mode <= _FLUSH_FRAME:
            raise ValueError(
                "mode argument wrong value, it should be ZstdCompressor.FLUSH_FRAME or "
                "ZstdCompressor.FLUSH_BLOCK."
            )
        return self._stream(b"", mode)

    def set_pledged_input_size(self, size, /):
        """Set the uncompressed content size to be written into the frame header."""
        if size is None:
            size = _UNKNOWN_SIZE
        else:
            try:
                size = size.__index__()
            except AttributeError:
                size = -1
            if not 0 <= size < _WRONG_SIZE:
                raise ValueError(f"size argument should be a positive int less than {_WRONG_SIZE}")
        with self._lock:
            if self._last != _FLUSH_FRAME:
                raise ValueError(
                    "set_pledged_input_size() method must be called when last_mode == FLUSH_FRAME"
                )
            _checked(self._context.pledge(size), "set pledged uncompressed content size")


class ZstdDecompressor(_Final):
    """Create a decompressor object for decompressing data incrementally.

    zstd_dict
      A ZstdDict object, a pre-trained Zstandard dictionary.
    options
      A dict object that contains advanced decompression parameters.

  Thread-safe at method level.  For one-shot decompression, use the
  decompress() function instead."""

    __module__ = "compression.zstd"
    __slots__ = ("_context", "_ended", "_left", "_lock", "_needs")

    def __new__(cls, zstd_dict=None, options=None):
        self = super().__new__(cls)
        self._context = context = _native.decompressor()
        if context is None:
            raise ZstdError("Unable to create ZSTD_DCtx instance.")
        self._ended, self._needs, self._left, self._lock = False, True, b"", _thread.allocate_lock()
        if zstd_dict is not None:
            _use_dictionary(context, zstd_dict, False, None)
        if options is not None:
            for number, value in _options(options, False):
                if number != ZSTD_d_windowLogMax or context.set(number, value) < 0:
                    _refuse_parameter(False, number, value)
        return self

    eof = property(lambda self: self._ended, doc="True means the end of the first frame has been reached.")
    needs_input = property(lambda self: self._needs, doc="Whether more input is needed for more output.")
    unused_data = property(
        lambda self: self._left if self._ended else b"",
        doc="A bytes object of un-consumed input data.",
    )

    def decompress(self, data, max_length=-1):
        """Decompress *data*, returning uncompressed bytes if possible, or b'' otherwise.

        If *max_length* is nonnegative, returns at most *max_length* bytes
        of decompressed data.  If this limit is reached and further output
        can be produced, *self.needs_input* will be set to ``False``.  In
        this case, the next call to *decompress()* may provide *data* as b''
        to obtain more of the output."""
        data = _bytes_of(data)
        try:
            limit = max_length.__index__()
        except AttributeError:
            raise TypeError(
                f"'{type(max_length).__name__}' object cannot be interpreted as an integer"
            )
        with self._lock:
            if self._ended:
                raise EOFError("Already at the end of a Zstandard frame.")
            if self._left:
                data = self._left + data
            size, at, parts, got, room = len(data), 0, [], 0, 1 << 15
            while True:
                if limit >= 0:
                    room = min(room, limit - got)
                output = bytearray(room)
                result, written, at = self._context.stream(output, room, 0, data, size, at)
                if result < 0:
                    self._left, self._needs = b"", True
                    self._context.reset(1)
                    _checked(result, "decompress Zstandard data")
                parts.append(bytes(output[:written]) if written < room else bytes(output))
                got += written
                if not result:
                    self._ended = True
                    break
                if written == room:
                    if got == limit:
                        break
                    room = min(room * 2, 1 << 24)
                elif at == size:
                    break
            self._left = bytes(data[at:])
            self._needs = not (self._left or self._ended or got == limit)
        return parts[0] if len(parts) == 1 else b"".join(parts)


def get_frame_info(frame_buffer):
    """Get Zstandard frame infomation from a frame header."""

    class header:
        dictID = 0

    data = _bytes_of(frame_buffer)
    if _frame_header(header, data, len(data), 0):
        raise ZstdError(
            "Error when getting information from the header of a Zstandard frame. Ensure the frame_buffer "
            "argument starts from the beginning of a frame, and its length is not less than the frame header "
            "(6~18 bytes)."
        )
    if data[:4] != b"\x28\xb5\x2f\xfd":
        return 0, 0
    size = header.frameContentSize
    return None if size == _UNKNOWN_SIZE else size, header.dictID


def get_frame_size(frame_buffer):
    """Get the size of a Zstandard frame, including the header and optional checksum."""
    size = _native.frame_size(_bytes_of(frame_buffer))
    if size < 0:
        raise ZstdError(
            "Error when finding the compressed size of a Zstandard frame. Ensure the frame_buffer argument "
            "starts from the beginning of a frame, and its length is not less than this complete frame. "
            f"Zstd error message: {_native.error_name(size)}."
        )
    return size


def get_param_bounds(parameter, is_compress):
    """Get CompressionParameter/DecompressionParameter bounds."""
    number = _int(parameter)
    known = number in _NAMES if is_compress else number == ZSTD_d_windowLogMax
    bounds = _native.bounds(number, bool(is_compress)) if known else None
    if bounds is None:
        kind = "compression" if is_compress else "decompression"
        raise ZstdError(f"Unable to get zstd {kind} parameter bounds: Unsupported parameter")
    return bounds


def set_parameter_types(c_parameter_type, d_parameter_type):
    """Set CompressionParameter and DecompressionParameter types for validity check."""
    for name, given in (("c_parameter_type", c_parameter_type), ("d_parameter_type", d_parameter_type)):
        if not isinstance(given, type):
            raise TypeError(
                f"set_parameter_types() argument '{name}' must be type, not {type(given).__name__}"
            )
    _types[:] = c_parameter_type, d_parameter_type


def _samples(function, position, samples, sizes, room):
    """The sizes of samples, which are checked."""
    for at, given, kind in ((position, samples, bytes), (position + 1, sizes, tuple)):
        if not isinstance(given, kind):
            raise TypeError(
                f"{function}() argument {at} must be {kind.__name__}, not {type(given).__name__}"
            )
    try:
        room = room.__index__()
    except AttributeError:
        raise TypeError(f"'{type(room).__name__}' object cannot be interpreted as an integer")
    if room <= 0:
        raise ValueError("dict_size argument should be positive number.")
    for size in sizes:
        if not isinstance(size, int):
            raise TypeError("an integer is required")
        if size < 0:
            raise OverflowError("can't convert negative value to size_t")
    if sum(sizes) != len(samples):
        raise ValueError("The samples size tuple doesn't match the concatenation's size.")
    return [int(size) for size in sizes], bytearray(room)


def train_dict(samples_bytes, samples_sizes, dict_size, /):
    """Train a Zstandard dictionary on sample data."""
    sizes, place = _samples("train_dict", 1, samples_bytes, samples_sizes, dict_size)
    # The values of ZDICT_trainFromBuffer.
    told = (0, 8, 0, 0, 4, 0, ZSTD_CLEVEL_DEFAULT, 0, 0)
    size = _native.train(place, samples_bytes, sizes, *told, 0.0)[0]
    return bytes(place[:_checked(size, "train the Zstandard dictionary")])


def finalize_dict(custom_dict_bytes, samples_bytes, samples_sizes, dict_size, compression_level, /):
    """Finalize a Zstandard dictionary."""
    if not isinstance(custom_dict_bytes, bytes):
        raise TypeError(
            f"finalize_dict() argument 1 must be bytes, not {type(custom_dict_bytes).__name__}"
        )
    sizes, place = _samples("finalize_dict", 2, samples_bytes, samples_sizes, dict_size)
    size = _native.finalize(place, custom_dict_bytes, samples_bytes, sizes, _int(compression_level))
    return bytes(place[:_checked(size, "finalize the Zstandard dictionary")])
