"""Fetch files from a real server, which has a private address and must be allowed."""

from collections.abc import Iterator

import pytest

from kinoteka.infrastructure.public_addresses import FetchFailed
from kinoteka.infrastructure.public_http import MAX_REDIRECTS, PublicHttp
from tests.support.file_hosts import HOST, POSTER, FileHost, run_file_host
from tests.support.polling import TIMEOUT
from tests.support.ports import free_port


@pytest.fixture
def host() -> Iterator[FileHost]:
    with run_file_host() as host:
        yield host


async def get(
    address: str, *, allowed: bool = True, seconds: float = TIMEOUT, max_bytes: int = 10**7
) -> bytes:
    http = PublicHttp([HOST] if allowed else [], seconds=seconds, max_bytes=max_bytes)
    return await http.get(address, accept=b"image/*")


async def fails(address: str, **options: object) -> str:
    with pytest.raises(FetchFailed) as failed:
        await get(address, **options)  # type: ignore[arg-type]
    return str(failed.value)


async def test_file_of_an_allowed_host_is_fetched(host: FileHost) -> None:
    assert await get(f"{host.url}/poster.png") == POSTER


async def test_private_address_is_not_requested(host: FileHost) -> None:
    assert "private" in await fails(f"{host.url}/poster.png", allowed=False)
    port = host.url.rpartition(":")[2]
    for name in ("localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"):
        assert await fails(f"http://{name}:{port}/poster.png", allowed=False)
    assert not host.requests


async def test_redirect_to_a_private_address_is_not_followed(host: FileHost) -> None:
    port = host.url.rpartition(":")[2]
    host.redirects["/away.png"] = f"http://localhost:{port}/poster.png"
    assert "private" in await fails(f"{host.url}/away.png")
    assert host.requests == {"/away.png": 1}


async def test_redirect_within_the_host_is_followed(host: FileHost) -> None:
    assert await get(f"{host.url}/moved.png") == POSTER


async def test_redirects_end(host: FileHost) -> None:
    assert "redirects" in await fails(f"{host.url}/loop.png")
    assert host.requests["/loop.png"] == MAX_REDIRECTS + 1


async def test_larger_file_is_rejected(host: FileHost) -> None:
    assert "bytes" in await fails(f"{host.url}/poster.png", max_bytes=1000)


async def test_error_status_is_reported(host: FileHost) -> None:
    assert await fails(f"{host.url}/missing.png") == "status 404"


async def test_server_that_does_not_respond_is_abandoned(host: FileHost) -> None:
    host.gate.clear()
    assert "seconds" in await fails(f"{host.url}/poster.png", seconds=0.2)


async def test_closed_port_is_reported() -> None:
    assert await fails(f"http://{HOST}:{free_port()}/poster.png")


async def test_unknown_host_is_reported() -> None:
    assert await fails("http://nowhere.invalid/poster.png")
