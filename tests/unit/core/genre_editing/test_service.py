"""Operators merge genres, and edit their names and aliases."""

import asyncio

import msgspec
import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.audit.model import AuditFilter
from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from kinoteka.server.app import close, wire
from tests.support.accounts import (
    actor_by_token,
    anonymous_actor,
    change_profile,
    get_account,
    perform,
    sign_up,
)
from tests.support.databases import execute, rows
from tests.support.errors import raises_error
from tests.support.films import ids_by_name, stored_counts
from tests.support.merges import merge as merge_films
from tests.support.merges import undo

ADDRESS = "192.0.2.1"


@pytest.fixture
def genres(services: Services, films: dict[str, int]) -> dict[str, int]:
    """The ids of the genres by name."""
    del films
    return ids_by_name(services.settings, "genres")


async def merge(services: Services, actor: Actor, survivor_id: int, merged_id: int) -> str:
    """Merge a genre into the survivor, and return the survivor's name."""
    merged = await perform(services, services.genre_editing.merge, actor, survivor_id, merged_id)
    return merged.name


async def titles(services: Services, genre_id: int) -> list[str]:
    """Return the titles of a genre's films for anonymous readers."""
    nobody = await anonymous_actor(services)
    async with unit_of_work(services.database) as unit:
        query = FilmQuery(genre_id=genre_id)
        listing = await services.catalogue.films(nobody, unit, query, ADDRESS)
        return [film.title for film in (await listing.page(1)).items]


async def genre_names(services: Services, root: Actor, film_id: int) -> tuple[str, ...]:
    film = await perform(services, services.film_editing.get, root, film_id)
    return film.fields.genres


