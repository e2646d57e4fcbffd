"""krait: the compiled module of lz4.frame: frames of LZ4 blocks, as LZ4's doc/lz4_Frame_format.md describes them.

Every level compresses as the lowest one does.
"""

import _krait_stand_ins._lz4 as _native
import _krait_stand_ins._xxhash as _hashes
from _krait_stand_ins.lz4.block._block import bytes_of as _bytes_of

__doc__ = "A Python wrapper for the LZ4 frame protocol"

BLOCKSIZE_DEFAULT = 0
BLOCKSIZE_MAX64KB, BLOCKSIZE_MAX256KB, BLOCKSIZE_MAX1MB, BLOCKSIZE_MAX4MB = 4, 5, 6, 7
LZ4F_VERSION = 100

_MAGIC = b"\x04\x22\x4d\x18"
_HISTORY = 1 << 16
_WITHOUT_LIMIT = 1 << 62


def _sum(data):
    return int.from_bytes(_hashes.whole("32", data, 0), "big")


def _size_of(block_size):
    return 1 << 8 + 2 * block_size


def _refuse(function, what):
    raise RuntimeError(f"{function} failed with code: ERROR_{what}")


class _Compression:
    """A frame that is written."""

    def __init__(self):
        self.open = False

    def begin(self, size, block_size, linked, content_checksum, block_checksum, flushes):
        block_size = block_size or BLOCKSIZE_MAX64KB
        if not BLOCKSIZE_MAX64KB <= block_size <= BLOCKSIZE_MAX4MB:
            _refuse("LZ4F_compressBegin", "maxBlockSize_invalid")
        self.open, self.size, self.room = True, size, _size_of(block_size)
        self.linked, self.block_checksum, self.flushes = linked, block_checksum, flushes
        self.sum = _hashes.state("32", 0) if content_checksum else None
        self.pending, self.history, self.written = bytearray(), b"", 0
        flags = 0x40 | (not linked) << 5 | bool(block_checksum) << 4 | bool(size) << 3 | bool(content_checksum) << 2
        header = bytes((flags, block_size << 4)) + (size.to_bytes(8, "little") if size else b"")
        return _MAGIC + header + bytes((_sum(header) >> 8 & 255,))

    def _block(self, data):
        block = _native.compress(data, self.history)
        size = len(block)
        if size >= len(data):
            block, size = bytes(data), len(data) | 1 << 31
        if self.linked:
            self.history = (self.history + data)[-_HISTORY:]
        checksum = _sum(block).to_bytes(4, "little") if self.block_checksum else b""
        return size.to_bytes(4, "little") + block + checksum

    def add(self, data):
        if self.sum:
            self.sum.update(data)
        self.written += len(data)
        self.pending += data
        blocks = []
        while len(self.pending) >= self.room:
            blocks.append(self._block(bytes(self.pending[:self.room])))
            del self.pending[:self.room]
        if self.flushes:
            blocks.append(self.flush())
        return b"".join(blocks)

    def flush(self):
        block = self._block(bytes(self.pending)) if self.pending else b""
        self.pending.clear()
        return block

    def end(self):
        rest = self.flush() + bytes(4)
        if self.sum:
            rest += self.sum.digest()[::-1]
        self.open = False
        if self.size and self.size != self.written:
            _refuse("LZ4F_compressEnd", "frameSize_wrong")
        return rest


def _compression(context):
    if not isinstance(context, _Compression):
        raise ValueError("No valid compression context supplied")
    return context


def _given(data, as_bytearray):
    return bytearray(data) if as_bytearray else data


def create_compression_context():
    """Creates a compression context object."""
    return _Compression()


def compress_begin(
    context, source_size=0, compression_level=0, block_size=0, content_checksum=False, block_checksum=False,
    block_linked=True, auto_flush=False, return_bytearray=False,
):
    """Creates a frame header from a compression context."""
    header = _compression(context).begin(
        source_size, block_size, block_linked, content_checksum, block_checksum, auto_flush
    )
    return _given(header, return_bytearray)


