"""What browsers send of forms, read into Structs."""

from typing import Annotated

import msgspec
import pytest

from kinoteka.errors import Code
from kinoteka.http.mechanics.forms import URLENCODED, from_pairs, read_form, read_json_or_form
from kinoteka.http.mechanics.request import Request
from tests.support.asgi_requests import ASGIRequest
from tests.support.errors import raises_error

LIMIT = 256 * 1024


class Sent(msgspec.Struct):
    title: str = "?"
    year: Annotated[int, msgspec.Meta(ge=1)] | None = None
    public: bool = False
    roles: list[str] = []
    note: str | None = None


def sent_request(body: bytes, content_type: str = URLENCODED) -> Request:
    return ASGIRequest(body, content_type=content_type).request()


async def test_fields_become_their_types():
    body = b"title=%D0%91%D1%80%D0%B0%D1%82&year=1997&public=true&roles=a&roles=b&other=x"
    assert await read_form(sent_request(body), Sent, LIMIT) == Sent("Брат", 1997, True, ["a", "b"])


class Flat(msgspec.Struct):
    login: str
    age: int = 0
    roles: list[str] = []


class TestJsonOrForm:
    @pytest.mark.parametrize(
        "body",
        [b"login=anna+k&age=7&other=x", b"\xef\xbb\xbflogin=anna%20k&age=7"],
    )
    async def test_form_stands_for_a_json_object(self, body):
        assert await read_json_or_form(sent_request(body), Flat, LIMIT) == Flat("anna k", 7)

    @pytest.mark.parametrize("content_type", [URLENCODED, "application/json", "text/plain"])
    async def test_json_is_read_whatever_it_is_called(self, content_type):
        body = b'{"login": "anna", "age": 7}'
        assert await read_json_or_form(sent_request(body, content_type), Flat, LIMIT) == Flat(
            "anna", 7
        )

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
    async def test_wrong_field_is_named(self, body, field):
        with raises_error(Code.FIELD_INVALID, field=field):
            await read_json_or_form(sent_request(body), Flat, LIMIT)

    async def test_form_that_is_not_utf_8_is_rejected(self):
        with raises_error(Code.BODY_MALFORMED):
            await read_json_or_form(sent_request(b"login=%ff"), Flat, LIMIT)

    async def test_empty_body_may_be_left_out(self):
        assert await read_json_or_form(sent_request(b""), Flat, LIMIT, required=False) is None


def test_blank_field_is_absent_unless_it_is_a_text():
    pairs = [("title", ""), ("year", " "), ("public", ""), ("note", "")]
    assert from_pairs(pairs, Sent) == Sent(title="", note="")


def test_last_value_of_a_repeated_field_is_used():
    assert from_pairs([("title", "a"), ("title", "b")], Sent).title == "b"


@pytest.mark.parametrize(("name", "value"), [("year", "0"), ("year", "x"), ("public", "maybe")])
def test_invalid_value_names_its_field(name, value):
    with raises_error(Code.FIELD_INVALID, field=name):
        from_pairs([(name, value)], Sent)


async def test_empty_body_is_a_form_without_fields():
    assert await read_form(sent_request(b"", ""), Sent, LIMIT) == Sent()


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
async def test_anything_else_is_malformed(body, content_type):
    with raises_error(Code.BODY_MALFORMED):
        await read_form(sent_request(body, content_type), Sent, LIMIT)


async def test_no_more_is_read_than_may_be_sent():
    with raises_error(Code.BODY_TOO_LARGE):
        await read_form(sent_request(b"title=" + b"a" * 4_000_000), Sent, LIMIT)
