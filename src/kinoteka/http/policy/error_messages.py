"""What refusals say, unless a contract says it in words of its own.

A `ErrorResponse` is a status and a sentence; `{name}` in the sentence stands for a parameter of the
error, or where it has none for the name itself, as clients call it. A contract's table is this
one with its own rows put over it.
"""

from collections.abc import Mapping

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.routes import ErrorResponse

# What a 401 says where access tokens are the way in (RFC 6750, 3).
BEARER_CHALLENGE = (b"www-authenticate", b"Bearer")

# Reasons that the core gives as codes; those of the decoder are sentences already.
REASONS = {
    "missing": "is missing",
    "empty": "must not be empty",
    "invisible": "has no visible character",
    "too_long": "too long",
    "characters": "characters that are not allowed",
    "address": "is not an http or https address",
    "malformed": "is malformed",
    "reserved": "'hidden' is not a label; films are hidden on the site, under /manage/films",
    "label_lost": "the label that the film had is not known any more; choose one",
    "too_short": "too short",
    "common": "too common",
    "repeated": "one character again and again",
    "blank": "nothing but blanks",
    "personal": "a name of yours or of this site",
    "length": "the length",
    "digits": "digits alone",
    "dots": "a step in a path",
    "scripts": "letters of several scripts",
}


def error_message(row: ErrorResponse, error: DomainError) -> str:
    """Return the message of a row with the parameters of the error filled in."""
    parameters = _Parameters(error.parameters)
    reason = parameters.get("reason")
    if isinstance(reason, str):
        parameters["reason"] = REASONS.get(reason, reason)
    return row.message.format_map(parameters)


def renamed(error: DomainError, called: Mapping[str, str]) -> DomainError:
    """The error with its fields called as clients call them (`Route.called`)."""
    if not called:
        return error
    parameters = {**called, **error.parameters}
    field = error.parameters.get("field")
    if isinstance(field, str):
        parameters["field"] = called.get(field, field)
    return DomainError(error.code, commits_changes=error.commits_changes, **parameters)


