"""What browsers send of forms, read into Structs."""

from typing import Annotated

import msgspec
import pytest

from kinoteka.errors import Code
from kinoteka.http.mechanics.forms import URLENCODED, from_pairs, read_form, read_json_or_form
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy import default_contract as neutral
from kinoteka.http.policy.request import Request
from tests.support.errors import raises_error


class Sent(msgspec.Struct):
    title: str = "?"
    year: Annotated[int, msgspec.Meta(ge=1)] | None = None
    public: bool = False
    roles: list[str] = []
    note: str | None = None


@pytest.fixture
def sent_request(services):
    def make(body: bytes, content_type: str = URLENCODED) -> Request:
        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        headers = [(b"content-type", content_type.encode())]
        scope = {"type": "http", "headers": headers, "query_string": b"", "scheme": "http"}
        route = Route("POST", "/", lambda: None, "")
        contract = neutral.contract("tests", "", "", ())
        return Request(scope, receive, services, contract, route)

    return make


async def test_fields_become_their_types(sent_request):
    body = b"title=%D0%91%D1%80%D0%B0%D1%82&year=1997&public=true&roles=a&roles=b&other=x"
    assert await read_form(sent_request(body), Sent) == Sent("Брат", 1997, True, ["a", "b"])


class Flat(msgspec.Struct):
    login: str
    age: int = 0
    roles: list[str] = []


class TestJsonOrForm:
    @pytest.mark.parametrize(
        "body",
        [b"login=anna+k&age=7&other=x", b"\xef\xbb\xbflogin=anna%20k&age=7"],
    )
    async def test_form_stands_for_a_json_object(self, sent_request, body):
        assert await read_json_or_form(sent_request(body), Flat) == Flat("anna k", 7)

    @pytest.mark.parametrize("content_type", [URLENCODED, "application/json", "text/plain"])
    async def test_json_is_read_whatever_it_is_called(self, sent_request, content_type):
        sent = sent_request(b'{"login": "anna", "age": 7}', content_type)
        assert await read_json_or_form(sent, Flat) == Flat("anna", 7)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (b"login=a&login=b", "login"),
            (b"login=a&x=1&x=2", "x"),
            (b"age=7", "login"),
            (b"login=a&age=old", "age"),
            (b"login=a&roles=b", "roles"),
            (b"", "login"),
        ],
    )
    async def test_wrong_field_is_named(self, sent_request, body, field):
        with raises_error(Code.FIELD_INVALID, field=field):
            await read_json_or_form(sent_request(body), Flat)

    async def test_form_that_is_not_utf_8_is_rejected(self, sent_request):
        with raises_error(Code.BODY_MALFORMED):
            await read_json_or_form(sent_request(b"login=%ff"), Flat)

    async def test_empty_body_may_be_left_out(self, sent_request):
        assert await read_json_or_form(sent_request(b""), Flat, required=False) is None


def test_a_blank_field_is_absent_unless_it_is_a_text():
    pairs = [("title", ""), ("year", " "), ("public", ""), ("note", "")]
    assert from_pairs(pairs, Sent) == Sent(title="", note="")


def test_of_a_repeated_field_the_last_counts():
    assert from_pairs([("title", "a"), ("title", "b")], Sent).title == "b"


@pytest.mark.parametrize(("name", "value"), [("year", "0"), ("year", "x"), ("public", "maybe")])
def test_what_cannot_be_read_names_its_field(name, value):
    with raises_error(Code.FIELD_INVALID, field=name):
        from_pairs([(name, value)], Sent)


async def test_an_empty_body_is_a_form_of_no_fields(sent_request):
    assert await read_form(sent_request(b"", ""), Sent) == Sent()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"title": "a"}', "application/json"),
        (b"title=a", "text/plain"),
        (b"title=%ff", URLENCODED),
        (b"title=\xff", URLENCODED),
        (b"&".join([b"a=1"] * 1001), URLENCODED),
    ],
)
async def test_anything_else_is_malformed(sent_request, body, content_type):
    with raises_error(Code.BODY_MALFORMED):
        await read_form(sent_request(body, content_type), Sent)


async def test_no_more_is_read_than_may_be_sent(sent_request):
    with raises_error(Code.BODY_TOO_LARGE):
        await read_form(sent_request(b"title=" + b"a" * 4_000_000), Sent)
