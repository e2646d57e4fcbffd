"""What people do with psycopg2, printed. `run` compares what krait prints with what the package's own part does."""

import datetime as dt
import decimal
import io
import os
import pickle
import re
import threading
import time
import uuid

import psycopg2
import psycopg2.errors
import psycopg2.extensions as ext
import psycopg2.extras
import psycopg2.pool
from psycopg2 import sql

PORT, SOCKETS, AUTHORITY = os.environ["PORT"], os.environ["SOCKETS"], os.environ["AUTHORITY"]
LOCAL = f"host=127.0.0.1 port={PORT} user=postgres dbname=postgres"


def shown(value):
    if isinstance(value, memoryview):
        value = bytes(value)
    if isinstance(value, psycopg2.extras.RealDictRow):
        value = dict(value)
    text = repr(value).replace(PORT, "PORT").replace(SOCKETS, "SOCKETS")
    return re.sub(r"0x[0-9a-f]+", "0x", text)


def told(function, *args, **options):
    try:
        print(shown(function(*args, **options)))
    except Exception as error:
        print(f"{type(error).__module__}.{type(error).__name__}", shown(str(error)), getattr(error, "pgcode", None))


def connecting():
    for dsn in (
        "dbname=test 2", "x=1", "dbname='a", "=", "dbname", "a=b\\", "dbname = 'a b\\'c' host= x", "",
        "postgresql://u:p@h:1,h2:2/db?x=1", "postgresql://u:p@h:1,h2:2/db?sslmode=require", "postgresql://[::1]:5/db",
        "postgres://", "postgresql:///x?host=/tmp&port=%35", "postgresql://u%40:p%20q@/x", "postgresql://%zz",
        "postgresql://h/x?a", "postgresql://h/x?port=1=2", "postgresql://[::1", "postgresql://[::1]x",
        "postgresql://h/x?ssl=true", "postgresql://h/%00",
    ):
        told(ext.parse_dsn, dsn)
    host = f"host=127.0.0.1 port={PORT} dbname=postgres"
    for dsn in (
        "host=127.0.0.1 port=1 user=x", "host=localhost hostaddr=127.0.0.1 port=1 user=x", "host=/nowhere user=x",
        f"{host} user=nobody", f"{host} user=of_scram", f"{host} user=of_scram password=x",
        f"{host} user=of_scram password=geh\u00e9im", f"{host} user=of_scram password=geh\u00e9im sslmode=disable",
        f"{host} user=of_scram password=geh\u00e9im channel_binding=require", f"{host} user=of_md5 password=geheim",
        f"{host} user=of_md5 password=geheim channel_binding=require", f"{host} user=of_md5 password=x sslmode=disable",
        f"{host} user=of_password password=geheim", f"{host} user=of_reject", f"{host} user=of_reject sslmode=disable",
        "host=127.0.0.1 port=x", "host=a port=99999", "host=a sslmode=foo", "host=a,b port=1,2,3",
        "host=a target_session_attrs=x",
        f"{LOCAL} sslmode=verify-full", f"{LOCAL} sslmode=verify-full sslrootcert={AUTHORITY}",
        f"{LOCAL} sslmode=verify-ca sslrootcert={AUTHORITY}", f"{LOCAL} sslmode=verify-ca sslrootcert=/none",
        f"host=localhost hostaddr=127.0.0.1 port={PORT} user=postgres sslmode=verify-full sslrootcert={AUTHORITY}",
        f"host=127.0.0.1,127.0.0.1 port=1,{PORT} user=postgres", "host=127.0.0.1,127.0.0.1 port=1,2 user=x",
        f"host={SOCKETS} port={PORT} user=postgres", f"host={SOCKETS} port={PORT} user=postgres sslmode=require",
        f"{LOCAL} options='-c statement_timeout=1234'", f"{LOCAL} options=-x", f"{LOCAL} client_encoding=latin1",
        f"{LOCAL} client_encoding=foo", f"{LOCAL} target_session_attrs=read-only", f"{LOCAL} connect_timeout=x",
        f"{LOCAL} target_session_attrs=primary connect_timeout=5", f"postgresql://postgres@127.0.0.1:{PORT}/postgres",
    ):
        def connected():
            conn = psycopg2.connect(dsn)
            info = conn.info
            return (
                conn.dsn.replace(AUTHORITY, ""), info.host, info.port, info.user, info.dbname, info.ssl_in_use,
                conn.encoding, info.options, info.used_password, conn.close(),
            )
        told(connected)
    os.environ.update(PGHOST="127.0.0.1", PGPORT=PORT, PGUSER="of_md5", PGDATABASE="postgres", PGAPPNAME="an app")
    with open("pgpass", "w") as file:
        file.write(f"# a comment\nother:*:*:*:x\n127.0.0.1:{PORT}:post\\gres:of_md5:geheim\n")
    os.chmod("pgpass", 0o600)
    os.environ["PGPASSFILE"] = "pgpass"
    conn = psycopg2.connect("")
    told(lambda: (conn.info.user, conn.info.used_password, conn.info.dsn_parameters["passfile"]))
    told(conn.get_parameter_status, "application_name")
    os.unlink("pgpass")
    for name in ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGAPPNAME", "PGPASSFILE"):
        os.environ.pop(name)


