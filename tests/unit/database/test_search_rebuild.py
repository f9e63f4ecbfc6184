"""An index of an older version is rebuilt, and an interrupted rebuild continues."""

import pytest

from kinoteka.database import film_search, search_rebuild
from kinoteka.database.migrations import migrate
from tests.support.databases import execute, rows, write_transaction
from tests.support.films import SampleFilm, fill_catalogue

FILMS = tuple(
    SampleFilm(f"Night {number}", 1970 + number, directors=("Andrei Tarkovsky",))
    for number in range(5)
)
STATE = "SELECT version = target, done FROM search_state"


@pytest.fixture
def outdated(settings, monkeypatch):
    """Settings of a catalogue whose index has version 1 and other terms."""
    monkeypatch.setattr(search_rebuild, "SLICES", {"sqlite": 2, "postgresql": 2})
    ids = fill_catalogue(settings, FILMS)
    with write_transaction(settings) as reader:
        film_search.clear(reader)
        entries = [film_search.IndexEntry(each, "Old", None, 0) for each in ids.values()]
        film_search.index(reader, entries)
    execute(settings, "UPDATE search_state SET version = 1, target = 1, done = 0")
    return settings


def find(settings, query):
    with write_transaction(settings) as reader:
        return len(film_search.find(reader, query, None))


def test_new_database_has_a_current_index(settings):
    assert search_rebuild.is_current(settings)
    assert not search_rebuild.rebuild(settings)


def test_outdated_index_is_rebuilt_by_a_migration(outdated):
    assert not search_rebuild.is_current(outdated)
    assert migrate(outdated) is True
    assert search_rebuild.is_current(outdated)
    assert (find(outdated, "tarkovsky night"), find(outdated, "old")) == (5, 0)
    assert migrate(outdated) is False


def test_interrupted_rebuild_continues(outdated, monkeypatch):
    slices = []

    def interrupted(reader, entries):
        slices.append(len(entries))
        if len(slices) == 3:
            raise KeyboardInterrupt
        index(reader, entries)

    index = film_search.index
    monkeypatch.setattr(film_search, "index", interrupted)
    with pytest.raises(KeyboardInterrupt):
        search_rebuild.rebuild(outdated)
    assert rows(outdated, STATE) == [(False, 4)]
    assert search_rebuild.rebuild(outdated)
    assert slices == [2, 2, 1, 1, 0]
    assert find(outdated, "night") == 5


def test_rebuild_invalidates_cached_results(outdated):
    revision = "SELECT value FROM revisions WHERE name = 'catalogue'"
    before = rows(outdated, revision)
    search_rebuild.rebuild(outdated)
    assert rows(outdated, revision) != before
