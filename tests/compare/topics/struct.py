"""struct and array: packing and unpacking in every format."""

PRELUDE = """
import array, struct
"""

CODES = "xcbB?hHiIlLqQnNefdspPF"


def shown_format(draw):
    prefix = draw.of(("", "", "<", ">", "!", "=", "@"))
    parts = []
    for _ in range(draw.some(5, 1)):
        parts.append(draw.of(("", "", "", "", "2", "3", "0", "1", " ")) + (draw.of(CODES) if draw.chance(0.97) else draw.of("zZ%\xe9 -")))
    text = prefix + "".join(parts)
    return repr(text.encode()) if draw.chance(0.05) else ascii(text)


def value(draw):
    number = draw.random()
    if number < 0.5:
        return draw.integer()
    if number < 0.75:
        return draw.float()
    if number < 0.9:
        return repr(draw.raw_bytes())
    return draw.any()


def fitting(draw, shown):
    """Values that go with the format, mostly."""
    values, count = [], ""
    for code in shown[1:-1].lstrip("<>!=@b'"):
        if code.isdigit():
            count += code
            continue
        times = int(count or 1)
        count = ""
        if code in "sp":
            values.append(repr(draw.raw_bytes()))
        elif code == "c":
            values += [repr(draw.randbytes(1)) for _ in range(times)]
        elif code in "efd":
            values += [draw.float() if draw.chance(0.9) else draw.real() for _ in range(times)]
        elif code == "?":
            values += [draw.of(("True", "False", "0", "[]", "'a'", "None")) for _ in range(times)]
        elif code != "x" and code != " ":
            values += [str(draw.randint(-130, 260)) if draw.chance(0.6) else draw.integer() for _ in range(times)]
    if draw.chance(0.05):
        values = [value(draw) for _ in range(draw.below(4))]
    return values


ARRAY_CODES = "bBuwhHiIlLqQfd"


def array(draw):
    code = draw.of(ARRAY_CODES) if draw.chance(0.97) else draw.of(("x", "", "ab", "\xe9"))
    if code in ("u", "w"):
        start = draw.text()
        item = draw.character()
    else:
        numbers = [draw.float() if code in "fd" else str(draw.randint(-3, 130)) for _ in range(draw.some(5))]
        start = f"[{', '.join(numbers)}]" if draw.chance(0.9) else draw.bytes()
        item = draw.float() if code in "fd" else draw.of((str(draw.randint(-3, 300)), draw.integer()))
    method = draw.of((f"append({item})", f"extend([{item}])", f"insert({draw.index()}, {item})", f"index({item})", f"count({item})", f"remove({item})", f"pop({draw.index()})", "reverse()", "byteswap()", "tobytes()", "tolist()",
                      f"frombytes({draw.bytes()})", f"fromlist([{item}])", "tounicode()", f"__getitem__({draw.index()})", f"__setitem__({draw.index()}, {item})", f"__mul__({draw.count()})", f"__add__(array.array('b', [1]))", "buffer_info()[1]",
                      f"__contains__({item})", "itemsize", "typecode", f"__getitem__(slice({draw.index()}, {draw.index()}, {draw.of((1, -1, 2))}))", f"__eq__(array.array('d', [1.0]))", "clear()", "__repr__()", "__reduce_ex__(3)[1]"))
    return f"with_after(array.array({ascii(code)}, {start}), lambda it: it.{method})"


def program(draw):
    number = draw.random()
    shown = shown_format(draw)
    if number < 0.45:
        return f"struct.pack({', '.join([shown, *fitting(draw, shown)])})"
    if number < 0.6:
        data = repr(draw.randbytes(draw.some(40)))
        return f"struct.unpack_from({shown}, {data}, {draw.of((0, 0, 1, -1, -8, 100))})" if draw.chance(0.8) else f"struct.unpack({shown}, {data})"
    if number < 0.66:
        return f"struct.calcsize({shown})"
    if number < 0.7:
        return f"list(struct.iter_unpack({shown}, {draw.randbytes(draw.some(24))!r}))"
    if number < 0.76:
        values = "".join(f", {each}" for each in fitting(draw, shown))
        return f"with_after(bytearray({draw.of((0, 8, 24))}), lambda it: struct.pack_into({shown}, it, {draw.of((0, 0, 1, -4, 30))}{values}))"
    if number < 0.8:
        code = draw.of("efd")
        return f"struct.unpack('<{code}', struct.pack('<{code}', {draw.float()}))"
    return array(draw)
