"""What a request must pass before its body is read."""

import pytest

from kinoteka.errors import Code
from kinoteka.httpkit.answers import Answer
from kinoteka.httpkit.call import Call
from kinoteka.httpkit.guards import check_host, without_what_is_known
from kinoteka.httpkit.routes import Route
from people import refused
from sent import NEUTRAL

HOST = (b"host", b"films.example")


@pytest.mark.parametrize(
    ("version", "headers", "is_taken"),
    [
        ("1.1", [HOST], True),
        ("1.1", [(b"accept", b"*/*")], False),
        ("1.1", [HOST, HOST], False),
        ("1.0", [], True),
    ],
)
def test_http_1_1_request_names_exactly_one_host(version, headers, is_taken):
    scope = {"http_version": version, "headers": headers}
    if is_taken:
        check_host(scope)
    else:
        with refused(Code.FIELD_INVALID, field="Host"):
            check_host(scope)


@pytest.mark.parametrize(
    ("method", "status", "sent", "expected"),
    [
        ("GET", 200, b"*", 304),
        ("GET", 200, b" * ", 304),
        ("GET", 200, b'"x"', 200),
        ("GET", 404, b"*", 404),
        ("POST", 200, b"*", 200),
    ],
)
def test_if_none_match_of_any_gets_304_where_the_resource_exists(
    services, method, status, sent, expected
):
    call = Call(
        {"headers": [(b"if-none-match", sent)]},
        None,
        services,
        NEUTRAL,
        Route(method, "/", print, ""),
    )
    headers = [(b"etag", b'"x"'), (b"content-type", b"text/plain"), (b"vary", b"cookie")]
    answer = without_what_is_known(call, Answer(status, b"text", headers))
    assert answer.status == expected
    if expected == 304:
        assert (answer.body, answer.headers) == (b"", [headers[0], headers[2]])
