"""krait: psycopg2's errors, and the texts of what the server reports."""


class Warning(Exception):
    """A database warning."""

    __module__ = "psycopg2"


class Error(Exception):
    """Base class for error exceptions."""

    __module__ = "psycopg2"
    pgerror = None
    pgcode = None
    cursor = None
    _fields = None

    @property
    def diag(self):
        """A Diagnostics object to get further information about the error"""
        return Diagnostics(self)

    def __reduce__(self):
        state = {name: value for name, value in vars(self).items() if name not in ("cursor", "_fields")}
        return (type(self), self.args, state) if state else (type(self), self.args)

    def __setstate__(self, state):
        self.__dict__.update(state or {})


class Diagnostics:
    """Details from a database error report."""

    __module__ = "psycopg2.extensions"
    __slots__ = ("_fields", "_error")

    def __init__(self, error, /):
        if not isinstance(error, Error):
            raise TypeError("The argument must be a psycopg2.Error")
        self._fields, self._error = error._fields or {}, error


# The server's letters of a report's fields, and what psycopg2 calls them.
for _letter, _name in {
    "c": "column_name", "n": "constraint_name", "W": "context", "d": "datatype_name", "p": "internal_position",
    "q": "internal_query", "D": "message_detail", "H": "message_hint", "M": "message_primary", "s": "schema_name",
    "S": "severity", "V": "severity_nonlocalized", "F": "source_file", "R": "source_function", "L": "source_line",
    "C": "sqlstate", "P": "statement_position", "t": "table_name",
}.items():
    setattr(Diagnostics, _name, property(lambda self, letter=_letter: self._fields.get(letter)))


def _error(name, base, text, module="psycopg2"):
    return type(name, (base,), {"__module__": module, "__doc__": text})


InterfaceError = _error("InterfaceError", Error, "Error related to the database interface.")
DatabaseError = _error("DatabaseError", Error, "Error related to the database engine.")
InternalError = _error("InternalError", DatabaseError, "The database encountered an internal error.")
OperationalError = _error(
    "OperationalError", DatabaseError, "Error related to database operation (disconnect, memory allocation etc)."
)
ProgrammingError = _error(
    "ProgrammingError", DatabaseError, "Error related to database programming (SQL error, table not found etc)."
)
IntegrityError = _error("IntegrityError", DatabaseError, "Error related to database integrity.")
DataError = _error("DataError", DatabaseError, "Error related to problems with the processed data.")
NotSupportedError = _error(
    "NotSupportedError", DatabaseError, "A method or database API was used which is not supported by the database."
)
QueryCanceledError = _error(
    "QueryCanceledError", OperationalError, "Error related to SQL query cancellation.", "psycopg2.extensions"
)
TransactionRollbackError = _error(
    "TransactionRollbackError", OperationalError,
    "Error causing transaction rollback (deadlocks, serialization failures, etc).", "psycopg2.extensions",
)

_BASES = {
    NotSupportedError: ["0A"],
    ProgrammingError: ["20", "21", "3D", "3F", "42", "44"],
    DataError: ["22"],
    IntegrityError: ["23"],
    InternalError: ["24", "25", "2B", "2D", "2F", "38", "39", "3B", "F0", "P0", "XX"],
    OperationalError: ["08", "26", "27", "28", "34", "53", "54", "55", "57", "58", "HV"],
    TransactionRollbackError: ["40"],
}
_BASE_OF = {code: base for base, codes in _BASES.items() for code in codes}

sqlstate_errors = {}


def base_of(code):
    """The class of an error by its SQLSTATE, where there is none of its own."""
    if code == "57014":
        return QueryCanceledError
    return _BASE_OF.get(code[:2], DatabaseError)


def name_errors():
    """Puts a class for each SQLSTATE into `psycopg2.errors`, called by the names of `psycopg2.errorcodes`."""
    import psycopg2.errorcodes as codes
    import psycopg2.errors as errors

    for kind in [Warning, Error, InterfaceError, DatabaseError, QueryCanceledError, *_BASES]:
        setattr(errors, kind.__name__, kind)
    for name, code in vars(codes).items():
        if name.isupper() and isinstance(code, str) and len(code) == 5:
            name = "".join(part.capitalize() for part in name.split("_") if part)
            if code[:2] in ("00", "01"):
                continue
            if code in ("38002", "38003", "38004", "39004"):
                name += "Ext"
            elif code == "XX000":
                name += "_"
            made = sqlstate_errors[code] = type(name, (base_of(code),), {"__module__": "psycopg2.errors"})
            setattr(errors, name, made)


def fields_of(body, encoding):
    """The fields of an error or a notice, by their letters."""
    fields = {}
    for each in bytes(body).split(b"\0"):
        if each:
            fields[chr(each[0])] = each[1:].decode(encoding, "replace")
    return fields


def report(fields, query=None, notice=False):
    """A report as a text of several lines, as libpq writes it."""
    text = f"{fields.get('S', 'ERROR')}:  {fields.get('M', '')}"
    internal = fields.get("q")
    lines = ""
    if "P" in fields:
        lines, text = _located(text, query, fields["P"])
    elif "p" in fields:
        lines, text = _located(text, internal, fields["p"])
    text += "\n" + lines
    for letter, word in (("D", "DETAIL"), ("H", "HINT"), ("q", "QUERY"), ("W", "CONTEXT")):
        if letter in fields and not (notice and letter == "W"):
            text += f"{word}:  {fields[letter]}\n"
    return text


def _located(text, query, position):
    if query is None:
        return "", f"{text} at character {position}"
    return _marked(query, int(position) - 1), text


def _width(text):
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def _marked(query, place):
    """The line of a query that an error is in, cut to 60 columns, and a caret below the place."""
    if not 0 <= place <= len(query):
        return ""
    before = query[:place].replace("\r\n", "\n").replace("\r", "\n")
    number = before.count("\n") + 1
    start = place - len(before.rpartition("\n")[2])
    line = query[start:].replace("\r", "\n").partition("\n")[0].replace("\t", " ")
    place -= start
    left = right = ""
    if _width(line) > 60:
        if _width(line[:place]) + 10 < 60:
            while _width(line) > 60:
                line = line[:-1]
            right = "..."
        else:
            if place + 10 < len(line):
                line, right = line[:place + 10], "..."
            while _width(line) > 60:
                line, place, left = line[1:], place - 1, "..."
    head = f"LINE {number}: {left}"
    return f"{head}{line}{right}\n{' ' * (len(head) + _width(line[:place]))}^\n"


def made(fields, text, cursor=None, broken=False, extra=""):
    """The exception for what the server reported, or for a text without a report. `text` is the whole report."""
    code = fields and fields.get("C")
    if code:
        kind = sqlstate_errors.get(code) or base_of(code)
    else:
        kind = OperationalError if broken else DatabaseError
    text += extra
    shown = text
    if fields and text[:8] in ("ERROR:  ", "FATAL:  ", "PANIC:  "):
        shown = text[8:]
    error = kind(shown)
    error.__dict__.update(pgerror=text, pgcode=code or None, cursor=cursor, _fields=fields)
    return error


def words(exception):
    """What the system's library says of an OSError."""
    import os

    return os.strerror(exception.errno) if exception.errno else str(exception)
