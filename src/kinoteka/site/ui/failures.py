"""What the site says of refusals: a sentence in the reader's language, beside a field or alone."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

import msgspec

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Headers, Response, empty_response
from kinoteka.http.mechanics.routes import ErrorResponse, Route
from kinoteka.http.policy.authentication import identify
from kinoteka.http.policy.error_messages import COMMON
from kinoteka.http.policy.request import Request
from kinoteka.site.ui import pages
from kinoteka.site.ui.languages import N_, formats, translations

SENTENCES: dict[Code, str] = {
    Code.BODY_MALFORMED: N_("What was sent cannot be read."),
    Code.BODY_TOO_LARGE: N_("What was sent is too large."),
    Code.BODY_COMPRESSED: N_("What was sent cannot be read."),
    Code.FIELD_INVALID: "{reason}",
    Code.UNAUTHORIZED: N_("Sign in first."),
    Code.SIGNED_IN: N_("You are signed in already."),
    Code.FORBIDDEN: N_("You may not do that."),
    Code.CROSS_ORIGIN: N_("This came from another site, so nothing was done."),
    Code.CSRF_MISSING: N_("This came from another site, so nothing was done."),
    Code.CSRF_WRONG: N_("This came from another site, so nothing was done."),
    Code.TOKEN_INVALID: N_("Sign in again."),
    Code.TOKEN_REUSED: N_("Sign in again."),
    Code.THROTTLED: N_("That was too often. Try again {wait}."),
    Code.BUSY: N_("The server is busy. Try again {wait}."),
    Code.ACCOUNT_UNKNOWN: N_("There is no such person."),
    Code.ACCOUNT_DISABLED: N_("This account is disabled. Ask whoever runs this server."),
    Code.ACCOUNT_OWN: N_("You cannot do this to your own account."),
    Code.SESSION_UNKNOWN: N_("This session has ended already."),
    Code.PASSWORD_WRONG: N_("The password is wrong."),
    Code.CURRENT_PASSWORD_WRONG: N_("The current password is wrong."),
    Code.SIGN_IN_AGAIN: N_("This needs your password. Sign in again, then repeat it."),
    Code.PASSWORD_INVALID: N_(
        "Choose a password of 8 to 128 characters that is neither common nor one of your names."
    ),
    Code.PASSWORD_NOT_CHANGED_HERE: N_("The password is changed on a page of its own."),
    Code.EMAIL_INVALID: N_("This is not an e-mail address."),
    Code.EMAIL_TAKEN: N_("This e-mail address is already taken."),
    Code.USERNAME_INVALID: N_(
        "Choose a username of 1 to 64 letters of one script, digits or signs, without @ and not of "
        "digits alone."
    ),
    Code.USERNAME_TAKEN: N_("This username, or one that looks like it, is already taken."),
    Code.BIRTHDAY_INVALID: N_("This is not a date."),
    Code.ROLE_UNKNOWN: N_("There is no such role."),
    Code.ROLE_TAKEN: N_("There is already a role with this name."),
    Code.ROLE_BUILT_IN: N_("This role is built in."),
    Code.ROLES_TOO_MANY: N_("Somebody may hold at most {limit} roles. Take one away first."),
    Code.LABEL_UNKNOWN: N_("There is no such label."),
    Code.FILM_UNKNOWN: N_("There is no such film."),
    Code.FILM_CHANGED: N_(
        "Somebody else has changed this film in the meantime. Look at it again, then change it."
    ),
    Code.GENRE_UNKNOWN: N_("There is no such genre."),
    Code.DIRECTOR_UNKNOWN: N_("There is no such director."),
    Code.SELECTION_UNKNOWN: N_("There is no such selection."),
    Code.SELECTION_FULL: N_("A selection holds at most {limit} films."),
    Code.SELECTIONS_TOO_MANY: N_("You may have at most {limit} selections."),
    Code.IMPORT_UNKNOWN: N_("There is no such import."),
    Code.IMPORT_RUNNING: N_("An import is running. Try again once it is done."),
    Code.IMPORT_UNUSABLE: N_("These files cannot be imported like this."),
    Code.DISK_FULL: N_("The server has no room left, so nothing was stored. Try again later."),
    Code.UPLOAD_MISSING: N_("Choose a file."),
    Code.UPLOAD_TOO_LARGE: N_("This file is too large."),
    Code.UPLOAD_UNREADABLE: N_("This picture cannot be read."),
    Code.UPLOAD_TOO_MANY_PIXELS: N_(
        "This picture has more than {limit} megapixels. Scale it down and send it again."
    ),
    Code.UPLOAD_WRONG_TYPE: N_("Only these will do: {allowed}."),
    Code.PHOTO_MISSING: N_("There is no picture."),
    Code.CHAT_FORBIDDEN: N_("There is no such chat."),
    Code.ACCOUNT_GONE: N_("This account has been deleted. Nobody would read your message."),
    Code.CHAT_WITH_SELF: N_("A chat needs somebody else."),
    Code.MESSAGE_UNKNOWN: N_("There is no such message."),
    Code.MESSAGE_FORBIDDEN: N_("This message is not yours."),
    Code.PATH_UNKNOWN: N_("There is nothing at this address."),
    Code.METHOD_NOT_ALLOWED: N_("This cannot be done here."),
    Code.PREFETCHED: N_("Your browser asked for this in advance, so nothing was done."),
    Code.INTERNAL: N_("Something went wrong on the server."),
}

REASONS: dict[str, str] = {
    "password_needed": N_("Enter your current password to change your username or e-mail address."),
    "password_needed_to_end": N_("Enter your current password to end other sessions."),
    "missing": N_("This is missing."),
    "empty": N_("This must not be empty."),
    "invisible": N_("This has no visible character."),
    "too_long": N_("This is too long."),
    "characters": N_("This has characters that are not allowed."),
    "address": N_("This is not an http or https address."),
    "malformed": N_("This is malformed."),
    "reserved": N_("“hidden” is not a label. Hide a film on its own page instead."),
    "label_lost": N_("The label that this film had is not known any more. Choose one."),
    "year": N_("This is not a year from 1870 to 2100."),
    "rating": N_("This is not a rating from 0 to 10."),
    "number": N_("This number is not in the allowed range."),
    "too_many": N_("These are too many."),
    "not_of_format": N_("This does not fit the format of the files."),
    "mapping_invalid": N_("Each line must be FIELD=COLUMN."),
    "label_rule_invalid": N_("A rule here cannot be understood."),
}

OTHER_REASON = N_("This value is not allowed.")

# The field beside which a refusal stands, where the core does not name it.
FIELDS: dict[Code, str] = {
    Code.PASSWORD_WRONG: "password",
    Code.CURRENT_PASSWORD_WRONG: "password",
    Code.PASSWORD_INVALID: "password",
    Code.EMAIL_INVALID: "email",
    Code.EMAIL_TAKEN: "email",
    Code.USERNAME_INVALID: "username",
    Code.USERNAME_TAKEN: "username",
    Code.BIRTHDAY_INVALID: "birthday",
}

# What somebody in the browser is told as "not there", whatever the contracts say.
STATUSES: dict[Code, int] = {Code.CHAT_FORBIDDEN: 404}
REFUSALS: dict[Code, ErrorResponse] = {
    code: ErrorResponse(STATUSES.get(code, COMMON[code].status), COMMON[code].message)
    for code in COMMON
}


class Failure(msgspec.Struct, frozen=True):
    """A refusal as it is shown: the field that it concerns, if any, and a sentence."""

    code: Code
    status: int
    field: str | None
    sentence: str


def failure(request: Request, error: DomainError) -> Failure:
    """A domain error in the reader's words."""
    language = pages.language_of(request)
    chosen = translations(language)
    reason = error.parameters.get("reason")
    wait = error.parameters.get("retry_after", 0)
    given = error.parameters | {
        "reason": chosen.gettext(REASONS.get(str(reason), OTHER_REASON)),
        "wait": formats(language).soon(int(str(wait))),
    }
    field = error.parameters.get("field") or FIELDS.get(error.code)
    sentence = chosen.gettext(SENTENCES[error.code]).format_map(_Given(given))
    named = str(field) if field else None
    return Failure(error.code, REFUSALS[error.code].status, named, sentence)


