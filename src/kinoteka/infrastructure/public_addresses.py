"""Rules for addresses that the server may fetch, although others chose them (`public_http.py`)."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network
from urllib.parse import quote, urlsplit

MAX_ADDRESS_LENGTH = 2000
NAT64 = IPv6Network("64:ff9b::/96")
"""IPv6 addresses that a gateway translates to IPv4 addresses (RFC 6052)."""

URL_CHARACTERS = "%/:=&?~#+!$,;'@()*[]"

Address = IPv4Address | IPv6Address


class FetchFailed(Exception):
    """A file could not be fetched. The message gives the reason."""


def check_address(address: str) -> None:
    """Raise `FetchFailed` unless this is an http(s) URL with a host and without a password."""
    try:
        parts = urlsplit(address)
        valid = parts.hostname and parts.port != 0
    except ValueError:
        valid = None
    if len(address) > MAX_ADDRESS_LENGTH or not valid or parts.scheme not in ("http", "https"):
        raise FetchFailed("not an http(s) address")
    if parts.username is not None or parts.password is not None:
        raise FetchFailed("the address contains credentials")


def host_of(address: str) -> str:
    """Return the host of an address, or nothing if it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def encode_address(address: str) -> bytes:
    """Return an address with other characters, such as spaces and accents, percent-encoded."""
    return quote(address, safe=URL_CHARACTERS).encode()


def is_public(address: Address) -> bool:
    """Return whether an address is one of the public internet.

    An IPv6 address that stands for an IPv4 address is judged by that.
    """
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
        if address.teredo is not None:
            return False
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast
