"""Operators split a film that is two, and imports keep the two apart."""

import asyncio

import msgspec
import pytest

from kinoteka.core.access.model import FILMS_EDIT, FILMS_LABEL, Actor
from kinoteka.core.audit.model import AuditFilter
from kinoteka.core.film_splitting.model import RecordKey
from kinoteka.core.imports.undo import Undo
from kinoteka.core.services import Services
from kinoteka.database.engines.postgresql.bulk import bulk_session
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from tests.support.accounts import anonymous_actor, perform
from tests.support.databases import execute, rows
from tests.support.errors import raises_error
from tests.support.films import ADULT, stored_counts
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
from tests.support.splits import LENS, WIKI, import_records, key, split

FILMS_OF_RECORDS = "SELECT external_id, film_id FROM film_values ORDER BY 1"
STORED = "SELECT external_id, record IS NOT NULL FROM film_values ORDER BY 1"


async def test_leaving_records_become_a_film_of_their_own(
    services: Services, outrage: int, root: Actor
) -> None:
    settings = services.settings
    joined = await perform(services, services.film_editing.get, root, outrage)
    assert (joined.fields.directors, joined.votes) == (("Takeshi Kitano",), 900)
    new_id = await split(services, root, outrage, key(settings, "lens", "7"))
    old, new = [
        await perform(services, services.film_editing.get, root, each) for each in (outrage, new_id)
    ]
    assert (old.fields.year, old.fields.genres, old.fields.directors) == (2009, ("Action",), ())
    assert (old.fields.original_title, old.fields.rating, old.votes) == (None, None, 0)
    assert (new.fields.year, new.fields.genres) == (2010, ("Crime", "Drama"))
    assert (new.fields.directors, new.fields.description) == (("Takeshi Kitano",), "")
    assert (new.fields.rating, new.votes) == (6.8, 900)
    assert [each.source for each in old.records] == ["wiki"]
    assert [each.source for each in new.records] == ["lens"]
    assert rows(settings, "SELECT value, film_id FROM film_ids") == [("tt1462667", new_id)]
    assert stored_counts(settings) == stored_counts(settings, recounted=True)
    nobody = await anonymous_actor(services)
    assert await search(services, nobody, "autoreiji") == [new_id]
    assert sorted(await search(services, nobody, "outrage")) == [outrage, new_id]


async def test_records_can_stay_with_the_new_values_of_the_film(
    services: Services, outrage: int, root: Actor
) -> None:
    new_id = await split(services, root, outrage, key(services.settings, "wiki", "w1"))
    old, new = [
        await perform(services, services.film_editing.get, root, each) for each in (outrage, new_id)
    ]
    assert (old.fields.year, old.fields.description, old.votes) == (2010, "", 900)
    assert (new.fields.year, new.fields.description, new.votes) == (2009, "A heist.", 0)
    assert rows(services.settings, "SELECT film_id FROM film_ids") == [outrage]


async def test_film_is_split_by_several_records(
    services: Services, outrage: int, root: Actor
) -> None:
    settings = services.settings
    third = msgspec.structs.replace(LENS, external_id="t", description="Yakuza.", ids=LENS.ids)
    assert import_records(settings, "third", third).joined == {1: 1}
    leaving = [key(settings, "lens", "7"), key(settings, "third", "t")]
    new_id = await split(services, root, outrage, *leaving)
    new = await perform(services, services.film_editing.get, root, new_id)
    assert (new.fields.year, new.fields.description) == (2010, "Yakuza.")
    assert rows(settings, STORED) == [("7", True), ("t", True), ("w1", False)]


async def test_only_record_of_a_film_is_not_stored_twice(
    services: Services, outrage: int, root: Actor
) -> None:
    execute(services.settings, "INSERT INTO film_locks VALUES (?, 'year')", outrage)
    await split(services, root, outrage, key(services.settings, "lens", "7"))
    assert rows(services.settings, STORED) == [("7", False), ("w1", True)]


async def test_locked_fields_stay_with_the_film(
    services: Services, outrage: int, root: Actor
) -> None:
    film = await perform(services, services.film_editing.get, root, outrage)
    edited = msgspec.structs.asdict(film.fields) | {"title": "My Outrage", "genres": ["Heist"]}
    await perform(services, services.film_editing.edit, root, outrage, edited)
    new_id = await split(services, root, outrage, key(services.settings, "lens", "7"))
    old, new = [
        await perform(services, services.film_editing.get, root, each) for each in (outrage, new_id)
    ]
    assert (old.fields.title, old.fields.genres) == ("My Outrage", ("Heist",))
    assert (old.locked, new.locked) == (("title", "genres"), ())
    assert (new.fields.title, new.fields.genres) == ("Outrage", ("Crime", "Drama"))


async def test_new_film_is_as_visible_as_the_other(
    services: Services, outrage: int, root: Actor
) -> None:
    settings = services.settings
    async with unit_of_work(services.database) as unit:
        await services.access.store_label(unit, ADULT)
    await perform(services, services.labels.set_label, root, outrage, ADULT)
    await perform(services, services.labels.hide, root, outrage)
    new_id = await split(services, root, outrage, key(settings, "lens", "7"))
    new = await perform(services, services.film_editing.get, root, new_id)
    assert (new.access.hidden, new.access.label, new.access.label_lost) == (True, ADULT, False)
    assert stored_counts(settings) == stored_counts(settings, recounted=True)
    assert await search(services, await anonymous_actor(services), "outrage") == []