def binding(conn):
    cursor = conn.cursor()
    for query, values in (
        ("%s %s %s %s", (None, True, 1, -5)), ("%s %s", (1.5, -1.5)), ("%s %s", (float("nan"), -float("inf"))),
        ("%s %s %s", (decimal.Decimal("1.50"), decimal.Decimal("NaN"), decimal.Decimal("-2"))),
        ("%s", ("a'b\\c\u00e9",)),
        ("%s %s %s", (b"a'b\\\0\xff", bytearray(b"x"), memoryview(b"y"))), ("%s", (dt.date(2020, 1, 2),)),
        ("%s", (dt.datetime(2020, 1, 2, 3, 4, 5, 6),)), ("%s", (dt.datetime(2020, 1, 2, tzinfo=dt.timezone.utc),)),
        ("%s %s", (dt.time(1, 2, 3), dt.time(1, tzinfo=dt.timezone.utc))), ("%s", (dt.timedelta(-1, 5, 7),)),
        ("%s %s %s", ([1, 2], [], [None])), ("%s", ([[1], [None]],)), ("%s", ([["a"], ["b'"]],)), ("%s", ((1, "a"),)),
        ("%s", ({"a": 1},)), ("%s", (object(),)), ("%s", (psycopg2.extras.Json({"a": "x'"}),)), ("%s", ("\0",)),
        ("%d", (1,)), ("%(a)s %(a)s", {"a": 1}), ("%(a)s", {"b": 1}), ("%(a)s", (1,)), ("%s", {"a": 1}),
        ("%s %s", (1,)), ("%s", (1, 2)), ("%(a", {"a": 1}), ("%(a)s %s", {"a": 1}), ("%% %s", (1,)), ("100%", None),
        ("100%", (1,)), ("100%", ()), ("%%", ()), ("%5s", (1,)), ("%(a)d", {"a": 1}), ("%s", "a"), ("%s", 5),
        ("%s", {1}), (b"\xff%s", ("\u00e9",)), (5, None), ("", None), ("%s", (ext.AsIs("now()"),)), ("%s", ("\ud800",)),
    ):
        told(cursor.mogrify, query, values)
    for value in ("x", b"x\xff", -1, True, 1.5, [1, "a"], dt.date(2020, 1, 1), None, (1,)):
        told(lambda: ext.adapt(value).getquoted())

    class Point:
        def __init__(self, x, y):
            self.x, self.y = x, y

    class Square(Point):
        pass

    ext.register_adapter(Point, lambda point: ext.AsIs(f"point({point.x},{point.y})"))
    told(cursor.mogrify, "%s %s", (Point(1, 2), Square(3, 4)))

    class Conforming:
        def __conform__(self, protocol):
            return ext.AsIs("conforms") if protocol is ext.ISQLQuote else None

    told(cursor.mogrify, "%s", (Conforming(),))
    told(ext.quote_ident, 'a"b', conn)
    told(ext.encrypt_password, "p", "u", conn, "md5")
    told(ext.encrypt_password, "p", "u", algorithm="scram-sha-256")
    told(psycopg2.Timestamp(2020, 1, 2, 3, 4, 5.25).getquoted)
    query = sql.SQL("select {} as {} from {}").format(
        sql.Literal("x'y"), sql.Identifier('a"b'), sql.Identifier("s", "t")
    )
    told(query.as_string, conn)
    print(cursor.closed, conn.status)


