"""Storing in PostgreSQL beside others who read and write."""

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


@pytest.fixture(scope="module")
def engine():
    return "postgresql"


def begin(settings):
    """A transaction of somebody else, who waits for a lock for a moment at most."""
    connection = psycopg.connect(settings.database_url)
    connection.execute("SET lock_timeout = '100ms'")
    return connection


def names(stored):
    sql = "SELECT title, labels.name FROM films LEFT JOIN labels ON labels.id = label_id"
    return dict(stored.rows(sql))


class TestBesideOthers:
    def test_labels_are_set_while_new_films_are_stored(self, stored, monkeypatch):
        stored.run([ALIEN])
        meanwhile = []

        def set_label(stored_now, to_store):
            with begin(stored.settings) as other:
                other.execute("UPDATE revisions SET value = value + 1 WHERE name = 'catalogue'")
                other.execute("UPDATE films SET votes = 7 WHERE title = 'Alien'")
            meanwhile.append((stored_now, to_store))

        monkeypatch.setattr(Import, "_note_stored", lambda _, *told: set_label(*told))
        stored.run([RAN])
        assert meanwhile == [(1, 1)]
        assert stored.rows("SELECT title, votes FROM films ORDER BY id") == [
            ("Alien", 7),
            ("Ran", 0),
        ]

    def test_who_changes_a_film_is_waited_for_and_then_waits(self, stored):
        stored.run([ALIEN])

        def change(_):
            with begin(stored.settings) as other, pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("UPDATE revisions SET value = value + 1 WHERE name = 'catalogue'")

        Import("club").run(stored.settings, [[film("1", "Aliens")]], change)
        assert stored.titles() == ["Aliens"]

    async def test_a_label_that_is_set_meanwhile_stays(self, stored, services, monkeypatch):
        stored.run([ALIEN, RAN])
        other = psycopg.connect(stored.settings.database_url)
        other.execute("UPDATE revisions SET value = value + 1 WHERE name = 'catalogue'")
        other.execute("INSERT INTO labels (name) VALUES ('by_hand')")
        other.execute("UPDATE films SET label_id = 1 WHERE title = 'Alien'")
        lock = store._Storing._lock

        def commit_soon(storing, **given):
            threading.Timer(0.3, lambda: (other.commit(), other.close())).start()
            lock(storing, **given)

        monkeypatch.setattr(store._Storing, "_lock", commit_soon)
        changed = [film("1", "Aliens", genres=["Horror"]), film("2", "Ran", genres=["Drama"])]
        stored.run(changed, labels=["premium"])
        assert names(stored) == {"Aliens": "by_hand", "Ran": None}
        counted = "SELECT label_id, films FROM genre_counts ORDER BY label_id"
        assert stored.rows(counted) == [(0, 1), (1, 1)]
        async with unit_of_work(services.database) as unit:
            await services.revisions.look()
            await services.labels.set_label(CONSOLE_ACTOR, unit, 1, None)
        assert stored.rows(counted)[0] == (0, 1)

    def test_readers_go_on(self, stored):
        stored.run([ALIEN])
        seen = []

        def read(_):
            with begin(stored.settings) as other:
                seen.extend(other.execute("SELECT title FROM films ORDER BY id").fetchall())

        Import("club").run(stored.settings, [[film("1", "Aliens"), RAN]], read)
        assert seen == [("Alien",)]


class TestIds:
    def test_none_are_lost_by_an_import_that_fails(self, stored):
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

    def test_nor_by_names_and_labels_that_are_there_already(self, stored):
        stored.run([ALIEN], labels=["premium"])
        stored.run([ALIEN, film("3", "Scream", genres=["Horror"])], labels=["premium"])
        stored.run([RAN], labels=["adult"])
        assert stored.rows("SELECT id FROM labels ORDER BY id") == [1, 2]
        assert stored.rows("SELECT name FROM genres ORDER BY id") == ["Unknown", "Horror", "War"]
        assert stored.rows("SELECT max(id) FROM genres") == [3]

    def test_whoever_inserts_by_hand_gets_the_next_one(self, stored):
        stored.run([ALIEN])
        stored.execute("INSERT INTO genres (name, name_key) VALUES ('Noir', 'noir')")
        assert stored.rows("SELECT id FROM genres WHERE name = 'Noir'") == [3]
        stored.run([RAN])
        assert stored.rows("SELECT name FROM genres ORDER BY id")[-1] == "War"


def test_statistics_are_there_at_once(stored):
    stored.run([ALIEN, RAN])
    known = "SELECT reltuples FROM pg_class WHERE relname IN ('films', 'film_genres')"
    assert stored.rows(known) == [2, 2]


class TestForeignKeys:
    """Not checked row by row if the role may decide that; what is stored is sound all the same."""

    @pytest.fixture(params=["superuser", "plain"])
    def imported(self, request, postgresql, tmp_path, stored_in):
        """The catalogue after an import by either role, which owns it."""
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
        postgresql.drop(url)
        postgresql.execute(f"DROP ROLE {name}")

    def test_either_way_films_are_stored_alike(self, imported):
        imported.run([ALIEN, film("2", "Ran", genres=["Drama"], directors=["Akira Kurosawa"])])
        assert imported.changes == Changes(0, 1, 1)
        sql = "SELECT title, name FROM films JOIN genres ON genres.id = genre_id ORDER BY films.id"
        assert imported.rows(sql) == [("Alien", "Horror"), ("Ran", "Drama")]
        assert imported.found("ran") == ["Ran"]

    def test_what_else_belongs_to_it_is_checked(self, imported):
        refused = "INSERT INTO selection_films VALUES (7, 7, 7)"
        with pytest.raises(ImportFailed, match="foreign key"):
            Import("club").run(
                imported.settings,
                [[film("3", "Mirror")]],
                lambda reader: reader.connection.execute(refused),
            )

    def test_a_film_that_goes_meanwhile_leaves_nothing(self, imported, monkeypatch):
        lock = store._Storing._lock

        def delete_first(storing, **given):
            imported.execute("DELETE FROM films WHERE title = 'Alien'")
            lock(storing, **given)

        monkeypatch.setattr(store._Storing, "_lock", delete_first)
        imported.run([film("1", "Aliens", genres=["Horror"])])
        assert imported.titles() == ["Ran"]
        assert imported.rows("SELECT film_id FROM film_genres") == [2]
        assert imported.rows("SELECT film_id FROM film_directors") == [2]
