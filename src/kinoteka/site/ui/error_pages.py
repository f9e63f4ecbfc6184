"""Errors on pages: a sentence in the reader's language, at a field or on a page of its own."""

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
from kinoteka.site.ui.languages import N_, formats, language_of, translations

SENTENCES: dict[Code, str] = {
    Code.BODY_MALFORMED: N_("The request could not be read."),
    Code.BODY_TOO_LARGE: N_("The request is too large."),
    Code.BODY_COMPRESSED: N_("The request could not be read."),
    Code.FIELD_INVALID: "{reason}",
    Code.UNAUTHORIZED: N_("Please sign in first."),
    Code.SIGNED_IN: N_("You are already signed in."),
    Code.FORBIDDEN: N_("You do not have permission to do this."),
    Code.CROSS_ORIGIN: N_("This request came from another site, so it was blocked."),
    Code.CSRF_MISSING: N_("This request came from another site, so it was blocked."),
    Code.CSRF_WRONG: N_("This request came from another site, so it was blocked."),
    Code.TOKEN_INVALID: N_("Please sign in again."),
    Code.TOKEN_REUSED: N_("Please sign in again."),
    Code.THROTTLED: N_("Too many requests. Try again {wait}."),
    Code.BUSY: N_("The server is busy. Try again {wait}."),
    Code.ACCOUNT_UNKNOWN: N_("Member not found."),
    Code.ACCOUNT_DISABLED: N_("This account is disabled. Contact the administrator."),
    Code.ACCOUNT_OWN: N_("You cannot do this to your own account."),
    Code.SESSION_UNKNOWN: N_("This session has already ended."),
    Code.PASSWORD_WRONG: N_("Wrong password."),
    Code.CURRENT_PASSWORD_WRONG: N_("The current password is wrong."),
    Code.SIGN_IN_AGAIN: N_("Sign in again to confirm your password, then repeat this step."),
    Code.PASSWORD_INVALID: N_("Use 8 to 128 characters. Avoid common passwords and your own name."),
    Code.PASSWORD_NOT_CHANGED_HERE: N_("To change your password, go to Account → Password."),
    Code.EMAIL_INVALID: N_("Enter a valid email address."),
    Code.EMAIL_TAKEN: N_("This email address is already in use."),
    Code.USERNAME_INVALID: N_(
        "Use 1 to 64 letters from one alphabet, digits or symbols. A username cannot contain @ or "
        "consist only of digits."
    ),
    Code.USERNAME_TAKEN: N_("This username is taken or looks too similar to another one."),
    Code.BIRTHDAY_INVALID: N_("Enter a valid date."),
    Code.ROLE_UNKNOWN: N_("Role not found."),
    Code.ROLE_TAKEN: N_("A role with this name already exists."),
    Code.ROLE_BUILT_IN: N_("Built-in roles cannot be renamed or deleted."),
    Code.ROLES_TOO_MANY: N_("A member can have at most {limit} roles. Remove one first."),
    Code.LABEL_UNKNOWN: N_("Label not found."),
    Code.FILM_UNKNOWN: N_("Film not found."),
    Code.FILM_MERGED: N_(
        "This film has already been merged into another one. Nothing was changed."
    ),
    Code.FILM_ACCESS_DIFFERS: N_(
        "The two films have different labels, or one of them is hidden. Nothing was merged. Choose"
        " who can see the film afterwards."
    ),
    Code.MERGE_UNKNOWN: N_(
        "There is no merge to undo. Merges can be undone for {days} days. After that, you can split"
        " the film if it has several sources."
    ),
    Code.MERGE_FOLLOWED: N_(
        "The film was merged into another film later, so this merge cannot be undone yet. Undo the"
        " later merge first."
    ),
    Code.SPLIT_IMPOSSIBLE: N_(
        "There is nothing to split: the film has only one source. Nothing was changed."
    ),
    Code.SPLIT_OF_MERGE: N_(
        "These sources came with a merge that can be undone. Nothing was changed. Undo the merge"
        " instead."
    ),
    Code.FILM_CHANGED: N_(
        "Someone else has changed this film. Review the current version, then edit it again."
    ),
    Code.GENRE_UNKNOWN: N_("Genre not found."),
    Code.GENRE_MERGED: N_(
        "This genre has already been merged into another one. Nothing was changed."
    ),
    Code.DIRECTOR_UNKNOWN: N_("Director not found."),
    Code.SELECTION_UNKNOWN: N_("Selection not found."),
    Code.SELECTION_FULL: N_("A selection can have at most {limit} films."),
    Code.SELECTIONS_TOO_MANY: N_("You can have at most {limit} selections."),
    Code.IMPORT_UNKNOWN: N_("Import not found."),
    Code.IMPORT_RUNNING: N_("Another import is running. Try again when it has finished."),
    Code.IMPORT_PERMANENT: N_(
        "This import cannot be undone: it is older than 30 days, or it has been undone already."
    ),
    Code.IMPORT_UNUSABLE: N_("These files cannot be imported with these settings."),
    Code.DISK_FULL: N_("The server is out of disk space, so nothing was saved. Try again later."),
    Code.UPLOAD_MISSING: N_("Choose a file."),
    Code.UPLOAD_TOO_LARGE: N_("This file is too large."),
    Code.UPLOAD_UNREADABLE: N_("This picture could not be read."),
    Code.UPLOAD_TOO_MANY_PIXELS: N_(
        "This picture is larger than {limit} megapixels. Make it smaller and try again."
    ),
    Code.UPLOAD_WRONG_TYPE: N_("Allowed values: {allowed}."),
    Code.PHOTO_MISSING: N_("Picture not found."),
    Code.CHAT_FORBIDDEN: N_("Chat not found."),
    Code.ACCOUNT_GONE: N_("This account has been deleted, so you cannot send messages to it."),
    Code.CHAT_WITH_SELF: N_("You cannot start a chat with yourself."),
    Code.MESSAGE_UNKNOWN: N_("Message not found."),
    Code.MESSAGE_FORBIDDEN: N_("This is not your message."),
    Code.PATH_UNKNOWN: N_("Page not found."),
    Code.METHOD_NOT_ALLOWED: N_("This action is not available here."),
    Code.PREFETCHED: N_("Your browser tried to preload this page, so nothing was done."),
    Code.INTERNAL: N_("Something went wrong on the server."),
}

