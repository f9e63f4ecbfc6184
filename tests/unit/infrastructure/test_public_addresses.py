"""Which addresses the server may fetch."""

from ipaddress import ip_address

import pytest

from kinoteka.infrastructure.public_addresses import (
    FetchFailed,
    check_address,
    encode_address,
    is_public,
)
from tests.support.cases import check_each, named

PUBLIC = ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822")
PRIVATE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "224.0.0.1", "255.255.255.255", "0.1.2.3", "192.0.2.1", "198.18.0.1"),
    *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378::1"),
)
INVALID = (
    *("ftp://example.org/a.jpg", "file:///etc/passwd", "//example.org/a", "poster.jpg", ""),
    *("http://", "http:///a.jpg", "http://[::1/a.jpg", "http://example.org:99999/a", "data:,a"),
    *("http://user:secret@example.org/a.jpg", "http://user@example.org/", "http://a/" + "b" * 2000),
)


def test_addresses_of_the_internet_are_public() -> None:
    assert all(is_public(ip_address(each)) for each in PUBLIC)


def test_other_addresses_are_not_public() -> None:
    check_each(named(PRIVATE), _is_not_public)


def _is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


def test_addresses_without_a_host_or_with_credentials_are_rejected() -> None:
    check_each(named(INVALID), _is_rejected)


def _is_rejected(address: str) -> None:
    with pytest.raises(FetchFailed):
        check_address(address)


def test_http_addresses_are_accepted() -> None:
    check_each(
        named(("http://example.org", "https://bücher.example:8443/a b.jpg?x=1")), check_address
    )


def test_other_characters_of_an_address_are_percent_encoded() -> None:
    assert encode_address("https://a/б c.jpg?d=%20") == b"https://a/%D0%B1%20c.jpg?d=%20"
