"""Fingerprints tell a changed row of a data set from an unchanged one."""

import msgspec
import pytest

from kinoteka.core.imports.fingerprints import fingerprint, previous_fingerprint
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.record import Credit, FilmRecord
from kinoteka.database.film_columns import FINGERPRINTED, NEWEST_VERSION

ALIEN = film("1", "Alien", year=1979, genres=["Horror", "Sci-Fi"], directors=["Ridley Scott"])
CRANES = film(
    *("tt7", "Летят журавли", "The Cranes", 1957, "d", 8.2, 5),
    *("https://t.example/a", "https://p.example/b", ["Drama"], []),
    imdb_id="tt7",
    tmdb_id=5,
)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Aliens"},
        {"year": None},
        {"rating": 8.5},
        {"runtime_minutes": 117},
        {"votes": 1},
        {"genres": ("Sci-Fi", "Horror")},
        {"directors": ()},
        {"poster": "https://example.org/p.jpg"},
        {"ids": (("imdb", "tt0078748"),)},
        {"titles": (("ru", "translation", "Чужой"),)},
        {"countries": ("GB",)},
        {"credits": (Credit("acting", "Sigourney Weaver", "Ripley"),)},
    ],
)
def test_fingerprint_differs_when_a_field_differs(change: dict[str, object]) -> None:
    assert fingerprint(msgspec.structs.replace(ALIEN, **change)) != fingerprint(ALIEN)


@pytest.mark.parametrize("compute", [fingerprint, previous_fingerprint])
def test_label_is_not_covered(compute) -> None:
    assert compute(msgspec.structs.replace(ALIEN, label="premium")) == compute(ALIEN)


def test_newest_version_covers_every_field_of_a_record_but_the_label() -> None:
    among_ids = {"imdb_id", "tmdb_id"}
    covered = {*FINGERPRINTED[NEWEST_VERSION], "label", *among_ids}
    assert covered == {*FilmRecord.__struct_fields__}


@pytest.mark.parametrize(
    "new",
    [
        {"ids": (("kinopoisk", "386"),)},
        {"titles": (("ru", "translation", "Чужой"),)},
        {"countries": ("GB",)},
        {"credits": (Credit("acting", "Sigourney Weaver", "Ripley"),)},
    ],
)
def test_previous_version_differs_when_a_row_has_values_of_a_new_list(new) -> None:
    changed = msgspec.structs.replace(ALIEN, **new)
    assert previous_fingerprint(changed) != previous_fingerprint(ALIEN)


def test_previous_version_ignores_ids_that_it_covers_as_fields() -> None:
    changed = msgspec.structs.replace(CRANES, ids=(("imdb", "tt7"), ("tmdb", "5")))
    assert previous_fingerprint(changed) == previous_fingerprint(CRANES)


def test_second_version_equals_fingerprints_stored_by_earlier_releases() -> None:
    assert previous_fingerprint(CRANES) == -5630022226793636720


def test_third_version_is_stable() -> None:
    assert fingerprint(CRANES) == -6802931565452341391