class TestMerge:
    async def test_films_get_the_survivor_once_in_the_place_of_the_first(
        self, services: Services, films: dict[str, int], genres: dict[str, int], root: Actor
    ) -> None:
        assert await merge(services, root, genres["War"], genres["Drama"]) == "War"
        assert await genre_names(services, root, films["The Cranes Are Flying"]) == ("War",)
        assert await genre_names(services, root, films["Seven Samurai"]) == ("War", "Action")
        assert await genre_names(services, root, films["M"]) == ("Crime", "War")
        mains = "SELECT count(*) FROM films WHERE genre_id = ?"
        assert rows(services.settings, mains, genres["Drama"]) == [0]

    async def test_first_genre_of_a_film_stays_its_main_genre(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        await merge(services, root, genres["Drama"], genres["Science Fiction"])
        different = (
            "SELECT films.id FROM films JOIN film_genres ON film_genres.film_id = films.id"
            " WHERE position = (SELECT min(position) FROM film_genres AS own"
            " WHERE own.film_id = films.id) AND films.genre_id <> film_genres.genre_id"
        )
        assert rows(services.settings, different) == []

    async def test_counts_are_those_of_a_recount(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        await merge(services, root, genres["Documentary"], genres["Drama"])
        stored = stored_counts(services.settings)
        assert stored == stored_counts(services.settings, recounted=True)

    async def test_old_id_leads_to_the_survivor_as_a_genre_and_as_a_filter(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        both = set(await titles(services, genres["War"])) | set(
            await titles(services, genres["Comedy"])
        )
        await merge(services, root, genres["War"], genres["Comedy"])
        nobody = await anonymous_actor(services)
        found = await perform(services, services.catalogue.genre, nobody, genres["Comedy"])
        assert (found.id, found.name) == (genres["War"], "War")
        assert set(await titles(services, genres["Comedy"])) == both
        assert "Comedy" not in ids_by_name(services.settings, "genres")

    async def test_favourites_follow_also_in_caches(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        signed_in = await sign_up(services)
        actor = await actor_by_token(services, signed_in.token)
        assert actor is not None
        await change_profile(services, actor, favourite_genre_id=genres["Comedy"])
        await merge(services, root, genres["War"], genres["Comedy"])
        account = await get_account(services, signed_in.account.id)
        assert account.favourite_genre_id == genres["War"]
        await change_profile(services, actor, favourite_genre_id=genres["Comedy"])
        account = await get_account(services, signed_in.account.id)
        assert account.favourite_genre_id == genres["War"]

    async def test_aliases_and_missing_names_follow(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        add = "INSERT INTO genre_names VALUES (?, ?, ?)"
        execute(services.settings, add, genres["Comedy"], "fr", "Comédie")
        execute(services.settings, add, genres["Comedy"], "de", "Komödie")
        execute(services.settings, add, genres["War"], "de", "Krieg")
        execute(
            services.settings, "INSERT INTO genre_aliases VALUES (?, ?)", "fun", genres["Comedy"]
        )
        await merge(services, root, genres["War"], genres["Comedy"])
        found = await perform(services, services.genre_editing.get, root, genres["War"])
        assert found.names.items() >= {"fr": "Comédie", "de": "Krieg"}.items()
        assert {"fun", "comedy"} <= set(found.aliases)

    async def test_film_edited_with_the_old_name_gets_the_survivor(
        self, services: Services, films: dict[str, int], genres: dict[str, int], root: Actor
    ) -> None:
        await merge(services, root, genres["War"], genres["Comedy"])
        values = {"title": "Ran", "genres": ("Comedy", "Drama")}
        film = await perform(services, services.film_editing.edit, root, films["Ran"], values)
        assert film.id == films["Ran"]
        assert await genre_names(services, root, films["Ran"]) == ("War", "Drama")

    async def test_chain_of_merges_leads_to_the_last_survivor(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        await merge(services, root, genres["War"], genres["Comedy"])
        await merge(services, root, genres["Drama"], genres["War"])
        nobody = await anonymous_actor(services)
        for old in ("Comedy", "War"):
            found = await perform(services, services.catalogue.genre, nobody, genres[old])
            assert found.name == "Drama"
            assert await titles(services, genres[old]) == await titles(services, genres["Drama"])

    async def test_undone_merge_of_films_uses_the_survivor(
        self, services: Services, films: dict[str, int], genres: dict[str, int], root: Actor
    ) -> None:
        await merge_films(services, root, films["Ran"], films["Alien"])
        await merge(services, root, genres["Drama"], genres["Horror"])
        await undo(services, root, films["Alien"])
        assert await genre_names(services, root, films["Alien"]) == ("Science Fiction", "Drama")
        stored = stored_counts(services.settings)
        assert stored == stored_counts(services.settings, recounted=True)

    async def test_merge_is_in_the_audit_log(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        await merge(services, root, genres["War"], genres["Comedy"])
        page = await perform(
            services, services.audit.entries, root, AuditFilter(subject_kind="genre")
        )
        (entry,) = page.entries
        assert (entry.action, entry.subject_id) == ("genre_merged", genres["War"])
        assert entry.details == {"merged": genres["Comedy"], "title": "Comedy"}

    async def test_other_worker_sees_the_merge(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        other = await wire(services.settings)
        try:
            before = await titles(other, genres["Comedy"])
            await merge(services, root, genres["War"], genres["Comedy"])
            await other.revisions.refresh()
            after = await titles(other, genres["Comedy"])
            assert after == await titles(services, genres["War"]) != before
        finally:
            await close(other)


class TestRejectedMerge:
    async def test_genre_is_not_merged_with_itself(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        with raises_error(Code.FIELD_INVALID, field="other", reason="same_genre"):
            await merge(services, root, genres["War"], genres["War"])

    @pytest.mark.parametrize("unknown", [1, 9_999_999])
    async def test_unknown_genre_and_the_genre_of_films_without_one_are_not_merged(
        self, services: Services, genres: dict[str, int], root: Actor, unknown: int
    ) -> None:
        for ids in ((genres["War"], unknown), (unknown, genres["War"])):
            with raises_error(Code.GENRE_UNKNOWN):
                await merge(services, root, *ids)

    async def test_merged_genre_is_not_merged_again(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        await merge(services, root, genres["War"], genres["Comedy"])
        for ids in ((genres["Drama"], genres["Comedy"]), (genres["Comedy"], genres["Drama"])):
            with raises_error(Code.GENRE_MERGED, genre=genres["War"]):
                await merge(services, root, *ids)

    async def test_one_of_two_opposite_merges_at_once_is_rejected(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        pair = (genres["War"], genres["Comedy"])
        results = await asyncio.gather(
            merge(services, root, *pair),
            merge(services, root, *reversed(pair)),
            return_exceptions=True,
        )
        (failed,) = (each for each in results if isinstance(each, DomainError))
        assert failed.code in (Code.GENRE_MERGED, Code.BUSY)
        left = {"War", "Comedy"} & ids_by_name(services.settings, "genres").keys()
        assert len(left) == 1

    async def test_member_without_the_permission_is_rejected(
        self, services: Services, genres: dict[str, int]
    ) -> None:
        actor = await actor_by_token(services, (await sign_up(services)).token)
        assert actor is not None
        with raises_error(Code.FORBIDDEN):
            await merge(services, actor, genres["War"], genres["Comedy"])


class TestComparison:
    async def test_counts_include_films_under_labels_and_shared_ones(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        found = await perform(
            services, services.genre_editing.compare, root, genres["Drama"], genres["Documentary"]
        )
        assert (found.merged.name, found.merged.films, found.shared_films) == ("Documentary", 2, 1)

    @pytest.mark.parametrize("text", ["comedy", " COMEDY ", "Комедия", "id"])
    async def test_genre_is_found_by_name_alias_and_id(
        self, services: Services, genres: dict[str, int], root: Actor, text: str
    ) -> None:
        alias = "INSERT INTO genre_aliases VALUES ('comedy', ?)"
        execute(services.settings, alias, genres["Comedy"])
        wanted = str(genres["Comedy"]) if text == "id" else text
        found = await perform(services, services.genre_editing.find, root, wanted)
        assert found == genres["Comedy"]

    async def test_unknown_name_is_rejected(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        for text in ("Polka", "", "9" * 30, "Unknown"):
            with raises_error(Code.GENRE_UNKNOWN):
                await perform(services, services.genre_editing.find, root, text)


async def test_genres_are_listed_by_name_with_all_their_films(
    services: Services, genres: dict[str, int], root: Actor
) -> None:
    page = await perform(services, services.genre_editing.genres, root)
    names = [each.name for each in page.genres]
    assert names == sorted(genres.keys() - {"Unknown"})
    assert {each.name: each.films for each in page.genres}["Documentary"] == 2
    found = await perform(services, services.genre_editing.genres, root, "com")
    assert ([each.name for each in found.genres], found.total, found.pages) == (["Comedy"], 1, 1)


class TestNames:
    async def test_reader_sees_the_name_in_the_own_language_at_once(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        reader = msgspec.structs.replace(await anonymous_actor(services), language="ru")
        await perform(services, services.facets.genres, reader)
        names = {"ru": "Война", "en": " "}
        await perform(services, services.genre_editing.set_names, root, genres["War"], names)
        found = await perform(services, services.facets.genres, reader)
        assert {each.id: each.name for each in found}[genres["War"]] == "Война"
        genre = await perform(services, services.genre_editing.get, root, genres["War"])
        assert genre.names == {"ru": "Война"}

    @pytest.mark.parametrize(("name", "names"), [("Erotic", {}), ("War", {"ru": "Военный"})])
    async def test_empty_name_restores_that_of_a_common_genre_or_none(
        self,
        services: Services,
        genres: dict[str, int],
        root: Actor,
        name: str,
        names: dict[str, str],
    ) -> None:
        for entered in ("Иначе", ""):
            values = {"ru": entered}
            await perform(services, services.genre_editing.set_names, root, genres[name], values)
        genre = await perform(services, services.genre_editing.get, root, genres[name])
        assert genre.names == names

    async def test_change_is_in_the_audit_log_and_repeating_it_is_not(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        for _ in range(2):
            names = {"ru": "Война", "en": ""}
            await perform(services, services.genre_editing.set_names, root, genres["War"], names)
        log = AuditFilter(subject_kind="genre")
        (entry,) = (await perform(services, services.audit.entries, root, log)).entries
        assert entry.action == "genre_changed"
        assert entry.details == {"before": {"ru": "Военный"}, "after": {"ru": "Война"}}

    @pytest.mark.parametrize("name", ["x" * 201, "a\x00b", "\u202eraW"])
    async def test_name_that_cannot_be_shown_is_rejected(
        self, services: Services, genres: dict[str, int], root: Actor, name: str
    ) -> None:
        with raises_error(Code.FIELD_INVALID, field="ru"):
            await perform(
                services, services.genre_editing.set_names, root, genres["War"], {"ru": name}
            )


class TestAliases:
    async def test_film_edited_with_an_alias_gets_the_genre(
        self, services: Services, films: dict[str, int], genres: dict[str, int], root: Actor
    ) -> None:
        editing = services.genre_editing
        await perform(services, editing.add_alias, root, genres["War"], "Battle Films")
        values = {"title": "Ran", "genres": ("battle-films",)}
        await perform(services, services.film_editing.edit, root, films["Ran"], values)
        assert await genre_names(services, root, films["Ran"]) == ("War",)
        await perform(services, editing.remove_alias, root, genres["War"], "battlefilms")
        genre = await perform(services, editing.get, root, genres["War"])
        assert "battlefilms" not in genre.aliases

    async def test_name_or_alias_of_another_genre_is_rejected(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        add = services.genre_editing.add_alias
        await perform(services, add, root, genres["War"], "Battle")
        for taken in ("comedy", "BATTLE"):
            with raises_error(Code.FIELD_INVALID, field="alias", reason="genre_taken"):
                await perform(services, add, root, genres["Drama"], taken)

    async def test_empty_alias_is_rejected(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        with raises_error(Code.FIELD_INVALID, field="alias", reason="empty"):
            await perform(services, services.genre_editing.add_alias, root, genres["War"], " ")

    async def test_alias_of_another_genre_is_not_removed(
        self, services: Services, genres: dict[str, int], root: Actor
    ) -> None:
        editing = services.genre_editing
        await perform(services, editing.add_alias, root, genres["War"], "Battle")
        await perform(services, editing.remove_alias, root, genres["Drama"], "battle")
        genre = await perform(services, editing.get, root, genres["War"])
        assert "battle" in genre.aliases


async def test_names_and_aliases_require_the_permission(
    services: Services, genres: dict[str, int]
) -> None:
    actor = await actor_by_token(services, (await sign_up(services)).token)
    assert actor is not None
    editing = services.genre_editing
    for operation, value in (
        (editing.set_names, {"ru": "Война"}),
        (editing.add_alias, "Battle"),
        (editing.remove_alias, "war"),
    ):
        with raises_error(Code.FORBIDDEN):
            await perform(services, operation, actor, genres["War"], value)
