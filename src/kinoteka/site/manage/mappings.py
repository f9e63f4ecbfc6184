"""The saved mappings of imports: list and delete them."""

from kinoteka.core.import_runs.mappings import delete_mapping, list_mappings
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage.catalogue_schemas import MappingForm
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import redirect, render

PATH = "/manage/imports/mappings"


async def show_mappings(
    request: Request, *, typed: MappingForm | None = None, failed: PageError | None = None
) -> Response:
    """Show the saved mappings with their columns."""
    del typed
    mappings = await list_mappings(request.actor, request.unit)
    return await render(request, "manage/imports/mappings.html", mappings=mappings, failed=failed)


@redisplay_on_error(show_mappings)
async def remove_mapping(request: Request, body: MappingForm) -> Response:
    """Delete a saved mapping."""
    await delete_mapping(request.actor, request.unit, body.name)
    return redirect(request, PATH, notice="mapping_deleted")
