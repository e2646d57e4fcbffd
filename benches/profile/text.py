"""Texts and bytes."""

import binascii
import difflib
import fnmatch
import html
import re
import shlex
import string
import struct
import textwrap
import unicodedata

PIECES = []


def piece(function):
    PIECES.append(function)
    return function


PROSE = """The river rises in the hills to the north, and runs for ninety miles before it meets the sea.
Its water is cold in every season; the mills that stood along it are gone, but their ponds remain.
In spring, when the snow melts, the lower fields are flooded, and the road is closed for a week."""
CHINESE = "北方的山里有一条河,流过九十里才到海边。春天雪化的时候,田地都被淹没,道路封闭一周。"


@piece
def methods_of_text():
    total = 0
    for line in PROSE.splitlines():
        for word in line.split():
            word = word.strip(".,;").lower()
            if word.startswith("th") or word.endswith("s"):
                total += word.find("e") + word.count("s")
            total += len(word.upper().replace("A", "aa")) + word.isalpha() + ("ill" in word)
            total += len(word.center(12, "*")) + len(word.zfill(9)) + len(word.partition("e")[2])
    return total, PROSE.index("sea"), PROSE.title().swapcase()[:9], PROSE.casefold().rsplit(" ", 3)


@piece
def joining():
    parts = []
    for i in range(200):
        parts.append(str(i) + ":" + hex(i))
    text = ",".join(parts)
    out = ""
    for part in text.split(","):
        left, _, right = part.partition(":")
        out += right + left
    return len(out), text[::-1][:10], text[5:50:3]


@piece
def formatting():
    out = []
    for i in range(100):
        name, ratio = f"item{i}", i / 7
        out.append(f"{name:<12}|{i:>6d}|{ratio:.3f}|{i:08b}|{ratio!r:>20}|{i:,}|{ratio:10.2%}")
        out.append("{0}-{1:>5}-{key!s}".format(name, i, key=ratio))
        out.append("%s has %d of %5.2f and %r (%x)" % (name, i, ratio, name, i))
        out.append(f"{i}/{len(out)} {'yes' if i % 2 else 'no'} {out[-1][:5]}")
    return len("\n".join(out))


@piece
def characters():
    counts = {}
    for character in PROSE:
        if character.isalpha():
            key = character.lower()
            counts[key] = counts.get(key, 0) + 1
        elif character.isspace() or ord(character) < 48:
            counts["other"] = counts.get("other", 0) + 1
    shifted = "".join(chr((ord(c) - 97 + 13) % 26 + 97) if "a" <= c <= "z" else c for c in PROSE)
    return len(counts), shifted.translate(str.maketrans("abc", "xyz"))[:20]


@piece
def other_scripts():
    total = 0
    for text in (CHINESE, "Straße, façade, naïve", "Ελληνικά", "emoji 🎉 text"):
        data = text.encode()
        total += len(data) + len(data.decode("utf-8")) + text.find("海") + len(text.split(","))
        total += sum(ord(c) > 127 for c in text) + len(text.upper()) + len(text.replace("雪", "雨"))
        total += len(unicodedata.normalize("NFD", text)) + len(text.encode("utf-16"))
    return total, CHINESE[3:9], CHINESE.encode("gb18030").decode("gb18030") == CHINESE


SENTENCE = re.compile(r"[A-Z][^.]*\.", re.S)
DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
ADDRESS = re.compile(r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$")
TOKEN = re.compile(r"\s*(?:(\d+\.?\d*)|([A-Za-z_]\w*)|(==|<=|>=|[-+*/()=<>]))")


@piece
def expressions():
    found = SENTENCE.findall(PROSE)
    dates = [m.groupdict() for m in DATE.finditer("from 2024-01-31 to 2025-12-01, not 20-1-1 " * 5)]
    valid = sum(ADDRESS.match(a) is not None for a in ["a.b@c.org", "no", "x+y@mail.example.com"] * 20)
    swapped = re.sub(r"(\w+) (\w+)", r"\2 \1", PROSE)
    counted = re.sub(r"\b[aeiou]\w*", lambda m: m.group().upper(), PROSE)
    return len(found), len(dates), valid, len(swapped), len(counted), len(re.split(r"[\s,.;]+", PROSE))


@piece
def tokens():
    source = "total = price * (count + 12.5) / rate - offset1 >= limit " * 8
    position, kinds = 0, []
    while match := TOKEN.match(source, position):
        kinds.append((match.lastindex, match.group(match.lastindex)))
        position = match.end()
    return len(kinds)


@piece
def log_lines():
    pattern = re.compile(r'^(\S+) \[([^\]]+)\] (GET|POST|PUT) (/\S*) (\d{3}) (\d+)ms(?: "(.*)")?$')
    lines = [
        f'10.1.{i}.{i * 3 % 200} [03/May/2025:10:{i % 60:02}:00] {"GET POST".split()[i % 2]} /p/{i}?q={i} '
        f'{200 + i % 3 * 100} {i * 7}ms "agent {i}"' for i in range(50)
    ]
    slow = {}
    for line in lines:
        host, _, method, path, status, taken, _agent = pattern.match(line).groups()
        if int(status) < 400 and int(taken) > 50:
            slow.setdefault(method, []).append((path.split("?")[0], host))
    return len(slow)


@piece
def bytes_methods():
    data = bytes(range(256)) * 4
    buffer = bytearray()
    for i in range(0, len(data), 32):
        buffer += data[i : i + 32]
        buffer.append(i & 255)
    view = memoryview(data)
    checksum = 0
    for byte in data[:400]:
        checksum = (checksum * 31 + byte) & 0xFFFFFFFF
    return checksum, data.find(b"\x10\x11"), data.replace(b"\x00", b"--").count(b"-"), \
        bytes(view[10:20]).hex(), b"a,b,c".split(b","), b" x ".strip(), buffer[5], int.from_bytes(data[:8], "big")


@piece
def packing():
    frame = struct.Struct("<IHbd8s")
    out = b"".join(frame.pack(i, i, i % 100, i / 3, b"name") for i in range(50))
    total = sum(number for number, *_ in frame.iter_unpack(out))
    return total, struct.unpack(">QI", struct.pack(">QI", 1 << 40, 7)), binascii.crc32(out), binascii.hexlify(out)[:8]


@piece
def helpers_of_text():
    template = string.Template("Dear $name, your order ${number} of $$ $price is on its way.")
    letters = [template.substitute(name=f"N{i}", number=i, price=i * 2) for i in range(15)]
    wrapped = textwrap.fill(PROSE, 40) + textwrap.dedent("    a\n      b\n") + textwrap.shorten(PROSE, 50)
    escaped = html.escape('<a href="x">' + PROSE + "&</a>")
    return len(letters), len(wrapped), len(html.unescape(escaped)), shlex.split("a 'b c' d\\ e"), \
        fnmatch.filter(["a.py", "b.txt"], "*.py")


@piece
def differences():
    first = PROSE.splitlines()
    second = [line.replace("river", "stream") for line in first] + ["The end."]
    return len(list(difflib.unified_diff(first, second))), difflib.SequenceMatcher(None, "abcde", "abxde").ratio()
