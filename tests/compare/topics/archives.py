"""zipfile, tarfile, gzip, bz2, lzma and io, in memory."""

import sys
import warnings

PRELUDE = """
import bz2, gzip, io, lzma, tarfile, zipfile, zlib
STAMP = (2024, 2, 29, 12, 30, 58)
def zipped(members, end=b"", start=b"", **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as archive:
        for name, data, kind, level in members:
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = kind
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, compresslevel=level)
        archive.comment = b"c"
    return start + out.getvalue() + end
def unzipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        trace(f"{archive.namelist()} {archive.comment} {archive.testzip()}")
        return [(each.filename, each.date_time, each.compress_type, each.file_size, each.CRC, each.flag_bits, each.is_dir(), archive.read(each)) for each in archive.infolist()]
def tarred(members, **options):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", **options) as archive:
        for name, data, kind, extra in members:
            info = tarfile.TarInfo(name)
            info.size, info.type, info.mtime = len(data), kind, 1709209858
            for key, value in extra.items(): setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()
def untarred(data, mode="r"):
    with tarfile.open(fileobj=io.BytesIO(data), mode=mode) as archive:
        found = []
        for each in archive:
            content = archive.extractfile(each) if each.isreg() else None
            found.append((each.name, each.size, each.type, each.mode, each.mtime, each.linkname, each.uname, sorted(each.pax_headers), content and content.read()))
        return found, archive.format
def broken(data, place, piece):
    place %= max(len(data), 1)
    return data[:place] + piece + data[place + len(piece):]
def steps(stream, *calls):
    # Each call's result or failure, of a stream.
    results = []
    for call in calls:
        try:
            results.append(call(stream))
        except Exception as error:
            results.append(f"{type(error).__name__}: {error}")
    return results
"""

NAMES = ("a.txt", "d/", "d/e.bin", "\u4e2d.txt", "x" * 110, "../up", "/abs", "a\\b", "", "caf\xe9", "d/../e", "long/" * 30 + "f", "a.txt", "\U0001f600")
KINDS = {
    "zip": ("zipfile.ZIP_STORED", "zipfile.ZIP_DEFLATED", "zipfile.ZIP_BZIP2", "zipfile.ZIP_LZMA", "zipfile.ZIP_DEFLATED", "99"),
    "tar": ("tarfile.REGTYPE", "tarfile.REGTYPE", "tarfile.DIRTYPE", "tarfile.SYMTYPE", "tarfile.LNKTYPE", "tarfile.FIFOTYPE", "b'Z'"),
    "extra": ("{}", "{}", "{'mode': 0o755}", "{'uid': 2**22, 'uname': 'root'}", "{'linkname': 'a.txt'}", "{'linkname': 'l' * 120}", "{'mtime': 1.5}", "{'gname': '\u4e2d'}", "{'pax_headers': {'k': 'v'}}", "{'mtime': -1}"),
}
STREAM = ("s.read()", "s.read(3)", "s.readline()", "s.readlines()", "s.seek(0)", "s.seek(2)", "s.seek(-1, 2)", "s.tell()", "s.write({data})", "s.getvalue()", "s.truncate()", "s.truncate(2)", "s.readable()", "list(s)", "s.close()", "s.seek(0, 1)", "s.seek(5)", "s.closed", "s.read1(2)", "s.readinto(bytearray(3))", "s.peek(2)[:2]", "s.writelines([{data}])", "s.flush()", "s.seek(-1)", "next(s)",
          "s.readline(2)", "s.read(-1)", "s.read(None)", "s.isatty()", "s.detach() is None", "s.newlines", "s.encoding", "s.getbuffer().nbytes", "s.readlines(4)", "s.line_buffering")

# What the programs have before them, for what is made beforehand.
MADE = {}
exec(PRELUDE, MADE)
# What a failed attempt leaves behind says so when it goes.
sys.unraisablehook = lambda unraisable: None