def casting(conn):
    cursor = conn.cursor()
    for value in (
        "true", "'a'::\"char\"", "'{1,2}'::int[]", "'{{a,b},{\"c d\",NULL}}'::text[]", "1.5::float4", "12345678901234",
        "'x'::bytea", "'(1,2)'::point", "'[1,3)'::int4range", "'{\"a\":1}'::jsonb", "'12:00+01'::timetz", "null",
        "'1 year 2 mons -3 days 04:05:06.789'::interval", "'name'::name", "5::oid", "'1.2.3.4'::inet",
        "'{1.2.3.4}'::inet[]", "'$5'::money", "'NaN'::numeric", "1e30::numeric", "'Infinity'::float", "B'101'",
        "'{t,f,NULL}'::bool[]", "ARRAY['2020-01-01'::date]", "'{}'::int[]", "'[2:3]={1,2}'::int[]", "row(1,'a')",
        "'{\"2020-01-01 00:00:00+00\"}'::timestamptz[]", "'2020-01-02 03:04:05.12+02:30'::timestamptz",
        "'infinity'::timestamptz", "'-infinity'::timestamp", "'infinity'::date", "'24:00'::time", "'a'::varchar(5)",
        "1.5::numeric(10,2)", "'{1.5,NULL}'::numeric[]", "'2020-01-02'::date", "'a  '::char(5)", "array['a','b\"c\\']",
    ):
        cursor.execute(f"select {value}")
        column = cursor.description[0]
        print(value, column[:7], shown(cursor.fetchone()[0]))
    custom = ext.new_type((23,), "CUSTOM", lambda value, cursor: value and int(value) * 2)
    ext.register_type(custom, cursor)
    ext.register_type(ext.new_array_type((1007,), "CUSTOM[]", custom), cursor)
    cursor.execute("select 4, null::int, '{5,NULL}'::int[]")
    print(cursor.fetchone(), cursor.cast(23, "7"), psycopg2.NUMBER == 23, psycopg2.STRING == 23)
    psycopg2.extras.register_uuid(conn_or_curs=cursor)
    cursor.execute("select %s::uuid, %s", (uuid.UUID(int=5), [uuid.UUID(int=6)]))
    print(cursor.fetchone())
    cursor.execute("create type pair as (a int, b text)")
    psycopg2.extras.register_composite("pair", cursor)
    cursor.execute("select row(1,'a,b\"')::pair, array[row(1,null)::pair]")
    print(cursor.fetchone())
    conn.rollback()


def failing(conn):
    cursor = conn.cursor()
    for query in (
        "select * from nix", "select\n  foo\tbar from nix", "sel", "select 1 +", "select 1 +\n", "select 'a",
        "select " + "a," * 100 + "1", "select 1, " * 3 + "x" * 10 + " from " + "y" * 100,
        "select \u65e5\u672c\u8a9e, bad",
        "select " + "1, " * 40 + "bad, " + "1, " * 40, "select 1/0", "do $$begin perform nix(); end$$",
        "do $$begin raise exception 'x' using hint='h', detail='d', errcode='ABCDE'; end$$", "select 'x'::int",
        "create table a(b int primary key); insert into a values(1),(1)", "select 1;select bad", "\n\n select bad", "",
        ";", "-- x", "copy (select 1) to stdout",
    ):
        told(cursor.execute, query)
        told(cursor.execute, "select 1")
        conn.rollback()
    cursor.execute("do $$begin raise notice 'hi'; raise warning 'w' using hint='hh'; end$$")
    print(conn.notices)
    try:
        cursor.execute("select * from nix")
    except psycopg2.errors.UndefinedTable as error:
        again = pickle.loads(pickle.dumps(error))
        print(error.diag.severity, error.diag.sqlstate, error.diag.statement_position)
        print(shown(error.pgerror), shown(again))
        print(error.cursor is cursor, again.pgcode, psycopg2.errors.lookup("42P01").__name__)
    conn.rollback()


