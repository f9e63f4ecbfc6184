"""Addresses of PostgreSQL and Redis, checked before any library reads them.

Libraries show a part of the password in their errors where it has a sign that ends the user or the
host of an address. So such signs must be percent-encoded.
"""

import re

HOST = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(:[0-9]*)?")
"""A host with or without a port, where an IPv6 address is in brackets."""


PASSWORD = re.compile(r"//[^:/@]*:(.*)@|[?&](?:ssl)?password=([^&]*)")
"""Where an address has a password, in one of two groups."""


def is_server_address(address: str) -> bool:
    """Return whether an address is empty, a Unix socket's, or names users and hosts clearly."""
    if not address or address.startswith("unix://"):
        return True
    whole, _, _ = address.partition("://")[2].partition("?")
    authority, _, path = whole.partition("/")
    user, _, hosts = authority.rpartition("@")
    is_encoded = "@" not in user + path and "#" not in whole
    return is_encoded and all(HOST.fullmatch(host) for host in hosts.split(","))


def passwords_in(address: str) -> list[str]:
    """Return the passwords in an address, as they are written there."""
    return [str(found[found.lastindex or 0]) for found in PASSWORD.finditer(address)]


def without_passwords(address: str) -> str:
    """Return an address with (set) in place of its passwords."""
    return PASSWORD.sub(_without_password, address)


def _without_password(found: re.Match[str]) -> str:
    begin, end = (place - found.start() for place in found.span(found.lastindex or 0))
    return f"{found[0][:begin]}(set){found[0][end:]}"
