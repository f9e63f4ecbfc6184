"""Imports into PostgreSQL while other connections read and write."""

import threading

import psycopg
import pytest

from kinoteka.core.access.model import CONSOLE_ACTOR
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.service import Import, ImportFailed
from kinoteka.database.engines.postgresql.imports import store
from kinoteka.database.import_target import Changes
from kinoteka.database.migrations import migrate
from kinoteka.database.unit import unit_of_work
from kinoteka.infrastructure.settings import Settings

ALIEN, RAN = film("1", "Alien", genres=["Horror"]), film("2", "Ran", genres=["War"])


def begin(settings):
    """Open another connection that waits for locks for 100 ms at most."""
    connection = psycopg.connect(settings.database_url)
    connection.execute("SET lock_timeout = '100ms'")
    return connection


def names(stored):
    sql = "SELECT title, labels.name FROM films LEFT JOIN labels ON labels.id = label_id"
    return dict(stored.rows(sql))


class TestConcurrency:
    def test_other_connections_can_write_while_new_films_are_stored(self, stored, monkeypatch):
        stored.run([ALIEN])
        meanwhile = []

        def set_label(stored_now, to_store):
            with begin(stored.settings) as other:
                other.execute("UPDATE revisions SET value = value + 1 WHERE name = 'catalogue'")
                other.execute("UPDATE films SET votes = 7 WHERE title = 'Alien'")
            meanwhile.append((stored_now, to_store))

        monkeypatch.setattr(Import, "_note_stored", lambda _, *counts: set_label(*counts))
        stored.run([RAN])
        assert meanwhile == [(1, 1)]
        assert stored.rows("SELECT title, votes FROM films ORDER BY id") == [
            ("Alien", 7),
            ("Ran", 0),
        ]

    def test_other_writers_wait_while_existing_films_are_changed(self, stored):
        stored.run([ALIEN])

        def change(_):
            with begin(stored.settings) as other, pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("UPDATE revisions SET value = value + 1 WHERE name = 'catalogue'")

        Import("club").run(stored.settings, [[film("1", "Aliens")]], change)
        assert stored.titles() == ["Aliens"]

    async def test_label_set_during_an_import_stays(self, stored, services, monkeypatch):
        stored.run([ALIEN, RAN])
        other = psycopg.connect(stored.settings.database_url)
        other.execute("UPDATE revisions SET value = value + 1 WHERE name = 'catalogue'")
        other.execute("INSERT INTO labels (name) VALUES ('by_hand')")
        other.execute("UPDATE films SET label_id = 1 WHERE title = 'Alien'")
        lock = store._StoreTransaction._lock

        def commit() -> None:
            other.commit()
            other.close()

        def commit_soon(transaction, **options):
            threading.Timer(0.3, commit).start()
            lock(transaction, **options)

        monkeypatch.setattr(store._StoreTransaction, "_lock", commit_soon)
        changed = [film("1", "Aliens", genres=["Horror"]), film("2", "Ran", genres=["Drama"])]
        stored.run(changed, labels=["premium"])
        assert names(stored) == {"Aliens": "by_hand", "Ran": None}
        counted = "SELECT label_id, films FROM genre_counts ORDER BY label_id"
        assert stored.rows(counted) == [(0, 1), (1, 1)]
        async with unit_of_work(services.database) as unit:
            await services.revisions.refresh()
            await services.labels.set_label(CONSOLE_ACTOR, unit, 1, None)
        assert stored.rows(counted)[0] == (0, 1)

    def test_other_readers_do_not_wait(self, stored):
        stored.run([ALIEN])
        visible = []

        def read(_):
            with begin(stored.settings) as other:
                visible.extend(other.execute("SELECT title FROM films ORDER BY id").fetchall())

        Import("club").run(stored.settings, [[film("1", "Aliens"), RAN]], read)
        assert visible == [("Alien",)]


