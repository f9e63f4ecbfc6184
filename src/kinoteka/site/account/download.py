"""Taking away all that is kept of oneself."""

from functools import partial

from kinoteka.http.mechanics.response import JSON_UNCACHED, Answer, until_gone
from kinoteka.http.policy.request import Call
from kinoteka.infrastructure.clock import iso, now
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import render


async def show_data(call: Call, *, typed: None = None, failed: Failure | None = None) -> Answer:
    """What one may take away."""
    return await render(call, "account/data.html", typed=typed, failed=failed)


async def download_data(call: Call) -> Answer:
    """All that is kept of oneself, as a file."""
    return await _download_data(call, None)


@shown_again_by(show_data)
async def _download_data(call: Call, _: None) -> Answer:
    pieces = await call.core.export.begin(call.actor, call.unit, call.avatar)
    name = f'attachment; filename="kinoteka-{iso(now())[:10]}.json"'
    headers = [*JSON_UNCACHED, (b"content-disposition", name.encode())]
    return Answer(200, headers=headers, stream=partial(until_gone, call.receive, pieces))
