"""Selections: whose they are, who sees and edits them, and what of them each viewer sees."""

import asyncio

import msgspec
import pytest

from kinoteka.core.library.model import FILMS_MOST, SELECTIONS_MOST, NewSelection, SelectionChange
from kinoteka.core.library.selections import may_delete, may_edit
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.errors import raises_error
from tests.support.films import SampleFilm, fill_catalogue

HIDDEN = "Zanzibar Nights"


def titles(selection) -> list[str]:
    return [film.title for film in selection.films]


class TestMaking:
    async def test_holds_the_films_in_the_order_given(self, club) -> None:
        made = await club.make(club.anna, "  Space ", "Stalker", "Alien", "Stalker")
        assert (made.title, made.account_id) == ("Space", club.anna.account_id)
        assert titles(made) == ["Stalker", "Alien"]
        assert await club.act("get", club.nobody, made.id) == made

    async def test_needs_somebody(self, club) -> None:
        with raises_error(Code.UNAUTHORIZED):
            await club.make(club.nobody, "Space")

    @pytest.mark.parametrize(
        ("field", "value", "reason"),
        [
            ("title", "", "empty"),
            ("title", " \t ", "empty"),
            ("title", "x" * 201, "too_long"),
            ("title", "a\x00b", "characters"),
            ("title", "two\nlines", "characters"),
            ("description", "x" * 2001, "too_long"),
            ("description", "\ud800", "characters"),
        ],
    )
    async def test_texts_that_cannot_be_taken(self, club, field, value, reason) -> None:
        texts = {"title": "Space", field: value}
        with raises_error(Code.FIELD_INVALID, field=field, reason=reason):
            await club.act("create", club.anna, NewSelection(**texts))
        made = await club.make(club.anna, "Space")
        with raises_error(Code.FIELD_INVALID, field=field, reason=reason):
            await club.act("change", club.anna, made.id, SelectionChange(**{field: value}))

    @pytest.mark.parametrize("film_id", [0, 987654321])
    async def test_a_film_that_does_not_exist(self, club, film_id: int) -> None:
        new = NewSelection(title="Space", film_ids=[club.films["Alien"], film_id])
        with raises_error(Code.FILM_UNKNOWN):
            await club.act("create", club.anna, new)
        assert (await club.act("editable", club.anna, 0, 10)).total == 0

    async def test_a_film_that_one_does_not_see(self, club) -> None:
        with raises_error(Code.FILM_UNKNOWN):
            await club.make(club.anna, "Space", HIDDEN)
        assert titles(await club.make(club.holder, "Space", HIDDEN)) == [HIDDEN]

    async def test_an_account_has_a_hundred_at_most(self, club) -> None:
        for _ in range(SELECTIONS_MOST):
            await club.make(club.anna, "One more")
        with raises_error(Code.SELECTIONS_TOO_MANY, limit=SELECTIONS_MOST):
            await club.make(club.anna, "One too many")
        assert (await club.act("editable", club.anna, 0, 1)).total == SELECTIONS_MOST
        await club.make(club.boris, "Another's")

    async def test_a_selection_holds_a_hundred_films_at_most(self, club) -> None:
        new = NewSelection(title="Space", film_ids=list(range(1, FILMS_MOST + 2)))
        with raises_error(Code.SELECTION_FULL, limit=FILMS_MOST):
            await club.act("create", club.anna, new)


class TestWhoSees:
    async def test_one_that_is_not_public_is_its_makers_alone(self, club) -> None:
        made = await club.make(club.anna, "Private", "Alien", public=False)
        assert (await club.act("get", club.anna, made.id)).title == "Private"
        for actor in (club.nobody, club.boris, club.operator, club.root):
            with raises_error(Code.SELECTION_UNKNOWN):
                await club.act("get", actor, made.id)
            assert await club.listed(actor) == []

    async def test_it_shows_once_it_is_public(self, club) -> None:
        made = await club.make(club.anna, "Mine", "Alien", public=False)
        for public in (True, False):
            await club.act("change", club.anna, made.id, SelectionChange(public=public))
            assert await club.listed(club.nobody) == (["Mine"] if public else [])

    async def test_what_the_site_prepares_is_the_operators(self, club) -> None:
        made = await club.make(club.operator, "Soon", "Alien", public=False, featured=True)
        assert (await club.act("get", club.root, made.id)).account_id is None
        assert (await club.act("editable", club.operator, 0, 10)).selections == [made]
        for actor in (club.nobody, club.anna):
            with raises_error(Code.SELECTION_UNKNOWN):
                await club.act("get", actor, made.id)

    async def test_one_s_own_are_listed_newest_first(self, club) -> None:
        for title in ("First", "Second", "Third"):
            await club.make(club.anna, title, public=title != "Second")
        await club.make(club.boris, "Another's")
        shelf = await club.act("editable", club.anna, 1, 5)
        assert [each.title for each in shelf.selections] == ["Second", "First"]
        assert shelf.total == 3
        with raises_error(Code.UNAUTHORIZED):
            await club.act("editable", club.nobody, 0, 5)

    async def test_an_unknown_one(self, club) -> None:
        with raises_error(Code.SELECTION_UNKNOWN):
            await club.act("get", club.root, 987654321)


