"""The pages by which one guards one's account: password, sessions, history, and its end."""

from msgspec.structs import replace

from kinoteka.errors import Code
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.account import schemas
from kinoteka.site.account.entry import leaving
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render


async def show_password(
    request: Request, *, typed: schemas.PasswordForm | None = None, failed: Failure | None = None
) -> Response:
    """The form to change the password with."""
    if failed is not None and failed.code is Code.CURRENT_PASSWORD_WRONG:
        failed = replace(failed, field="present")
    return await render(request, "account/password.html", typed=typed, failed=failed)


@shown_again_by(show_password)
async def change_password(request: Request, body: schemas.PasswordForm) -> Response:
    """Change the password; every other session ends."""
    await request.core.credentials.change_password(
        request.actor, request.unit, body.present, body.password
    )
    await request.renew_device_cookie()
    return redirect(request, "/account/password", notice="password_changed")


async def lead_to_password(request: Request) -> Response:
    """Where programs that keep passwords look for that page."""
    return redirect(request, "/account/password")


async def show_sessions(
    request: Request, *_: int, typed: object = None, failed: Failure | None = None
) -> Response:
    """Where one is signed in."""
    if failed is not None and failed.code is Code.CURRENT_PASSWORD_WRONG:
        failed = replace(failed, field="present")
    own = await request.core.own_sessions.list(request.actor, request.unit)
    devices = await request.core.devices.describe(each.user_agent for each in own.sessions)
    shown = [schemas.visited(each, devices) for each in own.sessions]
    return await render(
        request, "account/sessions.html", shown=shown, own=own, typed=typed, failed=failed
    )


async def lead_to_sessions(request: Request, *_: int) -> Response:
    """Redirect to the list when a user reopens the URL of a rejected form."""
    return redirect(request, "/account/sessions")


@shown_again_by(show_sessions)
async def prove_password(request: Request, body: schemas.SessionsForm) -> Response:
    """Take the current password, after which other sessions can be ended."""
    await request.core.credentials.prove_password(request.actor, request.unit, body.present)
    return redirect(request, "/account/sessions")


@shown_again_by(show_sessions)
async def end_session(request: Request, session_id: int, body: schemas.SessionsForm) -> Response:
    """End one of the user's own sessions."""
    await request.core.own_sessions.end(request.actor, request.unit, session_id, body.present)
    if session_id == request.actor.session_id:
        return redirect(request, "/", notice="signed_out", extra=leaving(request))
    return redirect(request, "/account/sessions", notice="session_ended")


@shown_again_by(show_sessions)
async def end_other_sessions(request: Request, body: schemas.SessionsForm) -> Response:
    """End all of the user's own sessions but this one."""
    await request.core.own_sessions.end_others(request.actor, request.unit, body.present)
    return redirect(request, "/account/sessions", notice="sessions_ended")


async def show_history(request: Request, query: schemas.HistoryQuery) -> Response:
    """A page of one's sign-ins."""
    history = await request.core.sign_in_history.page(request.actor, request.unit, query.page)
    devices = await request.core.devices.describe(each.user_agent for each in history.items)
    shown = [schemas.visited(each, devices) for each in history.items]
    return await render(request, "account/history.html", history=history, shown=shown)


async def show_deletion(
    request: Request, *, typed: schemas.DeleteForm | None = None, failed: Failure | None = None
) -> Response:
    """What goes with the account, and the form to delete it with."""
    return await render(request, "account/delete.html", typed=typed, failed=failed)


@shown_again_by(show_deletion)
async def delete_account(request: Request, body: schemas.DeleteForm) -> Response:
    """Delete the account."""
    await request.core.credentials.delete_account(request.actor, request.unit, body.password)
    return redirect(request, "/", notice="account_deleted", extra=leaving(request))
