"""The pages by which one guards one's account: password, sessions, history, and its end."""

from msgspec.structs import replace

from kinoteka.errors import Code
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.account import shapes
from kinoteka.site.account.entry import leaving
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render


async def show_password(
    call: Call, *, typed: shapes.PasswordForm | None = None, failed: Failure | None = None
) -> Answer:
    """The form to change the password with."""
    if failed is not None and failed.code is Code.CURRENT_PASSWORD_WRONG:
        failed = replace(failed, field="present")
    return await render(call, "account/password.html", typed=typed, failed=failed)


@shown_again_by(show_password)
async def change_password(call: Call, body: shapes.PasswordForm) -> Answer:
    """Change the password; every other session ends."""
    await call.core.credentials.change_password(call.actor, call.unit, body.present, body.password)
    await call.renew_device()
    return redirect(call, "/account/password", notice="password_changed")


async def lead_to_password(call: Call) -> Answer:
    """Where programs that keep passwords look for that page."""
    return redirect(call, "/account/password")


async def show_sessions(
    call: Call, *_: int, typed: object = None, failed: Failure | None = None
) -> Answer:
    """Where one is signed in."""
    if failed is not None and failed.code is Code.CURRENT_PASSWORD_WRONG:
        failed = replace(failed, field="present")
    own = await call.core.own_sessions.list(call.actor, call.unit)
    devices = await call.core.devices.describe(each.user_agent for each in own.sessions)
    shown = [shapes.visited(each, devices) for each in own.sessions]
    return await render(
        call, "account/sessions.html", shown=shown, own=own, typed=typed, failed=failed
    )


async def lead_to_sessions(call: Call, *_: int) -> Answer:
    """Redirect to the list when a user reopens the URL of a rejected form."""
    return redirect(call, "/account/sessions")


@shown_again_by(show_sessions)
async def prove_password(call: Call, body: shapes.SessionsForm) -> Answer:
    """Take the current password, after which other sessions can be ended."""
    await call.core.credentials.prove_password(call.actor, call.unit, body.present)
    return redirect(call, "/account/sessions")


@shown_again_by(show_sessions)
async def end_session(call: Call, session_id: int, body: shapes.SessionsForm) -> Answer:
    """End one of the user's own sessions."""
    await call.core.own_sessions.end(call.actor, call.unit, session_id, body.present)
    if session_id == call.actor.session_id:
        return redirect(call, "/", notice="signed_out", extra=leaving(call))
    return redirect(call, "/account/sessions", notice="session_ended")


@shown_again_by(show_sessions)
async def end_other_sessions(call: Call, body: shapes.SessionsForm) -> Answer:
    """End all of the user's own sessions but this one."""
    await call.core.own_sessions.end_others(call.actor, call.unit, body.present)
    return redirect(call, "/account/sessions", notice="sessions_ended")


async def show_history(call: Call, query: shapes.HistoryQuery) -> Answer:
    """A page of one's sign-ins."""
    history = await call.core.sign_in_history.page(call.actor, call.unit, query.page)
    devices = await call.core.devices.describe(each.user_agent for each in history.items)
    shown = [shapes.visited(each, devices) for each in history.items]
    return await render(call, "account/history.html", history=history, shown=shown)


async def show_deletion(
    call: Call, *, typed: shapes.DeleteForm | None = None, failed: Failure | None = None
) -> Answer:
    """What goes with the account, and the form to delete it with."""
    return await render(call, "account/delete.html", typed=typed, failed=failed)


@shown_again_by(show_deletion)
async def delete_account(call: Call, body: shapes.DeleteForm) -> Answer:
    """Delete the account."""
    await call.core.credentials.delete_account(call.actor, call.unit, body.password)
    return redirect(call, "/", notice="account_deleted", extra=leaving(call))
