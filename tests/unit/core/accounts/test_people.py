"""People: what others see of an account."""

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


class TestFinding:
    @pytest.mark.parametrize("name", ["Ænna", "ænna", "ÆNNA"])
    async def test_is_without_regard_to_case(self, services: Services, name: str) -> None:
        account, actor = await member(services, "Ænna")
        found = await perform(services, services.people.find, actor, name)
        assert (found.id, found.username) == (account.id, "Ænna")

    @pytest.mark.parametrize(
        "name", ["nobody", "", "a@b.example", "x" * 1000, "a b", "\ud800", "0", "9" * 40, "a/b"]
    )
    async def test_nobody(self, services: Services, name: str) -> None:
        _, actor = await member(services)
        with raises_error(Code.ACCOUNT_UNKNOWN):
            await perform(services, services.people.find, actor, name)

    async def test_members_find_by_id_too_and_nobody_else(self, services: Services) -> None:
        account, actor = await member(services)
        name = str(account.id)
        assert (await perform(services, services.people.find, actor, name)).id == account.id
        with raises_error(Code.ACCOUNT_UNKNOWN):
            await perform(services, services.people.find, await anonymous_actor(services), name)

    async def test_finds_what_they_are_called_now(self, services: Services) -> None:
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


class TestWhatIsSeen:
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

    async def test_avatar_elsewhere_is_shown_to_its_owner_alone(self, services: Services) -> None:
        _, owner = await member(services, "anna", **FIELDS)
        _, other = await member(services)
        addresses = [
            (await perform(services, services.people.find, who, "anna")).avatar_address
            for who in (owner, other, await anonymous_actor(services))
        ]
        assert addresses == [FIELDS["avatar_address"], None, None]

    async def test_others_see_the_username_alone(self, services: Services) -> None:
        account, _ = await member(services, "anna", **FIELDS)
        found = await perform(
            services, services.people.find, await anonymous_actor(services), "anna"
        )
        assert found == Person(account.id, "anna", account.created_at)
        assert found.name == "anna"

    async def test_of_who_is_disabled_nothing(self, services: Services) -> None:
        account, _ = await member(services, "anna")
        _, other = await member(services)
        for at, found in ((1, {}), (None, {account.id: "anna"})):
            async with unit_of_work(services.database) as unit:
                await services.accounts.set_disabled(unit, account.id, at)
            some = await perform(services, services.people.some, other, [account.id])
            assert {each: person.username for each, person in some.items()} == found
            if at is not None:
                with raises_error(Code.ACCOUNT_UNKNOWN):
                    await perform(services, services.people.find, other, "anna")
        assert (await perform(services, services.people.find, other, "anna")).id == account.id

    async def test_some_at_once(self, services: Services) -> None:
        one, actor = await member(services)
        two, _ = await member(services)
        ids = [one.id, two.id, None, one.id, 987654321]
        found = await perform(services, services.people.some, actor, ids)
        assert {each: person.username for each, person in found.items()} == {
            one.id: one.username,
            two.id: two.username,
        }


@pytest.mark.parametrize(
    ("username", "address"),
    [("anna", "anna"), (None, "5"), (".", "5"), ("..", "5"), ("...", "...")],
)
def test_the_address_leads_to_the_person(username: str | None, address: str) -> None:
    assert Person(5, username, 0).address == address


def test_who_has_no_name_at_all() -> None:
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
    async def test_name_that_is_another_accounts_username_tells_which(
        self, services: Services, given_name: str
    ) -> None:
        _, chief = await member(services, "chief")
        account, _ = await member(services, given_name=given_name)
        found = await perform(services, services.people.find, chief, str(account.id))
        assert found.namesake == "chief"
        assert (await perform(services, services.people.some, chief, [account.id]))[
            account.id
        ].namesake == "chief"

    @pytest.mark.parametrize("given_name", ["Chief Anna", "Chieff", "chieI"])
    async def test_other_name_has_no_namesake(self, services: Services, given_name: str) -> None:
        _, chief = await member(services, "chief")
        account, _ = await member(services, given_name=given_name)
        found = await perform(services, services.people.find, chief, str(account.id))
        assert found.namesake is None

    async def test_own_username_is_no_namesake(self, services: Services) -> None:
        account, actor = await member(services, "chief", given_name="Chief")
        assert (await perform(services, services.people.find, actor, "chief")).namesake is None
        assert account.username == "chief"
