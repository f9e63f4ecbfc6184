"""Records of one film in several sources are joined by ids, by people and by titles."""

from typing import Any

import msgspec
import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.record import Credit, FilmRecord
from kinoteka.database.film_matching import BY_IDS, BY_PEOPLE, BY_TITLE

SCOTT: dict[str, Any] = {"directors": ["Ridley Scott"]}


def record(
    external_id: str, title: str, ids: str = "", cast: str = "", other: str = "", **values: Any
) -> FilmRecord:
    """Return a record. `ids` are written like "imdb:tt1 tmdb:5", `other` is a translated title."""
    pairs = tuple(tuple(each.split(":")) for each in ids.split())
    acting = tuple(Credit("acting", name) for name in cast.split(", ") if name)
    titles = (("en", "translation", other),) if other else ()
    made = film(external_id, title, **values)
    return msgspec.structs.replace(made, ids=pairs, credits=acting, titles=titles)


def films_of(stored) -> dict[str, int]:
    """Return the film of each record, by source and external id."""
    sql = (
        "SELECT name, external_id, film_id FROM film_values JOIN sources ON sources.id = source_id"
    )
    return {f"{name} {external_id}": film_id for name, external_id, film_id in stored.rows(sql)}


def duplicates(stored) -> list[tuple[int, int, str]]:
    sql = "SELECT film_id, other_id, reason FROM possible_duplicates ORDER BY 1, 2"
    return stored.rows(sql)


# The first source's records, those of the second, and the rule that joins the last of them.
JOINED = {
    "a shared id": (
        [record("1", "Alien", "imdb:tt1", year=1979)],
        [record("a", "Чужой", "imdb:tt1 tmdb:5", year=1981)],
        BY_IDS,
    ),
    "a title and a director": (
        [record("1", "Alien", year=1979, **SCOTT)],
        [record("a", "ALIEN!", year=1979, directors=["ridley scott", "Nobody"])],
        BY_PEOPLE,
    ),
    "a title, a director and the next year": (
        [record("1", "Alien", year=1979, **SCOTT)],
        [record("a", "Alien", year=1980, **SCOTT)],
        BY_PEOPLE,
    ),
    "the original title and a director with accents": (
        [record("1", "A", original_title="Le fabuleux destin", year=2001, directors=["Zürn"])],
        [record("a", "Le Fabuleux Destin", year=2001, directors=["Zurn"])],
        BY_PEOPLE,
    ),
    "a title and the same year rather than the next": (
        [record("1", "Alien", year=1980, **SCOTT), record("2", "Alien", year=1979, **SCOTT)],
        [record("a", "Alien", year=1979, **SCOTT)],
        BY_PEOPLE,
    ),
    "a title and two members of the cast": (
        [record("1", "Alien", year=1979, cast="Sigourney Weaver, Tom Skerritt, John Hurt")],
        [record("a", "Alien", year=1979, cast="John Hurt, Sigourney Weaver", **SCOTT)],
        BY_PEOPLE,
    ),
    "a title in another language and a director": (
        [record("1", "Alien", year=1979, **SCOTT)],
        [record("a", "Чужой", other="Alien", year=1979, **SCOTT)],
        BY_PEOPLE,
    ),
    "a title and a year": (
        [record("1", "Alien", year=1979, **SCOTT)],
        [record("a", "Alien", year=1979)],
        BY_TITLE,
    ),
    "an original title in another script and the next year": (
        [record("1", "The Island", year=2006, original_title="Остров")],
        [record("a", "Остров", year=2007)],
        BY_TITLE,
    ),
    "a translated title, an original one in another script, and the year": (
        [record("1", "The Island", year=2006, original_title="Остров")],
        [record("a", "The Island", year=2006)],
        BY_TITLE,
    ),
    "a translated title, two original ones and the next year": (
        [record("1", "The Island", year=2006, original_title="Остров")],
        [record("a", "The Island", year=2007, original_title="Ostrov")],
        BY_TITLE,
    ),
    "a title and the previous year": (
        [record("1", "Alien", year=1979)],
        [record("a", "Alien", year=1978)],
        BY_TITLE,
    ),
}
# The last of the second source's records is not joined. Its possible duplicates among the first.
NOT_JOINED = {
    "ids of two films": (
        [record("1", "Alien", "imdb:tt1"), record("2", "Alien", "tmdb:5")],
        [record("a", "Alien", "imdb:tt1 tmdb:5")],
        {"1": "ids", "2": "ids"},
    ),
    "a shared id and another id of one kind": (
        [record("1", "Alien", "imdb:tt1 tmdb:5")],
        [record("a", "Alien", "imdb:tt1 tmdb:6")],
        {"1": "ids"},
    ),
    "different ids of one kind": (
        [record("1", "Alien", "imdb:tt1", year=1979, **SCOTT)],
        [record("a", "Alien", "imdb:tt2", year=1979, **SCOTT)],
        {},
    ),
    "a title and a year of films with other directors": (
        [record("1", "Alien", year=1979, **SCOTT)],
        [record("a", "Alien", year=1979, directors=["Nobody"])],
        {"1": "title"},
    ),
    "two candidates with a common director": (
        [record("1", "Alien", year=1979, **SCOTT), record("2", "Alien", year=1979, **SCOTT)],
        [record("a", "Alien", year=1979, **SCOTT)],
        {"1": "people", "2": "people"},
    ),
    "two candidates with the title": (
        [record("1", "Alien", year=1979), record("2", "Alien", year=1979)],
        [record("a", "Alien", year=1979)],
        {"1": "title", "2": "title"},
    ),
    "a translated title of a film in another script, and the previous year": (
        [record("1", "The Island", year=2006, original_title="Остров")],
        [record("a", "The Island", year=2005)],
        {"1": "title"},
    ),
    "a title two years later": (
        [record("1", "Alien", year=1979, **SCOTT)],
        [record("a", "Alien", year=1981, **SCOTT)],
        {},
    ),
    "a title without a year": (
        [record("1", "Alien", **SCOTT)],
        [record("a", "Alien", year=1979, **SCOTT)],
        {},
    ),
    "another title": (
        [record("1", "Alien", year=1979, **SCOTT)],
        [record("a", "Aliens", year=1979, **SCOTT)],
        {},
    ),
}


