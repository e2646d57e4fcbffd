"""krait: the compiled module of lz4.block. Every mode compresses as the default one does."""

import _krait_stand_ins._lz4 as _native

_MODES = ("default", "fast", "high_compression")
_LARGEST = 0x7E000000


class LZ4BlockError(Exception):
    """Call to LZ4 library failed."""

    __module__ = "_block"


def bytes_of(value):
    """The bytes of what has a buffer."""
    if isinstance(value, (bytes, bytearray)):
        return value
    try:
        return memoryview(value).cast("B")
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not '{type(value).__name__}'")


def _before(value):
    if value is None:
        return b""
    return value.encode() if isinstance(value, str) else bytes_of(value)


def compress(
    source, mode="default", store_size=True, acceleration=1, compression=9, return_bytearray=False, dict=None
):
    """Compress source, returning the compressed data as a string."""
    source = bytes_of(source)
    if mode not in _MODES:
        raise ValueError(f"Invalid mode argument: {mode}. Must be one of: standard, fast, high_compression")
    if len(source) > _LARGEST:
        raise OverflowError("Input too large for LZ4 API")
    written = _native.compress(source, _before(dict))
    if store_size:
        written = len(source).to_bytes(4, "little") + written
    return bytearray(written) if return_bytearray else written


def decompress(source, uncompressed_size=-1, return_bytearray=False, dict=None):
    """Decompress source, returning the uncompressed data as a string."""
    source = bytes_of(source)
    if uncompressed_size >= 0:
        size = uncompressed_size
    elif len(source) < 4:
        raise ValueError("Input source data size too small")
    else:
        size = int.from_bytes(source[:4], "little")
        source = source[4:]
    if not 0 <= size < 1 << 31:
        raise ValueError(f"Invalid size: 0x{size}")
    read = _native.decompress(source, size, _before(dict)) if source else None
    if read is None:
        raise LZ4BlockError(
            "Decompression failed: corrupt input or insufficient space in destination buffer. "
            f"Error code: {1 if len(source) < 2 else 2}"
        )
    if uncompressed_size < 0 and len(read) != size:
        raise LZ4BlockError(f"Decompressor wrote {len(read)} bytes, but {size} bytes expected from header")
    return bytearray(read) if return_bytearray else read
