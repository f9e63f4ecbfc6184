import asyncio

import pytest

from kinoteka.core.accounts import passwords
from kinoteka.core.accounts.argon2id import Argon2id
from kinoteka.core.accounts.passwords import PasswordHashing, check_password
from kinoteka.errors import Code
from kinoteka.infrastructure.settings import Settings
from tests.support.errors import raises_error

# Normalizing this takes seconds.
MANY_MARKS = "a" + "\u0301" * 30_000 + "\u0316" * 30_000


@pytest.fixture
def hashing():
    hashing = PasswordHashing(threads=1, queue=3)
    yield hashing
    hashing.close()


@pytest.mark.parametrize(
    "password",
    [
        "x7!kQ2 z",
        "correct horse battery",
        "пароль не из списка",
        "🐎🐎🐎🐎🐎🐎🐎🦄",
        " " * 7 + "я",
        "x" * 127 + "y",
        "anna-films-2024",
    ],
)
def test_password_is_accepted(password):
    assert check_password(password, ("anna", "films.example", None)) == password


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "too_short"),
        ("x7!kQ2z", "too_short"),
        ("x" * 129, "too_long"),
        ("password1", "common"),
        ("PASSWORD1", "common"),
        ("ｐａｓｓｗｏｒｄ１", "common"),
        ("elizabeth", "common"),
        ("87654321", "common"),
        ("x7!kQ2 \ud800", "characters"),
        ("x7!kQ2\tz", "characters"),
        ("x7!kQ2z\x7f", "characters"),
        ("aaaaaaaa", "repeated"),
        ("AAAAaaaa", "repeated"),
        ("x" * 128, "repeated"),
        ("ａａａａaaaa", "repeated"),
        ("🐎" * 8, "repeated"),
        (" " * 8, "blank"),
        ("\u3000\u200b" * 4, "blank"),
        ("\u3164" * 8, "blank"),
        ("kinoteka", "personal"),
        ("kinoteka1", "personal"),
        ("Kinoteka2024!", "personal"),
        ("x7!kQ2 " + "\u0301\u0316" * 16, "characters"),
        ("\ufdfa" * 100_000, "too_long"),
    ],
)
def test_weak_or_malformed_password_is_rejected(password, reason):
    with raises_error(Code.PASSWORD_INVALID, reason=reason):
        check_password(password)


@pytest.mark.parametrize(
    ("password", "names"),
    [
        ("Zebulon-T", ("zebulon-t",)),
        ("zebulont_2024!", ("ZebulonT",)),
        ("zebulon99", ("zebulon7",)),
        ("Ｚｅｂｕｌｏｎ１", ("zebulon",)),
        ("zebulon@films.example", ("Zebulon@films.example",)),
        ("zebulon12", ("zebulon@films.example",)),
        ("films.example", ("zebulon@films.example",)),
        ("Зебулон1", (None, "ЗЕБУЛОН")),
    ],
)
def test_name_of_the_account_is_rejected_as_a_password(password, names):
    with raises_error(Code.PASSWORD_INVALID, reason="personal"):
        check_password(password, names)


@pytest.mark.parametrize("password", ["films.example", "cinema-club", "Cinema-Club.example8"])
def test_name_of_the_site_is_rejected_as_a_password(password):
    names = [
        name
        for host in ("films.example", "www.cinema-club.example:8443", "cinema-club.example")
        for name in passwords.site_names(Settings(public_url=f"https://{host}"))
    ]
    with raises_error(Code.PASSWORD_INVALID, reason="personal"):
        check_password(password, names)


async def test_equivalent_unicode_forms_are_the_same_password(hashing):
    stored = await hashing.hash(check_password("ﬁlms e\u0301lan"))
    assert await hashing.verify("films élan", stored)
    assert await hashing.verify("ﬁlms e\u0301lan", stored)
    assert not await hashing.verify("films elan", stored)


@pytest.mark.parametrize("password", ["", "x" * 100_000, "\ud800", "nul\x00", MANY_MARKS])
async def test_malformed_password_does_not_match(hashing, password):
    stored = await hashing.hash("correct horse battery")
    assert not await hashing.verify(password, stored)


async def test_no_password_matches_without_a_hash(hashing):
    assert not await hashing.verify("correct horse battery", None)
    assert not await hashing.verify("", None)


async def test_hash_is_argon2id_with_a_random_salt(hashing):
    first, second = [await hashing.hash("correct horse battery") for _ in range(2)]
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_hash_with_weaker_parameters_is_outdated(hashing):
    weak = Argon2id(memory=8, passes=1)
    assert hashing.is_outdated(weak.hash("correct horse battery"))
    assert not hashing.is_outdated(await hashing.hash("correct horse battery"))


async def test_no_password_matches_a_malformed_hash(hashing):
    assert not await hashing.verify("correct horse battery", "$argon2id$broken")


async def test_hashing_is_rejected_with_retry_after_when_too_many_wait(hashing):
    waiting = [asyncio.create_task(hashing.hash("correct horse battery")) for _ in range(3)]
    await asyncio.sleep(0)
    with raises_error(Code.BUSY, retry_after=1):
        await hashing.hash("correct horse battery")
    await asyncio.gather(*waiting)
    assert await hashing.hash("correct horse battery")
