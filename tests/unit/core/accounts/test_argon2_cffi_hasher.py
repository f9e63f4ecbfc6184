import pytest

from kinoteka.core.accounts.argon2_cffi_hasher import Argon2CffiHasher


@pytest.fixture
def hasher():
    return Argon2CffiHasher(memory=64, passes=1)


def test_hash_has_the_parameters_and_one_lane(hasher):
    assert hasher.hash("password").startswith("$argon2id$v=19$m=64,t=1,p=1$")


def test_only_the_hashed_password_matches(hasher):
    password_hash = hasher.hash("password")
    assert hasher.verify("password", password_hash)
    assert not hasher.verify("Password", password_hash)


def test_hash_with_four_lanes_is_verified(hasher):
    four_lanes = (
        "$argon2id$v=19$m=64,t=1,p=4$TgQ5u/vjQZ9W5h69zSIloA"
        "$01gQYPyD2CVyXoCqNNetvY9LyiUUK+U6B7luSuGP3sI"
    )
    assert hasher.verify("x", four_lanes)
    assert not hasher.verify("y", four_lanes)


def test_no_password_matches_a_malformed_hash(hasher):
    assert not hasher.verify("password", "$argon2id$broken")
