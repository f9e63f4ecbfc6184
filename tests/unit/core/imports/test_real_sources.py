"""The demo catalogue and real data sets together have each film once."""

from pathlib import Path

import pytest

from kinoteka.core.imports import demo
from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.readers import Progress, ReadOptions
from kinoteka.core.imports.service import Import
from kinoteka.database.film_matching import BY_IDS, BY_PEOPLE, BY_TITLE

pytestmark = pytest.mark.engines("sqlite")

# Title and year. Wikipedia's lists of these decades are imported.
FILMS = (
    ("The Matrix", 1999),
    ("The Godfather", 1972),
    ("Double Indemnity", 1944),
    ("Casablanca", 1942),
    ("Alien", 1979),
    ("Heat", 1995),
    ("Metropolis", 1927),
)
DECADES = ("1920s", "1940s", "1970s", "1990s")


def import_files(stored, name: str, files: list[Path], source: str | None = None) -> Import:
    options = ReadOptions(source=source)
    running = Import(FORMATS[name].source(files, options))
    running.run(stored.settings, FORMATS[name].parts(files, options, Progress()))
    return running


def test_films_of_several_data_sets_are_joined(stored, real_data: Path) -> None:
    rules: dict[int, int] = {}
    lists = [real_data / "wikipedia" / f"movies-{decade}.json" for decade in DECADES]
    for name, files, source in (
        ("jsonl", [demo.films_path()], "demo"),
        ("wikipedia", lists, None),
        ("movielens", sorted((real_data / "movielens-small").glob("*.csv")), None),
        ("tmdb", sorted((real_data / "tmdb").glob("*.csv")), None),
        ("imdb", sorted((real_data / "imdb-sample").glob("*.tsv")), None),
    ):
        running = import_files(stored, name, files, source)
        for rule, count in running.joined.items():
            rules[rule] = rules.get(rule, 0) + count
    assert rules[BY_IDS] > 3_500
    assert rules[BY_PEOPLE] >= 1
    assert rules[BY_TITLE] > 2_500
    for title, year in FILMS:
        found = stored.rows("SELECT id FROM films WHERE title = ? AND year = ?", title, year)
        assert len(found) == 1, title
    (records,) = stored.rows(
        "SELECT count(*) FROM film_values JOIN films ON films.id = film_id"
        " WHERE title = 'The Matrix' AND year = 1999"
    )
    assert records == 4