def ready(expression):
    """The bytes that an expression makes, where CPython and krait may make others of the same
    meaning: what compresses is not the same library. The expression itself if it makes none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return repr(eval(expression, MADE))
    except Exception:
        return expression


def data(draw):
    return draw.of((repr(draw.raw_bytes()), f"{draw.raw_bytes()!r} * {draw.of((10, 100, 700))}", f"bytes(range(256)) * {draw.of((1, 20))}"))


def zip_data(draw):
    members = ", ".join(f"({ascii(draw.of(NAMES))}, {data(draw)}, {draw.value('zip') if draw.chance(0.97) else '12'}, {draw.of(('None', '1', '9', '0'))})" for _ in range(draw.some(3)))
    options = draw.of(("", "", "", ", start=b'junk'", ", end=b'x'", ", allowZip64=False", ", compression=zipfile.ZIP_DEFLATED", ", strict_timestamps=False"))
    shown = f"zipped([{members}]{options})"
    return f"broken({ready(shown)}, {draw.below(400)}, {draw.randbytes(1 + draw.below(2))!r})" if draw.chance(0.25) else shown


def tar_data(draw):
    members = ", ".join(f"({ascii(draw.of(NAMES))}, {data(draw) if draw.chance(0.8) else "b''"}, {draw.value('tar')}, {draw.value('extra')})" for _ in range(draw.some(3)))
    options = draw.of(("", "", ", format=tarfile.USTAR_FORMAT", ", format=tarfile.GNU_FORMAT", ", format=tarfile.PAX_FORMAT", ", encoding='latin-1'"))
    shown = f"tarred([{members}]{options})"
    return f"broken({shown}, {draw.below(600)}, {draw.randbytes(1 + draw.below(3))!r})" if draw.chance(0.25) else shown


def packed(draw):
    module = draw.of(("gzip", "bz2", "lzma", "zlib"))
    content = data(draw)
    if module == "gzip":
        made = f"gzip.compress({content}, {draw.of((9, 1, 6))}, mtime=0)"
    elif module == "lzma":
        made = f"lzma.compress({content}{draw.of(('', ', format=lzma.FORMAT_ALONE', ', check=lzma.CHECK_CRC32', ', preset=1', ', check=lzma.CHECK_NONE', ', format=lzma.FORMAT_RAW, filters=[{\"id\": lzma.FILTER_LZMA2}]'))})"
    else:
        made = f"{module}.compress({content}, {draw.of((9, 1, 6))})"
    wrapped = draw.of(("{0}", "{0}", "{0}", "{0}[:-3]", "{0} + b'tail'", "{0} + {0}", "broken({0}, {1}, b'?')", "{0}[3:]", "{0} + b'\\0\\0'"))
    if wrapped not in ("{0}", "{0} + b'tail'", "{0} + {0}", "{0} + b'\\0\\0'"):
        made = ready(made)
    wrapped = wrapped.format(made, draw.below(60))
    return f"{draw.of((module, module, module, 'gzip', 'lzma'))}.decompress({wrapped})"


def stream(draw):
    text = draw.chance(0.4)
    content = ascii(draw.raw_text() * draw.of((1, 1, 3))) if text else repr(draw.raw_bytes() * draw.of((1, 1, 3)))
    octets = repr(draw.raw_bytes())
    encoding = draw.encoding() if draw.chance(0.2) else draw.of(("'utf-8'", "'latin-1'", "'utf-16'", "'gbk'", "'ascii'"))
    newline = draw.of(("None", "''", "'\\n'", "'\\r'", "'\\r\\n'", "'x'"))
    if text:
        made = draw.of((f"io.StringIO({content}, newline={newline})", f"io.TextIOWrapper(io.BytesIO({octets}), encoding={encoding}, newline={newline}, errors={draw.errors()})"))
    else:
        made = draw.of((f"io.BytesIO({content})", f"io.BufferedReader(io.BytesIO({content}), {draw.of((1, 2, 8192, 0))})", f"io.BufferedRandom(io.BytesIO({content}))", f"gzip.GzipFile(fileobj=io.BytesIO(gzip.compress({content}, mtime=0)))", f"io.BufferedWriter(io.BytesIO({content}))", f"bz2.BZ2File(io.BytesIO(bz2.compress({content})))"))
    calls = ", ".join("lambda s: " + draw.of(STREAM).format(data=content if draw.chance(0.95) else octets) for _ in range(1 + draw.below(5)))
    return f"steps({made}, {calls})"


def program(draw):
    number = draw.random()
    if number < 0.2:
        return f"unzipped({zip_data(draw)})"
    if number < 0.26:
        # To the byte: where what compresses is not the same library, only what it stores is.
        return zip_data(draw).replace("ZIP_DEFLATED", "ZIP_STORED").replace("ZIP_BZIP2", "ZIP_STORED").replace("ZIP_LZMA", "ZIP_STORED")
    if number < 0.44:
        return f"untarred({tar_data(draw)}, {draw.of(('\"r\"', '\"r\"', '\"r|\"', '\"r:gz\"', '\"r:*\"'))})"
    if number < 0.5:
        return tar_data(draw)
    if number < 0.72:
        return packed(draw)
    return stream(draw)
