"""Queries and forms of bookmarks and selections."""

import pytest

from kinoteka.core.library.model import NewSelection, SelectionChange
from kinoteka.errors import Code
from kinoteka.http.mechanics.forms import from_pairs
from kinoteka.site.library import schemas
from tests.support.errors import raises_error


def test_new_selection_has_the_form_values():
    form = from_pairs(
        [("title", "Space"), ("public", "true"), ("film_id", "")], schemas.SelectionForm
    )
    assert form.new() == NewSelection(title="Space", public=True)
    form = from_pairs([("title", "Space"), ("film_id", "7")], schemas.SelectionForm)
    assert form.new() == NewSelection(title="Space", film_ids=[7])


def test_unticked_box_makes_a_selection_private():
    form = from_pairs([("title", "Space"), ("description", "")], schemas.SelectionForm)
    assert form.change() == SelectionChange(title="Space", description="", public=False)


def test_film_position_is_optional():
    for pairs, position in (([], None), ([("position", "")], None), ([("position", "0")], 0)):
        form = from_pairs([("film_id", "7"), *pairs], schemas.FilmForm)
        assert (form.action, form.position, form.found) == ("put", position, [])


def test_search_results_are_parsed():
    form = from_pairs([("film_id", "7"), ("found", "1"), ("found", "7")], schemas.FilmForm)
    assert form.found == [1, 7]


@pytest.mark.parametrize(
    ("shape", "pairs", "field"),
    [
        (schemas.PageQuery, [("page", "0")], "page"),
        (schemas.BookmarkForm, [], "action"),
        (schemas.BookmarkForm, [("action", "add"), ("place", "a-b")], "place"),
        (schemas.FilmForm, [("film_id", str(2**63))], "film_id"),
        (schemas.FilmForm, [("film_id", "1"), ("position", "1001")], "position"),
        (schemas.FilmForm, [("film_id", "1"), ("found", "x")], "found[0]"),
        (schemas.FilmSelectionForm, [("action", "put")], "selection_id"),
    ],
)
def test_malformed_form_is_rejected(shape, pairs, field):
    with raises_error(Code.FIELD_INVALID, field=field):
        from_pairs(pairs, shape)
