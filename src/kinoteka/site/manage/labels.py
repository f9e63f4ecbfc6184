"""Labels: listed, and made."""

from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.manage import shapes
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render


async def show_labels(
    call: Call, *, typed: shapes.LabelForm | None = None, failed: Failure | None = None
) -> Answer:
    """Every label, with its films and who sees them."""
    labels = await call.core.labels.all(call.actor, call.unit)
    typed = typed or shapes.LabelForm()
    return await render(call, "manage/labels.html", labels=labels, typed=typed, failed=failed)


@shown_again_by(show_labels)
async def create_label(call: Call, body: shapes.LabelForm) -> Answer:
    """Make a label."""
    await call.core.access.add_label(call.actor, call.unit, body.label.strip())
    return redirect(call, "/manage/labels", notice="label_made")
