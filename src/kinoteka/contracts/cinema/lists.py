"""Lists: a page with its neighbours, or all of it."""

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
    until_gone,
)
from kinoteka.http.policy.request import Request

Item = TypeVar("Item")

# So many items are sent as one body, which can be cached; more than that as they are read.
WHOLE = 240


async def response_list(
    request: Request,
    listing: Listing[Item],
    number: int | UnsetType,
    shape: Callable[[Item], object],
) -> Response:
    """A page of a list, or the whole list where no page is asked for."""
    total = (b"x-total-count", b"%d" % listing.total)
    if number is not UNSET:
        page = await listing.page(number)
        return json_response(
            200, [shape(item) for item in page.items], [total, _link(request, page)]
        )
    headers: Headers = [*JSON_UNCACHED, total]
    if listing.total <= WHOLE:
        return Response(200, b"".join([part async for part in _array(listing, shape)]), headers)
    stream = partial(until_gone, request.receive, _array(listing, shape))
    return Response(200, headers=headers, stream=stream)


async def _array(listing: Listing[Item], shape: Callable[[Item], object]) -> AsyncIterator[bytes]:
    """A JSON array of every item, a part at a time."""
    before = b"["
    async for chunk in listing.chunks():
        if chunk:
            yield before + encode([shape(item) for item in chunk])[1:-1]
            before = b","
        await asyncio.sleep(0)  # a fast reader must not keep the event loop to itself
    yield b"]" if before == b"," else b"[]"


def _link(request: Request, page: Page[Item]) -> tuple[bytes, bytes]:
    """The neighbours of a page (RFC 8288)."""
    last = max(page.pages, 1)
    neighbours = {"first": 1, "prev": min(page.number - 1, last), "next": page.number + 1}
    if page.number >= last:
        del neighbours["next"]
    if page.number == 1:
        del neighbours["prev"]
    known = set(request.route.query.__struct_fields__)
    query = {name: value for name, value in request.query_items().items() if name in known}
    path = request.absolute(request.scope["path"])
    links = (
        f'<{path}?{urlencode({**query, "page": number})}>; rel="{relation}"'
        for relation, number in (neighbours | {"last": last}).items()
    )
    return b"link", ", ".join(links).encode()
