"""Strings in responses are null only where a contract allows it, because clients parse them."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from kinoteka.http.mechanics.routes import Contract
from kinoteka.server.app import CONTRACTS

# Account fields that may be null, because the contract has no empty strings for them.
NULLABLE = {
    "filmsite": {"email", "birthday"},
    "account": set(),
    "messenger": set(),
    "authservice": set(),
    "cinema": {"email", "name", "surname"},
}


def nullable_strings(contract: Contract) -> Iterator[str]:
    """Yield the names of strings that may be null in a contract's responses."""
    types = [route.response for route in contract.routes if route.response is not None]
    _, components = msgspec.json.schema_components(types)
    for schema in components.values():
        for name, field in schema.get("properties", {}).items():
            kinds: list[dict[str, Any]] = field.get("anyOf", [])
            if {"type": "null"} in kinds and any(kind.get("type") == "string" for kind in kinds):
                yield name


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_response_strings_are_null_only_where_the_contract_allows_it(contract: Contract) -> None:
    assert set(nullable_strings(contract)) == NULLABLE[contract.name]
