"""Operators change films one at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from msgspec.structs import asdict

from kinoteka.core.access.model import FILMS_EDIT, FILMS_LABEL, Actor
from kinoteka.core.audit.model import AuditFilter
from kinoteka.core.catalogue.model import FilmFields, FilmQuery
from kinoteka.core.editing.model import BY_HAND, EditableFilm
from kinoteka.core.services import Services
from kinoteka.database.engines.postgresql.bulk import bulk_session
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from tests.support.accounts import (
    actor_by_token,
    anonymous_actor,
    perform,
    sign_up,
    superuser_actor,
)
from tests.support.databases import rows
from tests.support.errors import raises_error
from tests.support.films import ids_by_name, stored_counts

FIRST_OF = "SELECT genre_id, director_id FROM films WHERE id = ?"
OPERATIONS = ("get", "edit", "unlock", "add")
ADDRESS = "192.0.2.1"


@pytest.fixture
async def root(services: Services) -> Actor:
    return await superuser_actor(services)


async def holder(services: Services, root: Actor, *permissions: str) -> Actor:
    """Somebody with these permissions and no other."""
    started = await sign_up(services)
    role = await perform(services, services.access.create_role, root, "holders", permissions)
    await perform(services, services.access.assign_role, root, started.account.id, role.id)
    found = await actor_by_token(services, started.token)
    assert found is not None
    return found


async def edit(services: Services, actor: Actor, film_id: int, **fields: object) -> EditableFilm:
    film = await perform(services, services.editing.get, actor, film_id)
    typed = asdict(film.fields) | fields
    return await perform(services, services.editing.edit, actor, film_id, typed, film.version)


async def found(services: Services, actor: Actor, text: str) -> list[int]:
    async with unit_of_work(services.database) as unit:
        listing = await services.catalogue.films(actor, unit, FilmQuery(text=text), ADDRESS)
        return [film.id for film in (await listing.page(1)).items]


async def test_every_field_is_changed(
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
    edited = await perform(services, services.editing.edit, root, film_id, asdict(fields))
    assert edited.fields == fields
    assert (await perform(services, services.editing.get, root, film_id)).fields == fields
    shown = await perform(services, services.catalogue.film, root, film_id)
    assert (shown.title, shown.year, shown.rating) == ("The Stalker", 1980, 8.2)
    assert (shown.genre.name, shown.director.name) == ("Drama", "Andrei Tarkovsky")
    assert services.revisions.value("catalogue") > revision
    assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)


async def test_search_finds_the_new_title_and_not_the_old(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    film_id = films["Stalker"]
    assert await found(services, root, "stalker") == [film_id]
    await edit(services, root, film_id, title="Roadside Picnic", original_title="Пикник")
    assert await found(services, root, "stalker") == []
    assert await found(services, root, "picnic") == [film_id]
    assert await found(services, root, "пикник") == [film_id]
    assert await found(services, root, "picnik") == [film_id]  # with a slip


@pytest.mark.parametrize(
    ("genres", "directors"),
    [((), ()), (("Drama",), ("Zoe Hidden",)), (("drama", "WAR", "New"), ("Nobody Yet",))],
)
async def test_counts_stay_right_under_labels_too(
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
            repeated = (
                f"SELECT {kind}_id FROM film_{kind}s WHERE film_id = ? ORDER BY position LIMIT 1"
            )
            assert rows(services.settings, repeated, films[title]) == [ids]


async def test_names_that_are_known_are_taken_and_others_made(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    before = ids_by_name(services.settings, "genres")
    edited = await edit(services, root, films["Ran"], genres=("samurai", "drama"))
    after = ids_by_name(services.settings, "genres")
    assert set(after) - set(before) == {"samurai"}
    assert edited.fields.genres == ("samurai", "drama")
    read = await perform(services, services.editing.get, root, films["Ran"])
    assert read.fields.genres == ("samurai", "Drama")


async def test_who_had_the_film_before_is_told(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    seen = await perform(services, services.editing.get, root, films["Ran"])
    await edit(services, root, films["Ran"], year=1986)
    mine = asdict(seen.fields) | {"rating": 9.0}
    with raises_error(Code.FILM_CHANGED):
        await perform(services, services.editing.edit, root, films["Ran"], mine, seen.version)


async def test_many_edit_at_once(services: Services, films: dict[str, int], root: Actor) -> None:
    seen = await perform(services, services.editing.get, root, films["Ran"])

    async def change(number: int) -> bool:
        genres = (f"Genre {number}", "Drama")
        mine = asdict(seen.fields) | {"title": f"Ran {number}", "genres": genres}
        with suppress(DomainError):
            await perform(services, services.editing.edit, root, films["Ran"], mine, seen.version)
            return True
        return False

    done = await asyncio.gather(*map(change, range(8)))
    assert sum(done) == 1
    number = done.index(True)
    assert await found(services, root, f"ran {number}") == [films["Ran"]]
    assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)


async def test_what_nobody_has_changed_is_left(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    await edit(services, root, films["Ran"])
    assert (await services_entries(services, root)) == []


async def test_a_film_is_added(services: Services, films: dict[str, int], root: Actor) -> None:
    typed = {"title": "Mine Own", "year": "2026", "genres": ("Home Movie",)}
    film_id = await perform(services, services.editing.add, root, typed)
    film = await perform(services, services.editing.get, root, film_id)
    assert (film.fields.title, film.fields.year) == ("Mine Own", 2026)
    assert (film.source, film.access.label) == (BY_HAND, None)
    assert await found(services, await anonymous_actor(services), "mine own") == [film_id]
    assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)


async def test_edited_names_of_a_hidden_film_are_not_counted_for_others(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    await perform(services, services.labels.hide, root, films["Alien"])
    await edit(services, root, films["Alien"], genres=("Horror", "Xenology"))
    assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)
    nobody = await anonymous_actor(services)
    offered = {each.name for each in await perform(services, services.facets.genres, nobody)}
    assert not offered & {"Horror", "Xenology"}


async def test_a_film_is_found_by_its_id(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    wanted = FilmQuery(text=str(films["Alien"]))
    listing = await perform(services, services.editing.films, root, wanted, ADDRESS)
    assert [film.title for film in (await listing.page(1)).items] == ["Alien"]
    for text in ("999999", "9" * 18, "9" * 40, "0" * 20 + "9" * 20):
        listing = await perform(
            services, services.editing.films, root, FilmQuery(text=text), ADDRESS
        )
        assert listing.total == 0


async def test_what_is_done_is_recorded(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    film_id = films["Ran"]
    await edit(services, root, film_id, year=1986, description="Long.")
    (changed,) = await services_entries(services, root)
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
async def test_who_may(
    services: Services,
    films: dict[str, int],
    root: Actor,
    permission: str | None,
    allowed: set[str],
) -> None:
    operator = await holder(services, root, *filter(None, [permission]))
    nobody = await anonymous_actor(services)
    fields = {"title": "Ran", "year": 1985}
    arguments = {"edit": (1, fields), "unlock": (1, "title"), "add": (fields,)}
    for name in OPERATIONS:
        operation: Callable[..., Awaitable[object]] = getattr(services.editing, name)
        given = arguments.get(name, (1,))
        with raises_error(Code.UNAUTHORIZED):
            await perform(services, operation, nobody, *given)
        if name in allowed:
            await perform(services, operation, operator, *given)
        else:
            with raises_error(Code.FORBIDDEN):
                await perform(services, operation, operator, *given)


async def test_films_that_there_are_not(services: Services, root: Actor) -> None:
    for name in OPERATIONS:
        if name != "add":
            more = {"edit": [{"title": "Ran"}], "unlock": ["title"]}.get(name, [])
            with raises_error(Code.FILM_UNKNOWN):
                await perform(services, getattr(services.editing, name), root, 999, *more)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True, scope="session")
class TestBesideAnImport:
    """On SQLite an import and an edit are one writer after the other."""

    async def test_ids_are_left_to_the_import(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        with bulk_session(services.settings):
            with raises_error(Code.IMPORT_RUNNING):
                await perform(services, services.editing.add, root, {"title": "Mine"})
            with raises_error(Code.IMPORT_RUNNING):
                await edit(services, root, films["Ran"], genres=("Brand New",))
            await edit(services, root, films["Ran"], genres=("War", "Drama"))

    async def test_an_edit_gives_way(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        with bulk_session(services.settings) as connection, connection.transaction():
            connection.execute("UPDATE search_words SET times = times + 1")
            with raises_error(Code.BUSY):
                await edit(services, root, films["Ran"], title="Chaos")


async def services_entries(services: Services, root: Actor) -> list:
    """The entries on films in the audit log, newest first."""
    query = AuditFilter(subject_kind="film")
    return (await perform(services, services.audit.entries, root, query)).entries
