"""The stored keys by which films are sorted by title, however films change."""

import msgspec
import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.undo import Undo
from kinoteka.database.film_sort import LANGUAGES, key_rows
from kinoteka.search.title_order import title_key
from kinoteka.site.ui import languages
from tests.support.sort_keys import KEYS, expected_keys


def test_languages_are_those_of_the_site() -> None:
    assert set(LANGUAGES) == set(languages.LANGUAGES)


def test_film_with_the_same_order_for_all_readers_has_one_key() -> None:
    assert key_rows([(1, "The Matrix"), (2, "Amélie")], [(2, "de", "Zufall")]) == [
        (1, "", title_key("Matrix")),
        (2, "", title_key("Amelie")),
    ]


def test_film_has_keys_of_its_titles_and_of_the_order_of_scripts() -> None:
    translations = [(1, "ru", "Другая"), (1, "ru", "Матрица"), (1, "en", "Matrix")]
    assert key_rows([(1, "The Matrix"), (2, "Брат")], translations) == [
        (1, "", title_key("Matrix")),
        (1, "ru", title_key("Матрица", "ru")),
        (2, "", title_key("Брат")),
        (2, "ru", title_key("Брат", "ru")),
    ]


@pytest.mark.parametrize("title", ["The Matrix", "Матрица 2"])
def test_keys_follow_imports_and_their_undo(stored, title: str) -> None:
    matrix = film("1", title, titles=(("ru", "translation", "Матрица"),))
    stored.run([matrix, film("2", "Ран"), film("3", "Alien")])
    before = stored.rows(KEYS)
    assert before == expected_keys(stored.settings)
    assert (1, "ru", title_key("Матрица", "ru")) in before
    changed = msgspec.structs.replace(matrix, titles=(("ru", "translation", "Другое"),))
    batch = stored.run([changed, film("3", "Чужой"), film("4", "Ёлки")]).batch
    assert stored.rows(KEYS) == expected_keys(stored.settings) != before
    Undo(batch).run(stored.settings)
    assert stored.rows(KEYS) == expected_keys(stored.settings)
    assert (3, "", title_key("Alien")) in stored.rows(KEYS)
