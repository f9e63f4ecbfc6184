"""The import: parts stored whole or not at all, one import at a time, stopped without a trace."""

import os
import signal
import threading
import time

import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.record import RejectedRow, RejectionReason
from kinoteka.core.imports.service import Import, ImportFailed, RowRejected
from kinoteka.database.import_target import Changes
from kinoteka.infrastructure.settings import Settings

ALIEN, MIRROR, RAN = film("1", "Alien"), film("2", "Mirror"), film("3", "Ran", genres=["War"])
NO_TITLE = RejectedRow("films.csv", 3, RejectionReason.TITLE_MISSING, "")
YEAR_0 = RejectedRow("films.csv", 4, RejectionReason.YEAR_INVALID, "0")


class TestParts:
    def test_a_broken_row_leaves_its_part_out_and_no_other(self, stored):
        done = stored.run([ALIEN], [MIRROR, NO_TITLE, YEAR_0, MIRROR], [RAN])
        assert stored.titles() == ["Alien", "Ran"]
        assert stored.changes == Changes(2, 0, 0)
        assert done.left_out == [NO_TITLE]
        assert (done.read, done.rejected) == (2, {RejectionReason.TITLE_MISSING: 1})

    def test_a_part_without_films_is_no_failure(self, stored):
        assert stored.run([]).left_out == []
        assert stored.changes == Changes(0, 0, 0)

    def test_where_no_part_is_left_nothing_is_stored(self, stored):
        with pytest.raises(RowRejected) as caught:
            stored.run([ALIEN, NO_TITLE], [YEAR_0, MIRROR])
        assert caught.value.rejected == NO_TITLE
        assert stored.titles() == []
        assert stored.beside() == set()

    def test_keeping_going_stores_whatever_is_sound(self, stored):
        rejected = []
        done = stored.run(
            [NO_TITLE, ALIEN, YEAR_0, MIRROR], keep_going=True, on_rejected=rejected.append
        )
        assert stored.titles() == ["Alien", "Mirror"]
        assert rejected == [NO_TITLE, YEAR_0]
        assert done.left_out == []
        assert done.rejected == {RejectionReason.TITLE_MISSING: 1, RejectionReason.YEAR_INVALID: 1}

    def test_nothing_but_broken_rows_is_no_failure_either_if_it_keeps_going(self, stored):
        stored.run([NO_TITLE], keep_going=True)
        assert stored.changes == Changes(0, 0, 0)

    def test_rows_that_share_an_id_are_told(self, stored):
        done = stored.run([ALIEN, film("1", "Alien again")], [film("1", "And again"), RAN])
        assert (done.repeated, stored.changes) == (2, Changes(2, 0, 0))
        assert stored.titles() == ["And again", "Ran"]


class TestAllOrNothing:
    def test_what_belongs_to_it_is_stored_with_it(self, stored):
        Import("club").run(
            stored.settings,
            [[ALIEN]],
            lambda reader: reader.connection.execute("INSERT INTO labels (name) VALUES ('x')"),
        )
        assert stored.rows("SELECT name FROM labels") == ["x"]

    def test_or_neither_is(self, stored):
        running = Import("club")
        with pytest.raises(ImportFailed):
            running.run(
                stored.settings,
                [[ALIEN]],
                lambda reader: reader.connection.execute("INSERT INTO nowhere VALUES (1)"),
            )
        assert stored.titles() == []
        assert not running.committed
        assert stored.beside() == set()

    def test_readers_see_all_of_it_at_once(self, stored):
        seen = []
        Import("club").run(
            stored.settings, [[ALIEN, MIRROR]], lambda _: seen.append(stored.titles())
        )
        assert seen == [[]]
        assert stored.titles() == ["Alien", "Mirror"]

    def test_a_reader_fails_and_nothing_is_stored(self, stored):
        def records():
            yield ALIEN
            raise OSError("the disk is gone")

        with pytest.raises(OSError, match="gone"):
            stored.run(records())
        assert stored.titles() == []
        assert stored.beside() == set()

    def test_a_database_without_tables_is_told(self, stored):
        stored.execute("DROP TABLE film_genres")
        with pytest.raises(ImportFailed, match="film_genres"):
            stored.run([ALIEN])

    @pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/nowhere"])
    def test_a_database_that_is_away_is_told(self, tmp_path, url):
        with pytest.raises(ImportFailed, match="refused"):
            Import("club").run(Settings(data=tmp_path, database_url=url), [[ALIEN]])


def test_one_import_runs_at_a_time(stored):
    def records():
        yield ALIEN
        with pytest.raises(ImportFailed, match="another import is running"):
            stored.run([MIRROR])
        yield RAN

    Import("club").run(stored.settings, [records()])
    assert stored.titles() == ["Alien", "Ran"]
    stored.run([MIRROR])
    assert stored.titles() == ["Alien", "Ran", "Mirror"]


def interrupt_soon():
    """Ctrl+C, in a moment."""
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()


class TestInterrupted:
    def test_while_reading(self, stored):
        def records():
            yield ALIEN
            interrupt_soon()
            time.sleep(3600)

        with pytest.raises(KeyboardInterrupt):
            stored.run(records())
        assert stored.titles() == []
        assert stored.beside() == set()

    def test_within_a_statement_that_takes_long(self, stored):
        endless = (
            "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT 1 FROM n) SELECT sum(i) FROM n"
        )

        def wait(reader):
            interrupt_soon()
            reader.connection.execute(endless)

        running = Import("club")
        with pytest.raises(KeyboardInterrupt):
            running.run(stored.settings, [[ALIEN]], wait)
        assert not running.committed
        assert stored.titles() == []
        stored.run([MIRROR])
        assert stored.titles() == ["Mirror"]
