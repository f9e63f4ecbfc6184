"""Heavy reads, on both engines: in threads, on connections that cannot write, not too many."""

import asyncio
import threading

import pytest
from sqlalchemy import insert, literal, select

from kinoteka.database import reading_threads
from kinoteka.database.schema import labels
from kinoteka.database.statement import Statement
from kinoteka.errors import Code
from tests.support.errors import raises_error
from tests.support.polling import TIMEOUT

ONE = Statement(select(literal(1)))
ADD = Statement(insert(labels).values(name="premium"))


async def test_run_in_threads(services):
    def read(reader):
        assert [tuple(row) for row in reader.fetch(ONE)] == [(1,)]
        return threading.get_ident(), reader.engine

    thread, engine = await services.database.read_in_thread(read)
    assert thread != threading.get_ident()
    assert engine == services.database.name


async def test_cannot_write(services):
    with pytest.raises(Exception, match=r"(?i)read-?only"):
        await services.database.read_in_thread(lambda reader: reader.fetch(ADD))


async def test_only_so_many_may_wait(services, monkeypatch):
    monkeypatch.setattr(reading_threads, "MAX_WAITING_READS", 3)
    database, opened = services.database, threading.Event()
    waiting = [
        asyncio.create_task(database.read_in_thread(lambda _: opened.wait(TIMEOUT)))
        for _ in range(3)
    ]
    await asyncio.sleep(0)
    assert database.stats()["heavy_reads"] == 3
    with raises_error(Code.BUSY, retry_after=1):
        await database.read_in_thread(lambda _: True)
    opened.set()
    assert await asyncio.gather(*waiting) == [True] * 3
    assert await database.read_in_thread(lambda _: True)
