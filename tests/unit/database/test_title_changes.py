"""An import that would turn most known films into others stops."""

import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.service import OtherFilms

SITE_A = [film("1", "Alien", year=1979), film("2", "Heat", year=1995), film("3", "Brazil")]
SITE_B = [film("1", "Cars", year=2006), film("2", "Up", year=2009), film("3", "Coco")]


def test_import_stops_when_most_known_ids_have_other_titles(stored) -> None:
    stored.run(SITE_A)
    with pytest.raises(OtherFilms, match=r"3 of 3 known films .*\(Alien → Cars; ") as raised:
        stored.run([*SITE_B, film("4", "New")])
    assert (raised.value.changed, raised.value.known) == (3, 3)
    assert stored.titles() == ["Alien", "Heat", "Brazil"]


def test_import_continues_when_the_operator_replaces_films(stored) -> None:
    stored.run(SITE_A)
    stored.run(SITE_B, replaces=True)
    assert stored.titles() == ["Cars", "Up", "Coco"]


def test_import_continues_under_another_source_name(stored) -> None:
    stored.run(SITE_A)
    stored.run(SITE_B, source="other")
    assert stored.titles() == ["Alien", "Heat", "Brazil", "Cars", "Up", "Coco"]


@pytest.mark.parametrize(
    "changed",
    [
        [film("1", "ALIEN!"), film("2", "heat"), film("3", "Brazil", year=1985)],
        [
            film("1", "Чужой", "Alien"),
            film("2", "Схватка", "Heat"),
            film("3", "Бразилия", "Brazil"),
        ],
        [film("1", "Cars"), SITE_A[1], SITE_A[2]],
        [film("1", "Cars")],
    ],
    ids=["spellings", "translations", "one of three", "a single film"],
)
def test_corrected_titles_are_stored(stored, changed) -> None:
    stored.run(SITE_A)
    stored.run(changed)
    assert stored.titles()[: len(changed)] == [each.title for each in changed]


def test_title_that_another_source_decides_is_compared_with_that_of_the_record(stored) -> None:
    stored.run([film("a", "Чужой", "Alien", year=1979)], source="imdb")
    stored.run([film("b", "Битва", "Heat", year=1995)], source="imdb")
    mine = [film("1", "Alien", year=1979), film("2", "Heat", year=1995)]
    stored.run(mine)
    assert stored.titles() == ["Чужой", "Битва"]
    stored.run([film(each.external_id, each.title, year=each.year, votes=5) for each in mine])
    assert stored.changes.changed == 2
