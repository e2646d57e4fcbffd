"""krait: audioop's module, which Python had until 3.13."""

import math as _math
from array import array as _array

_TYPES = {1: "b", 2: "h", 4: "i"}
_MOST = (1 << 31) - 1


class error(Exception):
    __module__ = "audioop"


def _data(fragment):
    if isinstance(fragment, str):
        raise TypeError("a bytes-like object is required, not 'str'")
    if isinstance(fragment, bytes):
        return fragment
    try:
        return bytes(memoryview(fragment))
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not '{type(fragment).__name__}'")


def _place(value):
    if not hasattr(value, "__index__"):
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
    return value.__index__()


def _index(value):
    value = _place(value)
    if not -_MOST - 1 <= value <= _MOST:
        raise OverflowError("Python int too large to convert to C int")
    return value


def _width(width):
    width = _index(width)
    if not 1 <= width <= 4:
        raise error("Size should be 1, 2, 3 or 4")
    return width


def _read(fragment, width):
    """The samples, and their width."""
    fragment, width = _data(fragment), _width(width)
    if len(fragment) % width:
        raise error("not a whole number of frames")
    return _samples(fragment, width), width


def _samples(data, width):
    if width != 3:
        return _array(_TYPES[width], data)
    of = int.from_bytes
    return [of(data[i : i + 3], "little", signed=True) for i in range(0, len(data), 3)]


def _write(samples, width):
    """The bytes of samples that fit."""
    if width != 3:
        return _array(_TYPES[width], samples).tobytes()
    return b"".join([(sample & 0xFFFFFF).to_bytes(3, "little") for sample in samples])


def _bounds(width):
    most = (1 << (8 * width - 1)) - 1
    return -most - 1, most


def _bound(value, least, most):
    if value > most:
        return most
    if value < least + 1.0:
        return least
    if value != value:
        # What is no number becomes the least of 32 bits, and the lower ones of those are 0.
        return least if most == _MOST else 0
    return _math.floor(value)


def _divided(a, b):
    if b:
        return a / b
    return _math.nan if a == 0 or a != a else _math.copysign(_math.inf, a)


def _wide(samples, width):
    """Samples of 32 bits."""
    shift = 32 - 8 * width
    return [sample << shift for sample in samples]


def _write_wide(samples, width):
    shift = 32 - 8 * width
    return _write([sample >> shift for sample in samples], width)


def getsample(fragment, width, index, /):
    samples, _ = _read(fragment, width)
    index = _place(index)
    if not 0 <= index < len(samples):
        raise error("Index out of range")
    return samples[index]


# A function of the module has the name, too.
_max_of, _min_of = max, min


def max(fragment, width, /):
    samples, _ = _read(fragment, width)
    return _max_of(map(abs, samples), default=0)


def minmax(fragment, width, /):
    samples, _ = _read(fragment, width)
    if not samples:
        return _MOST, -_MOST - 1
    return _min_of(samples), _max_of(samples)


def avg(fragment, width, /):
    samples, _ = _read(fragment, width)
    return _math.floor(float(sum(samples)) / len(samples)) if samples else 0


def rms(fragment, width, /):
    samples, _ = _read(fragment, width)
    if not samples:
        return 0
    total = float(sum([sample * sample for sample in samples]))
    return int(_math.sqrt(total / len(samples)))


def _product(a, b, start=0):
    """The sum of products with a part of `a` that is as long as `b`."""
    return float(sum([x * y for x, y in zip(a[start : start + len(b)], b)]))


def _even(fragment):
    if len(fragment) & 1:
        raise error("Strings should be even-sized")
    return _samples(fragment, 2)


def findfit(fragment, reference, /):
    fragment, reference = _data(fragment), _data(reference)
    a, b = _even(fragment), _even(reference)
    if len(a) < len(b):
        raise error("First sample should be longer")
    own, power = _product(b, b), _product(a, b and a[: len(b)])

    def distance(start):
        both = _product(a, b, start)
        return _divided(own * power - both * both, power)

    best, at = distance(0), 0
    for start in range(1, len(a) - len(b) + 1):
        gone, come = float(a[start - 1]), float(a[start + len(b) - 1])
        power += come * come - gone * gone
        now = distance(start)
        if now < best:
            best, at = now, start
    return at, _divided(_product(a, b, at), own)


def findfactor(fragment, reference, /):
    fragment, reference = _data(fragment), _data(reference)
    if len(fragment) & 1 or len(reference) & 1:
        raise error("Strings should be even-sized")
    if len(fragment) != len(reference):
        raise error("Samples should be same size")
    a, b = _samples(fragment, 2), _samples(reference, 2)
    return _divided(_product(a, b), _product(b, b))


