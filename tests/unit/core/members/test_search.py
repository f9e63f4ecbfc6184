"""Search accounts by id and by prefixes of usernames, e-mail addresses and names."""

import pytest

from kinoteka.core.members import queries
from kinoteka.core.members.search import search_accounts
from tests.support.accounts import sign_up

MEMBERS = {
    "anna": {"given_name": "Анна", "family_name": "Каренина"},
    "annabel": {"email": "bel@example.com", "given_name": "Annabel", "family_name": "Lee"},
    "joanna": {"email": "Anna@example.com"},
    "lev": {"given_name": "Лев", "family_name": "Толстой"},
    "x100%_": {},
}


@pytest.fixture
async def members(services):
    return {
        name: (await sign_up(services, name, **fields)).account for name, fields in MEMBERS.items()
    }


@pytest.fixture
def search(services, members):
    async def search_usernames(text, limit=50):
        accounts = await services.database.read_in_thread(
            lambda reader: search_accounts(reader, text, limit)
        )
        return [account.username for account in accounts]

    return search_usernames


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
async def test_accounts_match_by_prefix_in_order_of_relevance(search, text, expected):
    assert await search(text) == expected


async def test_id_matches_its_account_first(search, members):
    assert await search(str(members["lev"].id)) == ["lev"]


async def test_limit_bounds_the_result(search):
    assert len(await search("ann", 2)) == 2


def test_every_statement_has_a_limit():
    for name in ("NEWEST", "DISABLED", "BY_ID", "BY_USERNAME", "BY_EMAIL", "BY_NAMES"):
        assert "LIMIT" in getattr(queries, name).compiled("sqlite").sql
