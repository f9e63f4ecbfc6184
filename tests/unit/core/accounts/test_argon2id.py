import argon2
import pytest

from kinoteka.core.accounts.argon2id import HAS_LIBSODIUM, Argon2id

PASSWORD = "correct horse батарея\x00"
LIBRARIES = pytest.mark.parametrize(
    "hasher", [Argon2id(memory=64, passes=1, has_libsodium=has) for has in (True, False)]
)


def test_libsodium_is_installed():
    assert HAS_LIBSODIUM


@LIBRARIES
def test_hash_names_its_parameters(hasher):
    password_hash = hasher.hash(PASSWORD)
    assert password_hash.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert argon2.extract_parameters(password_hash).salt_len == 16
    assert argon2.extract_parameters(password_hash).hash_len == 32


@LIBRARIES
def test_salt_is_random(hasher):
    assert hasher.hash(PASSWORD) != hasher.hash(PASSWORD)


@LIBRARIES
@pytest.mark.parametrize("hashed_by_libsodium", [True, False])
def test_hash_of_either_library_is_current_and_verified_by_both(hasher, hashed_by_libsodium):
    author = Argon2id(memory=64, passes=1, has_libsodium=hashed_by_libsodium)
    password_hash = author.hash(PASSWORD)
    assert not hasher.is_outdated(password_hash)
    assert hasher.verify(PASSWORD, password_hash)
    assert not hasher.verify(PASSWORD + "\x00", password_hash)


@LIBRARIES
@pytest.mark.parametrize(
    "parameters",
    [
        {"memory_cost": 32},
        {"memory_cost": 128},
        {"time_cost": 3},
        {"parallelism": 4},
        {"salt_len": 8},
        {"hash_len": 64},
        {"type": argon2.Type.I},
        {"type": argon2.Type.D},
    ],
)
def test_hash_with_other_parameters_is_verified_and_outdated(hasher, parameters):
    current = {"time_cost": 1, "memory_cost": 64, "parallelism": 1}
    password_hash = argon2.PasswordHasher(**current | parameters).hash(PASSWORD)
    assert hasher.is_outdated(password_hash)
    assert hasher.verify(PASSWORD, password_hash)
    assert not hasher.verify("wrong", password_hash)


@LIBRARIES
@pytest.mark.parametrize(
    "password_hash", ["", "$argon2id$", "$argon2id$v=19$m=64,t=1,p=1$é$", "$2b$12$" + "a" * 53]
)
def test_no_password_matches_a_malformed_hash(hasher, password_hash):
    assert hasher.is_outdated(password_hash)
    assert not hasher.verify(PASSWORD, password_hash)


@LIBRARIES
def test_dummy_hash_is_current_and_well_formed_and_matches_nothing(hasher):
    dummy_hash = hasher.dummy_hash()
    assert not hasher.is_outdated(dummy_hash)
    assert len(dummy_hash) == len(hasher.hash(PASSWORD))
    assert not hasher.verify(PASSWORD, dummy_hash)
    with pytest.raises(argon2.exceptions.VerifyMismatchError):  # rather than InvalidHashError
        argon2.PasswordHasher().verify(dummy_hash, PASSWORD)
