"""Download of the user's personal data."""

from functools import partial

from kinoteka.http.mechanics.response import JSON_UNCACHED, Response, until_disconnect
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.clock import iso, now
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import render


async def show_data_download(
    request: Request, *, typed: None = None, failed: PageError | None = None
) -> Response:
    """Show what the download contains."""
    return await render(request, "account/data.html", typed=typed, failed=failed)


async def download_data(request: Request) -> Response:
    """Return the user's data as a JSON file."""
    return await _download_data(request, None)


@redisplay_on_error(show_data_download)
async def _download_data(request: Request, _: None) -> Response:
    pieces = await request.core.export.stream(request.actor, request.unit, request.avatar)
    name = f'attachment; filename="kinoteka-{iso(now())[:10]}.json"'
    headers = [*JSON_UNCACHED, (b"content-disposition", name.encode())]
    return Response(200, headers=headers, stream=partial(until_disconnect, request.receive, pieces))
