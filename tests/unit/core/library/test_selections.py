"""Selections: creation, permissions, visibility, order and their films."""

import asyncio

import msgspec
import pytest

from kinoteka.core.library.model import (
    MAX_FILMS,
    MAX_LISTED_FILMS,
    MAX_SELECTIONS,
    NewSelection,
    SelectionChange,
)
from kinoteka.core.library.selections import may_delete, may_edit
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.databases import execute, rows
from tests.support.errors import raises_error
from tests.support.films import SampleFilm, fill_catalogue

INVISIBLE = "Zanzibar Nights"


def titles(selection) -> list[str]:
    return [film.title for film in selection.films]


def positions(library, selection_id: int) -> dict[int, int]:
    """Return the stored position of each film of a selection."""
    sql = "SELECT film_id, position FROM selection_films WHERE selection_id = ?"
    return dict(rows(library.services.settings, sql, selection_id))


class TestCreate:
    async def test_created_selection_has_distinct_films_in_the_given_order(self, library) -> None:
        selection = await library.create(library.anna, "  Space ", "Stalker", "Alien", "Stalker")
        assert (selection.title, selection.account_id) == ("Space", library.anna.account_id)
        assert titles(selection) == ["Stalker", "Alien"]
        assert await library.run("get", library.anonymous, selection.id) == selection

    async def test_anonymous_request_is_rejected(self, library) -> None:
        with raises_error(Code.UNAUTHORIZED):
            await library.create(library.anonymous, "Space")

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
    async def test_invalid_text_is_rejected(self, library, field, value, reason) -> None:
        texts = {"title": "Space", field: value}
        with raises_error(Code.FIELD_INVALID, field=field, reason=reason):
            await library.run("create", library.anna, NewSelection(**texts))
        selection = await library.create(library.anna, "Space")
        with raises_error(Code.FIELD_INVALID, field=field, reason=reason):
            await library.run(
                "change", library.anna, selection.id, SelectionChange(**{field: value})
            )

    @pytest.mark.parametrize("film_id", [0, 987654321])
    async def test_unknown_film_is_rejected(self, library, film_id: int) -> None:
        new = NewSelection(title="Space", film_ids=[library.films["Alien"], film_id])
        with raises_error(Code.FILM_UNKNOWN):
            await library.run("create", library.anna, new)
        assert (await library.run("list_editable", library.anna, 0, 10)).total == 0

    async def test_invisible_film_is_rejected(self, library) -> None:
        with raises_error(Code.FILM_UNKNOWN):
            await library.create(library.anna, "Space", INVISIBLE)
        assert titles(await library.create(library.labelled_reader, "Space", INVISIBLE)) == [
            INVISIBLE
        ]

    async def test_selections_of_an_account_are_limited(self, library) -> None:
        for _ in range(MAX_SELECTIONS):
            await library.create(library.anna, "One more")
        with raises_error(Code.SELECTIONS_TOO_MANY, limit=MAX_SELECTIONS):
            await library.create(library.anna, "One too many")
        assert (await library.run("list_editable", library.anna, 0, 1)).total == MAX_SELECTIONS
        await library.create(library.boris, "Another's")

    async def test_films_of_a_selection_are_limited(self, library) -> None:
        new = NewSelection(title="Space", film_ids=list(range(1, MAX_FILMS + 2)))
        with raises_error(Code.SELECTION_FULL, limit=MAX_FILMS):
            await library.run("create", library.anna, new)


class TestVisibility:
    async def test_private_selection_is_visible_only_to_its_owner(self, library) -> None:
        selection = await library.create(library.anna, "Private", "Alien", public=False)
        assert (await library.run("get", library.anna, selection.id)).title == "Private"
        for actor in (library.anonymous, library.boris, library.operator, library.root):
            with raises_error(Code.SELECTION_UNKNOWN):
                await library.run("get", actor, selection.id)
            assert await library.public_titles(actor) == []

    async def test_selection_is_listed_only_while_it_is_public(self, library) -> None:
        selection = await library.create(library.anna, "Mine", "Alien", public=False)
        for public in (True, False):
            await library.run("change", library.anna, selection.id, SelectionChange(public=public))
            assert await library.public_titles(library.anonymous) == (["Mine"] if public else [])

    async def test_private_selection_of_the_site_is_visible_only_to_operators(
        self, library
    ) -> None:
        selection = await library.create(
            library.operator, "Soon", "Alien", public=False, featured=True
        )
        assert (await library.run("get", library.root, selection.id)).account_id is None
        assert (await library.run("list_editable", library.operator, 0, 10)).selections == [
            selection
        ]
        for actor in (library.anonymous, library.anna):
            with raises_error(Code.SELECTION_UNKNOWN):
                await library.run("get", actor, selection.id)

    async def test_editable_selections_are_newest_first(self, library) -> None:
        for title in ("First", "Second", "Third"):
            await library.create(library.anna, title, public=title != "Second")
        await library.create(library.boris, "Another's")
        page = await library.run("list_editable", library.anna, 1, 5)
        assert [each.title for each in page.selections] == ["Second", "First"]
        assert page.total == 3
        with raises_error(Code.UNAUTHORIZED):
            await library.run("list_editable", library.anonymous, 0, 5)

    async def test_unknown_id_is_rejected(self, library) -> None:
        with raises_error(Code.SELECTION_UNKNOWN):
            await library.run("get", library.root, 987654321)


