"""List responses: a page with links to its neighbours, or the whole list."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TypeVar
from urllib.parse import urlencode

from msgspec import UNSET, UnsetType

from kinoteka.core.catalogue.listing import Listing, Page
from kinoteka.http.mechanics.response import (
    JSON_UNCACHED,
    Headers,
    Response,
    encode,
    json_response,
    until_disconnect,
)
from kinoteka.http.policy.request import Request

Item = TypeVar("Item")

# Lists up to this length are sent as one body, which can be cached. Longer lists are streamed.
STREAMING_THRESHOLD = 240


async def list_response(
    request: Request,
    listing: Listing[Item],
    number: int | UnsetType,
    to_schema: Callable[[Item], object],
) -> Response:
    """Return a page of a list, or the whole list if `number` is unset."""
    total = (b"x-total-count", b"%d" % listing.total)
    if number is not UNSET:
        page = await listing.page(number)
        return json_response(
            200, [to_schema(item) for item in page.items], [total, _link(request, page)]
        )
    headers: Headers = [*JSON_UNCACHED, total]
    if listing.total <= STREAMING_THRESHOLD:
        return Response(
            200, b"".join([chunk async for chunk in _array(listing, to_schema)]), headers
        )
    stream = partial(until_disconnect, request.receive, _array(listing, to_schema))
    return Response(200, headers=headers, stream=stream)


async def _array(
    listing: Listing[Item], to_schema: Callable[[Item], object]
) -> AsyncIterator[bytes]:
    """Yield a JSON array of all items, chunk by chunk."""
    separator = b"["
    async for chunk in listing.chunks():
        if chunk:
            yield separator + encode([to_schema(item) for item in chunk])[1:-1]
            separator = b","
        await asyncio.sleep(0)  # give other requests a turn
    yield b"]" if separator == b"," else b"[]"


def _link(request: Request, page: Page[Item]) -> tuple[bytes, bytes]:
    """Return the header Link with the neighbours of a page (RFC 8288)."""
    last = max(page.pages, 1)
    numbers = {"first": 1}
    if page.number > 1:
        numbers["prev"] = min(page.number - 1, last)
    if page.number < last:
        numbers["next"] = page.number + 1
    numbers["last"] = last
    path = request.absolute(request.scope["path"])
    before, after = _around_page(request)
    links = [
        f'<{path}?{before}{number}{after}>; rel="{relation}"'
        for relation, number in numbers.items()
    ]
    return b"link", ", ".join(links).encode()


def _around_page(request: Request) -> tuple[str, str]:
    """Return the query of this page before and after the number of the page."""
    known = request.route.query.__struct_fields__
    query = [pair for pair in request.query_items().items() if pair[0] in known]
    if len(query) == 1:  # the page alone, as in most requests
        return "page=", ""
    position = next(index for index, pair in enumerate(query) if pair[0] == "page")
    before, after = urlencode(query[:position]), urlencode(query[position + 1 :])
    return f"{before}&page=" if before else "page=", f"&{after}" if after else ""
