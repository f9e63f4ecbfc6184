"""Sign-up, sign-in and sign-out."""

from typing import Any

from msgspec.structs import replace

from kinoteka.errors import Code
from kinoteka.http.mechanics.response import Headers, Response
from kinoteka.http.policy import sign_out as sign_out_service
from kinoteka.http.policy.request import Request
from kinoteka.site.account import schemas
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.languages import N_, translations
from kinoteka.site.ui.pages import language_of, local_path, redirect, render

# The same sentence for both, so that nobody can find out which accounts exist.
WRONG_CREDENTIALS = N_("Wrong username or password.")
WRONG_CREDENTIALS_STATUS = 401
# Scripts store drafts in the browser. They are deleted with the session.
CLEAR_STORAGE = (b"clear-site-data", b'"storage"')


async def show_sign_in(
    request: Request,
    query: schemas.SignInQuery | None = None,
    *,
    typed: schemas.SignInForm | None = None,
    failed: PageError | None = None,
) -> Response:
    """Show the sign-in form, or redirect a user who is already signed in."""
    typed = typed or schemas.SignInForm(next=query.next if query else "/")
    if failed is None and request.actor.account_id is not None:
        return redirect(request, local_path(typed.next))
    if failed is not None and failed.code in (Code.ACCOUNT_UNKNOWN, Code.PASSWORD_WRONG):
        failed = _without_cause(request, failed)
    return await _render(request, "account/sign_in.html", typed, failed)


@redisplay_on_error(show_sign_in)
async def sign_in(request: Request, body: schemas.SignInForm) -> Response:
    """Start a session."""
    result = await request.core.sessions.sign_in(
        request.actor, request.unit, request.visit, body.identifier.strip(), body.password
    )
    return redirect(request, local_path(body.next), extra=[request.session_cookie(result)])


async def show_sign_up(
    request: Request,
    query: schemas.SignInQuery | None = None,
    *,
    typed: schemas.SignUpForm | None = None,
    failed: PageError | None = None,
) -> Response:
    """Show the sign-up form, or redirect a user who is already signed in."""
    typed = typed or schemas.SignUpForm(next=query.next if query else "/")
    if failed is None and request.actor.account_id is not None:
        return redirect(request, local_path(typed.next))
    return await _render(request, "account/sign_up.html", typed, failed)


@redisplay_on_error(show_sign_up)
async def sign_up(request: Request, body: schemas.SignUpForm) -> Response:
    """Create an account and start its first session."""
    result = await request.core.sessions.sign_up(
        request.actor, request.unit, request.visit, body.account()
    )
    return redirect(
        request, local_path(body.next), notice="signed_up", extra=[request.session_cookie(result)]
    )


async def sign_out(request: Request) -> Response:
    """End the session, if there is one."""
    headers = await sign_out_service.sign_out_if_any(request)
    return redirect(request, "/", notice="signed_out", extra=[*headers, CLEAR_STORAGE])


async def show_password_strength(request: Request, body: schemas.StrengthForm) -> Response:
    """Show how strong a password is, as a part of a page."""
    personal = (body.username, body.email)
    strength = await request.core.password_strength.estimate(
        request.address, body.password, personal
    )
    return await render(request, "account/strength.html", strength=strength)


def sign_out_headers(request: Request) -> Headers:
    """Return the headers that remove the session and its data from the browser."""
    return [request.session_removal_cookie(), CLEAR_STORAGE]


async def _render(
    request: Request, template: str, typed: Any, failed: PageError | None
) -> Response:
    return await render(request, template, typed=typed, failed=failed, next=local_path(typed.next))


def _without_cause(request: Request, failed: PageError) -> PageError:
    sentence = translations(language_of(request)).gettext(WRONG_CREDENTIALS)
    return replace(
        failed,
        code=Code.PASSWORD_WRONG,
        status=WRONG_CREDENTIALS_STATUS,
        field="password",
        sentence=sentence,
    )
