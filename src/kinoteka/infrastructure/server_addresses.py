"""Addresses of PostgreSQL and Redis, checked before any library reads them.

Libraries show a part of the password in their errors where it has a sign that ends the user or the
host of an address. So such signs must be percent-encoded.
"""

import re

HOST = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(:[0-9]*)?")
"""A host with or without a port, where an IPv6 address is in brackets."""


def is_server_address(address: str) -> bool:
    """Return whether an address is empty, a Unix socket's, or names users and hosts clearly."""
    if not address or address.startswith("unix://"):
        return True
    whole, _, _ = address.partition("://")[2].partition("?")
    authority, _, path = whole.partition("/")
    user, _, hosts = authority.rpartition("@")
    is_encoded = "@" not in user + path and "#" not in whole
    return is_encoded and all(HOST.fullmatch(host) for host in hosts.split(","))
