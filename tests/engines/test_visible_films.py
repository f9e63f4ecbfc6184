"""Every reader of films shows each viewer the same films, on both engines.

`READERS` has an entry for each operation that reads films: lists, totals, search, suggestions,
facets, single films, related films, selections and their counts, bookmarks, pictures, exports,
films in chats.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.library.model import NewSelection
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit, unit_of_work
from kinoteka.server.app import asgi_application, compose
from tests.support.accounts import actor_by_token, anonymous_actor, sign_up, superuser_actor
from tests.support.databases import execute_many
from tests.support.film_viewers import (
    ADDRESS,
    DIRECTOR,
    FILMS,
    GENRE,
    OPEN,
    VISIBLE,
    Viewer,
    titles_of,
)
from tests.support.films import PREMIUM, SampleFilm, fill_catalogue, ids_by_name

Result = set[str] | int
"""The titles that a reader shows, or their number."""
ReadFilms = Callable[[Viewer], Awaitable[Result]]
READERS: dict[str, ReadFilms] = {}
NEEDS_ACCOUNT: set[str] = set()


def reader(name: str, *, needs_account: bool = False) -> Callable[[ReadFilms], ReadFilms]:
    """Register a reader. Its result must be the visible films, or their number."""

    def add(read: ReadFilms) -> ReadFilms:
        READERS[name] = read
        if needs_account:
            NEEDS_ACCOUNT.add(name)
        return read

    return add


@reader("list")
async def _(viewer: Viewer) -> Result:
    return await viewer.list_titles()


@reader("list in another order")
async def _(viewer: Viewer) -> Result:
    return await viewer.list_titles(order="title")


@reader("list of a genre")
async def _(viewer: Viewer) -> Result:
    return await viewer.list_titles(genre_id=viewer.genres[GENRE])


@reader("list of a year")
async def _(viewer: Viewer) -> Result:
    return await viewer.titles_found(lambda title: viewer.list_titles(year=_year(title)))


@reader("list of a director")
async def _(viewer: Viewer) -> Result:
    return await viewer.list_titles(director_id=viewer.directors[DIRECTOR])


@reader("search")
async def _(viewer: Viewer) -> Result:
    return await viewer.list_titles(text="night")


@reader("search with a spelling mistake")
async def _(viewer: Viewer) -> Result:
    return await viewer.list_titles(text="nigth")


@reader("search with a filter and an order")
async def _(viewer: Viewer) -> Result:
    return await viewer.list_titles(text="night", genre_id=viewer.genres[GENRE], order="newest")


@reader("suggestions")
async def _(viewer: Viewer) -> Result:
    catalogue = viewer.services.catalogue
    return titles_of((await catalogue.suggest(viewer.actor, viewer.unit, "nig", ADDRESS)).films)


@reader("people found by name")
async def _(viewer: Viewer) -> Result:
    search = viewer.services.people_search
    found = await search.find(viewer.actor, viewer.unit, "night", len(FILMS) + 1)
    return {each.name for each in found.people}


@reader("selections found by title")
async def _(viewer: Viewer) -> Result:
    search = viewer.services.selection_search
    found = await search.find(viewer.actor, viewer.unit, "night", len(FILMS) + 1)
    return {title for _, title in found}


@reader("single film")
async def _(viewer: Viewer) -> Result:
    read = viewer.services.catalogue.film
    return await viewer.titles_found(
        lambda title: read(viewer.actor, viewer.unit, viewer.ids[title])
    )


@reader("film with details")
async def _(viewer: Viewer) -> Result:
    read = viewer.services.catalogue.details
    return await viewer.titles_found(
        lambda title: read(viewer.actor, viewer.unit, viewer.ids[title])
    )


@reader("films by id")
async def _(viewer: Viewer) -> Result:
    read = viewer.services.catalogue.films_by_id
    return titles_of(await read(viewer.actor, viewer.unit, list(viewer.ids.values())))


@reader("related films")
async def _(viewer: Viewer) -> Result:
    catalogue, actor, unit = viewer.services.catalogue, viewer.actor, viewer.unit
    film = await catalogue.film(actor, unit, viewer.ids[OPEN])
    return {OPEN} | titles_of(await catalogue.related(actor, unit, film))


@reader("genres")
async def _(viewer: Viewer) -> Result:
    listing = await viewer.services.catalogue.genres(viewer.actor, viewer.unit)
    return {each.name for each in (await listing.page(1)).items} - {GENRE}


@reader("single genre")
async def _(viewer: Viewer) -> Result:
    read = viewer.services.catalogue.genre
    return await viewer.titles_found(
        lambda title: read(viewer.actor, viewer.unit, viewer.genres[title])
    )


@reader("directors")
async def _(viewer: Viewer) -> Result:
    listing = await viewer.services.catalogue.directors(viewer.actor, viewer.unit)
    return {each.name for each in (await listing.page(1)).items} - {DIRECTOR}


@reader("single director")
async def _(viewer: Viewer) -> Result:
    read, ids = viewer.services.catalogue.director, viewer.directors
    return await viewer.titles_found(lambda title: read(viewer.actor, viewer.unit, ids[title]))


@reader("facet of genres")
async def _(viewer: Viewer) -> Result:
    counts = await viewer.services.facets.genres(viewer.actor, viewer.unit)
    return {each.name for each in counts} - {GENRE}


@reader("count of a genre")
async def _(viewer: Viewer) -> Result:
    counts = await viewer.services.facets.genres(viewer.actor, viewer.unit)
    return next(each.films for each in counts if each.name == GENRE)


@reader("facet of years")
async def _(viewer: Viewer) -> Result:
    years = await viewer.services.facets.years(viewer.actor, viewer.unit)
    return {title for title in FILMS if _year(title) in years}


@reader("facet of directors")
async def _(viewer: Viewer) -> Result:
    facets = viewer.services.facets
    found = await facets.directors(viewer.actor, viewer.unit, "night", ADDRESS)
    return {each.name for each in found}


@reader("films of a selection")
async def _(viewer: Viewer) -> Result:
    public = await viewer.services.selections.list_public(viewer.actor, viewer.unit, 0, 20)
    everything = next(each for each in public.selections if each.title == "Everything")
    return {film.title for film in everything.films}


@reader("public selections")
async def _(viewer: Viewer) -> Result:
    public = await viewer.services.selections.list_public(viewer.actor, viewer.unit, 0, 20)
    assert public.total == len(public.selections)
    return {each.title for each in public.selections} & set(FILMS)


@reader("cards of selections")
async def _(viewer: Viewer) -> Result:
    listing = await viewer.services.selection_lists.list_public(viewer.actor, viewer.unit)
    cards = {card.title: card for card in (await listing.page(1)).items}
    assert cards.keys() & set(FILMS) == await READERS["public selections"](viewer)
    assert {cover.title for cover in cards["Everything"].covers} <= set(FILMS)
    return cards["Everything"].films


@reader("choices of selections", needs_account=True)
async def _(viewer: Viewer) -> Result:
    choices = viewer.services.selection_lists.list_choices
    (own,) = await choices(viewer.actor, viewer.unit, viewer.ids[OPEN])
    assert own.holds
    return own.films


@reader("bookmarks", needs_account=True)
async def _(viewer: Viewer) -> Result:
    listing = await viewer.services.bookmarks.list_films(viewer.actor, viewer.unit)
    titles = titles_of((await listing.page(1)).items)
    assert listing.total == len(titles)
    return titles


@reader("exported bookmarks", needs_account=True)
async def _(viewer: Viewer) -> Result:
    document = await _export(viewer)
    return {each["film"]["title"] for each in document["bookmarks"]}


@reader("exported selections", needs_account=True)
async def _(viewer: Viewer) -> Result:
    document = await _export(viewer)
    return {film["title"] for each in document["selections"] for film in each["films"]}


@reader("posters")
async def _(viewer):
    return await viewer.titles_served("/media/films/{}/poster")


@reader("drawn posters")
async def _(viewer: Viewer) -> Result:
    return await viewer.titles_served("/media/films/{}.svg")


@reader("films of the cinema contract")
async def _(viewer: Viewer) -> Result:
    return await viewer.titles_served("/movies/{}")


@reader("pages of films")
async def _(viewer: Viewer) -> Result:
    return await viewer.titles_served("/films/{}")


@reader("films in chats", needs_account=True)
async def _(viewer: Viewer) -> Result:
    return await viewer.titles_served("/messages/films/{}")


async def _export(viewer: Viewer) -> Any:
    chunks = await viewer.services.export.stream(viewer.actor, viewer.unit, lambda account: None)
    return json.loads(b"".join([chunk async for chunk in chunks]))


def _year(title: str) -> int:
    return 2000 + list(FILMS).index(title)


@pytest.fixture
async def ids(services: Services) -> dict[str, int]:
    """The ids of the films by title. All share a genre and a director and have one of their own."""
    films = [
        SampleFilm(title, _year(title), (GENRE, title), (DIRECTOR, title), label=label)
        for title, (label, _) in FILMS.items()
    ]
    ids = fill_catalogue(services.settings, films)
    await services.revisions.refresh()
    return ids


@pytest.fixture
async def tokens(services: Services, ids: dict[str, int]) -> dict[str, str | None]:
    """The session tokens of the viewers. Each account has selected and bookmarked all films."""
    root = await superuser_actor(services)
    sign_ins = {name: await sign_up(services) for name in VISIBLE if name != "anonymous"}
    async with unit_of_work(services.database) as unit:
        role = await services.access.create_role(root, unit, "fans", [f"films.view:{PREMIUM}"])
        holder = sign_ins["holder of premium"].account.id
        await services.access.assign_role(root, unit, holder, role.id)
        await services.accounts.set_superuser(unit, sign_ins["operator"].account.id)
        for title in FILMS:
            await _select(services, unit, root, title, [ids[title]])
        await _select(services, unit, root, "Everything", list(ids.values()))
    own = [await _own_selection(services, each.token, ids[OPEN]) for each in sign_ins.values()]
    others = [film_id for title, film_id in ids.items() if title != OPEN]
    rows = [(each, film_id, number) for each in own for number, film_id in enumerate(others, 1)]
    placed = "INSERT INTO selection_films (selection_id, film_id, position) VALUES (?, ?, ?)"
    execute_many(services.settings, placed, rows)
    bookmarks = [
        (each.account.id, film_id) for each in sign_ins.values() for film_id in ids.values()
    ]
    execute_many(services.settings, "INSERT INTO bookmarks VALUES (?, ?, 1)", bookmarks)
    async with unit_of_work(services.database) as unit:
        for title, (_, is_hidden) in FILMS.items():
            if is_hidden:
                await services.labels.hide(root, unit, ids[title])
    return {"anonymous": None} | {name: each.token for name, each in sign_ins.items()}


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
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(asgi_application(services, *compose()))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


@pytest.mark.parametrize("viewer_name", VISIBLE)
async def test_every_reader_shows_exactly_the_visible_films(
    services: Services,
    ids: dict[str, int],
    tokens: dict[str, str | None],
    client: httpx.AsyncClient,
    viewer_name: str,
) -> None:
    token = tokens[viewer_name]
    if token is not None:
        client.headers["cookie"] = f"session_id={token}"
    actor = (
        await anonymous_actor(services) if token is None else await actor_by_token(services, token)
    )
    assert actor is not None
    group_ids = [ids_by_name(services.settings, table) for table in ("genres", "people")]
    wrong = {}
    async with unit_of_work(services.database) as unit:
        viewer = Viewer(services, unit, actor, client, ids, *group_ids)
        for reader_name, read in READERS.items():
            if token is None and reader_name in NEEDS_ACCOUNT:
                continue
            result = await read(viewer)
            expected = (
                VISIBLE[viewer_name] if isinstance(result, set) else len(VISIBLE[viewer_name])
            )
            if result != expected:
                wrong[reader_name] = result
    assert wrong == {}
