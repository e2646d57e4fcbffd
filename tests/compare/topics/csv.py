"""csv: readers and writers of every dialect."""

PRELUDE = """
import csv, io
def written(rows, **options):
    out = io.StringIO(newline="")
    writer = csv.writer(out, **options)
    try:
        for row in rows: writer.writerow(row)
    finally:
        trace(out.getvalue().__repr__())
def read(text, **options):
    reader = csv.reader(io.StringIO(text, newline=""), **options)
    rows = []
    try:
        for row in reader: rows.append(row)
    finally:
        trace(f"{rows!r} {reader.line_num}")
def named(text, **options):
    reader = csv.DictReader(io.StringIO(text, newline=""), **options)
    return reader.fieldnames, list(reader)
def named_out(fields, rows, **options):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fields, **options)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
"""

PIECES = ("a", "b", ",", ";", '"', '""', "'", "\\", "\n", "\r\n", "\r", " ", "\t", "1", "1.5", "-2", "\u4e2d", "\U0001f600", "\x00", "\ufeff", "|", "x,y", '"q"', "\\n", "e\u0301")
FIELDS = ("'a'", "''", "'a,b'", "'he said \"hi\"'", "'line\\nbreak'", "' x '", "1", "1.5", "None", "True", "'\\\\'", "\"'\"", "'\\r'", "'\"'", "'\\t'", "'\u4e2d'", "b'x'", "[1]", "float('nan')", "'a;b'", "1e16", "'\\x00'", "Text('t')", "'-'", "'a\\\\b'")
OPTIONS = ("delimiter=';'", "delimiter='\\t'", "delimiter='\u4e2d'", "delimiter=','", "quotechar=\"'\"", "quotechar=None", "escapechar='\\\\'", "escapechar='\\\\'", "doublequote=False", "skipinitialspace=True", "strict=True",
           "lineterminator='\\n'", "lineterminator='!'", "quoting=csv.QUOTE_ALL", "quoting=csv.QUOTE_NONNUMERIC", "quoting=csv.QUOTE_NONE", "quoting=csv.QUOTE_STRINGS", "quoting=csv.QUOTE_NOTNULL", "dialect='excel'", "dialect='excel-tab'", "dialect='unix'",
           "dialect='none'", "delimiter=''", "delimiter='ab'", "quotechar=''", "delimiter=' '", "quoting=9", "delimiter=1", "escapechar='ab'", "lineterminator=1", "delimiter='\\n'", "quotechar=','", "bad=1", "quotechar='\u4e2d'", "escapechar='\"'")


def options(draw):
    chosen = {each.split("=")[0]: each for each in draw.sample(OPTIONS, draw.some(4))}
    return "".join(f", {each}" for each in chosen.values())


def text(draw):
    return ascii("".join(draw.of(PIECES) for _ in range(draw.some(14))))


def program(draw):
    number = draw.random()
    if number < 0.45:
        rows = ", ".join("[" + ", ".join(draw.of(FIELDS) for _ in range(draw.some(4))) + "]" for _ in range(draw.some(3, 1)))
        if draw.chance(0.05):
            rows = draw.of(("5", "None", "'ab'", "[]", "{'k': 1}", "Failing('x')", rows))
        return f"written([{rows}]{options(draw)})"
    if number < 0.85:
        return f"read({text(draw)}{options(draw)})"
    if number < 0.9:
        extra = draw.of(("", ", fieldnames=['x', 'y']", ", restkey='rest'", ", restval='-'", ", fieldnames=[]"))
        return f"named({text(draw)}{extra}{options(draw)})"
    if number < 0.95:
        extra = draw.of(("", ", restval='-'", ", extrasaction='ignore'", ", extrasaction='bad'"))
        row = ", ".join(f"{draw.of(('\"a\"', '\"b\"', '\"z\"'))}: {draw.of(FIELDS)}" for _ in range(draw.some(3)))
        return f"named_out(['a', 'b'], [{{{row}}}]{extra}{options(draw)})"
    if number < 0.98:
        return f"(lambda d: (d.delimiter, d.quotechar, d.skipinitialspace, d.doublequote, d.lineterminator))(csv.Sniffer().sniff({text(draw)}))" if draw.chance(0.7) else f"csv.Sniffer().has_header({text(draw)})"
    return f"(lambda d: (d.delimiter, d.doublequote, d.escapechar, d.lineterminator, d.quotechar, d.quoting, d.skipinitialspace, d.strict))(csv.reader([]{options(draw)}).dialect)"
