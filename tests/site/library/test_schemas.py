"""Queries and forms of bookmarks and selections."""

import pytest

from kinoteka.core.library.model import NewSelection, SelectionChange
from kinoteka.errors import Code
from kinoteka.http.mechanics.forms import from_pairs
from kinoteka.site.library import schemas
from tests.support.errors import raises_error


def test_a_selection_to_be():
    form = from_pairs(
        [("title", "Space"), ("public", "true"), ("film_id", "")], schemas.SelectionForm
    )
    assert form.new() == NewSelection(title="Space", public=True)
    form = from_pairs([("title", "Space"), ("film_id", "7")], schemas.SelectionForm)
    assert form.new() == NewSelection(title="Space", film_ids=[7])


def test_a_box_that_is_not_ticked_withdraws():
    form = from_pairs([("title", "Space"), ("description", "")], schemas.SelectionForm)
    assert form.change() == SelectionChange(title="Space", description="", public=False)


def test_a_film_at_the_end_or_at_a_place():
    for pairs, position in (([], None), ([("position", "")], None), ([("position", "0")], 0)):
        form = from_pairs([("film_id", "7"), *pairs], schemas.FilmForm)
        assert (form.action, form.position, form.found) == ("put", position, [])


def test_what_was_found_beside():
    form = from_pairs([("film_id", "7"), ("found", "1"), ("found", "7")], schemas.FilmForm)
    assert form.found == [1, 7]


@pytest.mark.parametrize(
    ("shape", "pairs", "field"),
    [
        (schemas.PageQuery, [("page", "0")], "page"),
        (schemas.BookmarkForm, [], "action"),
        (schemas.BookmarkForm, [("action", "add"), ("place", "a-b")], "place"),
        (schemas.FilmForm, [("film_id", str(2**63))], "film_id"),
        (schemas.FilmForm, [("film_id", "1"), ("position", "101")], "position"),
        (schemas.FilmForm, [("film_id", "1"), ("found", "x")], "found[0]"),
        (schemas.FilmSelectionForm, [("action", "put")], "selection_id"),
    ],
)
def test_what_cannot_be_read(shape, pairs, field):
    with raises_error(Code.FIELD_INVALID, field=field):
        from_pairs(pairs, shape)
