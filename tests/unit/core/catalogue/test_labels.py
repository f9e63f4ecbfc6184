"""Access labels and hidden films."""

from collections.abc import Awaitable, Callable

import msgspec
import pytest

from kinoteka.core.access.model import CONSOLE_ACTOR, FILMS_EDIT, FILMS_LABEL, Actor
from kinoteka.core.audit.model import AuditFilter
from kinoteka.core.catalogue.model import FilmAccess, FilmQuery
from kinoteka.core.imports.formats.values import film as film_record
from kinoteka.core.imports.service import Import
from kinoteka.core.library.model import NewSelection
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import (
    actor_by_token,
    anonymous_actor,
    perform,
    sign_up,
    superuser_actor,
)
from tests.support.databases import execute, rows
from tests.support.errors import raises_error
from tests.support.films import ADULT, PREMIUM, stored_counts

ADDRESS = "192.0.2.1"


@pytest.fixture
async def root(services: Services) -> Actor:
    return await superuser_actor(services)


@pytest.fixture
async def operator(services: Services, root: Actor) -> Actor:
    return await account_with(services, root, FILMS_LABEL)


async def account_with(services: Services, root: Actor, *permissions: str) -> Actor:
    """Return an account with only these permissions."""
    signed_in = await sign_up(services)
    role = await perform(
        services, services.access.create_role, root, signed_in.token[:9], permissions
    )
    await perform(services, services.access.assign_role, root, signed_in.account.id, role.id)
    actor = await actor_by_token(services, signed_in.token)
    assert actor is not None
    return actor


async def access_of(services: Services, root: Actor, film_id: int) -> FilmAccess:
    return (await perform(services, services.film_editing.get, root, film_id)).access


async def may_see(services: Services, actor: Actor, film_id: int) -> bool:
    async with unit_of_work(services.database) as unit:
        return bool(await services.catalogue.films_by_id(actor, unit, [film_id]))


async def actions(services: Services, root: Actor) -> list[tuple[str, dict[str, object]]]:
    page = await perform(services, services.audit.entries, root, AuditFilter(subject_kind="film"))
    return [(entry.action, entry.details) for entry in page.entries]


class TestAll:
    async def test_labels_have_their_films_and_the_roles_that_see_them(
        self, services: Services, films: dict[str, int]
    ) -> None:
        film = next(iter(films.values()))
        async with unit_of_work(services.database) as unit:
            for label in ("zebra", "premium"):
                await services.labels.add(CONSOLE_ACTOR, unit, label)
            role = await services.access.create_role(
                CONSOLE_ACTOR, unit, "patrons", ["films.view:premium", "films.label"]
            )
        before = {
            label.name: label
            for label in await perform(services, services.labels.all, CONSOLE_ACTOR)
        }
        await perform(services, services.labels.set_label, CONSOLE_ACTOR, film, "premium")
        await perform(services, services.labels.hide, CONSOLE_ACTOR, film)
        after = await perform(services, services.labels.all, CONSOLE_ACTOR)
        labels = {label.name: label for label in after}
        assert [label.name for label in after] == sorted(labels)
        assert labels["premium"].films == before["premium"].films + 1
        assert [each.id for each in labels["premium"].roles] == [role.id]
        assert (labels["zebra"].films, labels["zebra"].roles) == (0, [])


class TestAdd:
    async def test_adding_a_label_again_changes_nothing(self, services: Services) -> None:
        ids = []
        for _ in range(2):
            await perform(services, services.labels.add, CONSOLE_ACTOR, "premium")
            async with unit_of_work(services.database) as unit:
                ids.append(await services.access.label_ids(unit))
        assert ids[0] == ids[1]

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            *((name, "malformed") for name in ("", "a b", "-a", "a" * 51, "a:b", "\0")),
            *((name, "reserved") for name in ("hidden", "Hidden")),
        ],
    )
    async def test_other_names_are_rejected(
        self, services: Services, name: str, reason: str
    ) -> None:
        with raises_error(Code.FIELD_INVALID, field="label", reason=reason):
            await perform(services, services.labels.add, CONSOLE_ACTOR, name)