def compress_chunk(context, data, return_bytearray=False):
    """Compresses a chunk of data, and returns what is compressed of it and before it."""
    data = _bytes_of(data)
    if not _compression(context).open:
        _refuse("LZ4F_compressUpdate", "compressionState_uninitialized")
    return _given(context.add(data), return_bytearray)


def compress_flush(context, end_frame=True, return_bytearray=False):
    """Flushes any buffered data, and ends the frame unless told otherwise."""
    if not _compression(context).open:
        return _given(bytes(4) if end_frame else b"", return_bytearray)
    return _given(context.end() if end_frame else context.flush(), return_bytearray)


def compress(
    data, compression_level=0, block_size=0, content_checksum=False, block_checksum=False, block_linked=True,
    store_size=True, return_bytearray=False,
):
    """Compresses data, and returns it as a complete frame."""
    data = _bytes_of(data)
    smallest = BLOCKSIZE_MAX64KB
    while smallest < block_size and len(data) > _size_of(smallest):
        smallest += 1
    linked = block_linked and len(data) > _size_of(smallest)
    context = _Compression()
    size = len(data) if store_size else 0
    header = context.begin(size, smallest, linked, content_checksum, block_checksum, False)
    return _given(header + context.add(data) + context.end(), return_bytearray)


class _Wrong(Exception):
    """What is wrong with a frame."""


class _Header:
    """What a frame begins with; None of `length` where there is not enough of it."""

    length = None

    def __init__(self, data):
        self.skippable = False
        magic = data[:4]
        self.missing = 7 - len(data)
        if len(data) < 7:
            return
        if 0x50 <= magic[0] < 0x60 and magic[1:] == b"\x2a\x4d\x18":
            self.missing = 8 - len(data)
            if len(data) >= 8:
                self.skippable, self.length = True, 8
                self.size = int.from_bytes(data[4:8], "little")
            return
        if magic != _MAGIC:
            raise _Wrong("frameType_unknown")
        flags, block = data[4], data[5]
        if flags >> 6 != 1:
            raise _Wrong("headerVersion_wrong")
        if flags & 2 or block & 0x8F:
            raise _Wrong("reservedFlag_set")
        length = 7 + (flags >> 3 & 1) * 8 + (flags & 1) * 4
        self.missing = length - len(data)
        if len(data) < length:
            return
        if block >> 4 < BLOCKSIZE_MAX64KB:
            raise _Wrong("maxBlockSize_invalid")
        if _sum(data[4:length - 1]) >> 8 & 255 != data[length - 1]:
            raise _Wrong("headerChecksum_invalid")
        self.linked, self.block_checksum = not flags >> 5 & 1, bool(flags >> 4 & 1)
        self.content_checksum, self.block_size = bool(flags >> 2 & 1), block >> 4
        self.size = int.from_bytes(data[6:14], "little") if flags >> 3 & 1 else 0
        self.length = length


