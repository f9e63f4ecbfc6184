"""Labels: listed, and made."""

from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage import schemas
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render


async def show_labels(
    request: Request, *, typed: schemas.LabelForm | None = None, failed: Failure | None = None
) -> Response:
    """Every label, with its films and who sees them."""
    labels = await request.core.labels.all(request.actor, request.unit)
    typed = typed or schemas.LabelForm()
    return await render(request, "manage/labels.html", labels=labels, typed=typed, failed=failed)


@shown_again_by(show_labels)
async def create_label(request: Request, body: schemas.LabelForm) -> Response:
    """Make a label."""
    await request.core.labels.add(request.actor, request.unit, body.label.strip())
    return redirect(request, "/manage/labels", notice="label_made")
