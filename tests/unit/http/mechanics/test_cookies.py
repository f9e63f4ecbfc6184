import pytest

from kinoteka.http.mechanics.cookies import (
    device_values,
    has_others,
    remove_session,
    session_tokens,
    set_device,
    set_session,
)


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (b"session_id=abc", ["abc"]),
        (b"theme=dark; session_id=abc; x=y", ["abc"]),
        (b"session_id=abc;theme=dark", ["abc"]),
        (b'session_id="abc"', ["abc"]),
        (b"my_session_id=abc", []),
        (b"session_id=", []),
        (b"theme=dark", []),
        (None, []),
        (b"session_id=; session_id=b; x=y; session_id=a", ["b", "a"]),
        (b"; ".join(b"session_id=%d" % number for number in range(9)), ["0", "1", "2", "3"]),
    ],
)
def test_session_tokens_returns_the_first_four_values_in_order(header, token):
    assert list(session_tokens(header)) == token


@pytest.mark.parametrize("secure", [True, False])
def test_session_cookie_follows_the_rules_of_the_host_prefix(secure):
    for _, value in (
        set_session("abc", seconds=60, secure=secure),
        set_device("abc", seconds=60, secure=secure),
        remove_session(secure=secure),
    ):
        parts = value.decode().split("; ")
        assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= set(parts)
        assert ("Secure" in parts) is secure
        assert not any(part.startswith("Domain") for part in parts)


@pytest.mark.parametrize(
    ("header", "values", "others"),
    [
        (None, (), False),
        (b"", (), False),
        (b"known_device=a.1-2", ("a.1-2",), False),
        (b'session_id=b; known_device="a"; known_device=c', ("a", "c"), True),
        (b"not_known_device=a", (), True),
    ],
)
def test_cookies_of_devices_are_told_from_others(header, values, others):
    assert device_values(header) == values
    assert has_others(header) is others
