"""Schemas of everything that a contract's routes take and answer, under names of their own.

Generators of clients name their types after these names and titles, so both are identifiers, and
no two schemas of a document share one.
"""

import re
from collections.abc import Iterable
from inspect import cleandoc
from typing import Any

import msgspec

from kinoteka.http.mechanics.routes import Contract

Json = dict[str, Any]
REFERENCE = "#/components/schemas/"
GENERIC = re.compile(r"(\w+)_(\w+)_")
"""How msgspec names a generic with its argument: `Body_Profile_` for `Body[Profile]`."""


class Schemas:
    """The schemas of one contract; `prefix` begins all names but that of the fallback error."""

    def __init__(self, contract: Contract, fallback: Contract, prefix: str) -> None:
        types = list(dict.fromkeys(_types(contract, fallback)))
        references, components = msgspec.json.schema_components(
            types, ref_template=f"{REFERENCE}{{name}}"
        )
        self._references = dict(zip(types, references, strict=True))
        names = {name: prefix + plain_name(name) for name in components}
        if fallback.error_schema is not contract.error_schema:
            shared = self._references[fallback.error_schema]["$ref"].removeprefix(REFERENCE)
            names[shared] = f"Server{plain_name(shared)}"
        queries = {
            each: self._references[each]["$ref"].removeprefix(REFERENCE)
            for each in _queries(contract)
        }
        self._queries = {each: components[name] for each, name in queries.items()}
        self._references = {each: _renamed(it, names) for each, it in self._references.items()}
        self.components: Json = {
            names[name]: {
                **_renamed(schema, names),
                "title": names[name],
                "description": cleandoc(schema.get("description", "")),
            }
            for name, schema in components.items()
            if name not in queries.values()
        }

    def of(self, shape: Any) -> Json:
        """A reference to the schema of a shape."""
        return dict(self._references[shape])

    def query(self, shape: Any) -> Json:
        """The schema of a query, an object with a property for each parameter."""
        schema: Json = self._queries[shape]
        return schema


def plain_name(name: str) -> str:
    """Return the name of a schema as an identifier without its module."""
    generic = GENERIC.fullmatch(name)
    if generic is not None:
        return f"{generic[1]}Of{generic[2]}"
    return name.rpartition(".")[2]


def _types(contract: Contract, fallback: Contract) -> Iterable[Any]:
    yield from (contract.error_schema, fallback.error_schema)
    for route in contract.routes:
        yield from (t for t in (route.body, route.query, route.response) if t is not None)


def _queries(contract: Contract) -> Iterable[Any]:
    return (route.query for route in contract.routes if route.query is not None)


def _renamed(schema: Any, names: dict[str, str]) -> Any:
    """Return the schema with its references to the new names."""
    if isinstance(schema, list):
        return [_renamed(each, names) for each in schema]
    if not isinstance(schema, dict):
        return schema
    renamed = {key: _renamed(value, names) for key, value in schema.items()}
    if isinstance(reference := schema.get("$ref"), str):
        renamed["$ref"] = REFERENCE + names[reference.removeprefix(REFERENCE)]
    return renamed
