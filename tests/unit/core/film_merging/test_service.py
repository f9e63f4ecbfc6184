"""Operators merge two films into one, and undo it."""

import msgspec
import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.audit.model import AuditFilter
from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.core.film_merging import service
from kinoteka.core.film_merging.model import DAYS_TO_UNDO, MergedFilm
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from kinoteka.infrastructure.clock import DAY, now
from tests.support.accounts import (
    anonymous_actor,
    perform,
)
from tests.support.databases import execute, execute_many, rows
from tests.support.errors import raises_error
from tests.support.films import ids_by_name, stored_counts
from tests.support.merges import (
    bookmark,
    bookmarked,
    member,
    merge,
    search,
    select,
    selected,
    stored_catalogue,
    undo,
)

ADDRESS = "192.0.2.1"
ADD_PAIR = "INSERT INTO possible_duplicates VALUES (?, ?, 'title', NULL)"


async def test_merged_film_disappears_and_its_id_leads_to_the_survivor(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old = films["Alien"], films["Stalker"]
    revision = services.revisions.value("catalogue")
    assert (await merge(services, root, survivor, old)).fields.title == "Alien"
    nobody = await anonymous_actor(services)
    assert (await perform(services, services.catalogue.film, nobody, old)).id == survivor
    assert (await perform(services, services.catalogue.details, nobody, old)).genres
    async with unit_of_work(services.database) as unit:
        listing = await services.catalogue.films(nobody, unit, FilmQuery(), ADDRESS)
        assert old not in [film.id for film in (await listing.page(1)).items]
    assert await search(services, nobody, "stalker") == []
    assert await search(services, nobody, "alien") == [survivor]
    assert services.revisions.value("catalogue") > revision
    assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)


