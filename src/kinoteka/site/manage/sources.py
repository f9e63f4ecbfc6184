"""The order of sources."""

from kinoteka.core.import_runs.sources import list_sources, move_source
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage.catalogue_schemas import SourceForm
from kinoteka.site.ui.pages import redirect, render

PAGE = "/manage/imports/sources"


async def show_sources(request: Request) -> Response:
    """Show all sources in the order of their ranks."""
    sources = await list_sources(request.actor, request.unit)
    return await render(request, "manage/imports/sources.html", sources=sources)


async def change_order(request: Request, source_id: int, body: SourceForm) -> Response:
    """Move a source one place up or down."""
    await move_source(request.actor, request.unit, source_id, up=body.up)
    return redirect(request, PAGE, notice="source_moved")


async def redirect_to_sources(request: Request, source_id: int) -> Response:
    """Redirect to the sources when an operator reopens the URL of a rejected form."""
    del source_id
    return redirect(request, PAGE)
