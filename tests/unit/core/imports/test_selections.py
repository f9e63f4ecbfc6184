"""Selections that come with a catalogue."""

import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.selections import ImportedSelection, store_selections
from kinoteka.core.imports.service import Import

SPACE = ImportedSelection("space", "Space", "Far from here.", ["3", "1", "unknown film"])
WAR = ImportedSelection("war", "War", "Too near.", ["2"])
FILMS = [film("1", "Alien"), film("2", "Ran"), film("3", "Solaris")]

MEMBERS = """
SELECT selections.title, films.title FROM selections
JOIN selection_films ON selection_id = selections.id JOIN films ON films.id = film_id
ORDER BY selections.id DESC, position
"""


@pytest.fixture
def import_with(stored):
    def run(*selections):
        Import("club").run(
            stored.settings,
            [FILMS],
            lambda reader: store_selections(reader, "club", selections),
        )
        return stored

    return run


def test_are_the_sites_own_featured_and_public_the_first_one_newest(import_with):
    stored = import_with(SPACE, WAR)
    sql = "SELECT title, description, account_id, featured, public FROM selections ORDER BY id DESC"
    assert stored.rows(sql) == [
        ("Space", "Far from here.", None, True, True),
        ("War", "Too near.", None, True, True),
    ]


def test_have_their_films_in_order_without_those_that_are_not_there(import_with):
    assert import_with(SPACE, WAR).rows(MEMBERS) == [
        ("Space", "Solaris"),
        ("Space", "Alien"),
        ("War", "Ran"),
    ]


def test_stored_again_keep_their_ids_and_have_what_is_listed_now(import_with):
    stored = import_with(SPACE, WAR)
    before = stored.rows("SELECT source_id, id FROM selections ORDER BY id")
    import_with(ImportedSelection("space", "Outer Space", "Farther.", ["1"]), WAR)
    assert stored.rows("SELECT source_id, id FROM selections ORDER BY id") == before
    assert stored.rows(MEMBERS) == [("Outer Space", "Alien"), ("War", "Ran")]


def test_tell_other_processes(import_with, stored):
    before = stored.rows("SELECT value FROM revisions WHERE name = 'library'")[0]
    import_with(SPACE)
    assert stored.rows("SELECT value FROM revisions WHERE name = 'library'") == [before + 1]