async def test_bookmarks_follow_and_are_not_repeated(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old = films["Alien"], films["Stalker"]
    anna, boris = await member(services), await member(services)
    for actor, film_id in ((anna, old), (boris, old), (boris, survivor)):
        await bookmark(services, actor, film_id)
    await merge(services, root, survivor, old)
    assert await bookmarked(services, anna) == [survivor]
    assert await bookmarked(services, boris) == [survivor]


async def test_selections_keep_the_position_and_repeat_no_film(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old, other, last = (films[name] for name in ("Alien", "Stalker", "Ran", "M"))
    anna = await member(services)
    with_old = await select(services, anna, other, old, last)
    with_both = await select(services, anna, old, other, survivor)
    await merge(services, root, survivor, old)
    assert await selected(services, anna, with_old) == [other, survivor, last]
    assert await selected(services, anna, with_both) == [other, survivor]


async def test_film_in_a_thousand_selections_is_merged_in_all(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old = films["Alien"], films["Stalker"]
    ids = range(1000, 2000)
    selection = "INSERT INTO selections VALUES (?, NULL, NULL, 'a', 'b', false, true, 1, 1)"
    execute_many(services.settings, selection, [(each,) for each in ids])
    execute_many(
        services.settings,
        "INSERT INTO selection_films (selection_id, film_id, position) VALUES (?, ?, 1)",
        [(each, old) for each in ids],
    )
    before = stored_catalogue(services.settings)
    await merge(services, root, survivor, old)
    count = "SELECT count(*) FROM selection_films WHERE film_id = ?"
    assert rows(services.settings, count, survivor) == [1000]
    await undo(services, root, old)
    assert stored_catalogue(services.settings) == before


async def test_old_id_can_be_bookmarked_and_selected(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old = films["Alien"], films["Stalker"]
    await merge(services, root, survivor, old)
    anna = await member(services)
    await bookmark(services, anna, old)
    assert await bookmarked(services, anna) == [survivor]
    await perform(services, services.bookmarks.remove, anna, old)
    assert await bookmarked(services, anna) == []
    selection_id = await select(services, anna, old, survivor)
    assert await selected(services, anna, selection_id) == [survivor]
    await perform(services, services.selections.remove_film, anna, selection_id, old)
    assert await selected(services, anna, selection_id) == []


async def test_records_and_ids_of_sources_follow(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old = films["Alien"], films["Stalker"]
    execute(services.settings, "INSERT INTO film_ids VALUES ('imdb', 'tt0079944', ?)", old)
    await merge(services, root, survivor, old)
    found = rows(
        services.settings,
        "SELECT external_id, record FROM film_values WHERE film_id = ? ORDER BY 1",
        survivor,
    )
    records = {name: msgspec.json.decode(text) for name, text in found}
    assert records["Alien"]["title"] == "Alien"
    assert records["Stalker"]["directors"] == ["Andrei Tarkovsky"]
    assert records["Stalker"]["ids"] == [["imdb", "tt0079944"]]
    assert rows(services.settings, "SELECT film_id FROM film_ids") == [survivor]


async def test_undo_restores_everything(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old, other = films["Alien"], films["Stalker"], films["Ran"]
    anna, boris = await member(services), await member(services)
    for actor, film_id in ((anna, old), (boris, old), (boris, survivor)):
        await bookmark(services, actor, film_id)
    await select(services, anna, other, old)
    await select(services, anna, old, other, survivor)
    execute(services.settings, "INSERT INTO film_ids VALUES ('imdb', 'tt0079944', ?)", old)
    execute(services.settings, "INSERT INTO film_locks VALUES (?, 'title')", old)
    execute(services.settings, "INSERT INTO posters VALUES (?, NULL, 'a', 'b', 1, 2, 3)", old)
    pair = sorted((survivor, old))
    execute(
        services.settings, "INSERT INTO possible_duplicates VALUES (?, ?, 'title', NULL)", *pair
    )
    before = stored_catalogue(services.settings)
    await merge(services, root, survivor, old)
    assert rows(services.settings, "SELECT film_id FROM posters") == [survivor]
    assert await undo(services, root, old) == survivor
    assert stored_catalogue(services.settings) == before
    nobody = await anonymous_actor(services)
    assert (await perform(services, services.catalogue.film, nobody, old)).title == "Stalker"
    assert await search(services, nobody, "stalker") == [old]


async def test_titles_follow_and_are_not_repeated(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old = films["Alien"], films["Stalker"]
    add = "INSERT INTO film_titles VALUES (?, ?, 'ru', 'translation', ?)"
    titles = ("Один", "Два", "Три", "Чужой")
    given = [(old, position, title) for position, title in enumerate(titles)]
    execute_many(services.settings, add, [*given, (survivor, 0, "Чужой")])
    before = stored_catalogue(services.settings)
    await merge(services, root, survivor, old)
    stored = "SELECT position, title FROM film_titles WHERE film_id = ? ORDER BY position"
    assert rows(services.settings, stored, survivor) == [
        (0, "Чужой"),
        (1, "Один"),
        (2, "Два"),
        (3, "Три"),
    ]
    await undo(services, root, old)
    assert stored_catalogue(services.settings) == before


async def test_survivor_gets_departments_and_countries_that_it_lacks(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old = films["Alien"], films["Stalker"]
    person = ids_by_name(services.settings, "people")["Zoe Hidden"]
    execute(services.settings, "INSERT INTO credits VALUES (?, 3, 0, ?, 'Guide')", old, person)
    execute(services.settings, "INSERT INTO film_countries VALUES (?, 'SU', 0)", old)
    before = stored_catalogue(services.settings)
    await merge(services, root, survivor, old)
    stored = "SELECT department, person_id FROM credits WHERE film_id = ? ORDER BY department"
    director = ids_by_name(services.settings, "people")["Ridley Scott"]
    assert rows(services.settings, stored, survivor) == [(1, director), (3, person)]
    assert rows(services.settings, "SELECT film_id FROM film_countries") == [survivor]
    await undo(services, root, old)
    assert stored_catalogue(services.settings) == before


async def test_references_after_the_merge_stay_when_it_is_undone(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old = films["Alien"], films["Stalker"]
    anna, boris, carl = [await member(services) for _ in range(3)]
    await bookmark(services, anna, old)
    await bookmark(services, carl, old)
    await merge(services, root, survivor, old)
    await bookmark(services, boris, old)
    await perform(services, services.bookmarks.remove, carl, survivor)
    await undo(services, root, old)
    assert await bookmarked(services, anna) == [old]
    assert await bookmarked(services, boris) == [survivor]
    assert await bookmarked(services, carl) == []


async def test_chain_of_merges_resolves_and_is_undone_in_reverse(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    first, second, third = films["Stalker"], films["Alien"], films["Ran"]
    anna = await member(services)
    await bookmark(services, anna, first)
    before = stored_catalogue(services.settings)
    await merge(services, root, second, first)
    await merge(services, root, third, second)
    nobody = await anonymous_actor(services)
    for old in (first, second):
        assert (await perform(services, services.catalogue.film, nobody, old)).id == third
    assert await bookmarked(services, anna) == [third]
    with raises_error(Code.MERGE_FOLLOWED, film=second):
        await undo(services, root, first)
    await undo(services, root, second)
    assert (await perform(services, services.catalogue.film, nobody, first)).id == second
    await undo(services, root, first)
    assert stored_catalogue(services.settings) == before


@pytest.mark.parametrize("age", [DAYS_TO_UNDO * DAY, None])
async def test_merge_cannot_be_undone_after_thirty_days(
    services: Services,
    films: dict[str, int],
    root: Actor,
    monkeypatch: pytest.MonkeyPatch,
    age: int | None,
) -> None:
    survivor, old = films["Alien"], films["Stalker"]
    await merge(services, root, survivor, old)
    assert [each.old_id for each in await merged_into(services, root, survivor)] == [old]
    later = now() + DAYS_TO_UNDO * DAY + 1
    monkeypatch.setattr(service, "now", lambda: later)
    if age is None:
        async with unit_of_work(services.database) as unit:
            assert await services.film_merging.prune(unit) == 1
            assert await services.film_merging.prune(unit) == 0
    with raises_error(Code.MERGE_UNKNOWN, days=DAYS_TO_UNDO):
        await undo(services, root, old)
    assert await merged_into(services, root, survivor) == []
    nobody = await anonymous_actor(services)
    assert (await perform(services, services.catalogue.film, nobody, old)).id == survivor


async def merged_into(services: Services, actor: Actor, film_id: int) -> list[MergedFilm]:
    return await perform(services, services.film_merging.merged_into, actor, film_id)


async def test_possible_duplicates_of_the_merged_film_are_those_of_the_survivor(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old, third = films["Alien"], films["Stalker"], films["Ran"]
    for pair in ((survivor, old), (old, third)):
        execute(services.settings, ADD_PAIR, *sorted(pair))
    await merge(services, root, survivor, old)
    pairs = rows(services.settings, "SELECT film_id, other_id FROM possible_duplicates")
    assert pairs == [tuple(sorted((survivor, third)))]


async def test_merges_are_in_the_audit_log(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old = films["Alien"], films["Stalker"]
    await merge(services, root, survivor, old)
    await undo(services, root, old)
    page = await perform(services, services.audit.entries, root, AuditFilter(subject_kind="film"))
    found = [(each.action, each.subject_id, each.details) for each in page.entries]
    assert found == [
        ("film_merge_undone", old, {"merged_into": survivor}),
        ("film_merged", survivor, {"merged": old}),
    ]


async def test_undo_uses_the_survivor_of_a_merged_genre(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    survivor, old = films["Ran"], films["Alien"]
    await merge(services, root, survivor, old)
    genres = ids_by_name(services.settings, "genres")
    horror, drama = genres["Horror"], genres["Drama"]
    execute(services.settings, "DELETE FROM genre_counts WHERE genre_id = ?", horror)
    execute(services.settings, "DELETE FROM genres WHERE id = ?", horror)
    execute(services.settings, "INSERT INTO genre_redirects VALUES (?, ?)", horror, drama)
    await undo(services, root, old)
    film = await perform(services, services.film_editing.get, root, old)
    assert film.fields.genres == ("Science Fiction", "Drama")
    assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)
