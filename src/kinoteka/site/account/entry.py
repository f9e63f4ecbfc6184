"""Signing up, in and out."""

from typing import Any

from msgspec.structs import replace

from kinoteka.errors import Code
from kinoteka.http.mechanics.response import Answer, Headers
from kinoteka.http.policy import sign_out as signing_out
from kinoteka.http.policy.request import Call
from kinoteka.site.account import shapes
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.languages import N_, translations
from kinoteka.site.ui.pages import language_of, own_path, redirect, render

# Which of the two is wrong is nobody's business.
WRONG = N_("There is no account with this name and password.")
WRONG_STATUS = 401
# Drafts and the like that scripts have left in the browser go with the session.
CLEARED = (b"clear-site-data", b'"storage"')


async def show_sign_in(
    call: Call,
    query: shapes.SignInQuery | None = None,
    *,
    typed: shapes.SignInForm | None = None,
    failed: Failure | None = None,
) -> Answer:
    """The form to sign in with; who is signed in already goes on."""
    typed = typed or shapes.SignInForm(next=query.next if query else "/")
    if failed is None and call.actor.account_id is not None:
        return redirect(call, own_path(typed.next))
    if failed is not None and failed.code in (Code.ACCOUNT_UNKNOWN, Code.PASSWORD_WRONG):
        failed = _as_one(call, failed)
    return await _render(call, "account/sign_in.html", typed, failed)


@shown_again_by(show_sign_in)
async def sign_in(call: Call, body: shapes.SignInForm) -> Answer:
    """Begin a session."""
    started = await call.core.sessions.sign_in(
        call.actor, call.unit, call.visit, body.identifier.strip(), body.password
    )
    return redirect(call, own_path(body.next), extra=[call.give_session(started)])


async def show_sign_up(
    call: Call,
    query: shapes.SignInQuery | None = None,
    *,
    typed: shapes.SignUpForm | None = None,
    failed: Failure | None = None,
) -> Answer:
    """The form to make an account with; who is signed in already goes on."""
    typed = typed or shapes.SignUpForm(next=query.next if query else "/")
    if failed is None and call.actor.account_id is not None:
        return redirect(call, own_path(typed.next))
    return await _render(call, "account/sign_up.html", typed, failed)


@shown_again_by(show_sign_up)
async def sign_up(call: Call, body: shapes.SignUpForm) -> Answer:
    """Make an account and begin its first session."""
    started = await call.core.sessions.sign_up(call.actor, call.unit, call.visit, body.account())
    return redirect(
        call, own_path(body.next), notice="signed_up", extra=[call.give_session(started)]
    )


async def sign_out(call: Call) -> Answer:
    """End the session; who has none is signed out already."""
    removed = await signing_out.sign_out_if_any(call)
    return redirect(call, "/", notice="signed_out", extra=[*removed, CLEARED])


async def judge_password(call: Call, body: shapes.StrengthForm) -> Answer:
    """How strong a password is, as a piece of a page."""
    known = (body.username, body.email)
    strength = await call.core.password_strength.judge(call.address, body.password, known)
    return await render(call, "account/strength.html", strength=strength)


def leaving(call: Call) -> Headers:
    """The headers for a browser whose session has ended."""
    return [call.take_session(), CLEARED]


async def _render(call: Call, template: str, typed: Any, failed: Failure | None) -> Answer:
    return await render(call, template, typed=typed, failed=failed, next=own_path(typed.next))


def _as_one(call: Call, failed: Failure) -> Failure:
    sentence = translations(language_of(call)).gettext(WRONG)
    return replace(
        failed,
        code=Code.PASSWORD_WRONG,
        status=WRONG_STATUS,
        field="password",
        sentence=sentence,
    )