class _Decompression:
    """A frame that is read."""

    def __init__(self):
        self.reset()

    def reset(self):
        # What is given, and how much of it is read.
        self.input, self.at, self.header, self.ended = bytearray(), 0, None, False
        self.history, self.output, self.sum, self.read, self.hint = b"", bytearray(), None, 0, 7

    def _part(self, size):
        """So many bytes of the input, or None and how many are missing in `hint`."""
        part = bytes(self.input[self.at:self.at + size])
        if len(part) < size:
            self.hint = size - len(part)
            return None
        self.at += size
        return part

    def _begin(self):
        header = _Header(bytes(self.input[:19]))
        if header.length is None:
            self.hint = header.missing
            return False
        if header.skippable:
            self.ended = self._part(8 + header.size) is not None
            return self.ended
        self.at += header.length
        self.header, self.hint = header, 4
        self.sum = _hashes.state("32", 0) if header.content_checksum else None
        return True

    def _step(self):
        """Reads the header, a block or the end; says whether there was one of them."""
        header = self.header
        if header is None:
            return self._begin()
        word = self.input[self.at:self.at + 4]
        if len(word) < 4:
            self.hint = 4 - len(word)
            return False
        size = int.from_bytes(word, "little")
        if not size:
            if header.size and self.read != header.size:
                raise _Wrong("frameSize_wrong")
            end = self._part(8 if self.sum else 4)
            if end is None:
                return False
            if self.sum and self.sum.digest()[::-1] != end[4:]:
                raise _Wrong("contentChecksum_invalid")
            self.ended, self.hint = True, 0
            return True
        plain, size, room = size >> 31, size & 0x7FFFFFFF, _size_of(header.block_size)
        if size > room:
            raise _Wrong("maxBlockSize_invalid")
        block = self._part(4 + size + 4 * header.block_checksum)
        if block is None:
            self.hint += 4
            return False
        data = block[4:4 + size]
        if header.block_checksum and _sum(data).to_bytes(4, "little") != block[-4:]:
            raise _Wrong("blockChecksum_invalid")
        if not plain:
            data = _native.decompress(data, room, self.history)
            if data is None:
                raise _Wrong("decompressionFailed")
        if header.linked:
            self.history = (self.history + data)[-_HISTORY:]
        if self.sum:
            self.sum.update(data)
        self.read += len(data)
        self.output += data
        self.hint = 4
        return True

    def add(self, data, limit):
        """At most `limit` bytes of what the data means, and how much of the data was taken."""
        self.input += data
        while not self.ended and len(self.output) < limit and self._step():
            pass
        given = bytes(self.output[:limit])
        del self.output[:limit]
        taken = len(data)
        if self.ended or len(given) == limit:
            # What is not read stays with the caller.
            back = min(len(self.input) - self.at, len(data))
            taken -= back
            del self.input[len(self.input) - back:]
        del self.input[:self.at]
        self.at = 0
        return given, taken, self.ended and not self.output


def create_decompression_context():
    """Creates a decompression context object."""
    return _Decompression()


def reset_decompression_context(context):
    """Resets a decompression context object for a new frame."""
    _decompression(context).reset()


def _decompression(context):
    if not isinstance(context, _Decompression):
        raise ValueError("No valid decompression context supplied")
    return context


def decompress_chunk(context, data, max_length=-1, return_bytearray=False):
    """Decompresses part of a frame: the data, how much was read, and whether the frame has ended."""
    data = _bytes_of(data)
    limit = _WITHOUT_LIMIT if max_length < 0 else max_length
    if _decompression(context).ended and not context.output:
        context.reset()
    try:
        read, taken, ended = context.add(data, limit)
    except _Wrong as wrong:
        context.reset()
        _refuse("LZ4F_decompress", wrong)
    return _given(read, return_bytearray), taken, ended


def get_frame_info(frame):
    """Given a frame of compressed data, returns information about the frame."""
    try:
        header = _Header(bytes(_bytes_of(frame)[:19]))
    except _Wrong as wrong:
        _refuse("LZ4F_getFrameInfo", wrong)
    if header.length is None:
        _refuse("LZ4F_getFrameInfo", "frameHeader_incomplete")
    plain = header.skippable
    return {
        "block_size": _HISTORY if plain else _size_of(header.block_size),
        "block_size_id": BLOCKSIZE_MAX64KB if plain else header.block_size,
        "block_linked": plain or header.linked,
        "content_checksum": not plain and header.content_checksum,
        "block_checksum": not plain and header.block_checksum,
        "skippable": plain,
        "content_size": 0 if plain else header.size,
    }


def decompress(data, return_bytearray=False, return_bytes_read=False):
    """Decompresses a frame of data, and returns it as a string of bytes."""
    data = _bytes_of(data)
    get_frame_info(data)
    context = _Decompression()
    try:
        read, taken, ended = context.add(data, _WITHOUT_LIMIT)
    except _Wrong as wrong:
        _refuse("LZ4F_decompress", wrong)
    if not ended:
        raise RuntimeError(f"Frame incomplete. LZ4F_decompress returned: {context.hint}")
    read = _given(read, return_bytearray)
    return (read, taken) if return_bytes_read else read