def rows(conn):
    cursor = conn.cursor()
    print(cursor.rowcount, cursor.description, cursor.statusmessage, cursor.query, cursor.lastrowid, cursor.arraysize)
    told(cursor.fetchone)
    told(cursor.scroll, 1)
    told(cursor.nextset)
    told(cursor.callproc, "lower", ["A"])
    print(cursor.fetchall())
    told(cursor.executemany, "select %s", [(1,), (2,)])
    print(cursor.rowcount, cursor.statusmessage)
    told(cursor.fetchall)
    cursor.execute("select i, i::text a from generate_series(1,5) i")
    print(cursor.description, cursor.rowcount, cursor.fetchone(), cursor.rownumber)
    for place in ((1,), (-1, "absolute"), (9,), (0, "absolute"), (5, "absolute"), (1, "x")):
        told(cursor.scroll, *place)
    print(cursor.fetchmany(2), cursor.fetchmany(), list(cursor), cursor.fetchall(), cursor.fetchone())
    cursor.execute("create temp table v(a int, b text)")
    cursor.execute("insert into v values (%s, %s) returning a", (0, "z"))
    print(cursor.fetchone(), cursor.rowcount, cursor.lastrowid, cursor.statusmessage)
    psycopg2.extras.execute_values(cursor, "insert into v values %s", [(1, "a"), (2, None)])
    print(cursor.query, cursor.rowcount)
    psycopg2.extras.execute_batch(cursor, "insert into v values (%s,%s)", [(3, "c"), (4, "d")])
    print(psycopg2.extras.execute_values(cursor, "insert into v values %s returning a", [(5, "a")], fetch=True))
    cursor.execute("update v set b = null")
    print(cursor.rowcount, cursor.statusmessage)
    cursor.close()
    told(cursor.execute, "select 1")
    for factory in (psycopg2.extras.DictCursor, psycopg2.extras.RealDictCursor, psycopg2.extras.NamedTupleCursor):
        cursor = conn.cursor(cursor_factory=factory)
        cursor.execute("select 1 as a, 'x' as b")
        print(shown(cursor.fetchone()))
        cursor.execute("select generate_series(1,3) as a")
        print([shown(row) for row in cursor.fetchmany(1) + list(cursor)])
        named = conn.cursor("n", cursor_factory=factory)
        named.itersize = 2
        named.execute("select generate_series(1,5) as a")
        print(shown(named.fetchone()), [shown(row) for row in named])
        named.close()
    named = conn.cursor('nam"e', scrollable=True)
    named.execute("select generate_series(1,10)")
    print(named.query, named.rowcount, named.description, named.fetchmany(2), named.description)
    named.scroll(1)
    print(named.fetchone(), named.fetchall(), named.statusmessage)
    told(named.execute, "select 1")
    conn.commit()
    told(named.fetchone)
    held = conn.cursor("held", withhold=True)
    held.execute("select generate_series(1,3)")
    conn.commit()
    print(held.fetchall())
    held.close()
    conn.rollback()


def copying(conn):
    cursor = conn.cursor()
    cursor.execute("create temp table t(a int, b text)")
    cursor.copy_from(io.StringIO("1\ta\n2\t\\N\n"), "t")
    print(cursor.query, cursor.rowcount)
    cursor.copy_from(io.BytesIO(b"3|x\n"), "t", sep="|", null="", columns=("a", "b"))
    file = io.StringIO()
    cursor.copy_to(file, "t")
    print(cursor.query, shown(file.getvalue()))
    file = io.BytesIO()
    cursor.copy_expert("copy (select generate_series(1,3000)) to stdout with csv header", file)
    print(len(file.getvalue()), cursor.rowcount)
    cursor.copy_expert("copy t from stdin with csv", io.StringIO("".join(f"{i},{'x' * 100}\n" for i in range(5000))))
    print(cursor.rowcount)
    conn.commit()
    told(cursor.copy_from, io.StringIO("x\ta\n"), "t")
    conn.rollback()

    class Failing:
        def read(self, size):
            return 1 / 0

        def write(self, data):
            return 1 / 0

    told(cursor.copy_from, Failing(), "t")
    conn.rollback()
    told(cursor.copy_to, Failing(), "t")
    conn.rollback()
    told(cursor.copy_from, 5, "t")
    told(cursor.copy_expert, "select 1", io.StringIO())
    conn.rollback()


def transactions(conn):
    cursor = conn.cursor()
    print(conn.status, conn.info.transaction_status, conn.autocommit, conn.isolation_level)
    conn.set_session(isolation_level="serializable", readonly=True, deferrable=True)
    cursor.execute("show transaction_isolation")
    print(cursor.fetchall(), conn.status, conn.isolation_level, conn.readonly, conn.deferrable)
    told(conn.set_session, readonly=False)
    told(cursor.execute, "create table x(a int)")
    conn.reset()
    for level in ("x", 7, 0, "read committed", None):
        told(setattr, conn, "isolation_level", level)
    with conn:
        cursor.execute("create temp table w(a int)")
    try:
        with conn, conn.cursor() as other:
            other.execute("insert into w values (1)")
            raise KeyError("back")
    except KeyError:
        cursor.execute("select count(*) from w")
        print(cursor.fetchone(), other.closed)
    conn.rollback()
    conn.autocommit = True
    cursor.execute("select 1")
    print(conn.status, conn.info.transaction_status)
    told(conn.cursor("n").execute, "select 1")
    conn.isolation_level = "serializable"
    cursor.execute("show default_transaction_isolation")
    print(cursor.fetchone())
    conn.autocommit, conn.isolation_level = False, None
    xid = conn.xid(1, "global", "branch")
    conn.tpc_begin(xid)
    told(conn.commit)
    cursor.execute("create table two(a int)")
    conn.tpc_prepare()
    told(cursor.execute, "select 1")
    print(conn.status, str(xid))
    conn.tpc_rollback()
    told(conn.tpc_commit)
    print(conn.tpc_recover(), conn.status)
    conn.set_client_encoding("LATIN1")
    cursor.execute("select '\u00e9', chr(255)")
    print(conn.encoding, cursor.fetchone())
    told(cursor.execute, "select %s", ("\u20ac",))
    conn.set_client_encoding("UTF8")


