"""Films of several sources show chosen values, and the records of all sources are stored."""

import json

import msgspec
import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.undo import Undo
from tests.unit.core.imports.test_locked_fields import lock, members

IMDB = film(
    "tt1",
    "Alien",
    year=1979,
    rating=8.5,
    votes=900,
    genres=["Horror", "Sci-Fi"],
    directors=["Ridley Scott"],
    runtime_minutes=117,
)
CLUB = film("7", "Alien", year=1979, description="In space.", votes=3, rating=9.0, genres=["Fear"])


def changed(record, **fields):
    return msgspec.structs.replace(record, **fields)


def shown(stored):
    sql = "SELECT title, description, rating, votes, runtime_minutes FROM films"
    return stored.rows(sql)


def records(stored):
    """Return the stored records by external id; None for those that are not stored."""
    rows = stored.rows("SELECT external_id, record FROM film_values ORDER BY 1")
    return {key: text and json.loads(text) for key, text in rows}


@pytest.fixture(params=[False, True], ids=["imdb first", "club first"])
def joined(stored, request):
    """One film of two sources, imported in either order."""
    sources = [("imdb", IMDB), ("club", CLUB)]
    for source, record in reversed(sources) if request.param else sources:
        stored.run([record], source=source)
    return stored


def test_values_do_not_depend_on_the_order_of_imports(joined) -> None:
    assert shown(joined) == [("Alien", "In space.", 8.5, 900, 117)]
    assert members(joined, "genre", 1) == ["Horror", "Sci-Fi"]
    assert members(joined, "director", 1) == ["Ridley Scott"]
    sql = "SELECT name FROM genres JOIN films ON genre_id = genres.id"
    assert joined.rows(sql) == ["Horror"]


def test_records_of_all_sources_are_stored_when_a_second_one_has_the_film(joined) -> None:
    stored = records(joined)
    assert stored["7"]["genres"] == ["Fear"]
    assert (stored["tt1"]["votes"], stored["7"]["votes"]) == (900, 3)


def test_record_is_not_stored_twice_while_one_source_has_the_film(stored) -> None:
    stored.run([IMDB])
    stored.run([changed(IMDB, votes=901)])
    assert records(stored) == {"tt1": None}


def test_changed_record_changes_only_the_fields_that_it_decides(joined) -> None:
    joined.run([changed(CLUB, title="Alien!", description="Far away.", votes=4)], source="club")
    assert shown(joined) == [("Alien", "Far away.", 8.5, 900, 117)]
    joined.run([changed(IMDB, title="Aliens", runtime_minutes=None)], source="imdb")
    assert shown(joined) == [("Aliens", "Far away.", 8.5, 900, None)]


def test_locked_field_takes_precedence_over_every_source(joined) -> None:
    joined.execute("UPDATE films SET title = 'Mine'")
    lock(joined, 1, "title")
    joined.run([changed(IMDB, title="Aliens", votes=901)], source="imdb")
    assert shown(joined) == [("Mine", "In space.", 8.5, 901, 117)]
    assert records(joined)["tt1"]["title"] == "Aliens"


def test_film_is_found_by_the_chosen_title_alone(joined) -> None:
    joined.run([changed(CLUB, title="Xenomorph")], source="club")
    assert (joined.found("xenomorph"), joined.found("alien")) == ([], ["Alien"])


def test_changed_records_are_remembered_with_what_they_replace(stored) -> None:
    stored.run([IMDB])
    stored.run([changed(IMDB, votes=901, runtime_minutes=None)])
    ((batch_id, external_id, before),) = stored.rows(
        "SELECT batch_id, external_id, before FROM batch_changes"
    )
    assert (batch_id, external_id) == (2, "tt1")
    replaced = json.loads(before)
    assert (replaced["record"], replaced["batch"]) == ({"runtime_minutes": 117, "votes": 900}, 1)


def test_record_that_stays_stored_after_the_others_left_follows_later_imports(stored) -> None:
    stored.run([CLUB], source="club")
    batch = stored.run([IMDB], source="imdb").batch
    Undo(batch).run(stored.settings)
    stored.run([changed(CLUB, description="In deep space.")], source="club")
    stored.run([IMDB], source="imdb")
    assert records(stored)["7"]["description"] == "In deep space."
    assert shown(stored) == [("Alien", "In deep space.", 8.5, 900, 117)]
