"""Records of films have their credits, titles and countries, on both engines."""

import json

import msgspec
import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.record import Credit
from kinoteka.core.imports.undo import Undo
from kinoteka.database.film_records import StoredRecord, replaced_values
from tests.unit.core.imports.test_locked_fields import lock

WEAVER = Credit("acting", "Sigourney Weaver", "Ripley", (("imdb", "nm0000244"),))
SCOTT = Credit("directing", "Ridley Scott", "", (("imdb", "nm0000631"),))
IMDB = msgspec.structs.replace(
    film("tt1", "Alien", year=1979, votes=900, directors=["Ridley Scott"]),
    credits=(SCOTT, WEAVER),
    titles=(("ru", "translation", "Чужой"),),
    countries=("GB", "US"),
)
CLUB = msgspec.structs.replace(
    film("7", "Alien", year=1979, votes=3, directors=["Ridley Scott"]),
    credits=(Credit("acting", "John Hurt", "Kane"), Credit("writing", "Dan O'Bannon")),
    titles=(("ru", "alternative", "Чужой"), ("de", "translation", "Das fremde Wesen")),
    countries=("DE",),
)
LISTS = (
    "SELECT department, position, name, role FROM credits"
    " JOIN people ON people.id = person_id ORDER BY 1, 2",
    "SELECT language, kind, title FROM film_titles ORDER BY position",
    "SELECT country FROM film_countries ORDER BY position",
)
CHOSEN = [
    [
        (1, 0, "Ridley Scott", None),
        (2, 1, "Dan O'Bannon", None),
        (3, 0, "Sigourney Weaver", "Ripley"),
    ],
    [("ru", "translation", "Чужой"), ("de", "translation", "Das fremde Wesen")],
    ["GB", "US"],
]


def changed(record, **fields):
    return msgspec.structs.replace(record, **fields)


def lists(stored):
    return [stored.rows(sql) for sql in LISTS]


@pytest.mark.parametrize("order", [1, -1])
def test_lists_are_chosen_by_the_rank_of_the_source(stored, order) -> None:
    for source, record in [("imdb", IMDB), ("club", CLUB)][::order]:
        stored.run([record], source=source)
    assert lists(stored) == CHOSEN


def test_lists_follow_new_ranks_at_the_next_import(stored) -> None:
    stored.run([IMDB], source="imdb")
    stored.run([CLUB], source="club")
    stored.execute("UPDATE sources SET rank = 1 WHERE name = 'club'")
    stored.execute("UPDATE film_values SET fingerprint_version = 0")
    stored.run([CLUB], source="club")
    credited, titles, countries = lists(stored)
    assert credited[-1] == (3, 0, "John Hurt", "Kane")
    assert (titles[0], countries) == (("ru", "alternative", "Чужой"), ["DE"])


def test_record_without_lists_keeps_those_of_its_source(stored) -> None:
    stored.run([IMDB], source="imdb")
    stored.run([CLUB], source="club")
    stored.run([changed(IMDB, votes=901, credits=(), titles=(), countries=())], source="imdb")
    assert lists(stored) == CHOSEN


@pytest.mark.parametrize("field", ["cast", "titles", "countries"])
def test_locked_lists_take_precedence_over_every_source(stored, field) -> None:
    stored.run([CLUB], source="club")
    before = lists(stored)
    lock(stored, 1, field)
    stored.run([IMDB], source="imdb")
    place = ["cast", "titles", "countries"].index(field)
    assert lists(stored)[place] == before[place]


def test_director_stays_apart_from_a_namesake_when_a_second_source_has_the_film(stored) -> None:
    namesake = Credit("acting", "Ridley Scott", "", (("imdb", "nm9"),))
    stored.run([changed(IMDB, external_id="tt0", title="Ran", credits=(namesake,))], source="imdb")
    stored.run([IMDB], source="imdb")
    sql = (
        "SELECT value FROM credits JOIN person_ids USING (person_id)"
        " WHERE department = 1 AND film_id = 2"
    )
    assert stored.rows(sql) == ["nm0000631"]
    stored.run([CLUB], source="club")
    assert stored.rows(sql) == ["nm0000631"]


def test_record_is_stored_with_its_lists(stored) -> None:
    stored.run([IMDB], source="imdb")
    stored.run([CLUB], source="club")
    (text,) = stored.rows("SELECT record FROM film_values WHERE external_id = 'tt1'")
    record = json.loads(text)
    assert record["credits"] == [
        [1, "Ridley Scott", "", "imdb", "nm0000631"],
        [3, "Sigourney Weaver", "Ripley", "imdb", "nm0000244"],
    ]
    assert (record["titles"], record["countries"]) == (
        [["ru", "translation", "Чужой"]],
        ["GB", "US"],
    )


class TestUndo:
    def test_lists_of_the_only_source_are_restored(self, stored) -> None:
        stored.run([IMDB])
        before = lists(stored)
        hurt = Credit("acting", "John Hurt")
        new = changed(IMDB, credits=(hurt,), titles=(("", "alternative", "X"),), countries=("FR",))
        batch = stored.run([new]).batch
        assert lists(stored) != before
        Undo(batch).run(stored.settings)
        assert lists(stored) == before

    def test_lists_that_were_empty_are_empty_again(self, stored) -> None:
        stored.run([changed(IMDB, credits=(), titles=(), countries=())])
        before = lists(stored)
        batch = stored.run([IMDB]).batch
        Undo(batch).run(stored.settings)
        assert lists(stored) == before

    def test_lists_of_the_other_source_remain(self, stored) -> None:
        stored.run([CLUB], source="club")
        before = lists(stored)
        batch = stored.run([IMDB], source="imdb").batch
        Undo(batch).run(stored.settings)
        assert lists(stored) == before


def test_replaced_values_are_those_that_differ() -> None:
    old = StoredRecord((1, "7"), 0, True, (5, 3, None), False, {"title": "A", "countries": ["FR"]})
    assert json.loads(replaced_values(old, {"title": "A", "year": 1979})) == {
        "record": {"countries": ["FR"], "year": None},
        "fingerprint": 5,
        "version": 3,
        "batch": None,
    }
