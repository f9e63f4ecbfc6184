"""The stored keys by which films are sorted by title, and those that they should have."""

from kinoteka.database.film_sort import key_rows
from kinoteka.database.search_entries import all_entries
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import rows, write_transaction

KEYS = "SELECT film_id, language, key FROM film_sort ORDER BY film_id, language"
TITLES = "SELECT film_id, language, title FROM film_titles ORDER BY film_id, position DESC"


def expected_keys(settings: Settings) -> list[tuple[int, str, str]]:
    """Return the keys that follow from the stored titles, in the order of `KEYS`."""
    with write_transaction(settings) as reader:
        titles = [(entry.film_id, entry.title) for entry in all_entries(reader)]
    return sorted(key_rows(titles, rows(settings, TITLES)))
