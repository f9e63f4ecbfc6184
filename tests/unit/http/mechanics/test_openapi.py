"""Documents of a small contract of its own, where every part can be told."""

import msgspec
from openapi_spec_validator import validate

from kinoteka.errors import Code
from kinoteka.http.mechanics.openapi import document
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy import default_contract as neutral
from kinoteka.http.policy.error_responses import error_response

NOBODY = neutral.contract("server", "Server", "Nobody's.", ())


class ByNumber(msgspec.Struct):
    """One."""

    id: int


class ByName(msgspec.Struct):
    """Another."""

    name: str


async def one(request):
    """Stand for a handler."""


async def other(request):
    """Stand for another handler."""


def contract(name, *routes):
    return neutral.contract(name, name.title(), f"About {name}.", routes)


def made(*contracts):
    found = document(
        contracts, NOBODY, error_response, title="Title", description="About.", version="1.2"
    )
    validate(found)
    return found


def test_says_what_it_is_about():
    found = made(contract("films", Route("GET", "/films/", one, "Films", response=ByName)))
    assert found["openapi"] == "3.1.0"
    assert found["info"] == {"title": "Title", "description": "About.", "version": "1.2"}
    assert found["tags"] == [{"name": "films", "description": "About films."}]
    assert list(found["paths"]) == ["/films/"]
    assert set(found["components"]["securitySchemes"]) == {"cookie", "bearer"}


def test_schemas_of_several_contracts_are_told_apart():
    route = Route("GET", "/films", one, "Films", response=ByName)
    alone = made(contract("films", route))
    assert set(alone["components"]["schemas"]) == {"ByName", "Message"}
    both = made(contract("films", route), contract("chats", Route("GET", "/chats", one, "Chats")))
    assert set(both["components"]["schemas"]) == {"FilmsByName", "FilmsMessage", "ChatsMessage"}


def test_one_path_told_apart_by_its_body_is_one_operation():
    films = contract(
        "films", Route("POST", "/in", one, "In by id", body=ByNumber, response=ByNumber)
    )
    chats = contract("chats", Route("POST", "/in/", one, "In by name", body=ByName, status=201))
    found = made(films, chats)
    assert list(found["paths"]) == ["/in"]
    operation = found["paths"]["/in"]["post"]
    assert operation["operationId"] == "films_one_or_chats_one"
    assert operation["tags"] == ["films", "chats"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {
        "oneOf": [
            {"$ref": "#/components/schemas/FilmsByNumber"},
            {"$ref": "#/components/schemas/ChatsByName"},
        ]
    }
    assert {"200", "201", "400", "500"} <= set(operation["responses"])


def test_one_path_told_apart_by_its_last_part_is_one_operation():
    found = made(
        contract(
            "users",
            Route("GET", "/users/{id}", one, "By id", response=ByNumber),
            Route("GET", "/users/{name:text}", other, "By name", response=ByName),
            Route("PUT", "/users/{name:text}", other, "By name", response=ByName),
        )
    )
    assert list(found["paths"]) == ["/users/{id}"]
    assert set(found["paths"]["/users/{id}"]) == {"get", "put"}
    operation = found["paths"]["/users/{id}"]["get"]
    (parameter,) = operation["parameters"]
    assert (parameter["name"], len(parameter["schema"]["anyOf"])) == ("id", 2)
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {
        "anyOf": [
            {"$ref": "#/components/schemas/ByNumber"},
            {"$ref": "#/components/schemas/ByName"},
        ]
    }


def test_three_can_share_a_path():
    def by_body(name):
        return contract(name, Route("POST", "/in", one, "In", body=ByNumber, response=ByNumber))

    operation = made(*map(by_body, ("a", "b", "c")))["paths"]["/in"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert len(schema["oneOf"]) == 3


def test_sockets_are_told_in_prose():
    socket = Route(
        "WEBSOCKET", "/live", one, "What happens", response=ByName, description="At once."
    )
    found = made(contract("chats", socket, Route("GET", "/chats", other, "Chats")))
    assert list(found["paths"]) == ["/chats"]
    assert (
        "`/live`: What happens. At once. Sends JSON of the shape `ByName`."
        in (found["info"]["description"])
    )


def test_examples_of_both_are_kept():
    def by(name, code):
        route = Route("POST", "/in", one, "In", body=ByNumber, errors=(code,))
        return contract(name, route)

    operation = made(by("a", Code.EMAIL_INVALID), by("b", Code.USERNAME_INVALID))["paths"]["/in"]
    examples = operation["post"]["responses"]["400"]["content"]["application/json"]["examples"]
    assert {"email_invalid", "username_invalid", "body_malformed"} <= set(examples)