@pytest.mark.parametrize("name", ["all", "add", "set_label", "hide", "show"])
async def test_operation_without_the_permission_is_rejected(
    services: Services, films: dict[str, int], root: Actor, name: str
) -> None:
    operation: Callable[..., Awaitable[object]] = getattr(services.labels, name)
    args = {"all": (), "add": ("a",), "set_label": (1, None)}.get(name, (1,))
    with raises_error(Code.UNAUTHORIZED):
        await perform(services, operation, await anonymous_actor(services), *args)
    with raises_error(Code.FORBIDDEN, permission=FILMS_LABEL):
        await perform(services, operation, await account_with(services, root, FILMS_EDIT), *args)


@pytest.mark.parametrize("name", ["set_label", "hide", "show"])
async def test_unknown_film_is_rejected(
    services: Services, films: dict[str, int], root: Actor, name: str
) -> None:
    before = services.revisions.value("catalogue")
    for film_id in (999, 2**63 - 1):
        args = (film_id, None) if name == "set_label" else (film_id,)
        with raises_error(Code.FILM_UNKNOWN):
            await perform(services, getattr(services.labels, name), root, *args)
    assert services.revisions.value("catalogue") == before


class TestSetLabel:
    async def test_operator_labels_films_that_the_operator_does_not_see(
        self, services: Services, films: dict[str, int], root: Actor, operator: Actor
    ) -> None:
        film_id = films["After Midnight"]
        for label in (PREMIUM, PREMIUM, None):
            await perform(services, services.labels.set_label, operator, film_id, label)
            assert (await access_of(services, root, film_id)).label == label
        assert await actions(services, root) == [
            ("film_labelled", {"before": PREMIUM, "after": None}),
            ("film_labelled", {"before": ADULT, "after": PREMIUM}),
        ]
        assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)

    @pytest.mark.parametrize("label", ["unheard-of", "", "hidden"])
    async def test_unknown_label_is_rejected(
        self, services: Services, films: dict[str, int], operator: Actor, label: str
    ) -> None:
        with raises_error(Code.LABEL_UNKNOWN):
            await perform(services, services.labels.set_label, operator, films["Ran"], label)

    @pytest.mark.parametrize("label", [PREMIUM, ADULT, None])
    async def test_hidden_film_stays_hidden_under_its_new_label(
        self,
        services: Services,
        films: dict[str, int],
        root: Actor,
        operator: Actor,
        label: str | None,
    ) -> None:
        film_id = films["Zanzibar Nights"]
        patron = await account_with(services, root, "films.view:premium", "films.view:adult")
        await perform(services, services.labels.hide, operator, film_id)
        await perform(services, services.labels.set_label, operator, film_id, label)
        assert (await access_of(services, root, film_id)).hidden
        assert not await may_see(services, patron, film_id)
        assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)
        await perform(services, services.labels.show, operator, film_id)
        assert (await access_of(services, root, film_id)).label == label
        assert await may_see(services, patron, film_id)
        assert await may_see(services, await anonymous_actor(services), film_id) == (label is None)


