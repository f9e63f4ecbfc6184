"""Addresses of PostgreSQL and Redis, checked before any library reads them.

If a password contains a character that delimits the user or host of an address, libraries show a
part of it in their errors. So these characters must be percent-encoded.
"""

import re

HOST = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(:[0-9]*)?")
"""A host with an optional port; an IPv6 address is in brackets."""


PASSWORD = re.compile(r"//[^:/@]*:(.*)@|[?&](?:ssl)?password=([^&]*)")
"""The places of a password in an address, as one of two groups."""


def is_server_address(address: str) -> bool:
    """Return whether an address is empty, a Unix socket, or unambiguous in its user and hosts."""
    if not address or address.startswith("unix://"):
        return True
    whole, _, _ = address.partition("://")[2].partition("?")
    authority, _, path = whole.partition("/")
    user, _, hosts = authority.rpartition("@")
    is_encoded = "@" not in user + path and "#" not in whole
    return is_encoded and all(HOST.fullmatch(host) for host in hosts.split(","))


def passwords_in(address: str) -> list[str]:
    """Return the passwords in an address as written."""
    return [str(found[found.lastindex or 0]) for found in PASSWORD.finditer(address)]


def without_passwords(address: str) -> str:
    """Return an address with (set) in place of its passwords."""
    return PASSWORD.sub(_without_password, address)


def _without_password(found: re.Match[str]) -> str:
    begin, end = (place - found.start() for place in found.span(found.lastindex or 0))
    return f"{found[0][:begin]}(set){found[0][end:]}"
