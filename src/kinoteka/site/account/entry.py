"""Signing up, in and out."""

from typing import Any

from msgspec.structs import replace

from kinoteka.errors import Code
from kinoteka.http.mechanics.response import Headers, Response
from kinoteka.http.policy import sign_out as signing_out
from kinoteka.http.policy.request import Request
from kinoteka.site.account import schemas
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.languages import N_, translations
from kinoteka.site.ui.pages import language_of, own_path, redirect, render

# Which of the two is wrong is nobody's business.
WRONG = N_("Wrong username or password.")
WRONG_STATUS = 401
# Drafts and the like that scripts have left in the browser go with the session.
CLEARED = (b"clear-site-data", b'"storage"')


async def show_sign_in(
    request: Request,
    query: schemas.SignInQuery | None = None,
    *,
    typed: schemas.SignInForm | None = None,
    failed: Failure | None = None,
) -> Response:
    """The form to sign in with; who is signed in already goes on."""
    typed = typed or schemas.SignInForm(next=query.next if query else "/")
    if failed is None and request.actor.account_id is not None:
        return redirect(request, own_path(typed.next))
    if failed is not None and failed.code in (Code.ACCOUNT_UNKNOWN, Code.PASSWORD_WRONG):
        failed = _as_one(request, failed)
    return await _render(request, "account/sign_in.html", typed, failed)


@shown_again_by(show_sign_in)
async def sign_in(request: Request, body: schemas.SignInForm) -> Response:
    """Begin a session."""
    started = await request.core.sessions.sign_in(
        request.actor, request.unit, request.visit, body.identifier.strip(), body.password
    )
    return redirect(request, own_path(body.next), extra=[request.session_cookie(started)])


async def show_sign_up(
    request: Request,
    query: schemas.SignInQuery | None = None,
    *,
    typed: schemas.SignUpForm | None = None,
    failed: Failure | None = None,
) -> Response:
    """The form to make an account with; who is signed in already goes on."""
    typed = typed or schemas.SignUpForm(next=query.next if query else "/")
    if failed is None and request.actor.account_id is not None:
        return redirect(request, own_path(typed.next))
    return await _render(request, "account/sign_up.html", typed, failed)


@shown_again_by(show_sign_up)
async def sign_up(request: Request, body: schemas.SignUpForm) -> Response:
    """Make an account and begin its first session."""
    started = await request.core.sessions.sign_up(
        request.actor, request.unit, request.visit, body.account()
    )
    return redirect(
        request, own_path(body.next), notice="signed_up", extra=[request.session_cookie(started)]
    )


async def sign_out(request: Request) -> Response:
    """End the session; who has none is signed out already."""
    removed = await signing_out.sign_out_if_any(request)
    return redirect(request, "/", notice="signed_out", extra=[*removed, CLEARED])


async def judge_password(request: Request, body: schemas.StrengthForm) -> Response:
    """How strong a password is, as a piece of a page."""
    known = (body.username, body.email)
    strength = await request.core.password_strength.estimate(request.address, body.password, known)
    return await render(request, "account/strength.html", strength=strength)


def leaving(request: Request) -> Headers:
    """The headers for a browser whose session has ended."""
    return [request.session_removal_cookie(), CLEARED]


async def _render(request: Request, template: str, typed: Any, failed: Failure | None) -> Response:
    return await render(request, template, typed=typed, failed=failed, next=own_path(typed.next))


def _as_one(request: Request, failed: Failure) -> Failure:
    sentence = translations(language_of(request)).gettext(WRONG)
    return replace(
        failed,
        code=Code.PASSWORD_WRONG,
        status=WRONG_STATUS,
        field="password",
        sentence=sentence,
    )
