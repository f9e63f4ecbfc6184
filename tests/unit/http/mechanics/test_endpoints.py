"""What a path and method lead to."""

import msgspec
import pytest

from kinoteka.errors import Code
from kinoteka.http.mechanics.endpoints import (
    Endpoint,
    EndpointsByKey,
    NegotiatedEndpoints,
    default_endpoint,
    replay,
)
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy import default_contract as neutral
from tests.support.errors import raises_error

CONTRACT = neutral.contract("tests", "Tests", "", ())


def endpoint(path: str) -> Endpoint:
    return Endpoint(CONTRACT, Route("GET", path, lambda: None, ""))


A, B = endpoint("/a"), endpoint("/b")
EITHER = EndpointsByKey({"a": A, "b": B}, default=B)


def test_key_of_the_body_chooses_the_contract():
    assert EITHER.choose(msgspec.json.encode({"a": 1, "c": 2})) is A


@pytest.mark.parametrize("body", [{}, {"a": 1, "b": 2}])
def test_neither_or_both_are_refused(body):
    with raises_error(Code.FIELD_INVALID, field="a or b"):
        EITHER.choose(msgspec.json.encode(body))


@pytest.mark.parametrize(
    ("target", "first"), [(A, A), (EITHER, B), (NegotiatedEndpoints(page=A, api=B), B)]
)
def test_default_endpoint_belongs_to_the_contract_of_the_path(target, first):
    assert default_endpoint({"GET": target}) is first


async def test_replayed_body_can_be_read_again():
    receive = replay(b"body")
    assert (await receive())["body"] == (await receive())["body"] == b"body"
