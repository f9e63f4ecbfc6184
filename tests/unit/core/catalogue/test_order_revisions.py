"""Which changes of a film invalidate which orders."""

import pytest

from kinoteka.core.catalogue.model import FIELDS
from kinoteka.core.catalogue.order_revisions import revisions_of, revisions_of_fields
from kinoteka.core.catalogue.queries import FILTERS
from kinoteka.database.revisions import FILM_PARTS, FILM_SET


@pytest.mark.parametrize(
    ("filters", "order", "revisions"),
    [
        ((), "id", [FILM_SET]),
        ((), "newest", ["film_years"]),
        (("rating",), "title", ["film_ratings", "film_titles"]),
        (("genre_id", "label_id"), "rating", ["film_genres", "film_ratings", FILM_SET]),
        (("country",), "title", ["film_genres", "film_titles"]),
        (("unknown",), "id", ["catalogue", FILM_SET]),
        ((), "unknown", ["catalogue"]),
    ],
)
def test_order_is_made_of_its_filters_and_its_sorting(filters, order, revisions):
    assert revisions_of(filters, order) == revisions


def test_every_filter_and_field_has_its_revisions():
    assert "catalogue" not in revisions_of(FILTERS, "id")
    assert revisions_of_fields(FIELDS) == sorted(FILM_PARTS)


def test_field_without_a_revision_of_its_own_changes_the_whole_catalogue():
    assert revisions_of_fields(["year", "unknown"]) == ["catalogue"]