class _Parameters(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return key


COMMON: dict[Code, ErrorResponse] = {
    Code.BODY_MALFORMED: ErrorResponse(400, "the body is not valid JSON"),
    Code.BODY_TOO_LARGE: ErrorResponse(413, "the body is larger than {limit} bytes"),
    Code.BODY_COMPRESSED: ErrorResponse(
        415, "a compressed body is not accepted; send it without Content-Encoding"
    ),
    Code.FIELD_INVALID: ErrorResponse(400, "{field}: {reason}"),
    Code.UNAUTHORIZED: ErrorResponse(401, "you must be signed in"),
    Code.SIGNED_IN: ErrorResponse(403, "you are signed in; sign out first"),
    Code.FORBIDDEN: ErrorResponse(403, "this needs the permission {permission}"),
    Code.CROSS_ORIGIN: ErrorResponse(403, "requests from other origins are refused"),
    Code.CSRF_MISSING: ErrorResponse(403, "the CSRF token is missing"),
    Code.CSRF_WRONG: ErrorResponse(403, "the CSRF token is wrong or has expired"),
    Code.TOKEN_INVALID: ErrorResponse(401, "the token is not valid"),
    Code.TOKEN_REUSED: ErrorResponse(401, "the token has been used before; the session has ended"),
    Code.THROTTLED: ErrorResponse(429, "too many requests; try again in {retry_after} seconds"),
    Code.BUSY: ErrorResponse(503, "the server is busy; try again in {retry_after} seconds"),
    Code.ACCOUNT_UNKNOWN: ErrorResponse(404, "there is no such user"),
    Code.ACCOUNT_DISABLED: ErrorResponse(403, "the account is disabled"),
    Code.ACCOUNT_OWN: ErrorResponse(409, "this cannot be done to one's own account"),
    Code.SESSION_UNKNOWN: ErrorResponse(404, "there is no such session"),
    Code.PASSWORD_WRONG: ErrorResponse(401, "the password is wrong"),
    Code.CURRENT_PASSWORD_WRONG: ErrorResponse(401, "the current password is wrong"),
    Code.SIGN_IN_AGAIN: ErrorResponse(
        403,
        "this change needs a recent proof of your password: sign in again, and repeat the change "
        "within {minutes} minutes",
    ),
    Code.PASSWORD_INVALID: ErrorResponse(
        400,
        "{password}: 8 to 128 characters that are neither a common password nor one of your names "
        "({reason})",
    ),
    Code.PASSWORD_NOT_CHANGED_HERE: ErrorResponse(
        400, "{password}: a password is not changed here; leave the field out or empty"
    ),
    Code.EMAIL_INVALID: ErrorResponse(400, "email: not a valid e-mail address"),
    Code.EMAIL_TAKEN: ErrorResponse(409, "a user with this email exists already"),
    Code.USERNAME_INVALID: ErrorResponse(
        400,
        "{username}: 1 to 64 letters, digits or signs, of one script, not "
        "digits alone, no @ ({reason})",
    ),
    Code.USERNAME_TAKEN: ErrorResponse(
        409, "a user with this username, or one that looks the same, exists already"
    ),
    Code.BIRTHDAY_INVALID: ErrorResponse(400, "birthday: not a date such as 2001-04-06"),
    Code.ROLE_UNKNOWN: ErrorResponse(404, "there is no such role"),
    Code.ROLE_TAKEN: ErrorResponse(409, "there is a role of this name already"),
    Code.ROLE_BUILT_IN: ErrorResponse(409, "the role {name} is built in"),
    Code.ROLES_TOO_MANY: ErrorResponse(
        409, "a user holds at most {limit} roles; take one away first"
    ),
    Code.LABEL_UNKNOWN: ErrorResponse(404, "there is no such label"),
    Code.FILM_UNKNOWN: ErrorResponse(404, "there is no such film"),
    Code.FILM_CHANGED: ErrorResponse(409, "somebody else has changed this film meanwhile"),
    Code.GENRE_UNKNOWN: ErrorResponse(404, "there is no such genre"),
    Code.DIRECTOR_UNKNOWN: ErrorResponse(404, "there is no such director"),
    Code.SELECTION_UNKNOWN: ErrorResponse(404, "there is no such selection"),
    Code.SELECTION_FULL: ErrorResponse(409, "a selection holds at most {limit} films"),
    Code.SELECTIONS_TOO_MANY: ErrorResponse(409, "an account may have {limit} selections"),
    Code.IMPORT_UNKNOWN: ErrorResponse(404, "there is no such import"),
    Code.IMPORT_RUNNING: ErrorResponse(409, "an import is running"),
    Code.IMPORT_UNUSABLE: ErrorResponse(400, "these files cannot be imported so ({reason})"),
    Code.DISK_FULL: ErrorResponse(
        507, "the server has no room left, so nothing was stored; try again later"
    ),
    Code.UPLOAD_MISSING: ErrorResponse(400, "{field}: a file in multipart/form-data is needed"),
    Code.UPLOAD_TOO_LARGE: ErrorResponse(413, "the file is larger than {limit} bytes"),
    Code.UPLOAD_UNREADABLE: ErrorResponse(400, "the picture cannot be read"),
    Code.UPLOAD_TOO_MANY_PIXELS: ErrorResponse(
        400, "the picture has more than {limit} megapixels; scale it down and send it again"
    ),
    Code.UPLOAD_WRONG_TYPE: ErrorResponse(400, "the picture must be one of: {allowed}"),
    Code.PHOTO_MISSING: ErrorResponse(404, "there is no picture"),
    Code.CHAT_FORBIDDEN: ErrorResponse(403, "you are no member of such a chat"),
    Code.ACCOUNT_GONE: ErrorResponse(
        409, "the other member has been deleted: this chat can be read but not written to"
    ),
    Code.CHAT_WITH_SELF: ErrorResponse(400, "user_id: a chat needs somebody else"),
    Code.MESSAGE_UNKNOWN: ErrorResponse(404, "there is no such message"),
    Code.MESSAGE_FORBIDDEN: ErrorResponse(403, "the message is not yours"),
    Code.PATH_UNKNOWN: ErrorResponse(404, "there is nothing at this path"),
    Code.METHOD_NOT_ALLOWED: ErrorResponse(405, "the method is not allowed here: {allow}"),
    Code.PREFETCHED: ErrorResponse(
        503, "nothing was done, because this was a prefetch; send the request itself"
    ),
    Code.INTERNAL: ErrorResponse(500, "something went wrong on the server"),
}