def findmax(fragment, length, /):
    a, length = _even(_data(fragment)), _place(length)
    if length < 0 or len(a) < length:
        raise error("Input sample should be longer")
    part = a[:length]
    now = _product(part, part)
    best, at = now, 0
    for start in range(1, len(a) - length + 1):
        gone, come = float(a[start - 1]), float(a[start + length - 1])
        now += come * come - gone * gone
        if now > best:
            best, at = now, start
    return at


def _steps(samples):
    """The distances between one extreme value and the next."""
    if len(samples) < 2:
        return
    last, extreme, falls = samples[0], None, None
    for sample in samples:
        if sample == last:
            continue
        falling = sample < last
        if falls is not None and falls != falling:
            if extreme is not None:
                yield abs(last - extreme)
            extreme = last
        last, falls = sample, falling


def avgpp(fragment, width, /):
    samples, _ = _read(fragment, width)
    steps = list(_steps(samples))
    return int(float(sum(steps)) / len(steps)) if steps else 0


def maxpp(fragment, width, /):
    samples, _ = _read(fragment, width)
    return _max_of(_steps(samples), default=0)


def cross(fragment, width, /):
    samples, _ = _read(fragment, width)
    count, negative = -1, None
    for sample in samples:
        if (sample < 0) is not negative:
            count, negative = count + 1, sample < 0
    return count


def _number(value):
    if isinstance(value, (int, float)):
        return float(value)
    if not hasattr(value, "__float__") and not hasattr(value, "__index__"):
        raise TypeError(f"must be real number, not {type(value).__name__}")
    return float(value)


def mul(fragment, width, factor, /):
    factor = _number(factor)
    samples, width = _read(fragment, width)
    least, most = _bounds(width)
    return _write([_bound(sample * factor, least, most) for sample in samples], width)


def tomono(fragment, width, lfactor, rfactor, /):
    left, right = _number(lfactor), _number(rfactor)
    samples, width = _read(fragment, width)
    if len(samples) & 1:
        raise error("not a whole number of frames")
    least, most = _bounds(width)
    pairs = zip(samples[::2], samples[1::2])
    return _write([_bound(a * left + b * right, least, most) for a, b in pairs], width)


def tostereo(fragment, width, lfactor, rfactor, /):
    left, right = _number(lfactor), _number(rfactor)
    samples, width = _read(fragment, width)
    least, most = _bounds(width)
    both = [_bound(sample * factor, least, most) for sample in samples for factor in (left, right)]
    return _write(both, width)


def add(fragment1, fragment2, width, /):
    fragment1, fragment2 = _data(fragment1), _data(fragment2)
    a, width = _read(fragment1, width)
    if len(fragment1) != len(fragment2):
        raise error("Lengths should be the same")
    least, most = _bounds(width)
    sums = [x + y for x, y in zip(a, _samples(fragment2, width))]
    return _write([least if each < least else most if each > most else each for each in sums], width)


def bias(fragment, width, bias, /):
    fragment, width, bias = _data(fragment), _index(width), _index(bias)
    samples, width = _read(fragment, width)
    least, most = _bounds(width)
    return _write([((each + bias - least) & (most - least)) + least for each in samples], width)


def reverse(fragment, width, /):
    samples, width = _read(fragment, width)
    return _write(samples[::-1], width)


def byteswap(fragment, width, /):
    fragment = _data(fragment)
    _, width = _read(fragment, width)
    swapped = bytearray(len(fragment))
    for i in range(width):
        swapped[i::width] = fragment[width - 1 - i :: width]
    return bytes(swapped)


def lin2lin(fragment, width, newwidth, /):
    fragment, width, newwidth = _data(fragment), _index(width), _index(newwidth)
    samples, width = _read(fragment, width)
    return _write_wide(_wide(samples, width), _width(newwidth))


def _state(state, words="state must be a tuple or None"):
    if not isinstance(state, tuple):
        raise TypeError(words)
    return state