@pytest.mark.parametrize(("first", "second", "rule"), JOINED.values(), ids=JOINED)
def test_record_is_joined_by(stored, first, second, rule) -> None:
    stored.run(first, source="one")
    running = stored.run(second, source="other")
    films = films_of(stored)
    assert films["other a"] == films[f"one {first[-1].external_id}"]
    assert running.joined == {rule: 1}
    assert (stored.changes.added, stored.changes.joined) == (0, 1)
    assert duplicates(stored) == []


@pytest.mark.parametrize(("first", "second", "doubts"), NOT_JOINED.values(), ids=NOT_JOINED)
def test_record_is_not_joined_by(stored, first, second, doubts) -> None:
    stored.run(first, source="one")
    stored.run(second, source="other")
    films = films_of(stored)
    assert len(set(films.values())) == len(first) + len(second)
    expected = [(films[f"one {key}"], films["other a"], why) for key, why in doubts.items()]
    assert duplicates(stored) == expected


def test_records_of_one_source_are_joined_by_ids_alone(stored) -> None:
    stored.run([record("1", "Alien", "imdb:tt1", year=1979, **SCOTT)])
    again = record("2", "Alien", year=1979, **SCOTT)
    same = record("3", "Alien again", "imdb:tt1", year=1979)
    stored.run([again, same])
    films = films_of(stored)
    assert films["club 3"] == films["club 1"] != films["club 2"]


def test_records_of_one_file_with_a_shared_id_become_one_film(stored) -> None:
    records = [record("1", "Alien", "imdb:tt1"), record("2", "Xenomorph", "imdb:tt1 tmdb:5")]
    stored.run([*records, record("3", "Ran", "imdb:tt3")])
    films = films_of(stored)
    assert films["club 1"] == films["club 2"] != films["club 3"]
    assert (stored.changes.added, stored.changes.joined) == (2, 1)
    assert stored.titles() == ["Alien", "Ran"]
    stored.run([*records, record("3", "Ran", "imdb:tt3")])
    assert stored.changes.unchanged == 3


def test_only_one_record_of_a_source_is_joined_to_a_film_by_its_title(stored) -> None:
    stored.run([record("1", "Alien", year=1979)], source="one")
    twice = [record("a", "Alien", year=1979), record("b", "Alien", year=1979)]
    stored.run(twice, source="other")
    assert len(set(films_of(stored).values())) == 3
    assert [why for *_, why in duplicates(stored)] == ["title", "title"]


def test_hidden_and_labelled_films_are_matched_and_stay_so(stored) -> None:
    labelled = msgspec.structs.replace(record("1", "Alien", year=1979), label="premium")
    stored.run([labelled], source="one", labels=["premium"])
    stored.execute("UPDATE films SET hidden_at = 5")
    other = msgspec.structs.replace(record("a", "Alien", year=1979), label="kids")
    stored.run([other], source="other", labels=["kids"])
    sql = "SELECT hidden_at, name FROM films JOIN labels ON labels.id = label_id"
    assert stored.rows(sql) == [(5, "premium")]


def test_films_added_by_hand_are_matched(stored) -> None:
    stored.run([record("1", "Alien", year=1979)], source="by hand")
    running = stored.run([record("a", "Alien", year=1979)], source="other")
    assert running.joined == {BY_TITLE: 1}


def test_joined_film_has_the_ids_of_all_its_records(stored) -> None:
    stored.run([record("1", "Alien", "imdb:tt1", year=1979)], source="one")
    stored.run([record("a", "Alien", "imdb:tt1 tmdb:5")], source="other")
    stored.run([record("1", "Alien", "imdb:tt1 wikidata:Q1", year=1979)], source="one")
    sql = "SELECT kind, value, film_id FROM film_ids ORDER BY kind"
    assert stored.rows(sql) == [("imdb", "tt1", 1), ("tmdb", "5", 1), ("wikidata", "Q1", 1)]


def test_same_files_again_change_nothing(stored) -> None:
    first = [record("1", "Alien", "imdb:tt1", year=1979), record("2", "Ran", year=1985)]
    second = [record("a", "Alien", "imdb:tt1"), record("b", "Ran", year=1985, **SCOTT)]
    for source, records in (("one", first), ("other", second)):
        stored.run(records, source=source)
    tables = ("films", "film_values", "film_ids", "batches", "batch_changes", "search_films")
    before = [stored.rows(f"SELECT * FROM {table}") for table in tables]
    for source, records in (("one", first), ("other", second)):
        running = stored.run(records, source=source)
        assert (running.batch, stored.changes.unchanged) == (None, 2)
    assert [stored.rows(f"SELECT * FROM {table}") for table in tables] == before
