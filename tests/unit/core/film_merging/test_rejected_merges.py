"""Merges that are rejected, and the visibility of merged films."""

import asyncio

import pytest

from kinoteka.core.access.model import FILMS_EDIT, FILMS_LABEL, Actor
from kinoteka.core.film_merging.model import DAYS_TO_UNDO
from kinoteka.core.services import Services
from kinoteka.database.engines.postgresql.bulk import bulk_session
from kinoteka.errors import Code, DomainError
from tests.support.accounts import (
    anonymous_actor,
    perform,
)
from tests.support.databases import rows
from tests.support.errors import raises_error
from tests.support.films import ADULT, stored_counts
from tests.support.merges import (
    member,
    merge,
    stored_catalogue,
    undo,
)

ADDRESS = "192.0.2.1"
ADD_PAIR = "INSERT INTO possible_duplicates VALUES (?, ?, 'title', NULL)"


class TestRejected:
    async def test_film_cannot_be_merged_into_itself(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        with raises_error(Code.FIELD_INVALID, field="other", reason="same_film"):
            await merge(services, root, films["Alien"], films["Alien"])

    async def test_film_cannot_be_merged_twice(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        survivor, old = films["Alien"], films["Stalker"]
        await merge(services, root, survivor, old)
        for one, other in ((survivor, old), (old, survivor), (films["Ran"], old)):
            with raises_error(Code.FILM_MERGED, film=survivor):
                await merge(services, root, one, other)

    async def test_unknown_film_cannot_be_merged(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        for one, other in ((films["Alien"], 9999), (9999, films["Alien"])):
            with raises_error(Code.FILM_UNKNOWN):
                await merge(services, root, one, other)
        with raises_error(Code.MERGE_UNKNOWN, days=DAYS_TO_UNDO):
            await undo(services, root, films["Alien"])

    async def test_member_without_the_permission_cannot_merge_or_undo(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        survivor, old = films["Alien"], films["Stalker"]
        for actor in (await member(services), await member(services, FILMS_LABEL)):
            with raises_error(Code.FORBIDDEN, permission=FILMS_EDIT):
                await merge(services, actor, survivor, old)
            with raises_error(Code.FORBIDDEN, permission=FILMS_EDIT):
                await undo(services, actor, old)
        with raises_error(Code.UNAUTHORIZED):
            await merge(services, await anonymous_actor(services), survivor, old)

    @pytest.mark.engines("postgresql")
    async def test_merge_is_rejected_during_an_import(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        with bulk_session(services.settings), raises_error(Code.IMPORT_RUNNING):
            await merge(services, root, films["Alien"], films["Stalker"])

    async def test_one_of_two_concurrent_merges_is_rejected(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        one, other = films["Alien"], films["Stalker"]
        results = await asyncio.gather(
            merge(services, root, one, other),
            merge(services, root, other, one),
            return_exceptions=True,
        )
        errors = [each for each in results if isinstance(each, DomainError)]
        assert [each.code for each in errors] == [Code.FILM_MERGED]
        assert len(rows(services.settings, "SELECT * FROM film_redirects")) == 1


class TestVisibility:
    async def test_different_labels_are_not_merged_without_a_choice(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        opened, labelled = films["Alien"], films["After Midnight"]
        before = stored_catalogue(services.settings)
        for survivor, old in ((opened, labelled), (labelled, opened)):
            with raises_error(Code.FILM_ACCESS_DIFFERS):
                await merge(services, root, survivor, old)
            with raises_error(Code.FILM_ACCESS_DIFFERS):
                await merge(services, root, survivor, old, films["Ran"])
        assert stored_catalogue(services.settings) == before

    @pytest.mark.parametrize("survivor_title", ["Alien", "After Midnight"])
    @pytest.mark.parametrize("chosen", ["Alien", "After Midnight"])
    async def test_survivor_gets_the_chosen_visibility(
        self,
        services: Services,
        films: dict[str, int],
        root: Actor,
        survivor_title: str,
        chosen: str,
    ) -> None:
        (old_title,) = {"Alien", "After Midnight"} - {survivor_title}
        survivor, old = films[survivor_title], films[old_title]
        before = stored_catalogue(services.settings)
        merged = await merge(services, root, survivor, old, films[chosen])
        assert merged.access.label == (ADULT if chosen == "After Midnight" else None)
        assert stored_counts(services.settings) == stored_counts(services.settings, recounted=True)
        nobody = await anonymous_actor(services)
        if chosen == "Alien":
            assert (await perform(services, services.catalogue.film, nobody, old)).id == survivor
        else:
            for film_id in (old, survivor):
                with raises_error(Code.FILM_UNKNOWN):
                    await perform(services, services.catalogue.film, nobody, film_id)
        await undo(services, root, old)
        assert stored_catalogue(services.settings) == before

    async def test_visibility_that_was_changed_after_the_merge_is_not_restored(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        survivor, old = films["Alien"], films["After Midnight"]
        await merge(services, root, survivor, old, old)
        await perform(services, services.labels.hide, root, survivor)
        await undo(services, root, old)
        film = await perform(services, services.film_editing.get, root, survivor)
        assert (film.access.hidden, film.access.label) == (True, ADULT)

    async def test_hidden_film_is_not_merged_without_a_choice(
        self, services: Services, films: dict[str, int], root: Actor
    ) -> None:
        survivor, old = films["Alien"], films["Stalker"]
        await perform(services, services.labels.hide, root, old)
        with raises_error(Code.FILM_ACCESS_DIFFERS):
            await merge(services, root, survivor, old)
        assert not (await merge(services, root, survivor, old, survivor)).access.hidden

    async def test_label_changes_only_with_the_permission(
        self, services: Services, films: dict[str, int]
    ) -> None:
        survivor, old = films["Alien"], films["After Midnight"]
        editor = await member(services, FILMS_EDIT)
        with raises_error(Code.FORBIDDEN, permission=FILMS_LABEL):
            await merge(services, editor, survivor, old, old)
        assert (await merge(services, editor, survivor, old, survivor)).access.label is None
