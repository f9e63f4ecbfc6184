"""Selections as lists and menus show them."""

import pytest

from kinoteka.core.library.model import Cover, SelectionChange, SelectionChoice
from kinoteka.core.library.selection_lists import MAX_COVERS
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.errors import raises_error

INVISIBLE = "Zanzibar Nights"
MANY = ("Stalker", "Alien", "Ran", "M", "Solaris", "Mirror")


@pytest.fixture
def page(library):
    """Return a page of a list as the actor sees it."""

    async def read(method, actor, *args, number=1, size=24, **kwargs):
        async with unit_of_work(library.services.database) as unit:
            listing = await getattr(library.services.selection_lists, method)(
                actor, unit, *args, **kwargs
            )
            return await listing.page(number, size)

    return read


@pytest.fixture
def choices(library):
    """Return the selections that the actor may add a film to."""

    async def read(actor, title):
        async with unit_of_work(library.services.database) as unit:
            return await library.services.selection_lists.list_choices(
                actor, unit, library.films[title]
            )

    return read


def titles(found) -> list[str]:
    return [card.title for card in found.items]


class TestCards:
    async def test_card_has_the_first_films_and_their_number(self, library, page) -> None:
        selection = await library.create(library.anna, "Many", *MANY)
        (card,) = (await page("list_public", library.anonymous)).items
        first = [Cover(film.id, film.title, film.poster) for film in selection.films[:MAX_COVERS]]
        assert (card.id, card.account_id) == (selection.id, library.anna.account_id)
        assert (card.films, card.covers) == (len(MANY), tuple(first))

    async def test_card_omits_invisible_films(self, library, page) -> None:
        await library.create(library.labelled_reader, "Mixed", INVISIBLE, "Alien")
        for actor, covers in (
            (library.boris, ["Alien"]),
            (library.labelled_reader, [INVISIBLE, "Alien"]),
        ):
            (card,) = (await page("list_public", actor)).items
            assert ([cover.title for cover in card.covers], card.films) == (covers, len(covers))


class TestListPublic:
    async def test_featured_selections_come_first_on_the_pages(self, library, page) -> None:
        await library.create(library.operator, "Featured", "Alien", featured=True)
        for title in ("First", "Second", "Third"):
            await library.create(library.anna, title, "Alien")
        await library.create(library.anna, "Private", "Alien", public=False)
        found = await page("list_public", library.anonymous, number=1, size=3)
        assert (titles(found), found.pages, found.total) == (["Featured", "Third", "Second"], 2, 4)
        assert titles(await page("list_public", library.anonymous, number=2, size=3)) == ["First"]
        assert titles(await page("list_public", library.anonymous, number=99, size=3)) == []
        assert titles(await page("list_public", library.anonymous, featured=True)) == ["Featured"]
        assert "Featured" not in titles(
            await page("list_public", library.anonymous, featured=False)
        )


class TestListOwn:
    async def test_list_has_private_and_empty_selections(self, library, page) -> None:
        await library.create(library.anna, "Empty", public=False)
        await library.create(library.anna, "Open", "Alien")
        await library.create(library.boris, "Another's", "Alien")
        found = await page("list_own", library.anna)
        assert titles(found) == ["Open", "Empty"]
        assert [(card.films, card.public) for card in found.items] == [(1, True), (0, False)]

    async def test_list_omits_selections_of_the_site(self, library, page) -> None:
        await library.create(library.operator, "Featured", "Alien", featured=True)
        assert titles(await page("list_own", library.operator)) == []

    async def test_anonymous_request_is_rejected(self, library, page) -> None:
        with raises_error(Code.UNAUTHORIZED):
            await page("list_own", library.anonymous)


class TestListPublicOf:
    async def test_list_has_public_selections_with_a_visible_film(self, library, page) -> None:
        for title, films, public in (
            ("Older", ["Alien"], True),
            ("Empty", [], True),
            ("Private", ["Alien"], False),
            ("Newer", ["Ran"], True),
        ):
            await library.create(library.anna, title, *films, public=public)
        await library.create(library.boris, "Another's", "Alien")
        for actor in (library.anonymous, library.anna, library.root):
            found = await page("list_public_of", actor, library.anna.account_id)
            assert titles(found) == ["Newer", "Older"]
        assert titles(await page("list_public_of", library.anonymous, 987654321)) == []


class TestListChoices:
    async def test_choices_mark_the_selections_that_contain_the_film(
        self, library, choices
    ) -> None:
        with_it = await library.create(library.anna, "Space", "Alien", "Stalker", public=False)
        without = await library.create(library.anna, "War", "Ran")
        empty = await library.create(library.anna, "Empty")
        await library.create(library.boris, "Another's", "Alien")
        assert await choices(library.anna, "Alien") == [
            SelectionChoice(empty.id, "Empty", True, 0, False),
            SelectionChoice(without.id, "War", True, 1, False),
            SelectionChoice(with_it.id, "Space", False, 2, True),
        ]
        with raises_error(Code.UNAUTHORIZED):
            await choices(library.anonymous, "Alien")

    async def test_choices_count_visible_films(self, library, choices) -> None:
        await library.create(library.labelled_reader, "Mixed", INVISIBLE, "Alien")
        assert [each.films for each in await choices(library.labelled_reader, "Ran")] == [2]
        async with unit_of_work(library.services.database) as unit:
            set_label = library.services.labels.set_label
            await set_label(library.root, unit, library.films["Alien"], "adult")
        assert [each.films for each in await choices(library.labelled_reader, "Ran")] == [1]

    async def test_choices_omit_featured_selections_of_the_owner(self, library, choices) -> None:
        selection = await library.create(library.anna, "Space", "Alien")
        await library.run("change", library.operator, selection.id, SelectionChange(featured=True))
        assert await choices(library.anna, "Ran") == []

    async def test_choices_include_changes_of_the_same_transaction(self, library) -> None:
        selection = await library.create(library.anna, "Space")
        async with unit_of_work(library.services.database) as unit:
            film_id = library.films["Alien"]
            await library.services.selections.place_film(library.anna, unit, selection.id, film_id)
            (choice,) = await library.services.selection_lists.list_choices(
                library.anna, unit, film_id
            )
        assert (choice.films, choice.holds) == (1, True)
