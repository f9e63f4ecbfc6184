"""By what operators find accounts."""

import pytest

from kinoteka.core.members import queries
from kinoteka.core.members.search import find
from tests.support.accounts import sign_up

PEOPLE = {
    "anna": {"given_name": "Анна", "family_name": "Каренина"},
    "annabel": {"email": "bel@example.com", "given_name": "Annabel", "family_name": "Lee"},
    "joanna": {"email": "Anna@example.com"},
    "lev": {"given_name": "Лев", "family_name": "Толстой"},
    "x100%_": {},
}


@pytest.fixture
async def people(services):
    return {
        name: (await sign_up(services, name, **given)).account for name, given in PEOPLE.items()
    }


@pytest.fixture
def found(services, people):
    async def search(text, most=50):
        accounts = await services.database.read_in_thread(lambda reader: find(reader, text, most))
        return [account.username for account in accounts]

    return search


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann", ["anna", "annabel", "joanna"]),
        ("ANNA", ["anna", "annabel", "joanna"]),
        ("bel@", ["annabel"]),
        ("Bel@Example.com", ["annabel"]),
        ("Анн", ["anna"]),
        ("анн", ["anna"]),
        ("каренина", ["anna"]),
        ("анна кар", ["anna"]),
        ("Толстой Лев", ["lev"]),
        ("lev lee", []),
        ("lee", ["annabel"]),
        ("x100%", ["x100%_"]),
        ("100", []),
        ("%", []),
        ("9999999999999999999", []),
        ("\U0010ffff", []),
    ],
)
async def test_accounts_are_found_by_how_something_of_them_begins(found, text, expected):
    assert await found(text) == expected


async def test_an_id_finds_its_account_first(found, people):
    assert await found(str(people["lev"].id)) == ["lev"]


async def test_no_more_than_wanted(found):
    assert len(await found("ann", 2)) == 2


def test_every_statement_is_bounded():
    for name in ("NEWEST", "DISABLED", "BY_ID", "BY_USERNAME", "BY_EMAIL", "BY_NAMES"):
        assert "LIMIT" in getattr(queries, name).compiled("sqlite").sql
