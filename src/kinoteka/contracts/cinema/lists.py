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
    Answer,
    Headers,
    encode,
    json_answer,
    until_gone,
)
from kinoteka.http.policy.request import Call

Item = TypeVar("Item")

# So many items are sent as one body, which can be cached; more than that as they are read.
WHOLE = 240


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
    headers: Headers = [*JSON_UNCACHED, total]
    if listing.total <= WHOLE:
        return Answer(200, b"".join([part async for part in _array(listing, shape)]), headers)
    stream = partial(until_gone, call.receive, _array(listing, shape))
    return Answer(200, headers=headers, stream=stream)


async def _array(listing: Listing[Item], shape: Callable[[Item], object]) -> AsyncIterator[bytes]:
    """A JSON array of every item, a part at a time."""
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
    known = set(call.route.query.__struct_fields__)
    query = {name: value for name, value in call.query_items().items() if name in known}
    path = call.absolute(call.scope["path"])
    links = (
        f'<{path}?{urlencode({**query, "page": number})}>; rel="{relation}"'
        for relation, number in (neighbours | {"last": last}).items()
    )
    return b"link", ", ".join(links).encode()
