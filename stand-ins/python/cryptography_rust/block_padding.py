"""krait: padding of the last block, by PKCS #7 and ANSI X9.23."""

from _krait_stand_ins.cryptography_rust.values import already_finalized, data as bytes_of, size


class _Padding:
    __module__ = "builtins"

    def __init__(self, block_size):
        self._size = size(block_size) // 8
        self._seen = 0

    def update(self, data):
        if self._seen is None:
            raise already_finalized()
        self._seen += len(bytes_of(data))
        return data

    def finalize(self):
        seen, self._seen = self._seen, None
        if seen is None:
            raise already_finalized()
        return self._fill(self._size - seen % self._size)


class PKCS7PaddingContext(_Padding):
    __module__ = "builtins"

    @staticmethod
    def _fill(count):
        return bytes([count]) * count


class ANSIX923PaddingContext(_Padding):
    __module__ = "builtins"

    @staticmethod
    def _fill(count):
        return bytes(count - 1) + bytes([count])


class _Unpadding:
    __module__ = "builtins"

    def __init__(self, block_size):
        self._size = size(block_size) // 8
        self._rest = bytearray()

    def update(self, data):
        if self._rest is None:
            raise already_finalized()
        self._rest += bytes_of(data)
        # The last block is kept: it may be the one that is padded.
        whole = max(0, len(self._rest) // self._size - 1) * self._size
        result = bytes(self._rest[:whole])
        del self._rest[:whole]
        return result

    def finalize(self):
        rest, self._rest = self._rest, None
        if rest is None:
            raise already_finalized()
        count = rest[-1] if rest else 0
        # Every byte is looked at, whatever the padding is, so that the time tells little of it.
        wrong = len(rest) != self._size or not 1 <= count <= self._size
        for place, byte in enumerate(reversed(rest)):
            wrong |= (place < count) & (byte != self._expected(place, count))
        if wrong:
            raise ValueError("Invalid padding bytes.")
        return bytes(rest[:self._size - count])


class PKCS7UnpaddingContext(_Unpadding):
    __module__ = "builtins"

    @staticmethod
    def _expected(place, count):
        return count


class ANSIX923UnpaddingContext(_Unpadding):
    __module__ = "builtins"

    @staticmethod
    def _expected(place, count):
        return 0 if place else count


def check_ansix923_padding(data):
    """Whether a block is padded: what the package asks for before version 45."""
    context = ANSIX923UnpaddingContext(8 * len(data))
    context.update(data)
    try:
        context.finalize()
    except ValueError:
        return False
    return True
