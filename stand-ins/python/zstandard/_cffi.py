"""krait: what zstandard's Python half takes from cffi: `ffi`, for memory and structures, and `lib`, libzstd's functions.

A structure is an object with its fields, memory is a bytearray, and a result below zero is an error.
"""

import _krait_stand_ins._zstd as _native
from _krait_stand_ins.zstandard import _numbers

_UNKNOWN, _ERROR = (1 << 64) - 1, (1 << 64) - 2
_MAGIC = b"\x28\xb5\x2f\xfd"
_PREFIX_UNKNOWN, _UNSUPPORTED, _WINDOW_TOO_LARGE = -10, -14, -16


class _Memory(bytearray):
    def __add__(self, offset):
        return memoryview(self)[offset:]


class _Structure:
    """A structure, and the pointer to it: its only item is itself."""

    src = dst = None

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return 0

    def __getitem__(self, index):
        return self


class _Samples(_Structure):
    def __init__(self):
        self.zParams = _Structure()


class _Foreign:
    NULL = None
    _KINDS = {"char[]": _Memory, "size_t[]": lambda count: [0] * count, "ZDICT_fastCover_params_t *": _Samples}

    def new(self, kind, *size):
        if kind == "int *":
            return [0]
        return self._KINDS.get(kind, _Structure)(*size)

    def new_allocator(self, should_clear_after_alloc=True):
        return self.new

    def gc(self, value, free, size=0):
        return value

    def buffer(self, memory, size):
        # What is taken of it is always a copy.
        return bytes(memoryview(memory)[:size])

    def from_buffer(self, data):
        if isinstance(data, str):
            raise TypeError("a bytes-like object is required, not 'str'")
        view = memoryview(data)
        return view.cast("B") if view.nbytes else view

    def memmove(self, to, data, size):
        view = memoryview(to)
        if view.readonly:
            raise TypeError("buffer is not a read-write bytes-like object")
        if size:
            view[:size] = data

    def string(self, text):
        return text

    def addressof(self, value, index=None):
        return value


def frame_header(header, data, size, magicless):
    """Reads a frame's header (RFC 8878, 3.1.1): 0, how many bytes it takes, or an error."""
    start = 0 if magicless else 4
    data = bytes(data[:18])
    if not magicless:
        magic = data[:4]
        skippable = len(magic) < 4 or magic[1:4] == b"\x2a\x4d\x18"
        if magic != _MAGIC[:len(magic)] and not (skippable and (not magic or 0x50 <= magic[0] < 0x60)):
            return _PREFIX_UNKNOWN
        if len(data) > 3 and magic != _MAGIC:
            if len(data) < 8:
                return 8
            header.frameContentSize = int.from_bytes(data[4:8], "little")
            header.windowSize = header.checksumFlag = 0
            header.dictID, header.headerSize = magic[0] - 0x50, 8
            return 0
    if len(data) <= start:
        return start + 1
    flags = data[start]
    single = flags >> 5 & 1
    of_dictionary = (0, 1, 2, 4)[flags & 3]
    of_content = (single, 2, 4, 8)[flags >> 6]
    length = start + 1 + (not single) + of_dictionary + of_content
    if len(data) < length:
        return length
    if flags & 8:
        return _UNSUPPORTED
    at = start + 1
    if not single:
        exponent = (data[at] >> 3) + 10
        if exponent > 31:
            return _WINDOW_TOO_LARGE
        window = (1 << exponent) + (1 << exponent >> 3) * (data[at] & 7)
        at += 1
    header.dictID = int.from_bytes(data[at:at + of_dictionary], "little")
    at += of_dictionary
    content = int.from_bytes(data[at:at + of_content], "little") if of_content else _UNKNOWN
    header.frameContentSize = content + 256 if of_content == 2 else content
    header.windowSize = header.frameContentSize if single else window
    header.checksumFlag, header.headerSize = flags >> 2 & 1, length
    return 0


def _part(buffer, field):
    memory = getattr(buffer, field)
    return (b"" if memory is None else memory), buffer.size, buffer.pos