class TestListPublic:
    async def test_featured_selections_come_first_then_the_newest(self, library) -> None:
        for actor, title, featured in (
            (library.operator, "Featured before", True),
            (library.anna, "Older", False),
            (library.operator, "Featured since", True),
            (library.boris, "Newer", False),
        ):
            await library.create(actor, title, "Alien", featured=featured)
        order = ["Featured since", "Featured before", "Newer", "Older"]
        assert await library.public_titles(library.anonymous) == order
        assert await library.public_titles(library.anonymous, featured=True) == order[:2]
        assert await library.public_titles(library.anonymous, featured=False) == order[2:]
        assert await library.public_titles(library.anonymous, 1, 2) == order[1:3]
        assert await library.public_titles(library.anonymous, 4, 2) == []
        assert await library.public_titles(library.anonymous, 2**53 - 1, 100) == []

    async def test_selection_without_visible_films_is_not_listed(self, library) -> None:
        await library.create(library.anna, "Empty")
        await library.create(library.labelled_reader, "Hidden", INVISIBLE)
        await library.create(library.labelled_reader, "Mixed", INVISIBLE, "Alien")
        assert await library.public_titles(library.anonymous) == ["Mixed"]
        assert await library.public_titles(library.labelled_reader) == ["Mixed", "Hidden"]
        page = await library.run("list_public", library.boris, 0, 10)
        assert (page.total, titles(page.selections[0])) == (1, ["Alien"])
        page = await library.run("list_public", library.root, 0, 10)
        assert titles(page.selections[0]) == [INVISIBLE, "Alien"]

    async def test_selection_follows_changes_of_film_labels(self, library) -> None:
        selection = await library.create(library.anna, "Space", "Stalker", "Alien")
        set_label, alien = library.services.labels.set_label, library.films["Alien"]
        for label, visible in (("premium", ["Stalker"]), (None, ["Stalker", "Alien"])):
            async with unit_of_work(library.services.database) as unit:
                await set_label(library.root, unit, alien, label)
            assert titles(await library.run("get", library.boris, selection.id)) == visible
            page = await library.run("list_public", library.boris, 0, 10)
            assert titles(page.selections[0]) == visible