class TestHideAndShow:
    @pytest.mark.parametrize(("title", "label"), [("Alien", None), ("Zanzibar Nights", PREMIUM)])
    async def test_film_keeps_its_label_without_the_audit_log(
        self,
        services: Services,
        films: dict[str, int],
        root: Actor,
        operator: Actor,
        title: str,
        label: str | None,
    ) -> None:
        film_id = films[title]
        for _ in range(2):
            await perform(services, services.labels.hide, operator, film_id)
            before = await perform(services, services.labels.hide, operator, film_id)
            assert (before.hidden, before.label) == (True, label)
            execute(services.settings, "DELETE FROM audit_entries")
            await perform(services, services.labels.show, operator, film_id)
            after = await perform(services, services.labels.show, operator, film_id)
            assert (after.hidden, after.label) == (False, label)
            assert await actions(services, root) == [("film_shown", {"label": label})]
        assert await may_see(services, await anonymous_actor(services), film_id) == (label is None)
        assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)

    async def test_lost_label_is_required(
        self, services: Services, films: dict[str, int], root: Actor, operator: Actor
    ) -> None:
        ids = [films[title] for title in ("Alien", "Ran", "Dreams")]
        lost = "UPDATE films SET hidden_at = 1, label_lost = true WHERE id = ?"
        anonymous = await anonymous_actor(services)
        for film_id in ids:
            execute(services.settings, lost, film_id)
            with raises_error(Code.FIELD_INVALID, field="label", reason="label_lost"):
                await perform(services, services.labels.show, operator, film_id)
            assert not await may_see(services, anonymous, film_id)
        args, opened, set_before = ids
        with raises_error(Code.LABEL_UNKNOWN):
            await perform(services, services.labels.show, operator, args, "unheard-of")
        await perform(services, services.labels.show, operator, args, PREMIUM)
        assert (await access_of(services, root, args)).label == PREMIUM
        await perform(services, services.labels.show, operator, opened, None)
        await perform(services, services.labels.set_label, operator, set_before, None)
        await perform(services, services.labels.show, operator, set_before)
        assert [await may_see(services, anonymous, film_id) for film_id in ids] == [
            False,
            True,
            True,
        ]

    async def test_operators_find_hidden_films_among_those_they_manage(
        self, services: Services, films: dict[str, int], operator: Actor
    ) -> None:
        await perform(services, services.labels.hide, operator, films["Alien"])
        for query in (FilmQuery(hidden=True), FilmQuery(text="alien", hidden=True)):
            listing = await perform(services, services.film_editing.films, operator, query, ADDRESS)
            assert [film.title for film in (await listing.page(1)).items] == ["Alien"]

    async def test_import_changes_the_label_of_a_hidden_film_and_does_not_show_it(
        self, services: Services, root: Actor
    ) -> None:
        row = film_record("7", "Alien", year=1979, genres=["Horror"])
        anonymous = await anonymous_actor(services)

        async def imported(year: int, label: str | None, ruled: list[str]) -> int:
            changed = msgspec.structs.replace(row, year=year, label=label)
            Import("club", labels=ruled).run(services.settings, [[changed]])
            await services.revisions.refresh()
            sql = "SELECT film_id FROM film_values WHERE external_id = '7'"
            return int(rows(services.settings, sql)[0])

        film_id = await imported(1979, None, [])
        await perform(services, services.labels.hide, root, film_id)
        # New data, the same data with a rule, and a rule that does not match any more.
        for year, label in ((1980, PREMIUM), (1980, "old"), (1981, None)):
            assert await imported(year, label, [PREMIUM, "old"]) == film_id
            access = await access_of(services, root, film_id)
            assert (access.hidden, access.label) == (True, label)
            assert not await may_see(services, anonymous, film_id)
            assert stored_counts(services.settings) == stored_counts(
                services.settings, recounted=True
            )


