"""Times, logs, tasks, databases, files."""

import asyncio
import calendar
import collections.abc
import datetime
import inspect
import io
import logging
import os
import pathlib
import sqlite3
import tempfile
import time
import traceback
import types
import typing
import zoneinfo

PIECES = []


def piece(function):
    PIECES.append(function)
    return function


@piece
def dates():
    start = datetime.datetime(2024, 2, 28, 22, 30, tzinfo=datetime.timezone.utc)
    total = 0
    for i in range(40):
        moment = start + datetime.timedelta(hours=i * 7, minutes=i)
        text = moment.isoformat()
        again = datetime.datetime.fromisoformat(text)
        total += (again - start).total_seconds() + moment.weekday() + len(moment.strftime("%Y/%m/%d %H:%M"))
        total += moment.replace(day=1) < again
    parsed = datetime.datetime.strptime("03 May 2025 10:15:00", "%d %b %Y %H:%M:%S")
    return total, parsed.date().toordinal(), calendar.monthrange(2024, 2), time.gmtime(0).tm_year


@piece
def zones():
    try:
        zone = zoneinfo.ZoneInfo("Asia/Shanghai")
    except zoneinfo.ZoneInfoNotFoundError:
        zone = datetime.timezone(datetime.timedelta(hours=8))
    moments = [datetime.datetime(2024, 1 + i, 1, tzinfo=zone) for i in range(12)]
    return [moment.astimezone(datetime.timezone.utc).hour for moment in moments], str(moments[0].utcoffset())


@piece
def logs():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(name)s] %(message)s"))
    logger = logging.getLogger("training.part")
    logger.propagate = False
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    for i in range(25):
        logger.debug("not shown %s", i)
        logger.info("order %s has %d lines", f"o{i}", i)
    try:
        1 / 0
    except ZeroDivisionError:
        logger.exception("failed")
    return len(stream.getvalue())


@piece
def tasks():
    async def fetch(number, gate):
        async with gate:
            await asyncio.sleep(0)
            return number * 2

    async def produce(line):
        for i in range(20):
            await line.put(i)
        await line.put(None)

    async def consume(line):
        total = 0
        while (item := await line.get()) is not None:
            total += item
        return total

    async def ticks(limit):
        for i in range(limit):
            yield i
            await asyncio.sleep(0)

    async def everything():
        gate, line = asyncio.Semaphore(5), asyncio.Queue(4)
        results = await asyncio.gather(*(fetch(i, gate) for i in range(30)))
        producer = asyncio.create_task(produce(line))
        total = await asyncio.wait_for(consume(line), 5)
        await producer
        return sum(results) + total + sum([i async for i in ticks(10)])

    return asyncio.run(everything())


@piece
def database():
    with sqlite3.connect(":memory:") as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("create table stock (id integer primary key, name text, amount real)")
        connection.executemany(
            "insert into stock (name, amount) values (?, ?)", [(f"n{i % 7}", i / 2) for i in range(80)]
        )
        rows = connection.execute("select name, sum(amount) s from stock group by name order by s desc").fetchall()
        one = connection.execute("select count(*) from stock where amount > :least", {"least": 10}).fetchone()[0]
    connection.close()
    return [(row["name"], row["s"]) for row in rows], one


@piece
def files():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "part" / "file.txt"
        path.parent.mkdir()
        path.write_text("one\ntwo\nthree\n" * 20)
        with open(path) as file:
            lines = [line.rstrip("\n") for line in file]
        with open(path, "rb") as file:
            size = len(file.read())
        found = [os.path.join(top, name) for top, _, names in os.walk(folder) for name in names]
        return len(lines), size, [os.path.splitext(os.path.basename(each)) for each in found], \
            path.with_suffix(".md").name, path.relative_to(folder).as_posix()


@piece
def traces():
    def fail(depth):
        if depth == 0:
            raise ValueError("at the bottom")
        fail(depth - 1)

    try:
        fail(5)
    except ValueError as error:
        text = "".join(traceback.format_exception(error))
    return len(text)


class Registry(type):
    known = {}

    def __new__(meta, name, bases, namespace):
        made = super().__new__(meta, name, bases, namespace)
        meta.known[name] = made
        return made


class Positive:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner=None):
        return getattr(instance, self.name, 0)

    def __set__(self, instance, value):
        if value < 0:
            raise ValueError(self.name)
        setattr(instance, self.name, value)


@piece
def making_classes():
    total = 0
    for i in range(8):
        made = Registry(f"Made{i % 4}", (), {"size": Positive(), "twice": lambda self: self.size * 2})
        instance = made()
        instance.size = i
        total += instance.twice()
    space = types.SimpleNamespace(a=1, b=2)
    return total + space.a, len(inspect.signature(database).parameters), \
        typing.get_type_hints(typed), isinstance([], collections.abc.Sequence)


def typed(a: int, b: typing.Optional[str] = None) -> list[int]:
    return [a]


@piece
def compiled():
    source = "def made(a, b=2):\n    return [a * x + b for x in range(5) if x % 2]\nresult = made(3)\n"
    space = {}
    exec(compile(source, "<made>", "exec"), space)
    return space["result"], eval("1 + 2 * len('abc')")
