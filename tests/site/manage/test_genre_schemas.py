"""Queries and forms of the pages about genres."""

import msgspec
import pytest

from kinoteka.site.manage.genre_schemas import GenreMergeForm, GenreNamesForm, GenresQuery
from kinoteka.site.ui.languages import LANGUAGES


def test_list_begins_with_the_first_page_of_all_genres() -> None:
    assert GenresQuery() == GenresQuery(q="", page=1)


@pytest.mark.parametrize("other", [-1, 0, 2**70])
def test_genre_that_remains_must_be_an_id(other: int) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"other": other}, GenreMergeForm)


def test_form_has_a_name_for_each_language_of_the_site() -> None:
    assert GenreNamesForm.__struct_fields__ == tuple(LANGUAGES)
