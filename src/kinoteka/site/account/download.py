"""Taking away all that is kept of oneself."""

from functools import partial

from kinoteka.http.mechanics.response import JSON_UNCACHED, Response, until_disconnect
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.clock import iso, now
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import render


async def show_data(
    request: Request, *, typed: None = None, failed: Failure | None = None
) -> Response:
    """What one may take away."""
    return await render(request, "account/data.html", typed=typed, failed=failed)


async def download_data(request: Request) -> Response:
    """All that is kept of oneself, as a file."""
    return await _download_data(request, None)


@shown_again_by(show_data)
async def _download_data(request: Request, _: None) -> Response:
    pieces = await request.core.export.stream(request.actor, request.unit, request.avatar)
    name = f'attachment; filename="kinoteka-{iso(now())[:10]}.json"'
    headers = [*JSON_UNCACHED, (b"content-disposition", name.encode())]
    return Response(200, headers=headers, stream=partial(until_disconnect, request.receive, pieces))
