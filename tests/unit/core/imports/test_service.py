"""Imports store whole parts, run one at a time, and leave nothing when they are interrupted."""

import os
import signal
import threading
import time

import pytest

from kinoteka.core.imports import service
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.record import RejectedRow, RejectionReason
from kinoteka.core.imports.service import Import, ImportFailed, RowRejected
from kinoteka.database.import_target import Changes
from kinoteka.infrastructure.settings import Settings

ALIEN, MIRROR, RAN = film("1", "Alien"), film("2", "Mirror"), film("3", "Ran", genres=["War"])
NO_TITLE = RejectedRow("films.csv", 3, RejectionReason.TITLE_MISSING, "")
YEAR_0 = RejectedRow("films.csv", 4, RejectionReason.YEAR_INVALID, "0")


class TestParts:
    def test_invalid_row_leaves_out_only_its_part(self, stored):
        done = stored.run([ALIEN], [MIRROR, NO_TITLE, YEAR_0, MIRROR], [RAN])
        assert stored.titles() == ["Alien", "Ran"]
        assert stored.changes == Changes(2, 0, 0)
        assert done.left_out == [NO_TITLE]
        assert done.read == 2
        assert done.rejected == {RejectionReason.TITLE_MISSING: 1, RejectionReason.YEAR_INVALID: 1}

    def test_every_invalid_row_is_reported_without_keep_going(self, stored):
        rejected: list[object] = []
        with pytest.raises(RowRejected):
            stored.run([NO_TITLE, ALIEN, YEAR_0], on_rejected=rejected.append)
        assert rejected == [NO_TITLE, YEAR_0]

    def test_report_ends_at_its_limit_and_all_rows_are_counted(self, stored, monkeypatch):
        monkeypatch.setattr(service, "MAX_REPORTED", 2)
        rejected: list[object] = []
        done = stored.run([YEAR_0] * 5, keep_going=True, on_rejected=rejected.append)
        assert (len(rejected), done.rejected.total()) == (2, 5)

    def test_part_without_films_is_accepted(self, stored):
        assert stored.run([]).left_out == []
        assert stored.changes == Changes(0, 0, 0)

    def test_nothing_is_stored_when_every_part_has_an_invalid_row(self, stored):
        with pytest.raises(RowRejected) as caught:
            stored.run([ALIEN, NO_TITLE], [YEAR_0, MIRROR])
        assert caught.value.rejected == NO_TITLE
        assert stored.titles() == []
        assert stored.leftovers() == set()

    def test_keep_going_stores_all_valid_rows(self, stored):
        rejected: list[object] = []
        done = stored.run(
            [NO_TITLE, ALIEN, YEAR_0, MIRROR], keep_going=True, on_rejected=rejected.append
        )
        assert stored.titles() == ["Alien", "Mirror"]
        assert rejected == [NO_TITLE, YEAR_0]
        assert done.left_out == []
        assert done.rejected == {RejectionReason.TITLE_MISSING: 1, RejectionReason.YEAR_INVALID: 1}

    def test_keep_going_accepts_a_part_with_only_invalid_rows(self, stored):
        stored.run([NO_TITLE], keep_going=True)
        assert stored.changes == Changes(0, 0, 0)

    def test_repeated_ids_are_counted_and_the_last_row_is_stored(self, stored):
        done = stored.run([ALIEN, film("1", "Alien again")], [film("1", "And again"), RAN])
        assert (done.repeated, stored.changes) == (2, Changes(2, 0, 0))
        assert stored.titles() == ["And again", "Ran"]


class TestAllOrNothing:
    def test_before_commit_runs_in_the_same_transaction(self, stored):
        Import("club").run(
            stored.settings,
            [[ALIEN]],
            lambda reader: reader.connection.execute("INSERT INTO labels (name) VALUES ('x')"),
        )
        assert stored.rows("SELECT name FROM labels") == ["x"]

    def test_nothing_is_stored_when_before_commit_fails(self, stored):
        running = Import("club")
        with pytest.raises(ImportFailed):
            running.run(
                stored.settings,
                [[ALIEN]],
                lambda reader: reader.connection.execute("INSERT INTO nowhere VALUES (1)"),
            )
        assert stored.titles() == []
        assert not running.committed
        assert stored.leftovers() == set()

    def test_other_readers_see_films_only_after_the_commit(self, stored):
        visible = []
        Import("club").run(
            stored.settings, [[ALIEN, MIRROR]], lambda _: visible.append(stored.titles())
        )
        assert visible == [[]]
        assert stored.titles() == ["Alien", "Mirror"]

    def test_nothing_is_stored_when_a_reader_fails(self, stored):
        def records():
            yield ALIEN
            raise OSError("the disk is gone")

        with pytest.raises(OSError, match="gone"):
            stored.run(records())
        assert stored.titles() == []
        assert stored.leftovers() == set()

    def test_missing_table_fails_with_its_name(self, stored):
        stored.execute("DROP TABLE film_genres")
        with pytest.raises(ImportFailed, match="film_genres"):
            stored.run([ALIEN])

    @pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/nowhere"])
    def test_unreachable_database_fails_with_the_reason(self, tmp_path, url):
        with pytest.raises(ImportFailed, match="refused"):
            Import("club").run(Settings(data=tmp_path, database_url=url), [[ALIEN]])


def test_second_import_is_rejected_while_one_runs(stored):
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
    """Send SIGINT to this process after 0.2 s."""
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()


class TestInterrupted:
    def test_interrupt_while_reading_stores_nothing(self, stored):
        def records():
            yield ALIEN
            interrupt_soon()
            time.sleep(3600)

        with pytest.raises(KeyboardInterrupt):
            stored.run(records())
        assert stored.titles() == []
        assert stored.leftovers() == set()

    def test_interrupt_ends_a_long_statement_and_stores_nothing(self, stored):
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
