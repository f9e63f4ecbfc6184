"""The security pages of an account: password, sessions, sign-in history and deletion."""

from msgspec.structs import replace

from kinoteka.errors import Code
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.account import schemas
from kinoteka.site.account.authentication import sign_out_headers
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import redirect, render


async def show_password(
    request: Request, *, typed: schemas.PasswordForm | None = None, failed: PageError | None = None
) -> Response:
    """Show the form that changes the password."""
    if failed is not None and failed.code is Code.CURRENT_PASSWORD_WRONG:
        failed = replace(failed, field="present")
    return await render(request, "account/password.html", typed=typed, failed=failed)


@redisplay_on_error(show_password)
async def change_password(request: Request, body: schemas.PasswordForm) -> Response:
    """Change the password and end all other sessions."""
    await request.core.credentials.change_password(
        request.actor, request.unit, body.present, body.password
    )
    await request.renew_device_cookie()
    return redirect(request, "/account/password", notice="password_changed")


async def redirect_to_password(request: Request) -> Response:
    """Redirect password managers to the form (W3C, change-password URL)."""
    return redirect(request, "/account/password")


async def show_sessions(
    request: Request, *_: int, typed: object = None, failed: PageError | None = None
) -> Response:
    """Show the sessions of the user."""
    if failed is not None and failed.code is Code.CURRENT_PASSWORD_WRONG:
        failed = replace(failed, field="present")
    own = await request.core.own_sessions.list(request.actor, request.unit)
    devices = await request.core.devices.describe(each.user_agent for each in own.sessions)
    shown = [schemas.session_view(each, devices) for each in own.sessions]
    return await render(
        request, "account/sessions.html", shown=shown, own=own, typed=typed, failed=failed
    )


async def redirect_to_sessions(request: Request, *_: int) -> Response:
    """Redirect to the list when a user reopens the URL of a rejected form."""
    return redirect(request, "/account/sessions")


@redisplay_on_error(show_sessions)
async def prove_password(request: Request, body: schemas.SessionsForm) -> Response:
    """Check the current password, so that the user can end other sessions."""
    await request.core.credentials.prove_password(request.actor, request.unit, body.present)
    return redirect(request, "/account/sessions")


@redisplay_on_error(show_sessions)
async def end_session(request: Request, session_id: int, body: schemas.SessionsForm) -> Response:
    """End one of the user's own sessions."""
    await request.core.own_sessions.end(request.actor, request.unit, session_id, body.present)
    if session_id == request.actor.session_id:
        return redirect(request, "/", notice="signed_out", extra=sign_out_headers(request))
    return redirect(request, "/account/sessions", notice="session_ended")


@redisplay_on_error(show_sessions)
async def end_other_sessions(request: Request, body: schemas.SessionsForm) -> Response:
    """End all of the user's own sessions but this one."""
    await request.core.own_sessions.end_others(request.actor, request.unit, body.present)
    return redirect(request, "/account/sessions", notice="sessions_ended")


async def show_history(request: Request, query: schemas.HistoryQuery) -> Response:
    """Show a page of the user's sign-ins."""
    history = await request.core.sign_in_history.page(request.actor, request.unit, query.page)
    devices = await request.core.devices.describe(each.user_agent for each in history.items)
    shown = [schemas.session_view(each, devices) for each in history.items]
    return await render(request, "account/history.html", history=history, shown=shown)


async def show_delete_account(
    request: Request, *, typed: schemas.DeleteForm | None = None, failed: PageError | None = None
) -> Response:
    """Show what is deleted with the account, and the form that deletes it."""
    return await render(request, "account/delete.html", typed=typed, failed=failed)


@redisplay_on_error(show_delete_account)
async def delete_account(request: Request, body: schemas.DeleteForm) -> Response:
    """Delete the account."""
    await request.core.credentials.delete_account(request.actor, request.unit, body.password)
    return redirect(request, "/", notice="account_deleted", extra=sign_out_headers(request))
