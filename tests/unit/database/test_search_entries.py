from kinoteka.database.search_entries import all_entries, entries_after, read_entries
from kinoteka.search import index_rows
from kinoteka.search.entry import IndexEntry
from tests.support.databases import execute, write_transaction
from tests.support.films import SampleFilm, fill_catalogue

FILMS = (
    SampleFilm("Zerkalo", 1975, directors=("Andrei Tarkovsky",), original_title="Зеркало", votes=7),
    SampleFilm("Matrix", 1999, directors=("Lilly Wachowski", "Lana Wachowski")),
    SampleFilm("Unknown"),
)


def test_entry_has_titles_year_and_directors(settings):
    ids = fill_catalogue(settings, FILMS)
    with write_transaction(settings) as reader:
        found = {entry.title: entry for entry in read_entries(reader, [*ids.values(), 999])}
    assert found == {
        "Zerkalo": IndexEntry(
            ids["Zerkalo"], "Zerkalo", "Зеркало", 7, 1975, (), ("Andrei Tarkovsky",)
        ),
        "Matrix": IndexEntry(
            ids["Matrix"], "Matrix", None, 0, 1999, (), ("Lana Wachowski", "Lilly Wachowski")
        ),
        "Unknown": IndexEntry(ids["Unknown"], "Unknown", None, 0),
    }


def test_all_entries_come_by_id_in_slices(settings, monkeypatch):
    monkeypatch.setattr(index_rows, "SLICE", 2)
    ids = sorted(fill_catalogue(settings, FILMS).values())
    with write_transaction(settings) as reader:
        assert [entry.film_id for entry in all_entries(reader)] == ids
        assert [entry.film_id for entry in entries_after(reader, ids[0], 1)] == [ids[1]]


def test_entry_has_titles_and_names_in_other_languages(settings):
    ids = fill_catalogue(settings, FILMS)
    film_id = ids["Matrix"]
    titles = [(film_id, 0, "ru", "translation", "Матрица"), (film_id, 1, "", "original", "Matrix")]
    for row in titles:
        execute(settings, "INSERT INTO film_titles VALUES (?, ?, ?, ?, ?)", *row)
    execute(
        settings,
        "INSERT INTO person_names SELECT id, 'ru', 'Лана Вачовски' FROM people WHERE name = ?",
        "Lana Wachowski",
    )
    with write_transaction(settings) as reader:
        (entry,) = read_entries(reader, [film_id])
    assert entry.titles == ("Matrix", "Матрица")
    assert entry.people == ("Lana Wachowski", "Lilly Wachowski", "Лана Вачовски")
