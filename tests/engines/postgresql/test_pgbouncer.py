"""PgBouncer in transaction mode, older than 1.21 or without prepared statements."""

import asyncio

import msgspec
import pytest
from sqlalchemy import bindparam, insert, select

from kinoteka.cli.doctor.databases import check_database
from kinoteka.database.engines.postgresql.driver import PostgreSQL
from kinoteka.database.schema import labels
from kinoteka.database.statement import Statement
from kinoteka.database.unit import Unit, unit_of_work
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import EMPTY
from tests.support.pgbouncers import CONNECTIONS, pgbouncer
from tests.support.servers import run_server

ADD: Statement[tuple[()]] = Statement(insert(labels).values(name=bindparam("name")))
NAMES = Statement(select(labels.c.name).order_by(labels.c.name), lambda name: name)
COUNT = 40


@pytest.fixture(scope="module")
def port(postgresql):
    with pgbouncer(postgresql) as port:
        yield port


@pytest.fixture
def pooled(postgresql, port, tmp_path):
    """Settings for a new database behind PgBouncer, without prepared statements."""
    url = postgresql.new_database(EMPTY)
    pooled_url = url.replace(f":{postgresql.port}/", f":{port}/")
    yield Settings(
        data=tmp_path,
        database_url=pooled_url,
        database_pool=2 * CONNECTIONS,
        database_prepared_statements="off",
        demo=False,
    )
    postgresql.drop_database(url)


async def test_concurrent_reads_and_writes_succeed_without_prepared_statements(pooled):
    database = await PostgreSQL.open(pooled)

    async def add(number):
        async with unit_of_work(database) as unit:
            await unit.run(ADD, name=f"{number:02}")
            return await unit.all(NAMES)

    reads = (Unit(database).all(NAMES) for _ in range(COUNT))
    heavy = (database.read_in_thread(lambda reader: reader.fetch(NAMES)) for _ in range(COUNT))
    await asyncio.gather(*map(add, range(COUNT)), *reads, *heavy)
    assert await Unit(database).all(NAMES) == [f"{number:02}" for number in range(COUNT)]
    await database.close()


def test_server_works_without_prepared_statements(pooled, tmp_path):
    settings = {
        "database_url": pooled.database_url,
        "database_pool": str(pooled.database_pool),
        "database_prepared_statements": "off",
    }
    with run_server(tmp_path, settings) as server:
        anna = server.signed_up()
        assert {anna.get("/profile").status_code for _ in range(10)} == {200}
        assert anna.get("/movies/?page=1&q=alien").status_code == 200


def findings(settings):
    """Return the severity and text of the doctor's findings on prepared statements."""
    return [
        (finding.severity.name, finding.text)
        for finding in check_database(settings)
        if finding.subject == "statements"
    ]


class TestDoctor:
    def test_doctor_reports_an_error_when_prepared_statements_are_lost(self, pooled):
        ((severity, text),) = findings(
            msgspec.structs.replace(pooled, database_prepared_statements="on")
        )
        assert severity == "ERROR"
        assert "KINOTEKA_DATABASE_PREPARED_STATEMENTS=off" in text

    def test_doctor_reports_no_problem_when_the_setting_is_off(self, pooled):
        assert [severity for severity, _ in findings(pooled)] == ["FINE"]

    def test_doctor_reports_no_problem_without_pgbouncer(self, postgresql, tmp_path):
        url = postgresql.new_database(EMPTY)
        settings = Settings(data=tmp_path, database_url=url)
        assert [severity for severity, _ in findings(settings)] == ["FINE"]
        postgresql.drop_database(url)