class TestLists:
    async def test_featured_ones_come_first_then_the_newest(self, club) -> None:
        for actor, title, featured in (
            (club.operator, "Featured before", True),
            (club.anna, "Older", False),
            (club.operator, "Featured since", True),
            (club.boris, "Newer", False),
        ):
            await club.make(actor, title, "Alien", featured=featured)
        order = ["Featured since", "Featured before", "Newer", "Older"]
        assert await club.listed(club.nobody) == order
        assert await club.listed(club.nobody, featured=True) == order[:2]
        assert await club.listed(club.nobody, featured=False) == order[2:]
        assert await club.listed(club.nobody, 1, 2) == order[1:3]
        assert await club.listed(club.nobody, 4, 2) == []
        assert await club.listed(club.nobody, 2**53 - 1, 100) == []

    async def test_one_in_which_nothing_is_seen_is_not_listed(self, club) -> None:
        await club.make(club.anna, "Empty")
        await club.make(club.holder, "Hidden", HIDDEN)
        await club.make(club.holder, "Mixed", HIDDEN, "Alien")
        assert await club.listed(club.nobody) == ["Mixed"]
        assert await club.listed(club.holder) == ["Mixed", "Hidden"]
        shelf = await club.act("public", club.boris, 0, 10)
        assert (shelf.total, titles(shelf.selections[0])) == (1, ["Alien"])
        shelf = await club.act("public", club.root, 0, 10)
        assert titles(shelf.selections[0]) == [HIDDEN, "Alien"]

    async def test_a_film_whose_label_changes(self, club) -> None:
        made = await club.make(club.anna, "Space", "Stalker", "Alien")
        set_label, alien = club.services.labels.set_label, club.films["Alien"]
        for label, seen in (("premium", ["Stalker"]), (None, ["Stalker", "Alien"])):
            async with unit_of_work(club.services.database) as unit:
                await set_label(club.root, unit, alien, label)
            assert titles(await club.act("get", club.boris, made.id)) == seen
            shelf = await club.act("public", club.boris, 0, 10)
            assert titles(shelf.selections[0]) == seen


class TestEditing:
    async def test_one_s_own(self, club) -> None:
        made = await club.make(club.anna, "Space", "Alien")
        change = SelectionChange(title="Deep space", description="Cold.\nDark.")
        changed = await club.act("change", club.anna, made.id, change)
        assert (changed.title, changed.description) == ("Deep space", "Cold.\nDark.")
        assert await club.act("get", club.nobody, made.id) == changed
        assert await club.listed(club.nobody) == ["Deep space"]
        await club.act("delete", club.anna, made.id)
        assert await club.listed(club.nobody) == []

    async def test_another_s_is_for_operators(self, club) -> None:
        made = await club.make(club.anna, "Space", "Alien")
        steps = (
            ("change", SelectionChange(title="Mine now")),
            ("put_film", club.films["Stalker"]),
            ("remove_film", club.films["Alien"]),
            ("delete",),
        )
        for method, *given in steps:
            with raises_error(Code.UNAUTHORIZED):
                await club.act(method, club.nobody, made.id, *given)
            with raises_error(Code.FORBIDDEN, permission="selections.feature"):
                await club.act(method, club.boris, made.id, *given)
            await club.act(method, club.operator, made.id, *given)

    async def test_what_one_does_not_see_does_not_exist(self, club) -> None:
        made = await club.make(club.anna, "Private", public=False)
        for method, *given in (
            ("change", SelectionChange(title="Mine now")),
            ("put_film", club.films["Stalker"]),
            ("remove_film", club.films["Stalker"]),
            ("delete",),
        ):
            with raises_error(Code.SELECTION_UNKNOWN):
                await club.act(method, club.operator, made.id, *given)

    async def test_featuring_needs_the_permission(self, club) -> None:
        made = await club.make(club.anna, "Space", "Alien")
        with raises_error(Code.FORBIDDEN, permission="selections.feature"):
            await club.make(club.anna, "Look at this", featured=True)
        with raises_error(Code.FORBIDDEN, permission="selections.feature"):
            await club.act("change", club.anna, made.id, SelectionChange(featured=True))
        same = SelectionChange(featured=False, title="Still mine")
        assert (await club.act("change", club.anna, made.id, same)).title == "Still mine"

    async def test_a_featured_one_is_the_operators_to_edit_and_its_makers_to_delete(
        self, club
    ) -> None:
        made = await club.make(club.anna, "Space", "Alien")
        await club.act("change", club.operator, made.id, SelectionChange(featured=True))
        assert await club.listed(club.nobody, featured=True) == ["Space"]
        with raises_error(Code.FORBIDDEN, permission="selections.feature"):
            await club.act("change", club.anna, made.id, SelectionChange(title="Advertisement"))
        await club.act("delete", club.anna, made.id)
        assert await club.listed(club.nobody) == []

    async def test_selections_go_with_their_account(self, club) -> None:
        made = await club.make(club.anna, "Space", "Alien")
        async with unit_of_work(club.services.database) as unit:
            await club.services.credentials.delete_account(club.anna, unit)
        with raises_error(Code.SELECTION_UNKNOWN):
            await club.act("get", club.root, made.id)
        assert await club.listed(club.nobody) == []
        with raises_error(Code.UNAUTHORIZED):
            await club.make(club.anna, "A ghost's")


