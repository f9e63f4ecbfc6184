"""The rules of fields as documents show them are those of the core."""

import re

import msgspec
import pytest

from kinoteka.core.access.model import PERMISSION
from kinoteka.core.accounts.names import EMAIL_MAX_LENGTH
from kinoteka.core.accounts.passwords import PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH
from kinoteka.http.policy import field_schemas


def schema(kind):
    return msgspec.json.schema(kind)


def test_password_lengths_are_those_of_the_core():
    found = schema(field_schemas.NewPassword)
    assert (found["minLength"], found["maxLength"]) == (PASSWORD_MIN_LENGTH, PASSWORD_MAX_LENGTH)
    assert found["format"] == schema(field_schemas.Password)["format"] == "password"
    assert f"{PASSWORD_MIN_LENGTH} to {PASSWORD_MAX_LENGTH}" in found["description"]


def test_email_length_is_that_of_the_core():
    for kind in (field_schemas.Email, field_schemas.EmailOrEmpty):
        assert schema(kind)["maxLength"] == EMAIL_MAX_LENGTH
    assert schema(field_schemas.Email)["format"] == "email"


@pytest.mark.parametrize("text", ["", "x", "x" * 1000])
def test_field_types_leave_validation_to_the_core(text):
    for name in ("Email", "EmailOrEmpty", "Password", "NewPassword", "NoPassword"):
        assert msgspec.convert(text, getattr(field_schemas, name)) == text


@pytest.mark.parametrize(
    "permission",
    [
        *("roles.manage", "films.view:premium", "films.view:Детям", "a", "a-b_c.d0:x.y-z_1"),
        *("", "Roles.manage", "roles..manage", "films.view:", "films.view:a b", "films.view:a:b"),
        *("films.view:a/b", "roles manage", ".manage", "films.view:(x)", "films.view:a@b"),
    ],
)
def test_permission_pattern_accepts_what_the_core_accepts(permission):
    pattern = schema(field_schemas.Permission)["pattern"]
    assert bool(re.search(pattern, permission)) == bool(PERMISSION.fullmatch(permission))
