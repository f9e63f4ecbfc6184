"""What a route says about itself in a document."""

from typing import Annotated

import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from kinoteka.errors import Code
from kinoteka.http.mechanics.openapi_operations import Context, describe, implied_errors
from kinoteka.http.mechanics.openapi_schemas import Schemas
from kinoteka.http.mechanics.routes import Route, Upload
from kinoteka.http.policy import default_contract as neutral
from kinoteka.http.policy.error_responses import error_response

NOBODY = neutral.contract("server", "Server", "Nobody's.", ())


class Body(msgspec.Struct):
    """What is sent."""

    title: str
    year: int | UnsetType = UNSET


class Query(msgspec.Struct):
    """What is asked."""

    q: str
    page: Annotated[int, Meta(ge=1)] = 1
    genre: Annotated[int, Meta(ge=1)] | None = None


async def handler(request):
    """Stand for a handler."""


def context(contract):
    return Context(contract, NOBODY, Schemas(contract, NOBODY, ""), error_response)


def described(method="GET", path="/films", **options):
    route = Route(method, path, handler, "Films", **options)
    contract = neutral.contract("films", "Films", "About films.", (route,))
    return describe(context(contract), route)


def operation(*arguments, **options):
    return described(*arguments, **options).operation


def test_is_named_after_contract_and_handler():
    assert operation()["operationId"] == "films_handler"
    assert operation()["tags"] == ["films"]


def test_paths_and_their_parameters():
    found = described(path="/users/{id}/roles/{name:text}/")
    assert found.path == "/users/{id}/roles/{name}/"
    assert found.shape == "/users/{}/roles/{}"
    number, text = found.operation["parameters"]
    assert (number["name"], number["schema"]["type"]) == ("id", "integer")
    assert (text["name"], text["schema"]["type"]) == ("name", "string")
    assert number["in"] == text["in"] == "path"
    assert number["required"]
    assert text["required"]
    assert "404" in found.operation["responses"]


def test_method_that_the_text_route_lacks_is_documented_as_405():
    by_id = Route("PUT", "/users/{id}", handler, "Change")
    by_name = Route("GET", "/users/{name:text}", handler, "Search")
    users = neutral.contract("users", "Users", "About users.", (by_id, by_name))
    described_users = context(users)

    def declared(route):
        return describe(described_users, route).operation["responses"]

    assert "405" in declared(by_id)
    assert "405" not in declared(by_name)


def test_query_parameters():
    q, page, genre = operation(query=Query)["parameters"]
    assert q == {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}
    assert page["schema"] == {"type": "integer", "minimum": 1, "default": 1}
    assert genre["schema"] == {"type": "integer", "minimum": 1}
    assert not page["required"]


@pytest.mark.parametrize("required", [True, False])
def test_json_bodies(required):
    example = {"title": "Stalker"}
    body = operation("POST", body=Body, body_required=required, example=example)["requestBody"]
    assert body["required"] is required
    assert body["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/Body"}, "example": example}
    }


def test_uploads():
    content = operation("PUT", upload=Upload("avatar", 100))["requestBody"]["content"]
    schema = content["multipart/form-data"]["schema"]
    assert schema["required"] == ["avatar"]
    assert schema["properties"]["avatar"]["format"] == "binary"


def test_answers():
    example = [{"title": "Stalker"}]
    response = operation(response=list[Body], status=201, example=example)["responses"]["201"]
    assert response["content"]["application/json"] == {
        "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Body"}},
        "example": example,
    }
    assert "content" not in operation(status=204)["responses"]["204"]
    pictures = operation(media_type="image/png, image/jpeg")["responses"]["200"]["content"]
    assert set(pictures) == {"image/png", "image/jpeg"}


def test_headers_of_answers():
    headers = {"X-Total-Count": "How many.", "Link": ""}
    found = operation(response=Body, headers=headers)["responses"]["200"]["headers"]
    assert found["x-total-count"] == {"description": "How many.", "schema": {"type": "integer"}}
    assert found["link"]["schema"] == {"type": "string"}


@pytest.mark.parametrize("options", [{"cached": ("catalogue",)}, {"headers": {"etag": ""}}])
def test_route_with_an_etag_documents_304(options):
    responses = operation(response=Body, **options)["responses"]
    assert "304" in responses
    assert "etag" in responses["200"]["headers"]


@pytest.mark.parametrize(
    ("options", "security"),
    [
        ({}, [{}, {"cookie": []}, {"bearer": []}]),
        ({"signed_in": True}, [{"cookie": []}, {"bearer": []}]),
        ({"permission": "roles.manage"}, [{"cookie": []}, {"bearer": []}]),
        ({"begins_session": True}, []),
        ({"identity": "none"}, []),
    ],
)
def test_security_schemes_follow_the_route(options, security):
    assert operation(**options)["security"] == security


def test_required_permission_is_documented():
    found = operation(permission="roles.manage", description="Every one.")
    assert found["description"] == "Every one. Needs the permission `roles.manage`."


READING = {"body_compressed", "body_malformed", "body_too_large", "field_invalid"}


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ({}, set()),
        ({"signed_in": True}, {"unauthorized"}),
        ({"permission": "a.b"}, {"unauthorized", "forbidden"}),
        ({"query": Query}, {"field_invalid"}),
        ({"method": "POST", "body": Body}, {*READING, "cross_origin", "disk_full"}),
        (
            {"method": "PUT", "upload": Upload("avatar", 1), "csrf": True},
            {
                "body_compressed",
                "upload_missing",
                "upload_too_large",
                "csrf_missing",
                "csrf_wrong",
                "cross_origin",
                "disk_full",
            },
        ),
        ({"changes": True, "ends_session": True}, {"cross_origin", "disk_full", "prefetched"}),
    ],
)
def test_errors_that_a_route_implies(options, codes):
    route = Route(options.pop("method", "GET"), "/films", handler, "Films", **options)
    assert {code.value for code in implied_errors(route)} == codes | {"busy", "internal"}


def test_refusals_are_real_ones():
    found = operation("POST", body=Body, errors=(Code.EMAIL_TAKEN, Code.ROLE_TAKEN))["responses"]
    taken = found["409"]
    assert taken["description"] == "Email taken, role taken"
    content = taken["content"]["application/json"]
    assert content["schema"] == {"$ref": "#/components/schemas/Message"}
    assert content["examples"]["email_taken"] == {
        "value": {"message": "a user with this email already exists"}
    }
    invalid = found["400"]["content"]["application/json"]["examples"]["field_invalid"]
    assert invalid == {"value": {"message": "title: is missing"}}


def test_wait_is_described_as_a_header():
    found = operation("POST", errors=(Code.THROTTLED,))["responses"]
    for status in ("429", "503"):
        assert found[status]["headers"]["retry-after"]["schema"] == {"type": "integer"}
    assert "headers" not in found["403"]
