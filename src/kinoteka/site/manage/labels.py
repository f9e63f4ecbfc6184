"""List and create access labels."""

from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage import schemas
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import redirect, render


async def show_labels(
    request: Request, *, typed: schemas.LabelForm | None = None, failed: PageError | None = None
) -> Response:
    """Show all labels with their number of films and the roles that see them."""
    labels = await request.core.labels.all(request.actor, request.unit)
    typed = typed or schemas.LabelForm()
    return await render(request, "manage/labels.html", labels=labels, typed=typed, failed=failed)


@redisplay_on_error(show_labels)
async def create_label(request: Request, body: schemas.LabelForm) -> Response:
    """Create a label."""
    await request.core.labels.add(request.actor, request.unit, body.label.strip())
    return redirect(request, "/manage/labels", notice="label_made")
