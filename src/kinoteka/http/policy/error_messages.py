"""The common error messages, which the tables of contracts extend.

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
    "invisible": "has no visible characters",
    "too_long": "too long",
    "characters": "contains characters that are not allowed",
    "address": "is not an http or https address",
    "malformed": "is malformed",
    "same_film": "is the id of the same film",
    "last_record": "at least one record must remain with the film",
    "reserved": "'hidden' cannot be used as a label; hide films on the site under /manage/films",
    "label_lost": "the film's previous label is no longer known; choose one",
    "too_short": "too short",
    "common": "too common",
    "repeated": "one character repeated",
    "blank": "only spaces",
    "personal": "contains your name or the name of this site",
    "length": "wrong length",
    "digits": "only digits",
    "dots": "a path segment (. or ..)",
    "scripts": "letters from several scripts",
}


def error_message(row: ErrorResponse, error: DomainError) -> str:
    """Return the message of a row with the parameters of the error filled in."""
    parameters = _Parameters(error.parameters)
    reason = parameters.get("reason")
    if isinstance(reason, str):
        parameters["reason"] = REASONS.get(reason, reason)
    return row.message.format_map(parameters)


def renamed(error: DomainError, client_names: Mapping[str, str]) -> DomainError:
    """Return the error with the field names that clients know (`Route.called`)."""
    if not client_names:
        return error
    parameters = {**client_names, **error.parameters}
    field = error.parameters.get("field")
    if isinstance(field, str):
        parameters["field"] = client_names.get(field, field)
    return DomainError(error.code, commits_changes=error.commits_changes, **parameters)


class _Parameters(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return key


COMMON: dict[Code, ErrorResponse] = {
    Code.BODY_MALFORMED: ErrorResponse(400, "the request body is not valid JSON"),
    Code.BODY_TOO_LARGE: ErrorResponse(413, "the request body is larger than {limit} bytes"),
    Code.BODY_COMPRESSED: ErrorResponse(
        415, "compressed request bodies are not supported; send the body without Content-Encoding"
    ),
    Code.FIELD_INVALID: ErrorResponse(400, "{field}: {reason}"),
    Code.UNAUTHORIZED: ErrorResponse(401, "you must be signed in"),
    Code.SIGNED_IN: ErrorResponse(403, "you are already signed in; sign out first"),
    Code.FORBIDDEN: ErrorResponse(403, "this requires the permission {permission}"),
    Code.CROSS_ORIGIN: ErrorResponse(403, "requests from other origins are not allowed"),
    Code.CSRF_MISSING: ErrorResponse(403, "the CSRF token is missing"),
    Code.CSRF_WRONG: ErrorResponse(403, "the CSRF token is wrong or has expired"),
    Code.TOKEN_INVALID: ErrorResponse(401, "the token is not valid"),
    Code.TOKEN_REUSED: ErrorResponse(401, "the token has already been used; the session has ended"),
    Code.THROTTLED: ErrorResponse(429, "too many requests; try again in {retry_after} seconds"),
    Code.BUSY: ErrorResponse(503, "the server is busy; try again in {retry_after} seconds"),
    Code.ACCOUNT_UNKNOWN: ErrorResponse(404, "user not found"),
    Code.ACCOUNT_DISABLED: ErrorResponse(403, "the account is disabled"),
    Code.ACCOUNT_OWN: ErrorResponse(409, "you cannot do this to your own account"),
    Code.SESSION_UNKNOWN: ErrorResponse(404, "session not found"),
    Code.PASSWORD_WRONG: ErrorResponse(401, "wrong password"),
    Code.CURRENT_PASSWORD_WRONG: ErrorResponse(401, "the current password is wrong"),
    Code.SIGN_IN_AGAIN: ErrorResponse(
        403,
        "this change requires a recent password check: sign in again, then repeat the "
        "change within {minutes} minutes",
    ),
    Code.PASSWORD_INVALID: ErrorResponse(
        400,
        "{password}: must have 8 to 128 characters and must not be a common password or "
        "your name ({reason})",
    ),
    Code.PASSWORD_NOT_CHANGED_HERE: ErrorResponse(
        400, "{password}: the password cannot be changed here; omit the field or leave it empty"
    ),
    Code.EMAIL_INVALID: ErrorResponse(400, "email: not a valid email address"),
    Code.EMAIL_TAKEN: ErrorResponse(409, "a user with this email already exists"),
    Code.USERNAME_INVALID: ErrorResponse(
        400,
        "{username}: must have 1 to 64 letters of one script, digits or symbols, must "
        "not contain @ or consist only of digits ({reason})",
    ),
    Code.USERNAME_TAKEN: ErrorResponse(
        409, "a user with this or a similar-looking username already exists"
    ),
    Code.BIRTHDAY_INVALID: ErrorResponse(400, "birthday: must be a date such as 2001-04-06"),
    Code.ROLE_UNKNOWN: ErrorResponse(404, "role not found"),
    Code.ROLE_TAKEN: ErrorResponse(409, "a role with this name already exists"),
    Code.ROLE_BUILT_IN: ErrorResponse(
        409, "the role {name} is built in and cannot be renamed or deleted"
    ),
    Code.ROLES_TOO_MANY: ErrorResponse(
        409, "a user can have at most {limit} roles; remove one first"
    ),
    Code.LABEL_UNKNOWN: ErrorResponse(404, "label not found"),
    Code.FILM_UNKNOWN: ErrorResponse(404, "film not found"),
    Code.FILM_CHANGED: ErrorResponse(409, "the film has been changed since you loaded it"),
    Code.FILM_MERGED: ErrorResponse(409, "the film has already been merged into film {film}"),
    Code.FILM_ACCESS_DIFFERS: ErrorResponse(
        409, "the films have different labels, or one is hidden; choose whose visibility remains"
    ),
    Code.MERGE_UNKNOWN: ErrorResponse(
        404, "there is no merge to undo; merges can be undone for {days} days"
    ),
    Code.MERGE_FOLLOWED: ErrorResponse(
        409, "film {film} has been merged into another film since; undo that merge first"
    ),
    Code.SPLIT_IMPOSSIBLE: ErrorResponse(
        409, "the film has the record of one source, so it cannot be split"
    ),
    Code.SPLIT_OF_MERGE: ErrorResponse(
        409, "these records came with a merge that can be undone; undo the merge instead"
    ),
    Code.GENRE_UNKNOWN: ErrorResponse(404, "genre not found"),
    Code.GENRE_MERGED: ErrorResponse(409, "the genre has already been merged into genre {genre}"),
    Code.DIRECTOR_UNKNOWN: ErrorResponse(404, "director not found"),
    Code.SELECTION_UNKNOWN: ErrorResponse(404, "selection not found"),
    Code.SELECTION_FULL: ErrorResponse(409, "a selection can have at most {limit} films"),
    Code.SELECTIONS_TOO_MANY: ErrorResponse(409, "an account can have at most {limit} selections"),
    Code.IMPORT_UNKNOWN: ErrorResponse(404, "import not found"),
    Code.IMPORT_RUNNING: ErrorResponse(409, "another import is running"),
    Code.IMPORT_PERMANENT: ErrorResponse(409, "this import cannot be undone"),
    Code.IMPORT_UNUSABLE: ErrorResponse(
        400, "these files cannot be imported with these settings ({reason})"
    ),
    Code.DISK_FULL: ErrorResponse(
        507, "the server is out of disk space, so nothing was saved; try again later"
    ),
    Code.UPLOAD_MISSING: ErrorResponse(
        400, "{field}: a file sent as multipart/form-data is required"
    ),
    Code.UPLOAD_TOO_LARGE: ErrorResponse(413, "the file is larger than {limit} bytes"),
    Code.UPLOAD_UNREADABLE: ErrorResponse(400, "the picture could not be read"),
    Code.UPLOAD_TOO_MANY_PIXELS: ErrorResponse(
        400, "the picture is larger than {limit} megapixels; make it smaller and try again"
    ),
    Code.UPLOAD_WRONG_TYPE: ErrorResponse(
        400, "the picture must have one of these types: {allowed}"
    ),
    Code.PHOTO_MISSING: ErrorResponse(404, "picture not found"),
    Code.CHAT_FORBIDDEN: ErrorResponse(403, "chat not found, or you are not a member of it"),
    Code.ACCOUNT_GONE: ErrorResponse(
        409,
        "the other member's account has been deleted; you can read this chat but not write to it",
    ),
    Code.CHAT_WITH_SELF: ErrorResponse(400, "user_id: you cannot start a chat with yourself"),
    Code.MESSAGE_UNKNOWN: ErrorResponse(404, "message not found"),
    Code.MESSAGE_FORBIDDEN: ErrorResponse(403, "this is not your message"),
    Code.PATH_UNKNOWN: ErrorResponse(404, "path not found"),
    Code.METHOD_NOT_ALLOWED: ErrorResponse(405, "method not allowed; allowed methods: {allow}"),
    Code.PREFETCHED: ErrorResponse(
        503, "this was a prefetch, so nothing was done; send a normal request"
    ),
    Code.INTERNAL: ErrorResponse(500, "something went wrong on the server"),
}
