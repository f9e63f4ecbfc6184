"""Heavy reads: in threads, on read-only connections, a limited number at a time."""

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

ONE: Statement[tuple[int]] = Statement(select(literal(1)))
ADD: Statement[tuple[()]] = Statement(insert(labels).values(name="premium"))


async def test_heavy_read_runs_in_a_thread(services):
    def read(reader):
        assert [tuple(row) for row in reader.fetch(ONE)] == [(1,)]
        return threading.get_ident(), reader.engine

    thread, engine = await services.database.read_in_thread(read)
    assert thread != threading.get_ident()
    assert engine == services.database.name


async def test_heavy_read_cannot_write(services):
    with pytest.raises(Exception, match=r"(?i)read-?only"):
        await services.database.read_in_thread(lambda reader: reader.fetch(ADD))


async def test_heavy_read_is_rejected_as_busy_when_too_many_wait(services, monkeypatch):
    monkeypatch.setattr(reading_threads, "MAX_WAITING_READS", 3)
    database, may_finish = services.database, threading.Event()
    waiting = [
        asyncio.create_task(database.read_in_thread(lambda _: may_finish.wait(TIMEOUT)))
        for _ in range(3)
    ]
    await asyncio.sleep(0)
    assert database.stats()["heavy_reads"] == 3
    with raises_error(Code.BUSY, retry_after=1):
        await database.read_in_thread(lambda _: True)
    may_finish.set()
    assert await asyncio.gather(*waiting) == [True] * 3
    assert await database.read_in_thread(lambda _: True)
