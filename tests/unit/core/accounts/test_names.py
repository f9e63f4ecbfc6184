from datetime import UTC, datetime, timedelta

import pytest

from kinoteka.core.accounts import names
from kinoteka.errors import Code
from tests.support.errors import raises_error

TODAY = datetime.now(UTC).date()


@pytest.mark.parametrize(
    ("username", "key"),
    [
        ("Anna", "anna"),
        ("АННА", "анна"),
        ("e\u0301lan", "élan"),
        ("ＡＢ", "ab"),
        ("Straße", "straße"),
        ("o'hara_1-2.3", "o'hara_1-2.3"),
        ("x" * 64, "x" * 64),
    ],
)
def test_username_key_follows_rfc_8265(username, key):
    assert names.username_key(username) == key


@pytest.mark.parametrize(
    ("username", "reason"),
    [
        ("", "length"),
        ("x" * 65, "length"),
        ("12345", "digits"),
        ("１２", "digits"),
        ("٣", "digits"),
        ("an@na", "characters"),
        ("an＠na", "characters"),
        ("an/na", "characters"),
        ("two words", "characters"),
        ("nul\x00", "characters"),
        ("\ud800", "characters"),
        ("zero\u200bwidth", "characters"),
        ("☃", "characters"),
    ],
)
def test_invalid_username_is_rejected(username, reason):
    with raises_error(Code.USERNAME_INVALID, reason=reason):
        names.username_key(username)


@pytest.mark.parametrize(
    ("username", "reason"),
    [
        (".", "dots"),
        ("..", "dots"),
        ("rооt", "scripts"),
        ("ivan-иван", "scripts"),
        ("ＡＢ", "scripts"),
        ("12345", "digits"),
        ("an\u202ena", "characters"),
    ],
)
def test_new_username_is_rejected(username, reason):
    with raises_error(Code.USERNAME_INVALID, reason=reason):
        names.validate_username(username)


@pytest.mark.parametrize("username", ["Anna", "иван", "田中tanaka", "...", "a.b"])
def test_new_username_is_accepted(username):
    assert names.validate_username(username) == names.username_key(username)


@pytest.mark.parametrize("username", [".", "..", "rооt"])
def test_username_older_than_the_rules_can_sign_in(username):
    assert names.sign_in_key(username) == ("username_key", username)


@pytest.mark.parametrize(
    ("email", "displayed", "key"),
    [
        ("Anna@Example.COM", "Anna@example.com", "anna@example.com"),
        ("a+b@example.test", "a+b@example.test", "a+b@example.test"),
        ("почта@пример.рф", "почта@пример.рф", "почта@xn--e1afmkfd.xn--p1ai"),
        ("x@straße.example", "x@straße.example", "x@xn--strae-oqa.example"),
    ],
)
def test_email_key_ignores_case_and_encodes_the_domain(email, displayed, key):
    assert (names.normalize_email(email), names.email_key(email)) == (displayed, key)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "@",
        "a@",
        "@b.example",
        "a b@example.com",
        "a@b",
        "a@b@c.example",
        "a\x00@b.example",
        "\ud800@b.example",
        f"a@{'b.' * 150}example",
        "x" * 250_000 + "@b.example",
        "a" + "\u0301\u0316" * 100 + "@b.example",
    ],
)
def test_malformed_email_is_rejected(email):
    with raises_error(Code.EMAIL_INVALID):
        names.normalize_email(email)


@pytest.mark.parametrize(
    ("identifier", "key"),
    [
        ("Anna", ("username_key", "anna")),
        ("Anna@Example.com", ("email_key", "anna@example.com")),
        ("12345", None),
        ("no@address", None),
        ("", None),
    ],
)
def test_identifier_with_an_at_sign_is_an_email(identifier, key):
    assert names.sign_in_key(identifier) == key


@pytest.mark.parametrize(
    ("part", "key"),
    [
        (" NNA ", "nna"),
        ("a\u0308nn", "änn"),
        ("", None),
        ("\x00", None),
        ("x" * 10_000, None),
        ("a" + "\u0301\u0316" * 100, None),
    ],
)
def test_part_key_is_none_when_no_username_contains_the_part(part, key):
    assert names.part_key(part) == key


@pytest.mark.parametrize("day", ["1900-01-01", "2000-02-29", TODAY.isoformat()])
def test_valid_birthday_is_accepted(day):
    assert names.validate_birthday(day) == day


@pytest.mark.parametrize(
    "day",
    [
        "",
        "yesterday",
        "2001-02-29",
        "1899-12-31",
        "2001-13-01",
        "\ud800",
        (TODAY + timedelta(days=2)).isoformat(),
    ],
)
def test_invalid_birthday_is_rejected(day):
    with raises_error(Code.BIRTHDAY_INVALID):
        names.validate_birthday(day)


@pytest.mark.parametrize("url", ["http://a.example/b.jpg", "https://a.example?q=1"])
def test_http_url_is_accepted(url):
    assert names.validate_url(f" {url} ", "avatar_url") == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "/a.jpg",
        "",
        'https://a.example/"',
        "ftp://a",
        "https://a.example/\x00",
        "https://a.example/" + "x" * 3000,
    ],
)
def test_other_url_is_rejected(url):
    with raises_error(Code.FIELD_INVALID, field="avatar_url"):
        names.validate_url(url, "avatar_url")


@pytest.mark.parametrize(("text", "cleaned"), [(None, None), ("  ", None), (" Анна ", "Анна")])
def test_profile_text_is_trimmed_and_none_when_empty(text, cleaned):
    assert names.validate_text(text, "given_name") == cleaned
