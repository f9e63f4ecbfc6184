"""The same imports have the same result on both engines: ids, labels, counts and words."""

import random

import msgspec
import pytest

from kinoteka.core.imports import staging
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.record import RejectedRow, RejectionReason
from kinoteka.core.imports.service import Import
from kinoteka.database import import_target as place
from kinoteka.database.schema import films
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import EMPTY, execute, rows

GENRES = ["Drama", "drama", "Sci-Fi", "War", "Noir", "Ünïcode", "UNKNOWN"]
WORDS = ["love", "Straße", "Зеркало", "日本 x", "L'Avventura", "Spider-Man"]
BROKEN = RejectedRow("films.csv", 1, RejectionReason.TITLE_MISSING, "")
TABLES = (
    *("genres", "people", "labels", "film_genres", "credits"),
    *("genre_counts", "director_counts", "revisions"),
)
# The times of two imports differ.
FILM_COLUMNS = ", ".join(name for name in map(str, films.c.keys()) if name != "added_at")
SELECTS = (
    f"SELECT {FILM_COLUMNS}, added_at IS NULL FROM films",
    *(f"SELECT * FROM {table}" for table in TABLES),
    "SELECT word, times FROM search_words",
    "SELECT film_id, position, words FROM search_films",
)


pytestmark = pytest.mark.engines("sqlite")  # the fixture `both` adds PostgreSQL


@pytest.fixture
def both(settings, postgresql):
    url = postgresql.new_database(EMPTY)
    yield settings, Settings(data=settings.data / "other", database_url=url)
    postgresql.drop_database(url)


def random_films(chance, count, labels):
    for _ in range(count):
        made = film(
            chance.randrange(800),
            f"T{chance.randrange(50)} {chance.choice(WORDS)}",
            chance.choice([None, "Another Title"]),
            chance.choice([None, 1999, 2001]),
            "d" * chance.randrange(3),
            chance.choice([None, 7.1, 8]),
            chance.randrange(100),
            genres=chance.sample(GENRES, chance.randrange(4)),
            directors=[f"Director {chance.randrange(300)}" for _ in range(chance.randrange(3))],
        )
        yield msgspec.structs.replace(made, label=chance.choice([None, *labels]))


def import_random_films(settings, number):
    """Run an import. Every second one has rules, and every third one another source."""
    chance = random.Random(number)
    labels = ["premium", "old"] if number % 2 else []
    parts = [
        list(random_films(chance, 400, labels)),
        [*random_films(chance, 100, labels), BROKEN],
        list(random_films(chance, 80, labels)),
    ]
    running = Import("other" if number == 2 else "club", labels=labels, replaces=True)
    return running.run(settings, parts), running.repeated


def change_by_hand(settings):
    execute(settings, "INSERT INTO labels (name) VALUES ('by_hand')")
    execute(settings, "UPDATE films SET label_id = (SELECT max(id) FROM labels) WHERE id % 7 = 0")
    execute(settings, "DELETE FROM films WHERE id % 11 = 0")


def held(settings):
    return [sorted(rows(settings, select), key=repr) for select in SELECTS]


def test_engines_hold_the_same_rows_after_each_of_many_imports(both, monkeypatch):
    monkeypatch.setattr(place, "SLICE", 70)
    monkeypatch.setattr(staging, "BATCH", 30)
    monkeypatch.setattr(staging, "CACHED_LISTS", 64)
    one, other = both
    for number in range(6):
        if number == 4:
            change_by_hand(one)
            change_by_hand(other)
        assert import_random_films(one, number) == import_random_films(other, number)
        assert held(one) == held(other)