REASONS: dict[str, str] = {
    "password_needed": N_("Enter your current password to change your username or email address."),
    "password_needed_to_end": N_("Enter your current password to end other sessions."),
    "missing": N_("This field is required."),
    "empty": N_("This field cannot be empty."),
    "invisible": N_("Enter at least one visible character."),
    "too_long": N_("This is too long."),
    "characters": N_("This contains characters that are not allowed."),
    "address": N_("Enter an address that starts with http:// or https://."),
    "malformed": N_("This value is not valid."),
    "same_film": N_("This is the same film. Enter the ID of another one."),
    "genre_taken": N_("Another genre has this name. You can merge the two genres."),
    "same_genre": N_("This is the same genre. Enter another one."),
    "last_record": N_("Choose at least one source, and leave at least one with the film."),
    "reserved": N_(
        "“hidden” cannot be used as a label. To hide a film, open its page under Manage."
    ),
    "label_lost": N_("The film’s previous label is no longer known. Choose one."),
    "year": N_("Enter a year from 1870 to 2100."),
    "rating": N_("Enter a rating from 0 to 10."),
    "number": N_("Enter a number in the allowed range."),
    "reversed": N_("The end of this range is before its beginning. Swap the two values."),
    "too_many": N_("Too many values."),
    "person_missing": N_("Each row with a role needs a person."),
    "person_unknown": N_("There is no person with this number and name."),
    "person_ambiguous": N_("Several people have this name. Choose one of them."),
    "language": N_("Enter the code of a language, such as en or ru."),
    "id_malformed": N_("Enter the ID, or the address of the film’s page."),
    "id_taken": N_("Another film has this ID. If they are the same film, merge them."),
    "mapping_unknown": N_("There is no saved mapping with this name."),
    "column_repeated": N_("Two columns have the same field. Choose another field for one of them."),
    "not_of_format": N_("This setting does not apply to the format of these files."),
    "mapping_invalid": N_("Write each line as FIELD=COLUMN."),
    "label_rule_invalid": N_("One of the rules is not valid."),
}

OTHER_REASON = N_("This value is not allowed.")

# The field that shows an error, if the core does not name one.
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

# Statuses that differ from those of the contracts. Pages do not reveal that a chat exists.
STATUSES: dict[Code, int] = {Code.CHAT_FORBIDDEN: 404}
ERROR_RESPONSES: dict[Code, ErrorResponse] = {
    code: ErrorResponse(STATUSES.get(code, COMMON[code].status), COMMON[code].message)
    for code in COMMON
}


class PageError(msgspec.Struct, frozen=True):
    """An error as a page shows it: a sentence and the form field that it belongs to, if any."""

    code: Code
    status: int
    field: str | None
    sentence: str


def page_error(request: Request, error: DomainError) -> PageError:
    """Return a domain error as a sentence in the reader's language."""
    locale = pages.locale_of(request)
    chosen = translations(language_of(locale))
    reason = error.parameters.get("reason")
    wait = error.parameters.get("retry_after", 0)
    parameters = error.parameters | {
        "reason": chosen.gettext(REASONS.get(str(reason), OTHER_REASON)),
        "wait": formats(locale).soon(int(str(wait))),
    }
    field = error.parameters.get("field") or FIELDS.get(error.code)
    sentence = chosen.gettext(SENTENCES[error.code]).format_map(_Parameters(parameters))
    status = ERROR_RESPONSES[error.code].status
    return PageError(error.code, status, str(field) if field else None, sentence)


def redisplay_on_error(
    show: Callable[..., Awaitable[Response]],
) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
    """Show the form again with `show` if the decorated handler raises a domain error.

    `show` receives the handler's path arguments, the submitted form as `typed` and the `PageError`
    as `failed`.
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
                response = await show(
                    request, *path, typed=typed, failed=page_error(request, error)
                )
                response.headers = [*response.headers, *_retry_after(error)]
                return response

        return handle

    return decorate


async def request_error_response(request: Request, error: DomainError) -> Response:
    """Return an error page, or a redirect to the sign-in page for anonymous readers."""
    if request.actor.account_id is None and request.route.identity != "ignored":
        request.actor = await identify(request)
    if error.code is Code.UNAUTHORIZED:
        return _to_sign_in(request)
    failed = page_error(request, error)
    headers = _retry_after(error)
    return await pages.render(
        request, "error.html", part="sentence", failed=failed, headers=headers
    )


def error_response(
    error_response: ErrorResponse, error: DomainError, route: Route | None
) -> Response:
    """Return a plain-text error response for requests for which no page can be rendered."""
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


class _Parameters(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return key