def objects(conn):
    thing = conn.lobject()
    print(thing.mode, thing.write("abcd"), thing.seek(0), thing.read(2), thing.tell(), thing.read(), thing.truncate(2))
    number = thing.oid
    thing.close()
    told(thing.read)
    thing = conn.lobject(number, "rb")
    print(thing.read())
    told(conn.lobject, 0, "x")
    told(conn.lobject, 9999)
    conn.rollback()


def until(happened):
    """Waits until it is so: the machine may be busy with other work."""
    end = time.monotonic() + 60
    while not happened() and time.monotonic() < end:
        time.sleep(0.01)


def known(cursor, condition, process):
    """Whether the server has such a process."""
    cursor.execute("select 1 from pg_stat_activity where pid = %s " + condition, (process,))
    return cursor.fetchone()


def cancel(conn):
    """Cancels what a connection does, once it sleeps."""
    own = psycopg2.connect(LOCAL)
    own.autocommit = True
    sleeps = "and state = 'active' and wait_event = 'PgSleep'"
    until(lambda: known(own.cursor(), sleeps, conn.info.backend_pid))
    own.close()
    conn.cancel()


def meanwhile(conn):
    other = psycopg2.connect(LOCAL)
    other.autocommit = True
    other.cursor().execute("listen news")
    conn.cursor().execute("notify news, 'payload'")
    conn.commit()
    until(lambda: (other.poll(), other.notifies)[1])
    print([(each.channel, each.payload) for each in other.notifies])
    cursor = conn.cursor()
    canceller = threading.Thread(target=cancel, args=(conn,))
    canceller.start()
    told(cursor.execute, "select pg_sleep(100)")
    canceller.join()
    conn.rollback()
    cursor.execute("set statement_timeout = 50")
    told(cursor.execute, "select pg_sleep(100)")
    conn.rollback()
    waiting = psycopg2.connect(LOCAL, async_=True)
    psycopg2.extras.wait_select(waiting)
    cursor = waiting.cursor()
    cursor.execute("select pg_sleep(0.1), 42")
    print(waiting.isexecuting())
    told(cursor.fetchone)
    psycopg2.extras.wait_select(waiting)
    print(cursor.fetchone()[1], waiting.isexecuting())
    told(waiting.commit)
    results = []

    def work(number):
        mine = conn.cursor()
        for turn in range(20):
            mine.execute("select %s", (number * 100 + turn,))
            results.append(mine.fetchone()[0])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    print(sorted(results) == sorted(number * 100 + turn for number in range(4) for turn in range(20)))
    pool = psycopg2.pool.ThreadedConnectionPool(1, 2, LOCAL)
    one, two = pool.getconn(), pool.getconn()
    told(pool.getconn)
    pool.putconn(one)
    pool.closeall()
    ended = psycopg2.connect(LOCAL)
    cursor = ended.cursor()
    ask = other.cursor()
    ask.execute("select pg_terminate_backend(%s)", (ended.info.backend_pid,))
    until(lambda: not known(ask, "", ended.info.backend_pid))
    try:
        cursor.execute("select 1")
    except psycopg2.OperationalError as error:
        print("closed" in str(error), error.pgcode, ended.closed)
    told(cursor.execute, "select 1")
    told(ended.rollback)


def main():
    setup = psycopg2.connect(LOCAL)
    setup.autocommit = True
    cursor = setup.cursor()
    for kind, password in (("md5", "geheim"), ("password", "geheim"), ("scram", "geh\u00e9im"), ("reject", "x")):
        cursor.execute("set password_encryption = %s", ("md5" if kind == "md5" else "scram-sha-256",))
        cursor.execute(f"drop role if exists of_{kind}")
        cursor.execute(f"create role of_{kind} login password %s", (password,))
    print(psycopg2.__version__, psycopg2.apilevel, psycopg2.threadsafety, psycopg2.paramstyle, len(ext.encodings))
    connecting()
    for part in (binding, casting, failing, rows, copying, transactions, objects, meanwhile):
        print("---", part.__name__)
        conn = psycopg2.connect(LOCAL)
        part(conn)
        conn.close()
        told(conn.cursor)


main()