class TestIds:
    def test_failed_import_consumes_no_ids(self, stored):
        with pytest.raises(ImportFailed):
            Import("club").run(
                stored.settings, [[ALIEN]], lambda reader: reader.connection.execute("SELECT 1/0")
            )
        stored.run([RAN])
        assert stored.rows("SELECT id FROM films") == [1]
        assert stored.rows("SELECT id, name FROM genres ORDER BY id") == [
            (1, "Unknown"),
            (2, "War"),
        ]

    def test_existing_names_and_labels_consume_no_ids(self, stored):
        stored.run([ALIEN], labels=["premium"])
        stored.run([ALIEN, film("3", "Scream", genres=["Horror"])], labels=["premium"])
        stored.run([RAN], labels=["adult"])
        assert stored.rows("SELECT id FROM labels ORDER BY id") == [1, 2]
        assert stored.rows("SELECT name FROM genres ORDER BY id") == ["Unknown", "Horror", "War"]
        assert stored.rows("SELECT max(id) FROM genres") == [3]

    def test_manual_insert_gets_the_next_id(self, stored):
        stored.run([ALIEN])
        stored.execute("INSERT INTO genres (name, name_key) VALUES ('Noir', 'noir')")
        assert stored.rows("SELECT id FROM genres WHERE name = 'Noir'") == [3]
        stored.run([RAN])
        assert stored.rows("SELECT name FROM genres ORDER BY id")[-1] == "War"


def test_statistics_are_current_after_an_import(stored):
    stored.run([ALIEN, RAN])
    known = "SELECT reltuples FROM pg_class WHERE relname IN ('films', 'film_genres')"
    assert stored.rows(known) == [2, 2]


class TestForeignKeys:
    """Foreign keys are not checked per row if the role may disable that, and are valid anyway."""

    @pytest.fixture(params=["superuser", "plain"])
    def imported(self, request, postgresql, tmp_path, stored_in):
        """Return a catalogue owned and filled by a superuser or an ordinary role."""
        name = f"import_{request.param}"
        superuser = " SUPERUSER" if request.param == "superuser" else ""
        postgresql.execute(f"CREATE ROLE {name} LOGIN{superuser}")
        url = postgresql.new_database()
        postgresql.execute(f'ALTER DATABASE "{url.rpartition("/")[2]}" OWNER TO {name}')
        settings = Settings(data=tmp_path, database_url=url.replace("kinoteka@", f"{name}@"))
        migrate(settings)
        catalogue = stored_in(settings)
        catalogue.run([ALIEN, RAN], labels=["premium"])
        yield catalogue
        postgresql.drop_database(url)
        postgresql.execute(f"DROP ROLE {name}")

    def test_films_are_stored_alike_with_and_without_checks(self, imported):
        imported.run([ALIEN, film("2", "Ran", genres=["Drama"], directors=["Akira Kurosawa"])])
        assert imported.changes == Changes(0, 1, 1)
        sql = "SELECT title, name FROM films JOIN genres ON genres.id = genre_id ORDER BY films.id"
        assert imported.rows(sql) == [("Alien", "Horror"), ("Ran", "Drama")]
        assert imported.found("ran") == ["Ran"]

    def test_statements_before_the_commit_are_checked(self, imported):
        invalid = "INSERT INTO selection_films (selection_id, film_id, position) VALUES (7, 7, 7)"
        with pytest.raises(ImportFailed, match="foreign key"):
            Import("club").run(
                imported.settings,
                [[film("3", "Mirror")]],
                lambda reader: reader.connection.execute(invalid),
            )

    def test_film_deleted_during_an_import_leaves_no_rows(self, imported, monkeypatch):
        lock = store._StoreTransaction._lock

        def delete_first(transaction, **options):
            imported.execute("DELETE FROM films WHERE title = 'Alien'")
            lock(transaction, **options)

        monkeypatch.setattr(store._StoreTransaction, "_lock", delete_first)
        imported.run([film("1", "Aliens", genres=["Horror"])])
        assert imported.titles() == ["Ran"]
        assert imported.rows("SELECT film_id FROM film_genres") == [2]
        assert imported.rows("SELECT film_id FROM credits") == [2]