class TestFilms:
    async def test_are_added_at_the_end_or_at_a_position_and_moved(self, club) -> None:
        made = await club.make(club.anna, "Space", "Stalker", "Alien")
        for title, position, order in (
            ("Solaris", None, ["Stalker", "Alien", "Solaris"]),
            ("Ran", 0, ["Ran", "Stalker", "Alien", "Solaris"]),
            ("Ran", 2, ["Stalker", "Alien", "Ran", "Solaris"]),
            ("Stalker", None, ["Alien", "Ran", "Solaris", "Stalker"]),
            ("Alien", 99, ["Ran", "Solaris", "Stalker", "Alien"]),
        ):
            put = await club.act("put_film", club.anna, made.id, club.films[title], position)
            assert titles(put) == order
            assert await club.act("get", club.anna, made.id) == put

    async def test_are_taken_out(self, club) -> None:
        made = await club.make(club.anna, "Space", "Stalker", "Alien")
        for _ in range(2):
            left = await club.act("remove_film", club.anna, made.id, club.films["Stalker"])
            assert titles(left) == ["Alien"]
        with raises_error(Code.FILM_UNKNOWN):
            await club.act("remove_film", club.anna, made.id, 987654321)

    async def test_that_the_editor_does_not_see_keep_their_place(self, club) -> None:
        made = await club.make(club.root, "Mixed", "Stalker", HIDDEN, "Alien", featured=True)
        put = await club.act("put_film", club.operator, made.id, club.films["Ran"], 1)
        assert titles(put) == ["Stalker", "Ran", "Alien"]
        everything = titles(await club.act("get", club.root, made.id))
        assert everything == ["Stalker", HIDDEN, "Ran", "Alien"]
        with raises_error(Code.FILM_UNKNOWN):
            await club.act("put_film", club.operator, made.id, club.films[HIDDEN])

    async def test_beyond_the_limit(self, club) -> None:
        more = fill_catalogue(
            club.services.settings,
            [SampleFilm(f"Film {number}") for number in range(FILMS_MOST)],
        )
        new = NewSelection(title="All", film_ids=list(more.values()))
        made = await club.act("create", club.anna, new)
        with raises_error(Code.SELECTION_FULL, limit=FILMS_MOST):
            await club.act("put_film", club.anna, made.id, club.films["Ran"])
        moved = await club.act("put_film", club.anna, made.id, more["Film 99"], 0)
        assert (titles(moved)[0], len(moved.films)) == ("Film 99", FILMS_MOST)

    async def test_an_unknown_one(self, club) -> None:
        made = await club.make(club.anna, "Space", "Alien")
        with raises_error(Code.FILM_UNKNOWN):
            await club.act("put_film", club.anna, made.id, 987654321)


class TestWhoMay:
    async def test_edit_and_delete(self, club) -> None:
        own = await club.make(club.anna, "Space", "Alien")
        featured = msgspec.structs.replace(own, featured=True)
        for actor, edits, deletes, edits_featured, deletes_featured in (
            (club.nobody, False, False, False, False),
            (club.anna, True, True, False, True),
            (club.boris, False, False, False, False),
            (club.operator, True, True, True, True),
        ):
            assert may_edit(actor, own) is edits
            assert may_delete(actor, own) is deletes
            assert may_edit(actor, featured) is edits_featured
            assert may_delete(actor, featured) is deletes_featured


class TestAtOnce:
    async def test_films_put_at_once_all_come_in(self, club) -> None:
        made = await club.make(club.anna, "Space")
        put = [film_id for film_id in club.films.values() if film_id != club.films[HIDDEN]][:8]
        await asyncio.gather(
            *(club.act("put_film", club.anna, made.id, film_id) for film_id in put)
        )
        found = await club.act("get", club.root, made.id)
        assert sorted(film.id for film in found.films) == sorted(put)
