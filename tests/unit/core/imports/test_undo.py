"""An undone import leaves the catalogue as it was before, except for what changed later."""

import msgspec
import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.service import AnotherImportRuns
from kinoteka.core.imports.undo import CannotUndo, Undo
from kinoteka.database.import_target import open_import_target
from kinoteka.infrastructure.clock import DAY
from tests.support.films import stored_counts

ALIEN = film("1", "Alien", year=1979, votes=5, rating=8.0, genres=["Horror"], directors=["Scott"])
RAN = film("2", "Ran", year=1985, genres=["War"], directors=["Akira Kurosawa"])
TABLES = ("films", "film_values", "film_ids", "film_genres", "credits", "film_sort")


def changed(record, **fields):
    return msgspec.structs.replace(record, **fields)


def content(stored):
    return [sorted(stored.rows(f"SELECT * FROM {table}"), key=str) for table in TABLES]


def undo(stored, batch_id):
    return Undo(batch_id).run(stored.settings)


def test_changed_films_get_their_values_back(stored) -> None:
    stored.run([ALIEN, RAN])
    before = content(stored)
    batch = stored.run([changed(ALIEN, title="Cars", genres=("Fear",), rating=None), RAN]).batch
    result = undo(stored, batch)
    assert content(stored) == before
    assert (result.restored, result.removed, result.later) == (1, 0, 0)
    assert (stored.found("alien"), stored.found("cars")) == (["Alien"], [])
    assert stored_counts(stored.settings) == stored_counts(stored.settings, recounted=True)
    stored.run([ALIEN, RAN])
    assert stored.changes.unchanged == 2


def test_added_films_are_removed(stored) -> None:
    stored.run([ALIEN])
    before = content(stored)
    batch = stored.run([RAN]).batch
    assert undo(stored, batch).removed == 1
    assert content(stored) == before
    assert stored.found("ran") == []
    assert stored_counts(stored.settings) == stored_counts(stored.settings, recounted=True)


def test_film_keeps_the_values_of_its_other_sources(stored) -> None:
    stored.run([ALIEN], source="one")
    before = stored.rows("SELECT * FROM films"), stored.rows("SELECT * FROM film_ids")
    other = changed(ALIEN, external_id="a", description="In space.", votes=900, rating=7.0)
    batch = stored.run([changed(other, ids=(("imdb", "tt1"),))], source="other").batch
    assert stored.rows("SELECT votes FROM films") == [900]
    result = undo(stored, batch)
    assert (result.removed, result.kept) == (0, 0)
    assert (stored.rows("SELECT * FROM films"), stored.rows("SELECT * FROM film_ids")) == before
    assert stored.rows("SELECT external_id FROM film_values") == ["1"]


REFERENCES = {
    "bookmark": "INSERT INTO bookmarks (account_id, film_id, created_at) VALUES (1, 1, 1)",
    "locked field": "INSERT INTO film_locks (film_id, field) VALUES (1, 'title')",
    "message": (
        "INSERT INTO messages (chat_id, text, created_at)"
        " VALUES (1, 'see https://films.example/films/1!', 1)"
    ),
    "message with the id of a merged film": (
        "INSERT INTO messages (chat_id, text, created_at)"
        " VALUES (1, 'see https://films.example/films/77', 1)"
    ),
}


@pytest.mark.parametrize("reference", REFERENCES.values(), ids=REFERENCES)
def test_added_film_is_kept_when_something_refers_to_it(stored, reference) -> None:
    batch = stored.run([ALIEN, RAN]).batch
    stored.execute(
        "INSERT INTO accounts (id, username, username_key, password_hash, created_at)"
        " VALUES (1, 'anna', 'anna', '', 1)"
    )
    stored.execute(
        "INSERT INTO chats (id, first_account_id, second_account_id, created_at)"
        " VALUES (1, 1, 2, 1)"
    )
    stored.execute(
        "INSERT INTO film_redirects (old_id, film_id, title, until) VALUES (77, 1, '', 1)"
    )
    stored.execute(reference)
    result = undo(stored, batch)
    assert (result.removed, result.kept) == (1, 1)
    assert stored.titles() == ["Alien"]
    stored.run([ALIEN])
    assert stored.changes.unchanged == 1


def test_values_that_a_later_import_changed_stay_and_are_reported(stored) -> None:
    stored.run([ALIEN, RAN])
    batch = stored.run([changed(ALIEN, votes=6), changed(RAN, votes=7)]).batch
    stored.run([changed(ALIEN, votes=8)])
    result = undo(stored, batch)
    assert (result.restored, result.later) == (1, 1)
    assert stored.rows("SELECT votes FROM films ORDER BY id") == [8, 0]


def test_imports_are_undone_one_after_the_other(stored) -> None:
    batches = [stored.run([changed(ALIEN, votes=votes)]).batch for votes in (5, 6, 7)]
    for batch, votes in ((batches[2], [6]), (batches[1], [5]), (batches[0], [])):
        undo(stored, batch)
        assert stored.rows("SELECT votes FROM films") == votes


def test_locked_field_stays_when_the_import_is_undone(stored) -> None:
    stored.run([ALIEN])
    stored.execute("UPDATE films SET title = 'Mine'")
    stored.execute("INSERT INTO film_locks (film_id, field) VALUES (1, 'title')")
    batch = stored.run([changed(ALIEN, title="Cars", votes=6)]).batch
    undo(stored, batch)
    assert stored.rows("SELECT title, votes FROM films") == [("Mine", 5)]


def test_unknown_undone_and_old_imports_are_rejected(stored) -> None:
    batch = stored.run([ALIEN]).batch
    with pytest.raises(CannotUndo, match="no import 99"):
        undo(stored, 99)
    stored.execute(f"UPDATE batches SET created_at = created_at - {31 * DAY}")
    with pytest.raises(CannotUndo, match="older than 30 days"):
        undo(stored, batch)
    stored.execute(f"UPDATE batches SET created_at = created_at + {31 * DAY}")
    undo(stored, batch)
    with pytest.raises(CannotUndo, match="undone already"):
        undo(stored, batch)


def test_undo_waits_for_no_running_import(stored) -> None:
    batch = stored.run([ALIEN]).batch
    with open_import_target(stored.settings), pytest.raises(AnotherImportRuns):
        undo(stored, batch)
    assert stored.titles() == ["Alien"]
