"""psycopg2 PostgreSQL driver"""

from _krait_stand_ins import installed_version as _installed_version
from _krait_stand_ins.psycopg2.adapting import (
    AsIs, Binary, Boolean, Date, DateFromPy, DateFromTicks, Decimal, Float, Int, IntervalFromPy, ISQLQuote, List,
    QuotedString, Time, TimeFromPy, TimeFromTicks, Timestamp, TimestampFromPy, TimestampFromTicks, adapt, adapters,
)
from _krait_stand_ins.psycopg2 import casting as _casting, failures as _failures
from _krait_stand_ins.psycopg2.casting import (
    binary_types, new_array_type, new_type, register_type, string_types,
)
from _krait_stand_ins.psycopg2.connecting import parse_dsn as _parse_dsn
from _krait_stand_ins.psycopg2.connections import (
    _connect, connection, encodings, get_wait_callback, set_wait_callback,
)
from _krait_stand_ins.psycopg2.cursors import cursor
from _krait_stand_ins.psycopg2.failures import (
    DatabaseError, DataError, Diagnostics, Error, IntegrityError, InterfaceError, InternalError, NotSupportedError,
    OperationalError, ProgrammingError, QueryCanceledError, TransactionRollbackError, Warning, sqlstate_errors,
)
from _krait_stand_ins.psycopg2.large import lobject
from _krait_stand_ins.psycopg2.values import Column, ConnectionInfo, Notify, Xid

apilevel = "2.0"
threadsafety = 2
paramstyle = "pyformat"
__version__ = (
    _installed_version("psycopg2-binary", __file__) or _installed_version("psycopg2", __file__) or "2.9.11"
) + " (dt dec pq3 ext lo64)"
# libpq's version whose ways are kept.
__libpq_version__ = 170000
REPLICATION_PHYSICAL, REPLICATION_LOGICAL = 12345678, 87654321

for _name, _value in vars(_casting).items():
    if isinstance(_value, _casting.type) and not _name.startswith("_"):
        globals()[_name] = _value

encodings.update({
    "ABC": "cp1258", "ALT": "cp866", "BIG5": "big5", "EUC_CN": "euccn", "EUC_JIS_2004": "euc_jis_2004",
    "EUC_JP": "euc_jp", "EUC_KR": "euc_kr", "GB18030": "gb18030", "GBK": "gbk", "JOHAB": "johab", "KOI8": "koi8_r",
    "KOI8R": "koi8_r", "KOI8U": "koi8_u", "Mskanji": "cp932", "ShiftJIS": "cp932", "SHIFT_JIS_2004": "shift_jis_2004",
    "SJIS": "cp932", "SQL_ASCII": "ascii", "TCVN": "cp1258", "TCVN5712": "cp1258", "UHC": "cp949", "UNICODE": "utf_8",
    "UTF8": "utf_8", "VSCII": "cp1258", "WIN": "cp1251", "WIN866": "cp866", "WIN874": "cp874", "WIN932": "cp932",
    "WIN936": "gbk", "WIN949": "cp949", "WIN950": "cp950", "Windows932": "cp932", "Windows936": "gbk",
    "Windows949": "cp949", "Windows950": "cp950",
})
for _part in (1, 2, 3, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16):
    encodings[f"ISO_8859_{_part}"] = f"iso8859_{_part}"
for _number, _part in enumerate((1, 2, 3, 4, 9, 10, 13, 14, 15, 16), 1):
    encodings[f"LATIN{_number}"] = f"iso8859_{_part}"
for _part in range(1250, 1259):
    encodings[f"WIN{_part}"] = f"cp{_part}"

_failures.name_errors()


def libpq_version():
    """Query actual libpq version loaded."""
    return __libpq_version__


def parse_dsn(dsn):
    """parse_dsn(dsn) -> dict -- parse a connection string into parameters"""
    if isinstance(dsn, bytes):
        dsn = dsn.decode()
    if not isinstance(dsn, str):
        raise TypeError(f"Expected bytes or unicode string, got {type(dsn).__name__} instead")
    return _parse_dsn(dsn)


def _connection_of(scope):
    if isinstance(scope, cursor):
        return scope.connection
    if isinstance(scope, connection):
        return scope
    raise TypeError("argument 2 must be a connection or a cursor")


def quote_ident(str, scope):
    """quote_ident(str, conn_or_curs) -> str -- wrapper around PQescapeIdentifier"""
    if isinstance(str, bytes):
        str = str.decode(_connection_of(scope)._codec)
    elif not isinstance(str, type("")):
        raise TypeError(f"Expected bytes or unicode string, got {type(str).__name__} instead")
    _connection_of(scope)
    return '"' + str.replace('"', '""') + '"'


def encrypt_password(password, user, scope=None, algorithm=None):
    """encrypt_password(password, user, [scope], [algorithm]) -- Prepares the encrypted form of a password."""
    from _krait_stand_ins.psycopg2 import secrets

    if not isinstance(password, str) or not isinstance(user, str):
        wrong = user if isinstance(password, str) else password
        raise TypeError(f"Expected bytes or unicode string, got {type(wrong).__name__} instead")
    if scope is not None:
        scope = _connection_of(scope)
    if algorithm is None:
        if scope is not None:
            algorithm = scope._run(b"SHOW password_encryption").rows[0][6:].decode()
            algorithm = "md5" if algorithm == "on" else algorithm
    if algorithm == "md5":
        return secrets.md5(password.encode(), user.encode()).decode()
    if scope is None:
        raise ProgrammingError("password encryption (other than 'md5' algorithm) requires a connection or cursor")
    if algorithm != "scram-sha-256":
        unknown = f'unrecognized password encryption algorithm "{algorithm}"'
        raise ProgrammingError(f"password encryption failed: {unknown}\n")
    return secrets.scram_secret(password)


class ReplicationConnection(connection):
    """A replication connection."""

    __module__ = "psycopg2.extensions"

    def __init__(self, *args, **kwargs):
        raise NotSupportedError("krait's psycopg2 has no replication connections")


class ReplicationCursor(cursor):
    """A database replication cursor."""

    __module__ = "psycopg2.extensions"


class ReplicationMessage:
    """A replication protocol message."""

    __module__ = "psycopg2.extensions"
