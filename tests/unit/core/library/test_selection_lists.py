"""Selections in short: what lists and menus show of them."""

import pytest

from kinoteka.core.library.model import Cover, SelectionChange, SelectionChoice
from kinoteka.core.library.selection_lists import COVERS_MOST
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.errors import raises_error

HIDDEN = "Zanzibar Nights"
MANY = ("Stalker", "Alien", "Ran", "M", "Solaris", "Mirror")


@pytest.fixture
def page(club):
    """One page of a list, as the actor sees it."""

    async def read(method, actor, *given, number=1, size=24, **named):
        async with unit_of_work(club.services.database) as unit:
            listing = await getattr(club.services.selection_lists, method)(
                actor, unit, *given, **named
            )
            return await listing.page(number, size)

    return read


@pytest.fixture
def choices(club):
    """What one may put a film into."""

    async def read(actor, title):
        async with unit_of_work(club.services.database) as unit:
            return await club.services.selection_lists.choices(actor, unit, club.films[title])

    return read


def titles(found) -> list[str]:
    return [card.title for card in found.items]


class TestCards:
    async def test_show_the_first_films_and_how_many_there_are(self, club, page) -> None:
        made = await club.make(club.anna, "Many", *MANY)
        (card,) = (await page("public", club.nobody)).items
        first = [Cover(film.id, film.title, film.poster) for film in made.films[:COVERS_MOST]]
        assert (card.id, card.account_id) == (made.id, club.anna.account_id)
        assert (card.films, card.covers) == (len(MANY), tuple(first))

    async def test_of_films_that_one_does_not_see_nothing_is_told(self, club, page) -> None:
        await club.make(club.holder, "Mixed", HIDDEN, "Alien")
        for actor, covers in ((club.boris, ["Alien"]), (club.holder, [HIDDEN, "Alien"])):
            (card,) = (await page("public", actor)).items
            assert ([cover.title for cover in card.covers], card.films) == (covers, len(covers))


class TestPublic:
    async def test_come_by_pages_featured_first(self, club, page) -> None:
        await club.make(club.operator, "Featured", "Alien", featured=True)
        for title in ("First", "Second", "Third"):
            await club.make(club.anna, title, "Alien")
        await club.make(club.anna, "Private", "Alien", public=False)
        found = await page("public", club.nobody, number=1, size=3)
        assert (titles(found), found.pages, found.total) == (["Featured", "Third", "Second"], 2, 4)
        assert titles(await page("public", club.nobody, number=2, size=3)) == ["First"]
        assert titles(await page("public", club.nobody, number=99, size=3)) == []
        assert titles(await page("public", club.nobody, featured=True)) == ["Featured"]
        assert "Featured" not in titles(await page("public", club.nobody, featured=False))


class TestOwn:
    async def test_are_all_that_are_ones_own(self, club, page) -> None:
        await club.make(club.anna, "Empty", public=False)
        await club.make(club.anna, "Open", "Alien")
        await club.make(club.boris, "Another's", "Alien")
        found = await page("own", club.anna)
        assert titles(found) == ["Open", "Empty"]
        assert [(card.films, card.public) for card in found.items] == [(1, True), (0, False)]

    async def test_those_of_the_site_are_nobodys_own(self, club, page) -> None:
        await club.make(club.operator, "Featured", "Alien", featured=True)
        assert titles(await page("own", club.operator)) == []

    async def test_need_somebody(self, club, page) -> None:
        with raises_error(Code.UNAUTHORIZED):
            await page("own", club.nobody)


class TestOfAPerson:
    async def test_are_the_public_ones_in_which_one_sees_a_film(self, club, page) -> None:
        for title, films, public in (
            ("Older", ["Alien"], True),
            ("Empty", [], True),
            ("Private", ["Alien"], False),
            ("Newer", ["Ran"], True),
        ):
            await club.make(club.anna, title, *films, public=public)
        await club.make(club.boris, "Another's", "Alien")
        for actor in (club.nobody, club.anna, club.root):
            found = await page("of_person", actor, club.anna.account_id)
            assert titles(found) == ["Newer", "Older"]
        assert titles(await page("of_person", club.nobody, 987654321)) == []


class TestChoices:
    async def test_tell_which_hold_the_film(self, club, choices) -> None:
        with_it = await club.make(club.anna, "Space", "Alien", "Stalker", public=False)
        without = await club.make(club.anna, "War", "Ran")
        empty = await club.make(club.anna, "Empty")
        await club.make(club.boris, "Another's", "Alien")
        assert await choices(club.anna, "Alien") == [
            SelectionChoice(empty.id, "Empty", True, 0, False),
            SelectionChoice(without.id, "War", True, 1, False),
            SelectionChoice(with_it.id, "Space", False, 2, True),
        ]
        with raises_error(Code.UNAUTHORIZED):
            await choices(club.nobody, "Alien")

    async def test_count_what_one_sees(self, club, choices) -> None:
        await club.make(club.holder, "Mixed", HIDDEN, "Alien")
        assert [each.films for each in await choices(club.holder, "Ran")] == [2]
        async with unit_of_work(club.services.database) as unit:
            set_label = club.services.labels.set_label
            await set_label(club.root, unit, club.films["Alien"], "adult")
        assert [each.films for each in await choices(club.holder, "Ran")] == [1]

    async def test_one_that_is_featured_is_no_longer_ones_own_to_edit(self, club, choices) -> None:
        made = await club.make(club.anna, "Space", "Alien")
        await club.act("change", club.operator, made.id, SelectionChange(featured=True))
        assert await choices(club.anna, "Ran") == []

    async def test_within_a_transaction_they_show_what_it_changed(self, club) -> None:
        made = await club.make(club.anna, "Space")
        async with unit_of_work(club.services.database) as unit:
            film_id = club.films["Alien"]
            await club.services.selections.put_film(club.anna, unit, made.id, film_id)
            (choice,) = await club.services.selection_lists.choices(club.anna, unit, film_id)
        assert (choice.films, choice.holds) == (1, True)
