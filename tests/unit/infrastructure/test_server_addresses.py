import pytest

from kinoteka.infrastructure.server_addresses import is_server_address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "redis://h",
        "rediss://u:p%2Fw@h:1/0?ssl_ca_certs=/a@b",
        "unix://:pw@/run/a@b.sock?db=0",
        "postgresql:///k?host=/run/postgresql",
        "postgresql://k:p,w:x@a.example:1,[::1]:2,c/k?password=a@b",
        "postgresql://%2Frun%2Fpg/k",
    ],
)
def test_address_of_every_form_is_accepted(address):
    assert is_server_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "redis://:sword/fish@h:6379/0",
        "redis://:12/fish@h",
        "redis://:sword?fish@h",
        "redis://:sword#fish@h",
        "redis://h:port/0",
        "postgresql://k:sword@fish@h/k",
        "postgresql://k@[::1/k",
    ],
)
def test_address_with_an_unencoded_sign_is_rejected(address):
    assert not is_server_address(address)
