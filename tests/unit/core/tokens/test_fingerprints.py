import msgspec
import pytest

from kinoteka.core.tokens import fingerprints
from kinoteka.database.blocking import reading, writing
from tests.support.databases import rows

OTHERS = {
    "secret_key": ("k" * 40, "secret key"),
    "token_issuer": ("elsewhere", "token issuer"),
    "token_audience": ("others", "token audience"),
}


@pytest.fixture
def noted(settings):
    with writing(settings) as writer:
        fingerprints.note(settings, writer)
    return settings


def differing(settings):
    with reading(settings) as reader:
        return fingerprints.differing(settings, reader)


def test_new_database_knows_no_keys(settings):
    with reading(settings) as reader:
        assert not fingerprints.is_noted(reader)
    assert differing(settings) == []


def test_same_keys_do_not_differ(noted):
    with reading(noted) as reader:
        assert fingerprints.is_noted(reader)
    assert differing(noted) == []


@pytest.mark.parametrize("name", OTHERS)
def test_other_key_differs_until_it_is_accepted(noted, name):
    value, told = OTHERS[name]
    other = msgspec.structs.replace(noted, **{name: value})
    assert differing(other) == [told]
    with writing(other) as writer:
        fingerprints.note(other, writer)  # as a server that starts does
    assert differing(other) == [told]
    with writing(other) as writer:
        assert fingerprints.accept(other, writer) == [told]
    assert differing(other) == []
    assert differing(noted) == [told]


def test_other_signing_key_differs(noted):
    (noted.data / "signing-key.pem").unlink()
    assert differing(noted) == ["signing key"]


def test_fingerprints_give_no_key_away(noted):
    secret = (noted.data / "secret.key").read_text()
    pem = (noted.data / "signing-key.pem").read_text()
    for value in rows(noted, "SELECT value FROM key_fingerprints"):
        assert len(value) == 64
        assert value not in secret + pem
        assert secret not in value