class TestHiddenFilm:
    """A hidden film does not exist for readers and operators in any operation."""

    TITLE = "Alien"

    @pytest.fixture(autouse=True)
    async def _hide(self, services: Services, films: dict[str, int], root: Actor) -> None:
        self.film_id = films[self.TITLE]
        self.reader = await account_with(services, root, "films.view:premium")
        self.operator = await account_with(services, root, FILMS_LABEL, FILMS_EDIT)
        bookmarks = services.bookmarks
        for viewer in (self.reader, self.operator):
            await perform(services, bookmarks.add, viewer, self.film_id)
        new = NewSelection(title="Space", public=True, film_ids=[self.film_id, films["Solaris"]])
        alone = NewSelection(title="Only it", public=True, film_ids=[self.film_id])
        created = [
            await perform(services, services.selections.create, self.reader, s)
            for s in (new, alone)
        ]
        self.selection, self.alone = (each.id for each in created)
        await perform(services, services.labels.hide, root, self.film_id)
        self.root = root

    async def lookups(
        self, services: Services, films: dict[str, int], viewer: Actor
    ) -> dict[str, bool]:
        """Return for each lookup whether it returns the film or its only genre."""
        found: dict[str, bool] = {}
        async with unit_of_work(services.database) as unit:
            catalogue, facets = services.catalogue, services.facets
            for order in ("id", "newest", "rating", "title"):
                listing = await catalogue.films(viewer, unit, FilmQuery(order=order), ADDRESS)
                ids = [film.id async for chunk in listing.chunks() for film in chunk]
                assert listing.total == len(ids)
                found[f"order by {order}"] = self.film_id in ids
            for name, query in {
                "search": FilmQuery(text="alien"),
                "search with a slip": FilmQuery(text="alein"),
                "search by year": FilmQuery(text="alien", year=1979),
                "year": FilmQuery(year=1979),
                "rating": FilmQuery(rating=8.5),
                "hidden": FilmQuery(hidden=True),
                "genre": FilmQuery(genre_id=self.named(services, "genres", "Horror")),
            }.items():
                listing = await catalogue.films(viewer, unit, query, ADDRESS)
                ids = [film.id async for chunk in listing.chunks() for film in chunk]
                assert listing.total == len(ids)
                found[name] = self.film_id in ids
            suggested = await catalogue.suggest(viewer, unit, "ali", ADDRESS)
            found["suggested"] = self.film_id in [film.id for film in suggested.films]
            blade_runner = await catalogue.film(viewer, unit, films["Blade Runner"])
            related = await catalogue.related(viewer, unit, blade_runner)
            found["related"] = self.film_id in [film.id for film in related]
            genres = await catalogue.genres(viewer, unit)
            names = [genre.name async for chunk in genres.chunks() for genre in chunk]
            found["genres"] = "Horror" in names
            counted = await facets.genres(viewer, unit)
            found["counted genres"] = "Horror" in [genre.name for genre in counted]
            bookmarked = await services.bookmarks.list_films(viewer, unit)
            found["bookmarks"] = bookmarked.total > 0
            page = await services.selections.list_public(viewer, unit, 0, 10)
            found["selections"] = len(page.selections) == 2
            selection = await services.selections.get(viewer, unit, self.selection)
            found["selection"] = self.film_id in [film.id for film in selection.films]
            cards = await (await services.selection_lists.list_public(viewer, unit)).page(1)
            found["cards"] = self.film_id in [f.id for card in cards.items for f in card.covers]
        return found

    @staticmethod
    def named(services: Services, table: str, name: str) -> int:
        found = rows(services.settings, f"SELECT id FROM {table} WHERE name = ?", name)
        return int(found[0])

    async def test_hidden_film_is_found_nowhere_by_readers_and_operators(
        self, services: Services, films: dict[str, int]
    ) -> None:
        for viewer in (await anonymous_actor(services), self.reader, self.operator):
            if viewer.account_id is None:
                viewer = msgspec.structs.replace(viewer, account_id=self.reader.account_id)
            assert not any((await self.lookups(services, films, viewer)).values()), viewer
            with raises_error(Code.FILM_UNKNOWN):
                await perform(services, services.catalogue.film, viewer, self.film_id)

    async def test_hidden_film_is_found_everywhere_by_superusers(
        self, services: Services, films: dict[str, int]
    ) -> None:
        lookups = await self.lookups(services, films, self.root)
        assert {name for name, found in lookups.items() if not found} == {"bookmarks"}

    @pytest.mark.parametrize("name", ["bookmarks.add", "bookmarks.remove", "put", "remove"])
    async def test_hidden_film_is_rejected_in_operations_of_readers(
        self, services: Services, name: str
    ) -> None:
        operations: dict[str, tuple[Callable[..., Awaitable[object]], tuple[int, ...]]] = {
            "bookmarks.add": (services.bookmarks.add, (self.film_id,)),
            "bookmarks.remove": (services.bookmarks.remove, (self.film_id,)),
            "put": (services.selections.place_film, (self.selection, self.film_id)),
            "remove": (services.selections.remove_film, (self.selection, self.film_id)),
        }
        operation, args = operations[name]
        with raises_error(Code.FILM_UNKNOWN):
            await perform(services, operation, self.reader, *args)

    async def test_film_is_found_everywhere_after_it_is_shown(
        self, services: Services, films: dict[str, int]
    ) -> None:
        await self.lookups(services, films, self.reader)  # Fill the caches.
        await perform(services, services.labels.show, self.operator, self.film_id)
        lookups = await self.lookups(services, films, self.reader)
        assert {name for name, found in lookups.items() if not found} == {"hidden"}