def shown_again_by(
    show: Callable[..., Awaitable[Response]],
) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
    """Let a form that is refused be shown again by `show`, with what was typed and the failure.

    `show` gets the handler's own arguments; the form is `typed`, and the refusal is `failed`.
    """

    def decorate(handler: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
        @wraps(handler)
        async def handle(request: Request, *arguments: Any) -> Response:
            try:
                return await handler(request, *arguments)
            except DomainError as error:
                if error.code in (Code.UNAUTHORIZED, Code.FORBIDDEN):
                    raise
                if not error.commits_changes:
                    await request.unit.rollback()
                *path, typed = arguments
                response = await show(request, *path, typed=typed, failed=failure(request, error))
                response.headers = [*response.headers, *_retry_after(error)]
                return response

        return handle

    return decorate


async def request_error_response(request: Request, error: DomainError) -> Response:
    """A refusal as a page; whoever must sign in first is led there."""
    if request.actor.account_id is None and request.route.identity != "none":
        request.actor = await identify(request)
    if error.code is Code.UNAUTHORIZED:
        return _to_sign_in(request)
    failed = failure(request, error)
    headers = _retry_after(error)
    return await pages.render(
        request, "failure.html", part="sentence", failed=failed, headers=headers
    )


def error_response(
    error_response: ErrorResponse, error: DomainError, route: Route | None
) -> Response:
    """The plainest refusal, for when no page can be made."""
    del route
    body = f"{error_response.status} {error.code}".encode()
    return Response(error_response.status, body, [(b"content-type", b"text/plain; charset=utf-8")])


def _retry_after(error: DomainError) -> Headers:
    wait = error.parameters.get("retry_after")
    return [] if wait is None else [(b"retry-after", str(wait).encode())]


def _to_sign_in(request: Request) -> Response:
    is_page = request.scope.get("method") in ("GET", "HEAD") and not pages.is_partial(request)
    came_from = pages.address_of(request) if is_page else pages.referring_path(request)
    path = f"/sign-in?next={quote(came_from, safe='/')}"
    if pages.is_partial(request):
        return empty_response(401, [(b"hx-redirect", path.encode())])
    return pages.redirect(request, path)


class _Given(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return key
