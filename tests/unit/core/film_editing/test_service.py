"""Operators edit and add films one at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from msgspec.structs import asdict

from kinoteka.core.access.model import FILMS_EDIT, FILMS_LABEL, Actor
from kinoteka.core.audit.model import AuditFilter
from kinoteka.core.catalogue.model import FilmFields, FilmQuery, SortOrder
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.services import Services
from kinoteka.database.engines.postgresql.bulk import bulk_session
from kinoteka.database.member_tables import MEMBER_TABLES
from kinoteka.database.source_ranks import BY_HAND
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from tests.support.accounts import (
    actor_by_token,
    anonymous_actor,
    perform,
    sign_up,
    superuser_actor,
)
from tests.support.databases import execute, rows
from tests.support.errors import raises_error
from tests.support.films import ids_by_name, stored_counts

FIRST_OF = "SELECT genre_id, director_id FROM films WHERE id = ?"
OPERATIONS = ("get", "edit", "unlock", "add")
ADDRESS = "192.0.2.1"


@pytest.fixture
async def root(services: Services) -> Actor:
    return await superuser_actor(services)


async def operator_with(services: Services, root: Actor, *permissions: str) -> Actor:
    """Return an account with only these permissions."""
    signed_in = await sign_up(services)
    role = await perform(services, services.access.create_role, root, "holders", permissions)
    await perform(services, services.access.assign_role, root, signed_in.account.id, role.id)
    actor = await actor_by_token(services, signed_in.token)
    assert actor is not None
    return actor


async def edit(services: Services, actor: Actor, film_id: int, **fields: object) -> EditableFilm:
    film = await perform(services, services.film_editing.get, actor, film_id)
    values = asdict(film.fields) | fields
    return await perform(services, services.film_editing.edit, actor, film_id, values, film.version)


async def search(services: Services, actor: Actor, text: str) -> list[int]:
    async with unit_of_work(services.database) as unit:
        listing = await services.catalogue.films(actor, unit, FilmQuery(text=text), ADDRESS)
        return [film.id for film in (await listing.page(1)).items]


async def test_edit_changes_every_field(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    film_id = films["Stalker"]
    fields = FilmFields(
        title="The Stalker",
        original_title="Сталкер",
        description="A guide leads two men into the Zone.",
        year=1980,
        rating=8.2,
        runtime_minutes=162,
        trailer="https://trailers.example/stalker",
        poster="https://posters.example/stalker.jpg",
        genres=("Drama", "Slow Cinema"),
        directors=("Andrei Tarkovsky", "Georgy Rerberg"),
    )
    revision = services.revisions.value("catalogue")
    edited = await perform(services, services.film_editing.edit, root, film_id, asdict(fields))
    assert edited.fields == fields
    assert (await perform(services, services.film_editing.get, root, film_id)).fields == fields
    film_now = await perform(services, services.catalogue.film, root, film_id)
    assert (film_now.title, film_now.year, film_now.rating) == ("The Stalker", 1980, 8.2)
    assert (film_now.genre.name, film_now.director.name) == ("Drama", "Andrei Tarkovsky")
    assert services.revisions.value("catalogue") > revision
    assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)


@pytest.mark.parametrize(
    ("order", "column", "affecting"),
    [("newest", "year", {"year": 1950}), ("rating", "weighted_rating", {"rating": 1.0})],
)
async def test_edit_rebuilds_only_the_orders_that_it_affects(
    services: Services,
    films: dict[str, int],
    root: Actor,
    order: SortOrder,
    column: str,
    affecting: dict[str, object],
) -> None:
    async def first() -> str:
        async with unit_of_work(services.database) as unit:
            listing = await services.catalogue.films(root, unit, FilmQuery(order=order), ADDRESS)
            return (await listing.page(1)).items[0].title

    before = await first()
    # A change without a revision is noticed only when the order is built.
    execute(services.settings, f"UPDATE films SET {column} = 3000 WHERE title = 'M'")
    await edit(services, root, films["Ran"], description="Another", title="Chaos", genres=())
    assert await first() == before
    await edit(services, root, films["Ran"], **affecting)
    assert await first() == "M"


async def test_edited_rating_moves_the_film_in_the_order_of_ratings(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    await edit(services, root, films["Spider-Man"], rating=9.9)
    async with unit_of_work(services.database) as unit:
        listing = await services.catalogue.films(root, unit, FilmQuery(order="rating"), ADDRESS)
        assert (await listing.page(1)).items[0].id == films["Spider-Man"]


async def test_search_finds_the_new_title_and_not_the_old(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    film_id = films["Stalker"]
    assert await search(services, root, "stalker") == [film_id]
    await edit(services, root, film_id, title="Roadside Picnic", original_title="Пикник")
    assert await search(services, root, "stalker") == []
    assert await search(services, root, "picnic") == [film_id]
    assert await search(services, root, "пикник") == [film_id]
    assert await search(services, root, "picnik") == [film_id]  # A misspelling.


@pytest.mark.parametrize(
    ("genres", "directors"),
    [((), ()), (("Drama",), ("Zoe Hidden",)), (("drama", "WAR", "New"), ("Nobody Yet",))],
)
async def test_edit_keeps_counts_exact_for_labelled_films(
    services: Services,
    films: dict[str, int],
    root: Actor,
    genres: tuple[str, ...],
    directors: tuple[str, ...],
) -> None:
    for title in ("Zanzibar Nights", "After Midnight", "Ran", "Nobody Knows When"):
        await edit(services, root, films[title], genres=genres, directors=directors)
        assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)
        first = rows(services.settings, FIRST_OF, films[title])[0]
        for kind, ids in zip(("genre", "director"), first, strict=True):
            tables = MEMBER_TABLES[kind]
            repeated = (
                f"SELECT {tables.column} FROM {tables.links}"
                f" WHERE film_id = ? AND {tables.condition} ORDER BY position LIMIT 1"
            )
            assert rows(services.settings, repeated, films[title]) == [ids]


async def test_names_of_one_genre_are_one_genre(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    await edit(services, root, films["Ran"], genres=("Film-Noir",))
    await edit(services, root, films["M"], genres=("Noir", "Film Noir", "War"))
    names = "SELECT name FROM film_genres JOIN genres ON genres.id = genre_id WHERE film_id = ?"
    stored = rows(services.settings, f"{names} ORDER BY position", films["M"])
    assert stored == ["Film-Noir", "War"]


async def test_edit_uses_known_names_and_creates_others(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    before = ids_by_name(services.settings, "genres")
    edited = await edit(services, root, films["Ran"], genres=("samurai", "drama"))
    after = ids_by_name(services.settings, "genres")
    assert set(after) - set(before) == {"samurai"}
    assert edited.fields.genres == ("samurai", "drama")
    read = await perform(services, services.film_editing.get, root, films["Ran"])
    assert read.fields.genres == ("samurai", "Drama")


async def test_edit_of_an_outdated_version_is_rejected(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    film_before = await perform(services, services.film_editing.get, root, films["Ran"])
    await edit(services, root, films["Ran"], year=1986)
    fields = asdict(film_before.fields) | {"rating": 9.0}
    with raises_error(Code.FILM_CHANGED):
        await perform(
            services, services.film_editing.edit, root, films["Ran"], fields, film_before.version
        )


async def test_only_one_of_concurrent_edits_succeeds(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    film_before = await perform(services, services.film_editing.get, root, films["Ran"])

    async def change(number: int) -> bool:
        genres = (f"Genre {number}", "Drama")
        fields = asdict(film_before.fields) | {"title": f"Ran {number}", "genres": genres}
        with suppress(DomainError):
            await perform(
                services,
                services.film_editing.edit,
                root,
                films["Ran"],
                fields,
                film_before.version,
            )
            return True
        return False

    changed = await asyncio.gather(*map(change, range(8)))
    assert sum(changed) == 1
    number = changed.index(True)
    assert await search(services, root, f"ran {number}") == [films["Ran"]]
    assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)


async def test_edit_without_changes_is_not_recorded(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    await edit(services, root, films["Ran"])
    assert (await audit_entries(services, root)) == []


async def test_added_film_is_stored_and_found(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    values = {"title": "Mine Own", "year": "2026", "genres": ("Home Movie",)}
    film_id = await perform(services, services.film_editing.add, root, values)
    film = await perform(services, services.film_editing.get, root, film_id)
    assert (film.fields.title, film.fields.year) == ("Mine Own", 2026)
    assert [record.source for record in film.records] == [BY_HAND]
    assert (film.is_by_hand, film.access.label) == (True, None)
    assert await search(services, await anonymous_actor(services), "mine own") == [film_id]
    assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)


async def test_edited_names_of_a_hidden_film_are_not_counted_for_others(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    await perform(services, services.labels.hide, root, films["Alien"])
    await edit(services, root, films["Alien"], genres=("Horror", "Xenology"))
    assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)
    anonymous = await anonymous_actor(services)
    genre_names = {each.name for each in await perform(services, services.facets.genres, anonymous)}
    assert not genre_names & {"Horror", "Xenology"}


async def test_film_is_found_by_its_id(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    query = FilmQuery(text=str(films["Alien"]))
    listing = await perform(services, services.film_editing.films, root, query, ADDRESS)
    assert [film.title for film in (await listing.page(1)).items] == ["Alien"]
    for text in ("999999", "9" * 18, "9" * 40, "0" * 20 + "9" * 20):
        listing = await perform(
            services, services.film_editing.films, root, FilmQuery(text=text), ADDRESS
        )
        assert listing.total == 0


async def test_edit_is_recorded(services: Services, films: dict[str, int], root: Actor) -> None:
    film_id = films["Ran"]
    await edit(services, root, film_id, year=1986, description="Long.")
    (changed,) = await audit_entries(services, root)
    assert (changed.subject_id, changed.subject_name) == (film_id, "Ran")
    assert changed.details == {
        "fields": ["description", "year"],
        "year": [1985, 1986],
        "locked": ["description", "year"],
    }


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [
        (None, set()),
        (FILMS_EDIT, {"get", "edit", "unlock", "add"}),
        (FILMS_LABEL, {"get"}),
    ],
)
async def test_operation_without_its_permission_is_rejected(
    services: Services,
    films: dict[str, int],
    root: Actor,
    permission: str | None,
    allowed: set[str],
) -> None:
    operator = await operator_with(services, root, *filter(None, [permission]))
    anonymous = await anonymous_actor(services)
    fields = {"title": "Ran", "year": 1985}
    arguments = {"edit": (1, fields), "unlock": (1, "title"), "add": (fields,)}
    for name in OPERATIONS:
        operation: Callable[..., Awaitable[object]] = getattr(services.film_editing, name)
        args = arguments.get(name, (1,))
        with raises_error(Code.UNAUTHORIZED):
            await perform(services, operation, anonymous, *args)
        if name in allowed:
            await perform(services, operation, operator, *args)
        else:
            with raises_error(Code.FORBIDDEN):
                await perform(services, operation, operator, *args)


async def test_unknown_film_is_rejected(services: Services, root: Actor) -> None:
    arguments: dict[str, list[object]] = {"edit": [{"title": "Ran"}], "unlock": ["title"]}
    for name in OPERATIONS:
        if name != "add":
            operation = getattr(services.film_editing, name)
            with raises_error(Code.FILM_UNKNOWN):
                await perform(services, operation, root, 999, *arguments.get(name, []))


@pytest.mark.engines("postgresql")
class TestDuringAnImport:
    """On SQLite imports and edits never run at the same time."""

    async def test_new_names_and_films_are_rejected_during_an_import(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        with bulk_session(services.settings):
            with raises_error(Code.IMPORT_RUNNING):
                await perform(services, services.film_editing.add, root, {"title": "Mine"})
            with raises_error(Code.IMPORT_RUNNING):
                await edit(services, root, films["Ran"], genres=("Brand New",))
            await edit(services, root, films["Ran"], genres=("War", "Drama"))

    async def test_edit_is_rejected_when_the_import_holds_a_lock(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        with bulk_session(services.settings) as connection, connection.transaction():
            connection.execute("UPDATE search_words SET times = times + 1")
            with raises_error(Code.BUSY):
                await edit(services, root, films["Ran"], title="Chaos")


async def audit_entries(services: Services, root: Actor) -> list:
    """Return the audit log entries about films, newest first."""
    query = AuditFilter(subject_kind="film")
    return (await perform(services, services.audit.entries, root, query)).entries