@pytest.mark.parametrize("moves", [False, True])
async def test_bookmarks_and_selections_follow_only_if_the_operator_chooses(
    services: Services, outrage: int, root: Actor, moves: bool
) -> None:
    anna = await member(services)
    await bookmark(services, anna, outrage)
    selection_id = await select(services, anna, outrage)
    lens = key(services.settings, "lens", "7")
    new_id = await split(services, root, outrage, lens, moves_references=moves)
    expected = [new_id if moves else outrage]
    assert await bookmarked(services, anna) == expected
    assert await selected(services, anna, selection_id) == expected


@pytest.mark.parametrize("moves", [False, True])
async def test_cast_titles_and_countries_follow_only_if_the_operator_chooses(
    services: Services, outrage: int, root: Actor, moves: bool
) -> None:
    settings = services.settings
    (director,) = rows(settings, "SELECT id FROM people WHERE name = 'Takeshi Kitano'")
    execute(settings, "INSERT INTO credits VALUES (?, 3, 0, ?, 'Otomo')", outrage, director)
    title = "INSERT INTO film_titles VALUES (?, 0, 'ru', 'translation', 'Беспредел')"
    execute(settings, title, outrage)
    execute(settings, "INSERT INTO film_countries VALUES (?, 'JP', 0)", outrage)
    execute(settings, "INSERT INTO film_locks VALUES (?, 'countries')", outrage)
    lens = key(settings, "lens", "7")
    new_id = await split(services, root, outrage, lens, moves_parts=moves)
    chosen = new_id if moves else outrage
    assert rows(settings, "SELECT film_id FROM credits WHERE department = 3") == [chosen]
    directed = "SELECT film_id FROM credits WHERE department = 1 AND person_id = ?"
    assert rows(settings, directed, director) == [new_id]
    assert rows(settings, "SELECT film_id FROM film_titles") == [chosen]
    assert rows(settings, "SELECT film_id FROM film_countries") == [outrage]
    assert await search(services, await anonymous_actor(services), "беспредел") == [chosen]


async def test_split_is_in_the_audit_log(services: Services, outrage: int, root: Actor) -> None:
    new_id = await split(services, root, outrage, key(services.settings, "lens", "7"))
    page = await perform(services, services.audit.entries, root, AuditFilter(subject_kind="film"))
    found = [(each.action, each.subject_id, each.details) for each in page.entries]
    assert found == [("film_split", outrage, {"new_film": new_id, "records": ["lens 7"]})]


async def test_records_are_listed_by_rank_with_their_own_values(
    services: Services, outrage: int, root: Actor
) -> None:
    found = await perform(services, services.film_splitting.records, root, outrage)
    assert [(each.source, each.year, each.directors) for each in found] == [
        ("wiki", 2009, ()),
        ("lens", 2010, ("Takeshi Kitano",)),
    ]
    assert [each.ids for each in found] == [(), (("imdb", "tt1462667"),)]


class TestLaterImports:
    async def test_same_records_stay_with_their_films(
        self, services: Services, outrage: int, root: Actor
    ) -> None:
        settings = services.settings
        new_id = await split(services, root, outrage, key(settings, "lens", "7"))
        expected = [("7", new_id), ("w1", outrage)]
        for source, record in (("lens", LENS), ("wiki", WIKI)):
            assert import_records(settings, source, record).joined == {}
            assert import_records(settings, source, record).batch is None
        assert rows(settings, FILMS_OF_RECORDS) == expected
        edited = msgspec.structs.replace(LENS, description="Yakuza.")
        import_records(settings, "lens", edited)
        stored = rows(settings, "SELECT id, year, description FROM films ORDER BY id")
        assert stored == [(outrage, 2009, "A heist."), (new_id, 2010, "Yakuza.")]

    async def test_record_that_is_imported_again_after_an_undo_is_not_joined(
        self, services: Services, outrage: int, root: Actor
    ) -> None:
        settings = services.settings
        (batch,) = rows(settings, "SELECT max(id) FROM batches")
        new_id = await split(services, root, outrage, key(settings, "lens", "7"))
        assert Undo(batch).run(settings).removed == 1
        assert rows(settings, "SELECT id FROM films") == [outrage]
        assert import_records(settings, "lens", LENS).joined == {}
        films = dict(rows(settings, FILMS_OF_RECORDS))
        assert (films["w1"], films["7"] not in (outrage, new_id)) == (outrage, True)
        assert rows(settings, "SELECT * FROM possible_duplicates") == []

    async def test_shared_id_stays_with_the_film_and_joins_nothing_again(
        self, services: Services, root: Actor
    ) -> None:
        settings = services.settings
        ids = (("imdb", "tt1"),)
        one, other = (msgspec.structs.replace(each, ids=ids) for each in (WIKI, LENS))
        import_records(settings, "wiki", one)
        batch = import_records(settings, "lens", other).batch
        assert batch is not None
        new_id = await split(services, root, 1, key(settings, "lens", "7"))
        assert rows(settings, "SELECT value, film_id FROM film_ids") == [("tt1", 1)]
        for source, record in (("lens", other), ("wiki", one)):
            import_records(settings, source, record)
        assert rows(settings, FILMS_OF_RECORDS) == [("7", new_id), ("w1", 1)]
        assert rows(settings, "SELECT value, film_id FROM film_ids") == [("tt1", 1)]

    async def test_film_of_another_source_is_still_joined(
        self, services: Services, outrage: int, root: Actor
    ) -> None:
        settings = services.settings
        new_id = await split(services, root, outrage, key(settings, "lens", "7"))
        third = msgspec.structs.replace(LENS, external_id="t")
        assert import_records(settings, "third", third).joined == {1: 1}
        assert dict(rows(settings, FILMS_OF_RECORDS))["t"] == new_id