class TestChange:
    async def test_owner_changes_and_deletes_a_selection(self, library) -> None:
        selection = await library.create(library.anna, "Space", "Alien")
        change = SelectionChange(title="Deep space", description="Cold.\nDark.")
        changed = await library.run("change", library.anna, selection.id, change)
        assert (changed.title, changed.description) == ("Deep space", "Cold.\nDark.")
        assert await library.run("get", library.anonymous, selection.id) == changed
        assert await library.public_titles(library.anonymous) == ["Deep space"]
        await library.run("delete", library.anna, selection.id)
        assert await library.public_titles(library.anonymous) == []

    async def test_only_operators_change_selections_of_others(self, library) -> None:
        selection = await library.create(library.anna, "Space", "Alien")
        steps = (
            ("change", SelectionChange(title="Mine now")),
            ("place_film", library.films["Stalker"]),
            ("remove_film", library.films["Alien"]),
            ("delete",),
        )
        for method, *args in steps:
            with raises_error(Code.UNAUTHORIZED):
                await library.run(method, library.anonymous, selection.id, *args)
            with raises_error(Code.FORBIDDEN, permission="selections.feature"):
                await library.run(method, library.boris, selection.id, *args)
            await library.run(method, library.operator, selection.id, *args)

    async def test_private_selection_of_another_account_is_unknown(self, library) -> None:
        selection = await library.create(library.anna, "Private", public=False)
        for method, *args in (
            ("change", SelectionChange(title="Mine now")),
            ("place_film", library.films["Stalker"]),
            ("remove_film", library.films["Stalker"]),
            ("delete",),
        ):
            with raises_error(Code.SELECTION_UNKNOWN):
                await library.run(method, library.operator, selection.id, *args)

    async def test_featuring_without_permission_is_rejected(self, library) -> None:
        selection = await library.create(library.anna, "Space", "Alien")
        with raises_error(Code.FORBIDDEN, permission="selections.feature"):
            await library.create(library.anna, "Look at this", featured=True)
        with raises_error(Code.FORBIDDEN, permission="selections.feature"):
            await library.run("change", library.anna, selection.id, SelectionChange(featured=True))
        same = SelectionChange(featured=False, title="Still mine")
        assert (await library.run("change", library.anna, selection.id, same)).title == "Still mine"

    async def test_owner_may_delete_but_not_edit_a_featured_selection(self, library) -> None:
        selection = await library.create(library.anna, "Space", "Alien")
        await library.run("change", library.operator, selection.id, SelectionChange(featured=True))
        assert await library.public_titles(library.anonymous, featured=True) == ["Space"]
        with raises_error(Code.FORBIDDEN, permission="selections.feature"):
            await library.run(
                "change", library.anna, selection.id, SelectionChange(title="Advertisement")
            )
        await library.run("delete", library.anna, selection.id)
        assert await library.public_titles(library.anonymous) == []

    async def test_selections_are_deleted_with_their_account(self, library) -> None:
        selection = await library.create(library.anna, "Space", "Alien")
        async with unit_of_work(library.services.database) as unit:
            await library.services.credentials.delete_account(library.anna, unit)
        with raises_error(Code.SELECTION_UNKNOWN):
            await library.run("get", library.root, selection.id)
        assert await library.public_titles(library.anonymous) == []
        with raises_error(Code.UNAUTHORIZED):
            await library.create(library.anna, "A ghost's")


