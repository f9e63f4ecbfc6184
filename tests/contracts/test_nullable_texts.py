"""Texts in responses: null only where the contracts say so, because clients parse the others."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from kinoteka.http.mechanics.routes import Contract
from kinoteka.server.app import CONTRACTS

# Fields of an account that may be null in the contracts that have no empty texts for them.
NULLABLE = {
    "filmsite": {"email", "birthday"},
    "account": set(),
    "messenger": set(),
    "authservice": set(),
    "cinema": {"email", "name", "surname"},
}


def nullable_texts(contract: Contract) -> Iterator[str]:
    """Yield the names of the texts that the schemas of the contract's responses allow as null."""
    types = [route.response for route in contract.routes if route.response is not None]
    _, components = msgspec.json.schema_components(types)
    for schema in components.values():
        for name, field in schema.get("properties", {}).items():
            kinds: list[dict[str, Any]] = field.get("anyOf", [])
            if {"type": "null"} in kinds and any(kind.get("type") == "string" for kind in kinds):
                yield name


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_response_texts_are_null_only_where_the_contract_says_so(contract: Contract) -> None:
    assert set(nullable_texts(contract)) == NULLABLE[contract.name]
