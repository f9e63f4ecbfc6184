"""What the account's pages show."""

import pytest

from kinoteka.server.app import CONTRACTS
from kinoteka.site.account.schemas import METHODS, is_local


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.9", "fe80::1", "fd00::1"]
)
def test_private_address_is_local(address):
    assert is_local(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "", "unknown"])
def test_public_address_is_not_local(address):
    assert not is_local(address)


def test_every_sign_in_method_has_a_name():
    assert METHODS.keys() == {"site", *(contract.name for contract in CONTRACTS)}