class _Library(_numbers.Numbers):
    """libzstd: its functions under their names."""

    ZSTD_CONTENTSIZE_UNKNOWN, ZSTD_CONTENTSIZE_ERROR = _UNKNOWN, _ERROR
    ZSTD_MAGICNUMBER = 0xFD2FB528
    ZSTD_BLOCKSIZELOG_MAX, ZSTD_BLOCKSIZE_MAX = 17, 1 << 17
    ZSTD_WINDOWLOG_MIN, ZSTD_WINDOWLOG_MAX = 10, 31
    ZSTD_CHAINLOG_MIN, ZSTD_CHAINLOG_MAX = 6, 30
    ZSTD_HASHLOG_MIN, ZSTD_HASHLOG_MAX = 6, 30
    ZSTD_SEARCHLOG_MIN, ZSTD_SEARCHLOG_MAX = 1, 30
    ZSTD_MINMATCH_MIN, ZSTD_MINMATCH_MAX = 3, 7
    ZSTD_TARGETLENGTH_MIN, ZSTD_TARGETLENGTH_MAX = 0, 1 << 17
    ZSTD_LDM_MINMATCH_MIN, ZSTD_LDM_MINMATCH_MAX = 4, 4096
    ZSTD_LDM_BUCKETSIZELOG_MAX = 8
    ZSTD_dct_auto, ZSTD_dct_rawContent, ZSTD_dct_fullDict = 0, 1, 2
    ZSTD_dlm_byCopy, ZSTD_dlm_byRef = 0, 1
    ZSTD_f_zstd1, ZSTD_f_zstd1_magicless = 0, 1
    ZSTD_e_continue, ZSTD_e_flush, ZSTD_e_end = 0, 1, 2
    ZSTD_reset_session_only = 1
    ZSTD_defaultCMem = None
    ZSTD_c_format, ZSTD_c_forceMaxWindow = 10, 1000
    ZSTD_d_format = 1000

    def __init__(self):
        sizes = _native.sizes()
        names = ("CStreamInSize", "CStreamOutSize", "DStreamInSize", "DStreamOutSize", "maxCLevel", "estimateDCtxSize")
        for name, size in zip(names, sizes):
            setattr(self, f"ZSTD_{name}", lambda size=size: size)
        self.ZSTD_compressBound = _native.bound
        self.ZSTD_createCCtx, self.ZSTD_createDCtx = _native.compressor, _native.decompressor
        self.ZSTD_createCCtxParams = _native.parameters
        self.ZDICT_getErrorName = self.ZSTD_getErrorName
        self.ZDICT_isError = self.ZSTD_isError

    def ZSTD_isError(self, result):
        return result < 0

    def ZSTD_getErrorName(self, result):
        return _native.error_name(result).encode()

    def ZSTD_freeCCtx(self, context):
        return 0

    ZSTD_freeDCtx = ZSTD_freeCCtxParams = ZSTD_freeCDict = ZSTD_freeDDict = ZSTD_freeCCtx

    def ZSTD_sizeof_CCtx(self, context):
        return context.size()

    ZSTD_sizeof_DCtx = ZSTD_sizeof_CDict = ZSTD_sizeof_DDict = ZSTD_sizeof_CCtx

    def ZSTD_CCtxParams_setParameter(self, parameters, number, value):
        if not -(1 << 31) <= value < 1 << 31:
            raise OverflowError(f"integer {value} does not fit 'int'")
        return parameters.set(number, value)

    def ZSTD_CCtxParams_getParameter(self, parameters, number, place):
        result, place[0] = parameters.get(number)
        return result

    def ZSTD_estimateCCtxSize_usingCCtxParams(self, parameters):
        return parameters.estimate()

    def ZSTD_CCtx_setParametersUsingCCtxParams(self, context, parameters):
        return context.apply(parameters)

    def ZSTD_CCtx_loadDictionary_advanced(self, context, data, size, method, kind):
        return context.load(data, kind)

    def ZSTD_CCtx_refCDict(self, context, dictionary):
        return context.refer(dictionary)

    ZSTD_DCtx_refDDict = ZSTD_CCtx_refCDict

    def ZSTD_CCtx_setPledgedSrcSize(self, context, size):
        return context.pledge(size)

    def ZSTD_CCtx_reset(self, context, what):
        return context.reset(what)

    ZSTD_DCtx_reset = ZSTD_CCtx_reset

    def ZSTD_DCtx_setMaxWindowSize(self, context, size):
        return context.limit(size)

    def ZSTD_DCtx_setParameter(self, context, number, value):
        return context.set(number, value)

    def ZSTD_compressStream2(self, context, output, input, mode):
        result, output.pos, input.pos = context.stream(*_part(output, "dst"), *_part(input, "src"), mode)
        return result

    def ZSTD_decompressStream(self, context, output, input):
        result, output.pos, input.pos = context.stream(*_part(output, "dst"), *_part(input, "src"))
        return result

    def ZSTD_getFrameProgression(self, context):
        told = _Structure()
        told.ingested, told.consumed, told.produced = context.progression()
        return told

    def ZSTD_getCParams(self, level, size, dictionary_size):
        found = _Structure()
        (
            found.windowLog, found.chainLog, found.hashLog, found.searchLog, found.minMatch, found.targetLength,
            found.strategy,
        ) = _native.finder(level, size, dictionary_size)
        return found

    def ZSTD_createCDict_advanced(self, data, size, method, kind, finder, memory):
        numbers = (
            finder.windowLog, finder.chainLog, finder.hashLog, finder.searchLog, finder.minMatch,
            finder.targetLength, finder.strategy,
        )
        return _native.compression_dictionary(data, kind, *numbers)

    def ZSTD_createDDict_advanced(self, data, size, method, kind, memory):
        return _native.decompression_dictionary(data, kind)

    def ZDICT_getDictID(self, data, size):
        return _native.dictionary_id(data)

    def ZDICT_optimizeTrainFromBuffer_fastCover(self, place, room, samples, sizes, count, wanted):
        told = wanted.zParams
        numbers = (
            wanted.k, wanted.d, wanted.f, wanted.accel, wanted.steps, wanted.nbThreads, told.compressionLevel,
            told.notificationLevel, told.dictID,
        )
        result, wanted.k, wanted.d = _native.train(place, samples, sizes, *numbers, float(wanted.splitPoint))
        return result

    def ZSTD_getFrameHeader_advanced(self, header, data, size, format):
        return frame_header(header, data, size, format)

    def ZSTD_getFrameHeader(self, header, data, size):
        return frame_header(header, data, size, 0)

    def ZSTD_getFrameContentSize(self, data, size):
        header = _Structure()
        if frame_header(header, data, size, 0):
            return _ERROR
        return 0 if data[:4] != _MAGIC else header.frameContentSize

    def ZSTD_frameHeaderSize(self, data, size):
        if size < 5:
            return -72
        flags = data[4]
        single = flags >> 5 & 1
        return 5 + (not single) + (0, 1, 2, 4)[flags & 3] + (single, 2, 4, 8)[flags >> 6]


ffi, lib = _Foreign(), _Library()
