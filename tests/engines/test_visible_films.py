"""Every reader of films shows each viewer the same films, on both engines.

The table has a row for each way in which films are read: lists, totals, search, suggestions,
facets, single films, related films, selections and their counts, bookmarks, pictures, exports,
films in chats.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.core.library.model import NewSelection
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit, unit_of_work
from kinoteka.errors import Code, DomainError
from kinoteka.server.app import asgi_application, compose
from tests.support.accounts import actor_by_token, anonymous_actor, sign_up, superuser_actor
from tests.support.databases import execute_many
from tests.support.films import ADULT, PREMIUM, SampleFilm, fill_catalogue, ids_by_name

OPEN = "Night Alpha"
FILMS = {
    OPEN: (None, False),
    "Night Bravo": (PREMIUM, False),
    "Night Charlie": (ADULT, False),
    "Night Delta": (None, True),
    "Night Echo": (PREMIUM, True),
}
"""The label of each film, and whether it is hidden."""
VISIBLE = {
    "anonymous": {OPEN},
    "member": {OPEN},
    "holder of premium": {OPEN, "Night Bravo"},
    "operator": set(FILMS),
}
ADDRESS = "192.0.2.1"
UNKNOWN = (Code.FILM_UNKNOWN, Code.GENRE_UNKNOWN, Code.DIRECTOR_UNKNOWN)
GENRE, DIRECTOR = "Drama", "Ada Common"


@dataclass(frozen=True)
class Viewer:
    """Somebody who reads films, in process and over HTTP."""

    services: Services
    unit: Unit
    actor: Actor
    app: httpx.AsyncClient
    ids: dict[str, int]
    genres: dict[str, int]
    directors: dict[str, int]

    async def listed(self, **query: Any) -> set[str]:
        wanted = FilmQuery(**query)
        listing = await self.services.catalogue.films(self.actor, self.unit, wanted, ADDRESS)
        shown = {film.title for film in (await listing.page(1)).items}
        assert listing.total == len(shown)
        return shown

    async def found(self, read: Callable[[str], Awaitable[object]]) -> set[str]:
        """Return the films for which `read` finds something."""
        found = set()
        for title in FILMS:
            try:
                if await read(title):
                    found.add(title)
            except DomainError as error:
                assert error.code in UNKNOWN  # noqa: PT017 - a loop, in which some fail
        return found

    async def got(self, path: str) -> set[str]:
        """Return the films whose address gives something."""

        async def get(title: str) -> bool:
            response = await self.app.get(path.format(self.ids[title]))
            assert response.status_code in (200, 404)
            return response.status_code == 200

        return await self.found(get)


Shown = set[str] | int
Read = Callable[[Viewer], Awaitable[Shown]]
READERS: dict[str, Read] = {}
NEEDS_ACCOUNT = set()


def reader(name: str, *, needs_account: bool = False) -> Callable[[Read], Read]:
    """Add a row to the table: what it shows must be the visible films, or their number."""

    def add(read: Read) -> Read:
        READERS[name] = read
        if needs_account:
            NEEDS_ACCOUNT.add(name)
        return read

    return add


@reader("list")
async def _(viewer: Viewer) -> Shown:
    return await viewer.listed()


@reader("list in another order")
async def _(viewer: Viewer) -> Shown:
    return await viewer.listed(order="title")


@reader("list of a genre")
async def _(viewer: Viewer) -> Shown:
    return await viewer.listed(genre_id=viewer.genres[GENRE])


@reader("list of a year")
async def _(viewer: Viewer) -> Shown:
    return await viewer.found(lambda title: viewer.listed(year=_year(title)))


@reader("list of a director")
async def _(viewer: Viewer) -> Shown:
    return await viewer.listed(director_id=viewer.directors[DIRECTOR])


@reader("search")
async def _(viewer: Viewer) -> Shown:
    return await viewer.listed(text="night")


@reader("search with a spelling mistake")
async def _(viewer: Viewer) -> Shown:
    return await viewer.listed(text="nigth")


@reader("search with a filter and an order")
async def _(viewer: Viewer) -> Shown:
    return await viewer.listed(text="night", genre_id=viewer.genres[GENRE], order="newest")


@reader("suggestions")
async def _(viewer: Viewer) -> Shown:
    catalogue = viewer.services.catalogue
    return _titles(await catalogue.suggest(viewer.actor, viewer.unit, "nig", ADDRESS))


@reader("single film")
async def _(viewer: Viewer) -> Shown:
    read = viewer.services.catalogue.film
    return await viewer.found(lambda title: read(viewer.actor, viewer.unit, viewer.ids[title]))


@reader("film with details")
async def _(viewer: Viewer) -> Shown:
    read = viewer.services.catalogue.details
    return await viewer.found(lambda title: read(viewer.actor, viewer.unit, viewer.ids[title]))


@reader("films by id")
async def _(viewer: Viewer) -> Shown:
    read = viewer.services.catalogue.films_by_id
    return _titles(await read(viewer.actor, viewer.unit, list(viewer.ids.values())))


@reader("related films")
async def _(viewer: Viewer) -> Shown:
    catalogue, actor, unit = viewer.services.catalogue, viewer.actor, viewer.unit
    film = await catalogue.film(actor, unit, viewer.ids[OPEN])
    return {OPEN} | _titles(await catalogue.related(actor, unit, film))


@reader("genres")
async def _(viewer: Viewer) -> Shown:
    listing = await viewer.services.catalogue.genres(viewer.actor, viewer.unit)
    return {each.name for each in (await listing.page(1)).items} - {GENRE}


@reader("single genre")
async def _(viewer: Viewer) -> Shown:
    read = viewer.services.catalogue.genre
    return await viewer.found(lambda title: read(viewer.actor, viewer.unit, viewer.genres[title]))


@reader("directors")
async def _(viewer: Viewer) -> Shown:
    listing = await viewer.services.catalogue.directors(viewer.actor, viewer.unit)
    return {each.name for each in (await listing.page(1)).items} - {DIRECTOR}


@reader("single director")
async def _(viewer: Viewer) -> Shown:
    read, ids = viewer.services.catalogue.director, viewer.directors
    return await viewer.found(lambda title: read(viewer.actor, viewer.unit, ids[title]))


@reader("facet of genres")
async def _(viewer: Viewer) -> Shown:
    counts = await viewer.services.facets.genres(viewer.actor, viewer.unit)
    return {each.name for each in counts} - {GENRE}


@reader("count of a genre")
async def _(viewer: Viewer) -> Shown:
    counts = await viewer.services.facets.genres(viewer.actor, viewer.unit)
    return next(each.films for each in counts if each.name == GENRE)


@reader("facet of years")
async def _(viewer: Viewer) -> Shown:
    years = await viewer.services.facets.years(viewer.actor, viewer.unit)
    return {title for title in FILMS if _year(title) in years}


@reader("facet of directors")
async def _(viewer: Viewer) -> Shown:
    facets = viewer.services.facets
    found = await facets.directors(viewer.actor, viewer.unit, "night", ADDRESS)
    return {each.name for each in found}


@reader("films of a selection")
async def _(viewer: Viewer) -> Shown:
    shelf = await viewer.services.selections.list_public(viewer.actor, viewer.unit, 0, 20)
    everything = next(each for each in shelf.selections if each.title == "Everything")
    return {film.title for film in everything.films}


@reader("public selections")
async def _(viewer: Viewer) -> Shown:
    shelf = await viewer.services.selections.list_public(viewer.actor, viewer.unit, 0, 20)
    assert shelf.total == len(shelf.selections)
    return {each.title for each in shelf.selections} & set(FILMS)


@reader("cards of selections")
async def _(viewer: Viewer) -> Shown:
    listing = await viewer.services.selection_lists.list_public(viewer.actor, viewer.unit)
    cards = {card.title: card for card in (await listing.page(1)).items}
    assert cards.keys() & set(FILMS) == await READERS["public selections"](viewer)
    assert {cover.title for cover in cards["Everything"].covers} <= set(FILMS)
    return cards["Everything"].films


@reader("choices of selections", needs_account=True)
async def _(viewer: Viewer) -> Shown:
    choices = viewer.services.selection_lists.list_choices
    (own,) = await choices(viewer.actor, viewer.unit, viewer.ids[OPEN])
    assert own.holds
    return own.films


@reader("bookmarks", needs_account=True)
async def _(viewer: Viewer) -> Shown:
    listing = await viewer.services.bookmarks.list_films(viewer.actor, viewer.unit)
    shown = _titles((await listing.page(1)).items)
    assert listing.total == len(shown)
    return shown


@reader("exported bookmarks", needs_account=True)
async def _(viewer: Viewer) -> Shown:
    document = await _export(viewer)
    return {each["film"]["title"] for each in document["bookmarks"]}


@reader("exported selections", needs_account=True)
async def _(viewer: Viewer) -> Shown:
    document = await _export(viewer)
    return {film["title"] for each in document["selections"] for film in each["films"]}


@reader("drawn posters")
async def _(viewer: Viewer) -> Shown:
    return await viewer.got("/media/films/{}.svg")


@reader("films of the cinema contract")
async def _(viewer: Viewer) -> Shown:
    return await viewer.got("/movies/{}")


@reader("pages of films")
async def _(viewer: Viewer) -> Shown:
    return await viewer.got("/films/{}")


@reader("films in chats", needs_account=True)
async def _(viewer: Viewer) -> Shown:
    return await viewer.got("/messages/films/{}")


async def _export(viewer: Viewer) -> Any:
    pieces = await viewer.services.export.stream(viewer.actor, viewer.unit, lambda account: None)
    return json.loads(b"".join([piece async for piece in pieces]))


def _titles(films: Any) -> set[str]:
    return {film.title for film in films}


def _year(title: str) -> int:
    return 2000 + list(FILMS).index(title)


@pytest.fixture
async def ids(services: Services) -> dict[str, int]:
    """The films, by title; each has a genre and a director of its own, and one in common."""
    films = [
        SampleFilm(title, _year(title), (GENRE, title), (DIRECTOR, title), label=label)
        for title, (label, _) in FILMS.items()
    ]
    ids = fill_catalogue(services.settings, films)
    await services.revisions.look()
    return ids


@pytest.fixture
async def tokens(services: Services, ids: dict[str, int]) -> dict[str, str | None]:
    """The cookies of the viewers. Each account has all films in a selection and bookmarked."""
    root = await superuser_actor(services)
    people = {name: await sign_up(services) for name in VISIBLE if name != "anonymous"}
    async with unit_of_work(services.database) as unit:
        role = await services.access.create_role(root, unit, "fans", [f"films.view:{PREMIUM}"])
        holder = people["holder of premium"].account.id
        await services.access.assign_role(root, unit, holder, role.id)
        await services.accounts.set_superuser(unit, people["operator"].account.id)
        for title in FILMS:
            await _select(services, unit, root, title, [ids[title]])
        await _select(services, unit, root, "Everything", list(ids.values()))
    own = [await _own_selection(services, each.token, ids[OPEN]) for each in people.values()]
    others = [film_id for title, film_id in ids.items() if title != OPEN]
    rows = [(each, film_id, number) for each in own for number, film_id in enumerate(others, 1)]
    execute_many(services.settings, "INSERT INTO selection_films VALUES (?, ?, ?)", rows)
    marks = [(each.account.id, film_id) for each in people.values() for film_id in ids.values()]
    execute_many(services.settings, "INSERT INTO bookmarks VALUES (?, ?, 1)", marks)
    async with unit_of_work(services.database) as unit:
        for title, (_, is_hidden) in FILMS.items():
            if is_hidden:
                await services.labels.hide(root, unit, ids[title])
    return {"anonymous": None} | {name: each.token for name, each in people.items()}


async def _select(
    services: Services, unit: Unit, actor: Actor, title: str, films: list[int]
) -> int:
    new = NewSelection(title=title, public=True, film_ids=films)
    return (await services.selections.create(actor, unit, new)).id


async def _own_selection(services: Services, token: str, film_id: int) -> int:
    actor = await actor_by_token(services, token)
    assert actor is not None
    async with unit_of_work(services.database) as unit:
        return await _select(services, unit, actor, "Own", [film_id])


@pytest.fixture
async def app(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(asgi_application(services, *compose()))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


@pytest.mark.parametrize("name", VISIBLE)
async def test_every_reader_shows_exactly_the_visible_films(
    services: Services,
    ids: dict[str, int],
    tokens: dict[str, str | None],
    app: httpx.AsyncClient,
    name: str,
) -> None:
    token = tokens[name]
    if token is not None:
        app.headers["cookie"] = f"session_id={token}"
    actor = (
        await anonymous_actor(services) if token is None else await actor_by_token(services, token)
    )
    assert actor is not None
    known = [ids_by_name(services.settings, table) for table in ("genres", "directors")]
    wrong = {}
    async with unit_of_work(services.database) as unit:
        viewer = Viewer(services, unit, actor, app, ids, *known)
        for reads, read in READERS.items():
            if token is None and reads in NEEDS_ACCOUNT:
                continue
            shown = await read(viewer)
            expected = VISIBLE[name] if isinstance(shown, set) else len(VISIBLE[name])
            if shown != expected:
                wrong[reads] = shown
    assert wrong == {}
