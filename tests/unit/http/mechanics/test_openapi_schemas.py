"""Names of schemas: identifiers, which no two schemas of a document share."""

import re
from dataclasses import replace
from typing import Generic, TypeVar

import msgspec
import pytest

from kinoteka.http.mechanics.openapi_schemas import Schemas, plain_name
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy import default_contract as neutral
from kinoteka.server.api_documents import Documentation
from kinoteka.server.app import CONTRACTS

Inner = TypeVar("Inner")


class Wrapped(msgspec.Struct, Generic[Inner]):
    """Something within something."""

    body: Inner


class Film(msgspec.Struct):
    """A film.

    Its title is what people call it.
    """

    title: str


class Message(msgspec.Struct):
    """An error of the contract's own."""

    message: str


async def handler(request):
    """Stand for a handler."""


def contract(response):
    return neutral.contract(
        "films", "Films", "About films.", (Route("GET", "/", handler, "Films", response=response),)
    )


NEUTRAL = neutral.contract("server", "Server", "Nobody's.", ())


def test_generic_types_have_names_of_words():
    schemas = Schemas(contract(Wrapped[Film]), NEUTRAL, "Films")
    assert set(schemas.components) == {"FilmsWrappedOfFilm", "FilmsFilm", "FilmsMessage"}
    assert schemas.of(Wrapped[Film]) == {"$ref": "#/components/schemas/FilmsWrappedOfFilm"}
    inner = schemas.components["FilmsWrappedOfFilm"]["properties"]["body"]
    assert inner == {"$ref": "#/components/schemas/FilmsFilm"}


def test_descriptions_are_not_indented():
    schemas = Schemas(contract(Film), NEUTRAL, "")
    description = schemas.components["Film"]["description"]
    assert description == "A film.\n\nIts title is what people call it."


def test_neutral_error_differs_from_the_contract_s():
    schemas = Schemas(replace(contract(list[Film]), error_schema=Message), NEUTRAL, "")
    assert set(schemas.components) == {"Film", "Message", "ServerMessage"}
    assert schemas.of(NEUTRAL.error_schema) == {"$ref": "#/components/schemas/ServerMessage"}
    assert schemas.of(list[Film])["items"] == {"$ref": "#/components/schemas/Film"}


@pytest.mark.parametrize(
    ("name", "plain"),
    [("Film", "Film"), ("Body_Film_", "BodyOfFilm"), ("some.module.Film", "Film")],
)
def test_plain_name_is_an_identifier(name, plain):
    assert plain_name(name) == plain


@pytest.mark.parametrize("name", [None, *(each.name for each in CONTRACTS)])
def test_titles_of_a_document_are_unique_identifiers(name):
    components = Documentation(CONTRACTS).document(name)["components"]["schemas"]
    titles = [schema["title"] for schema in components.values()]
    assert titles == list(components)
    assert len({title.casefold() for title in titles}) == len(titles)
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*", title) for title in titles)
