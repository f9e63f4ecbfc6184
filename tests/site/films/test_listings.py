"""Pages of films as templates show them."""

import pytest

from kinoteka.core.catalogue.listing import Page
from kinoteka.site.films.listings import FilmListing


@pytest.mark.parametrize(
    ("number", "pages", "more"),
    [(1, 3, "/films?page=2"), (2, 3, "/films?page=3"), (3, 3, None), (9, 3, None), (1, 0, None)],
)
def test_next_page_has_a_url_until_the_last(number: int, pages: int, more: str | None) -> None:
    shown = FilmListing(
        Page([], number, pages, pages * 24), "/films", "/films?page={page}", None, ""
    )
    assert shown.more == more
    assert shown.is_missing == (number > 1)
