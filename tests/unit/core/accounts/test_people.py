"""People: the public profiles of accounts."""

import pytest

from kinoteka.core.accounts.model import Person
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import actor_by_token, anonymous_actor, perform, sign_up
from tests.support.errors import raises_error


async def member(services, username=None, **fields):
    started = await sign_up(services, username, **fields)
    return started.account, await actor_by_token(services, started.token)


class TestFind:
    @pytest.mark.parametrize("name", ["Ænna", "ænna", "ÆNNA"])
    async def test_username_is_found_ignoring_case(self, services: Services, name: str) -> None:
        account, actor = await member(services, "Ænna")
        found = await perform(services, services.people.find, actor, name)
        assert (found.id, found.username) == (account.id, "Ænna")

    @pytest.mark.parametrize(
        "name", ["nobody", "", "a@b.example", "x" * 1000, "a b", "\ud800", "0", "9" * 40, "a/b"]
    )
    async def test_unknown_name_is_not_found(self, services: Services, name: str) -> None:
        _, actor = await member(services)
        with raises_error(Code.ACCOUNT_UNKNOWN):
            await perform(services, services.people.find, actor, name)

    async def test_id_is_found_by_members_only(self, services: Services) -> None:
        account, actor = await member(services)
        name = str(account.id)
        assert (await perform(services, services.people.find, actor, name)).id == account.id
        with raises_error(Code.ACCOUNT_UNKNOWN):
            await perform(services, services.people.find, await anonymous_actor(services), name)

    async def test_renamed_account_is_found_under_its_new_username_only(
        self, services: Services
    ) -> None:
        account, actor = await member(services, "before")
        async with unit_of_work(services.database) as unit:
            await services.accounts.change_login(actor, unit, account.id, "after")
        assert (await perform(services, services.people.find, actor, "After")).username == "after"
        with raises_error(Code.ACCOUNT_UNKNOWN):
            await perform(services, services.people.find, actor, "before")


FIELDS = {
    "given_name": "Anna",
    "family_name": "Petrova",
    "status": "at the pictures",
    "email": "anna@example.com",
    "birthday": "2001-04-06",
    "phone": "+7 900",
    "avatar_address": "https://pictures.example/anna.jpg",
}


class TestVisibleFields:
    async def test_members_see_names_and_picture(self, services: Services) -> None:
        account, _ = await member(services, "anna", **FIELDS)
        _, other = await member(services)
        found = await perform(services, services.people.find, other, "anna")
        assert found == Person(
            account.id,
            "anna",
            account.created_at,
            "Anna",
            "Petrova",
            "at the pictures",
        )
        assert found.name == "Anna Petrova"

    async def test_external_avatar_is_visible_to_its_owner_only(self, services: Services) -> None:
        _, owner = await member(services, "anna", **FIELDS)
        _, other = await member(services)
        addresses = [
            (await perform(services, services.people.find, actor, "anna")).avatar_address
            for actor in (owner, other, await anonymous_actor(services))
        ]
        assert addresses == [FIELDS["avatar_address"], None, None]

    async def test_anonymous_visitors_see_the_username_only(self, services: Services) -> None:
        account, _ = await member(services, "anna", **FIELDS)
        found = await perform(
            services, services.people.find, await anonymous_actor(services), "anna"
        )
        assert found == Person(account.id, "anna", account.created_at)
        assert found.name == "anna"

    async def test_disabled_account_is_not_found(self, services: Services) -> None:
        account, _ = await member(services, "anna")
        _, other = await member(services)
        for at, expected in ((1, {}), (None, {account.id: "anna"})):
            async with unit_of_work(services.database) as unit:
                await services.accounts.set_disabled(unit, account.id, at)
            found = await perform(services, services.people.find_many, other, [account.id])
            assert {each: person.username for each, person in found.items()} == expected
            if at is not None:
                with raises_error(Code.ACCOUNT_UNKNOWN):
                    await perform(services, services.people.find, other, "anna")
        assert (await perform(services, services.people.find, other, "anna")).id == account.id

    async def test_find_many_skips_unknown_ids(self, services: Services) -> None:
        one, actor = await member(services)
        two, _ = await member(services)
        ids = [one.id, two.id, None, one.id, 987654321]
        found = await perform(services, services.people.find_many, actor, ids)
        assert {each: person.username for each, person in found.items()} == {
            one.id: one.username,
            two.id: two.username,
        }


@pytest.mark.parametrize(
    ("username", "address"),
    [("anna", "anna"), (None, "5"), (".", "5"), ("..", "5"), ("...", "...")],
)
def test_address_is_the_username_unless_it_is_a_path_segment_of_dots(
    username: str | None, address: str
) -> None:
    assert Person(5, username, 0).address == address


def test_name_is_none_without_any_name() -> None:
    assert Person(5, None, 0).name is None
    assert Person(5, None, 0, "", "Petrova").name == "Petrova"


class TestNamesakes:
    @pytest.mark.parametrize(
        "given_name",
        [
            "Chief",
            "cHIEF",
            "Сhief",
            "Сhіеf",
            "ch\u200bief",
            "chief\u00a0\u2060",
            "chief\u3164",
            "\u2800chief",
            "chi\u200aef",
            "chief\ufe0f",
            "\uff43\uff48\uff49\uff45\uff46",
        ],
    )
    async def test_name_that_looks_like_another_username_has_a_namesake(
        self, services: Services, given_name: str
    ) -> None:
        _, chief = await member(services, "chief")
        account, _ = await member(services, given_name=given_name)
        found = await perform(services, services.people.find, chief, str(account.id))
        assert found.namesake == "chief"
        assert (await perform(services, services.people.find_many, chief, [account.id]))[
            account.id
        ].namesake == "chief"

    @pytest.mark.parametrize("given_name", ["Chief Anna", "Chieff", "chieI"])
    async def test_other_name_has_no_namesake(self, services: Services, given_name: str) -> None:
        _, chief = await member(services, "chief")
        account, _ = await member(services, given_name=given_name)
        found = await perform(services, services.people.find, chief, str(account.id))
        assert found.namesake is None

    async def test_own_username_is_not_a_namesake(self, services: Services) -> None:
        account, actor = await member(services, "chief", given_name="Chief")
        assert (await perform(services, services.people.find, actor, "chief")).namesake is None
        assert account.username == "chief"
