"""Lists: a page with its neighbours, or all of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeVar
from urllib.parse import urlencode

from msgspec import UNSET, UnsetType

from kinoteka.core.catalogue.listing import Listing, Page
from kinoteka.httpkit.answers import JSON_UNCACHED, Answer, Headers, encode, json_answer
from kinoteka.httpkit.call import Call

Item = TypeVar("Item")

# So many items are sent as one body, which can be kept; more than that as they are read.
WHOLE = 480


async def answer_list(
    call: Call,
    listing: Listing[Item],
    number: int | UnsetType,
    shape: Callable[[Item], object],
) -> Answer:
    """A page of a list, or the whole list where no page is asked for."""
    total = (b"x-total-count", b"%d" % listing.total)
    if number is not UNSET:
        page = await listing.page(number)
        return json_answer(200, [shape(item) for item in page.items], [total, _link(call, page)])
    if listing.total <= WHOLE:
        items = [shape(item) async for chunk in listing.chunks() for item in chunk]
        return json_answer(200, items, [total])
    headers: Headers = [*JSON_UNCACHED, total]
    return Answer(200, headers=headers, stream=lambda: _stream(listing, shape))


async def _stream(listing: Listing[Item], shape: Callable[[Item], object]) -> AsyncIterator[bytes]:
    before = b"["
    async for chunk in listing.chunks():
        if chunk:
            yield before + encode([shape(item) for item in chunk])[1:-1]
            before = b","
        await asyncio.sleep(0)  # a fast reader must not keep the event loop to itself
    yield b"]" if before == b"," else b"[]"


def _link(call: Call, page: Page[Item]) -> tuple[bytes, bytes]:
    """The neighbours of a page (RFC 8288)."""
    last = max(page.pages, 1)
    neighbours = {"first": 1, "prev": min(page.number - 1, last), "next": page.number + 1}
    if page.number >= last:
        del neighbours["next"]
    if page.number == 1:
        del neighbours["prev"]
    query = call.query_items()
    path = call.absolute(call.scope["path"])
    links = (
        f'<{path}?{urlencode({**query, "page": number})}>; rel="{relation}"'
        for relation, number in (neighbours | {"last": last}).items()
    )
    return b"link", ", ".join(links).encode()