def ratecv(fragment, width, nchannels, inrate, outrate, state, weightA=1, weightB=0, /):
    fragment, width, channels = _data(fragment), _width(width), _index(nchannels)
    inrate, outrate = _index(inrate), _index(outrate)
    new, old = _index(weightA), _index(weightB)
    if channels < 1:
        raise error("# of channels should be >= 1")
    if width * channels > _MOST:
        raise OverflowError("width * nchannels too big for a C int")
    if new < 1 or old < 0:
        raise error("weightA should be >= 1, weightB should be >= 0")
    if len(fragment) % (width * channels):
        raise error("not a whole number of frames")
    if inrate <= 0 or outrate <= 0:
        raise error("sampling rate not > 0")
    common = _math.gcd(inrate, outrate)
    inrate, outrate = inrate // common, outrate // common
    common = _math.gcd(new, old)
    new, old = float(new // common), float(old // common)
    if state is None:
        ahead, before, now = -outrate, [0] * channels, [0] * channels
    else:
        ahead, both = _state(state)
        if len(_state(both)) != channels:
            raise error("illegal state argument")
        before, now = ([_index(_state(each)[i]) for each in both] for i in (0, 1))
    samples = _wide(_samples(fragment, width), width)
    out, place, every = [], 0, range(channels)
    while True:
        while ahead < 0:
            if place == len(samples):
                return _write_wide(out, width), (ahead, tuple(zip(before, now)))
            before = now
            now = [int((new * samples[place + i] + old * before[i]) / (new + old)) for i in every]
            place += channels
            ahead += outrate
        while ahead >= 0:
            rest = float(outrate - ahead)
            out += [int((before[i] * float(ahead) + now[i] * rest) / outrate) for i in every]
            ahead -= inrate


def _segment(value):
    """How many bits there are above the fifth."""
    return _max_of(value.bit_length() - 5, 0)


def _to_ulaw(value):
    mask = 0x7F if value < 0 else 0xFF
    value = _min_of(abs(value), 8159) + 33
    segment = _max_of(value.bit_length() - 6, 0)
    if segment >= 8:
        return 0x7F ^ mask
    return (segment << 4 | value >> segment + 1 & 15) ^ mask


def _to_alaw(value):
    mask = 0xD5 if value >= 0 else 0x55
    value = value if value >= 0 else -value - 1
    segment = _segment(value)
    if segment >= 8:
        return 0x7F ^ mask
    return (segment << 4 | value >> _max_of(segment, 1) & 15) ^ mask


def _of_ulaw(byte):
    byte ^= 0xFF
    value = ((byte & 15) << 3) + 0x84 << (byte >> 4 & 7)
    return 0x84 - value if byte & 0x80 else value - 0x84


def _of_alaw(byte):
    byte ^= 0x55
    segment = byte >> 4 & 7
    value = ((byte & 15) << 4) + (0x108 if segment else 8) << _max_of(segment - 1, 0)
    return value if byte & 0x80 else -value


def lin2ulaw(fragment, width, /):
    samples, width = _read(fragment, width)
    return bytes([_to_ulaw(sample >> 18) for sample in _wide(samples, width)])


def ulaw2lin(fragment, width, /):
    fragment, width = _data(fragment), _width(width)
    return _write_wide([_of_ulaw(byte) << 16 for byte in fragment], width)


def lin2alaw(fragment, width, /):
    samples, width = _read(fragment, width)
    return bytes([_to_alaw(sample >> 19) for sample in _wide(samples, width)])


def alaw2lin(fragment, width, /):
    fragment, width = _data(fragment), _width(width)
    return _write_wide([_of_alaw(byte) << 16 for byte in fragment], width)


_INDEX_STEPS = (-1, -1, -1, -1, 2, 4, 6, 8)
# Of the Interactive Multimedia Association: each is a tenth more than the one before.
_STEPS = (
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107,
    118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963,
    1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894,
    6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794,
    32767,
)  # fmt: skip


def _adpcm_state(state, function):
    if state is None:
        return 0, 0
    if len(_state(state)) != 2:
        raise TypeError(f"{function}(): illegal state argument")
    value, index = map(_index, state)
    if not -0x8000 <= value < 0x8000 or not 0 <= index < len(_STEPS):
        raise ValueError("bad state")
    return value, index


def _next(value, index, code):
    """What a code of four bits says after a state."""
    step = _STEPS[index]
    change = (step >> 3) + (step if code & 4 else 0) + (step >> 1 if code & 2 else 0) + (step >> 2 if code & 1 else 0)
    value = _max_of(value - change, -0x8000) if code & 8 else _min_of(value + change, 0x7FFF)
    return value, _min_of(_max_of(index + _INDEX_STEPS[code & 7], 0), len(_STEPS) - 1)


def lin2adpcm(fragment, width, state, /):
    samples, width = _read(fragment, width)
    value, index = _adpcm_state(state, "lin2adpcm")
    codes = []
    for sample in _wide(samples, width):
        difference, step, code = (sample >> 16) - value, _STEPS[index], 0
        if difference < 0:
            difference, code = -difference, 8
        for bit in (4, 2, 1):
            if difference >= step:
                difference, code = difference - step, code | bit
            step >>= 1
        codes.append(code)
        value, index = _next(value, index, code)
    return bytes([a << 4 | b for a, b in zip(codes[::2], codes[1::2])]), (value, index)


def adpcm2lin(fragment, width, state, /):
    fragment, width = _data(fragment), _width(width)
    value, index = _adpcm_state(state, "adpcm2lin")
    out = []
    for byte in fragment:
        for code in (byte >> 4, byte & 15):
            value, index = _next(value, index, code)
            out.append(value << 16)
    return _write_wide(out, width), (value, index)
