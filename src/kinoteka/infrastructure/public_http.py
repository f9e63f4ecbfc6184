"""Fetch files from addresses that data sets name.

Such an address must not reach the operator's own network (server-side request forgery; OWASP's
SSRF prevention cheat sheet). Every host is resolved once, the connection goes to the resolved
address, and it must be public. Redirects are followed by the same rules. Time and size are limited.
"""

import asyncio
import socket
from collections.abc import Collection, Iterable, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore

from kinoteka.infrastructure.public_addresses import (
    FetchFailed,
    check_address,
    encode_address,
    is_public,
)

MAX_REDIRECTS = 3
CONNECT_SECONDS = 5.0
USER_AGENT = b"Kinoteka (+https://github.com/kinoteka/kinoteka)"


class PublicHttp:
    """Fetches files over HTTP and HTTPS from public addresses.

    `allowed_hosts` may have private addresses.
    """

    def __init__(self, allowed_hosts: Collection[str], *, seconds: float, max_bytes: int) -> None:
        self._backend = _PublicBackend(allowed_hosts)
        self._seconds = seconds
        self._max_bytes = max_bytes

    async def get(
        self, address: str, *, accept: bytes, headers: Sequence[tuple[bytes, bytes]] = ()
    ) -> bytes:
        """Return the file at an address. After a redirect, `headers` are not sent again.

        Raises:
            FetchFailed: for example, the address is private or invalid, the file is too large,
                or the server does not answer in time or with a status other than 200.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._get(address, accept, headers)
        except TimeoutError:
            raise FetchFailed(f"no complete response within {self._seconds:g} seconds") from None
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise FetchFailed(str(error) or type(error).__name__) from error
        except (OSError, UnicodeError) as error:
            raise FetchFailed(str(error)) from error

    async def _get(
        self, address: str, accept: bytes, own_headers: Sequence[tuple[bytes, bytes]]
    ) -> bytes:
        headers = [(b"User-Agent", USER_AGENT), (b"Accept", accept)]
        async with httpcore.AsyncConnectionPool(network_backend=self._backend) as pool:
            for _ in range(MAX_REDIRECTS + 1):
                check_address(address)
                async with pool.stream(
                    "GET", _encoded(address), headers=[*headers, *own_headers]
                ) as response:
                    location = _location(response)
                    if location is None:
                        return await self._read(response)
                    address, own_headers = urljoin(address, location), ()
        raise FetchFailed(f"more than {MAX_REDIRECTS} redirects")

    async def _read(self, response: httpcore.Response) -> bytes:
        if response.status != 200:
            raise FetchFailed(f"status {response.status}")
        content = bytearray()
        async for chunk in response.aiter_stream():
            content += chunk
            if len(content) > self._max_bytes:
                raise FetchFailed(f"more than {self._max_bytes} bytes")
        return bytes(content)


class _PublicBackend(httpcore.AsyncNetworkBackend):
    """Connects to public addresses. TLS still verifies the name of the host."""

    def __init__(self, allowed_hosts: Collection[str]) -> None:
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature of the library
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve a host once and connect to its first address."""
        del timeout
        resolved = await self._resolve(host, port)
        return await self._backend.connect_tcp(
            resolved, port, CONNECT_SECONDS, local_address, socket_options
        )

    async def _resolve(self, host: str, port: int) -> str:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(sockaddr[0]) for *_, sockaddr in found]
        if host.lower() not in self._allowed_hosts:
            for each in addresses:
                if not is_public(ip_address(each.partition("%")[0])):
                    raise FetchFailed(f"{host} has the private address {each}")
        return addresses[0]


def _encoded(address: str) -> httpcore.URL:
    parts = urlsplit(address)
    host = (parts.hostname or "").encode("idna")
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    return httpcore.URL(
        scheme=parts.scheme.encode(), host=host, port=parts.port, target=encode_address(target)
    )


def _location(response: httpcore.Response) -> str | None:
    """Return where a redirect leads, or None for other responses."""
    if response.status not in (301, 302, 303, 307, 308):
        return None
    for name, value in response.headers:
        if name.lower() == b"location":
            return value.decode("latin-1")
    return None