class TestFilms:
    async def test_film_is_added_or_moved_to_a_position(self, library) -> None:
        selection = await library.create(library.anna, "Space", "Stalker", "Alien")
        for title, position, order in (
            ("Solaris", None, ["Stalker", "Alien", "Solaris"]),
            ("Ran", 0, ["Ran", "Stalker", "Alien", "Solaris"]),
            ("Ran", 2, ["Stalker", "Alien", "Ran", "Solaris"]),
            ("Stalker", None, ["Alien", "Ran", "Solaris", "Stalker"]),
            ("Alien", 99, ["Ran", "Solaris", "Stalker", "Alien"]),
        ):
            placed = await library.run(
                "place_film", library.anna, selection.id, library.films[title], position
            )
            assert titles(placed) == order
            assert await library.run("get", library.anna, selection.id) == placed

    async def test_film_is_removed(self, library) -> None:
        selection = await library.create(library.anna, "Space", "Stalker", "Alien")
        for _ in range(2):
            left = await library.run(
                "remove_film", library.anna, selection.id, library.films["Stalker"]
            )
            assert titles(left) == ["Alien"]
        with raises_error(Code.FILM_UNKNOWN):
            await library.run("remove_film", library.anna, selection.id, 987654321)

    async def test_invisible_films_keep_their_position(self, library) -> None:
        selection = await library.create(
            library.root, "Mixed", "Stalker", INVISIBLE, "Alien", featured=True
        )
        placed = await library.run(
            "place_film", library.operator, selection.id, library.films["Ran"], 1
        )
        assert titles(placed) == ["Stalker", "Ran", "Alien"]
        everything = titles(await library.run("get", library.root, selection.id))
        assert everything == ["Stalker", INVISIBLE, "Ran", "Alien"]
        with raises_error(Code.FILM_UNKNOWN):
            await library.run(
                "place_film", library.operator, selection.id, library.films[INVISIBLE]
            )

    async def test_full_selection_accepts_only_moves(self, library) -> None:
        more = fill_catalogue(
            library.services.settings,
            [SampleFilm(f"Film {number}") for number in range(MAX_FILMS)],
        )
        new = NewSelection(title="All", film_ids=list(more.values()))
        selection = await library.run("create", library.anna, new)
        with raises_error(Code.SELECTION_FULL, limit=MAX_FILMS):
            await library.run("place_film", library.anna, selection.id, library.films["Ran"])
        moved = await library.run(
            "place_film", library.anna, selection.id, more[f"Film {MAX_FILMS - 1}"], 0
        )
        assert (titles(moved)[0], len(moved.films)) == (f"Film {MAX_FILMS - 1}", MAX_FILMS)

    async def test_move_changes_one_row(self, library) -> None:
        names = ("Stalker", "Alien", "Solaris", "Ran", "Mirror")
        selection = await library.create(library.anna, "Space", *names)
        before = positions(library, selection.id)
        await library.run("place_film", library.anna, selection.id, library.films["Mirror"], 1)
        after = positions(library, selection.id)
        assert {film_id for film_id in after if after[film_id] != before[film_id]} == {
            library.films["Mirror"]
        }

    async def test_films_get_new_positions_when_a_gap_is_used_up(self, library) -> None:
        selection = await library.create(library.anna, "Space", "Stalker", "Alien", "Ran")
        order = ["Stalker", "Alien", "Ran"]
        for number in range(40):
            title = order.pop(1 + number % 2)
            order.insert(1, title)
            moved = await library.run(
                "place_film", library.anna, selection.id, library.films[title], 1
            )
            assert titles(moved) == order
        assert len(set(positions(library, selection.id).values())) == len(order)

    async def test_dense_positions_of_earlier_versions_are_accepted(self, library) -> None:
        selection = await library.create(library.anna, "Space", "Stalker", "Alien", "Ran")
        execute(
            library.services.settings,
            "UPDATE selection_films SET position = position / 65536 - 1",
        )
        moved = await library.run("place_film", library.anna, selection.id, library.films["Ran"], 1)
        assert titles(moved) == ["Stalker", "Ran", "Alien"]

    async def test_list_has_the_first_films_of_each_selection(self, library) -> None:
        more = fill_catalogue(
            library.services.settings,
            [SampleFilm(f"Film {number}") for number in range(MAX_LISTED_FILMS + 5)],
        )
        new = NewSelection(title="All", film_ids=list(more.values()), public=True)
        selection = await library.run("create", library.anna, new)
        page = await library.run("list_public", library.anonymous, 0, 10)
        (listed,) = page.selections
        assert listed.films == selection.films[:MAX_LISTED_FILMS]
        assert listed.total == selection.total == MAX_LISTED_FILMS + 5

    async def test_unknown_id_is_rejected(self, library) -> None:
        selection = await library.create(library.anna, "Space", "Alien")
        with raises_error(Code.FILM_UNKNOWN):
            await library.run("place_film", library.anna, selection.id, 987654321)


class TestPermissions:
    async def test_owner_and_operator_may_edit_and_delete(self, library) -> None:
        own = await library.create(library.anna, "Space", "Alien")
        featured = msgspec.structs.replace(own, featured=True)
        for actor, edits, deletes, edits_featured, deletes_featured in (
            (library.anonymous, False, False, False, False),
            (library.anna, True, True, False, True),
            (library.boris, False, False, False, False),
            (library.operator, True, True, True, True),
        ):
            assert may_edit(actor, own) is edits
            assert may_delete(actor, own) is deletes
            assert may_edit(actor, featured) is edits_featured
            assert may_delete(actor, featured) is deletes_featured


class TestConcurrency:
    async def test_films_added_concurrently_are_all_stored(self, library) -> None:
        selection = await library.create(library.anna, "Space")
        placed = [
            film_id for film_id in library.films.values() if film_id != library.films[INVISIBLE]
        ][:8]
        await asyncio.gather(
            *(library.run("place_film", library.anna, selection.id, film_id) for film_id in placed)
        )
        found = await library.run("get", library.root, selection.id)
        assert sorted(film.id for film in found.films) == sorted(placed)

    async def test_concurrent_moves_leave_each_film_once_at_a_position_of_its_own(
        self, library
    ) -> None:
        names = ("Stalker", "Alien", "Solaris", "Ran", "Mirror")
        selection = await library.create(library.anna, "Space", *names)
        await asyncio.gather(
            *(
                library.run("place_film", library.anna, selection.id, library.films[title], 0)
                for title in names[1:]
                for _ in range(3)
            )
        )
        found = await library.run("get", library.root, selection.id)
        assert sorted(titles(found)) == sorted(names)
        assert titles(found)[-1] == "Stalker"
        assert len(set(positions(library, selection.id).values())) == len(names)
