"""What operators read when the value of a setting cannot be used."""

import re
from pathlib import Path

import pytest

from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.setting_values import plain
from kinoteka.infrastructure.settings import SettingsError, load
from tests.support.servers import run_kinoteka

ROWS = {name: kind for name, kind, *_ in config.rows()}

# Values that no setting of the kind takes. Lists, folders and most texts take anything.
WRONG_BY_KIND = {
    "whole number": ("many", "1.5", "-1", "99999999999999999999999"),
    "number": ("soon", "nan", "0", "-1", "inf", "1e9"),
    "yes/no": ("perhaps", "2"),
    "choice": ("loud", "ON"),
    "rate": ("now and then", "10", "ten per minute"),
    "address": ("films", "ftp://films.example", "://"),
    "text": (),
    "list": (),
    "folder": (),
}
WRONG_BY_NAME = {
    "KINOTEKA_UNIX_SOCKET_MODE": ("99", "888", "rw-rw----"),
    "KINOTEKA_FILES_URL": ("s3://", "s3://films/../others", "s3://films//twice"),
    "KINOTEKA_FILES_ENDPOINT": ("store.example:9000", "http://store example"),
    "KINOTEKA_TIMEZONE": ("Europe/Nowhere", "../../etc/passwd"),
    "KINOTEKA_SECRET_KEY": ("short",),
    "KINOTEKA_TOKEN_ISSUER": ("x" * 501,),
    "KINOTEKA_TOKEN_AUDIENCE": ("x" * 501,),
    "KINOTEKA_REDIS_URL": ("redis://:carp/fish@h:6379/0",),
}
WRONG = [
    (name, value)
    for name, kind in ROWS.items()
    for value in (*WRONG_BY_KIND[kind], *WRONG_BY_NAME.get(name, ()))
    if (name, value) != ("KINOTEKA_BODY_BYTES_PER_SECOND", "0")
]
PROGRAMMERS = re.compile(r"[`^\\\[\]<>=]|Expected|\bregex|\b(int|str|bool|float|tuple|None|True)\b")
"""What only programmers read: a regular expression, a comparison, a type of Python."""


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_wrong_value_is_explained_in_a_sentence_that_says_what_to_write(name, value) -> None:
    with pytest.raises(SettingsError) as error:
        load({name: value})
    message = str(error.value)
    assert message.startswith(f"{name}: ")
    assert re.search(r"[.] (Write|Create|If) ", message)
    assert not PROGRAMMERS.search(message.replace("percent-encoded", "")), message


def test_kinds_are_words_and_every_kind_is_tried() -> None:
    assert set(ROWS.values()) == set(WRONG_BY_KIND)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        (
            "PUBLIC_URL",
            "films.example",
            "has no scheme (https:// or http://). Write https://films.example",
        ),
        ("PUBLIC_URL", "films.example/kino", ". Write https://films.example"),
        (
            "PUBLIC_URL",
            "http://films.example/kino",
            "at the root of its host. Write http://films.example",
        ),
        ("PUBLIC_URL", "https://films.example/", "ends with a slash. Write https://films.example"),
        (
            "PUBLIC_URL",
            "ftp://films.example",
            '"ftp" instead of https or http. Write https://films.example',
        ),
        ("PUBLIC_URL", "https://", "names no host. Write https://films.example"),
        ("PUBLIC_URL", "https://my films", "contains a space. Write https://films.example"),
        ("PORT", "many", '"many" is not a whole number. Write a whole number from 0 to 65535'),
        ("PORT", "70000", '"70000" is too large. Write a whole number from 0 to 65535'),
        ("WORKERS", "0", '"0" is too small. Write a whole number from 1 to 256'),
        ("HEAD_SECONDS", "0", '"0" is too small. Write a number greater than 0 and at most 3600'),
        ("DEMO", "perhaps", '"perhaps" is neither yes nor no. Write yes or no'),
        ("LOG_LEVEL", "loud", "is not one of its values. Write debug, info, warning or error"),
        ("SEARCH_LIMIT", "often", '"often" is not a rate. Write one such as 10 per 5 minutes'),
        (
            "UNIX_SOCKET_MODE",
            "99",
            "cannot be used. Write three digits from 0 to 7, such as 660",
        ),
    ],
)
def test_message_says_what_is_wrong_and_what_to_write(name, value, says) -> None:
    with pytest.raises(SettingsError) as error:
        load({f"KINOTEKA_{name}": value})
    assert str(error.value).endswith(says)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KINOTEKA_DATABASE_URL", "mysql://me:carp@db/films"),
        ("KINOTEKA_REDIS_URL", "http://:carp@cache"),
        ("KINOTEKA_SECRET_KEY", "carp"),
    ],
)
def test_secret_is_not_shown(name, value) -> None:
    with pytest.raises(SettingsError, match=name) as error:
        load({name: value})
    assert "carp" not in str(error.value)


def test_long_value_is_shortened() -> None:
    with pytest.raises(SettingsError) as error:
        load({"KINOTEKA_LOG_LEVEL": "x" * 10_000})
    assert len(str(error.value)) < 200


class TestFile:
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path, monkeypatch) -> Path:
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("KINOTEKA_PORT", raising=False)
        return tmp_path

    def test_value_in_the_file_is_explained_like_one_in_the_environment(self, folder) -> None:
        (folder / ".env").write_text("KINOTEKA_PORT=many\n")
        with pytest.raises(SettingsError, match=r"^KINOTEKA_PORT: .*Write a whole number"):
            load()

    def test_file_that_is_not_text_is_named(self, folder) -> None:
        (folder / ".env").write_bytes(b"KINOTEKA_PORT=\xff\xfe\n")
        with pytest.raises(SettingsError, match=r"\.env cannot be read .* Correct or remove"):
            load()


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--port", "many", '"many" is not a whole number. Write a whole number from 0 to 65535.'),
        ("--port", "70000", '"70000" is too large.'),
        ("--workers", "0", '"0" is too small. Write a whole number from 1 to 256.'),
    ],
)
def test_option_is_explained_like_its_setting(option, value, says) -> None:
    done = run_kinoteka("serve", option, value)
    assert done.returncode == 2
    assert f"Invalid value for '{option}': {says}" in done.stderr


@pytest.mark.parametrize(
    ("value", "shown"),
    [(True, "yes"), (False, "no"), (("a", "b"), "a,b"), ((), ""), (10.0, "10"), (0.5, "0.5")],
)
def test_value_is_shown_as_it_is_written(value, shown) -> None:
    assert plain(value) == shown
