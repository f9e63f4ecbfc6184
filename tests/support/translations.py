"""Titles and names in another language for tests."""

from collections.abc import Mapping

from kinoteka.database.interface import Reader
from kinoteka.database.revisions import INCREMENT_REVISION
from kinoteka.database.search_entries import read_entries
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute_many, write_transaction
from tests.support.films import store_film_sort


def translate(settings: Settings, language: str, titles: Mapping[int, str], **names: str) -> None:
    """Store titles by the id of the film, and names of people and genres by their names.

    A running server notices within a second.
    """
    execute_many(
        settings,
        "INSERT INTO film_titles SELECT ?, 90, ?, 'translation', ?",
        [(film_id, language, title) for film_id, title in titles.items()],
    )
    for kind, table in (("person", "people"), ("genre", "genres")):
        execute_many(
            settings,
            f"INSERT INTO {kind}_names SELECT id, ?, ? FROM {table} WHERE name = ?"
            f" ON CONFLICT ({kind}_id, language) DO UPDATE SET name = excluded.name",
            [(language, translated, name) for name, translated in names.items()],
        )
    with write_transaction(settings) as reader:
        _finish(reader, list(titles))


def _finish(reader: Reader, film_ids: list[int]) -> None:
    store_film_sort(reader, read_entries(reader, film_ids))
    reader.fetch(INCREMENT_REVISION, revision="catalogue")