class TestMerges:
    async def test_split_films_can_be_merged_and_the_merge_undone(
        self, services: Services, outrage: int, root: Actor
    ) -> None:
        settings = services.settings
        new_id = await split(services, root, outrage, key(settings, "lens", "7"))
        before = stored_catalogue(settings)
        assert len(rows(settings, "SELECT * FROM separations")) == 2
        await merge(services, root, outrage, new_id)
        assert rows(settings, "SELECT * FROM separations") == []
        await undo(services, root, new_id)
        assert stored_catalogue(settings) == before

    async def test_records_of_a_merge_that_can_be_undone_are_not_split(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        survivor, old = films["Alien"], films["Stalker"]
        await merge(services, root, survivor, old)
        settings = services.settings
        for title in ("Stalker", "Alien"):
            with raises_error(Code.SPLIT_OF_MERGE):
                await split(services, root, survivor, key(settings, "tests", title))
        listed = await perform(services, services.film_splitting.records, root, survivor)
        assert {each.title: each.merged for each in listed} == {"Alien": None, "Stalker": "Stalker"}

    async def test_films_of_a_final_merge_are_split(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        survivor, old = films["Alien"], films["Stalker"]
        await merge(services, root, survivor, old)
        settings = services.settings
        execute(settings, "UPDATE film_redirects SET undo = NULL")
        new_id = await split(services, root, survivor, key(settings, "tests", "Stalker"))
        new = await perform(services, services.film_editing.get, root, new_id)
        assert (new.fields.title, new.fields.directors) == ("Stalker", ("Andrei Tarkovsky",))
        nobody = await anonymous_actor(services)
        assert (await perform(services, services.catalogue.film, nobody, old)).id == survivor
        assert stored_counts(settings) == stored_counts(settings, recounted=True)


class TestRejected:
    async def test_film_with_one_record(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        with raises_error(Code.SPLIT_IMPOSSIBLE):
            await split(services, root, films["Alien"], key(services.settings, "tests", "Alien"))

    async def test_choice_of_no_record_or_of_all(
        self, services: Services, outrage: int, root: Actor
    ) -> None:
        both = [key(services.settings, *each) for each in (("wiki", "w1"), ("lens", "7"))]
        for leaving in ([], both):
            with raises_error(Code.FIELD_INVALID, field="leaving", reason="last_record"):
                await split(services, root, outrage, *leaving)

    async def test_record_of_another_film_and_unknown_film(
        self, services: Services, outrage: int, root: Actor
    ) -> None:
        with raises_error(Code.FILM_CHANGED):
            await split(services, root, outrage, RecordKey(1, "unknown"))
        with raises_error(Code.FILM_UNKNOWN):
            await split(services, root, 9999, RecordKey(1, "unknown"))

    async def test_form_that_is_sent_twice(
        self, services: Services, outrage: int, root: Actor
    ) -> None:
        lens = key(services.settings, "lens", "7")
        results = await asyncio.gather(
            *(split(services, root, outrage, lens) for _ in range(2)), return_exceptions=True
        )
        errors = [each.code for each in results if isinstance(each, DomainError)]
        assert errors == [Code.SPLIT_IMPOSSIBLE]
        assert rows(services.settings, "SELECT count(*) FROM films") == [2]

    async def test_member_without_the_permission(
        self, services: Services, outrage: int, root: Actor
    ) -> None:
        lens = key(services.settings, "lens", "7")
        for actor in (await member(services), await member(services, FILMS_LABEL)):
            with raises_error(Code.FORBIDDEN, permission=FILMS_EDIT):
                await split(services, actor, outrage, lens)
            with raises_error(Code.FORBIDDEN, permission=FILMS_EDIT):
                await perform(services, services.film_splitting.records, actor, outrage)

    @pytest.mark.engines("postgresql")
    async def test_split_during_an_import(
        self, services: Services, outrage: int, root: Actor
    ) -> None:
        lens = key(services.settings, "lens", "7")
        with bulk_session(services.settings), raises_error(Code.IMPORT_RUNNING):
            await split(services, root, outrage, lens)
