"""Domain errors: a stable code with parameters, without HTTP and without messages.

Services raise `DomainError`. Each contract has one table that turns every code into a response.
"""

from enum import StrEnum


class Code(StrEnum):
    """Every reason for which the core rejects a request."""

    # Malformed input.
    BODY_MALFORMED = "body_malformed"
    BODY_TOO_LARGE = "body_too_large"
    BODY_COMPRESSED = "body_compressed"
    FIELD_INVALID = "field_invalid"

    # Authentication and authorization.
    UNAUTHORIZED = "unauthorized"
    SIGNED_IN = "signed_in"
    FORBIDDEN = "forbidden"
    CROSS_ORIGIN = "cross_origin"
    CSRF_MISSING = "csrf_missing"
    CSRF_WRONG = "csrf_wrong"
    TOKEN_INVALID = "token_invalid"
    TOKEN_REUSED = "token_reused"

    # Rate limits and load.
    THROTTLED = "throttled"
    BUSY = "busy"

    # Accounts and sessions.
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_OWN = "account_own"
    SESSION_UNKNOWN = "session_unknown"
    PASSWORD_WRONG = "password_wrong"
    CURRENT_PASSWORD_WRONG = "current_password_wrong"
    SIGN_IN_AGAIN = "sign_in_again"
    PASSWORD_INVALID = "password_invalid"
    PASSWORD_NOT_CHANGED_HERE = "password_not_changed_here"
    EMAIL_INVALID = "email_invalid"
    EMAIL_TAKEN = "email_taken"
    USERNAME_INVALID = "username_invalid"
    USERNAME_TAKEN = "username_taken"
    BIRTHDAY_INVALID = "birthday_invalid"

    # Roles, permissions, labels.
    ROLE_UNKNOWN = "role_unknown"
    ROLE_TAKEN = "role_taken"
    ROLE_BUILT_IN = "role_built_in"
    ROLES_TOO_MANY = "roles_too_many"
    LABEL_UNKNOWN = "label_unknown"

    # Catalogue and library.
    FILM_UNKNOWN = "film_unknown"
    FILM_CHANGED = "film_changed"
    FILM_MERGED = "film_merged"
    FILM_ACCESS_DIFFERS = "film_access_differs"
    MERGE_UNKNOWN = "merge_unknown"
    MERGE_FOLLOWED = "merge_followed"
    SPLIT_IMPOSSIBLE = "split_impossible"
    SPLIT_OF_MERGE = "split_of_merge"
    GENRE_UNKNOWN = "genre_unknown"
    GENRE_MERGED = "genre_merged"
    DIRECTOR_UNKNOWN = "director_unknown"
    SELECTION_UNKNOWN = "selection_unknown"
    SELECTION_FULL = "selection_full"
    SELECTIONS_TOO_MANY = "selections_too_many"

    # Imports.
    IMPORT_UNKNOWN = "import_unknown"
    IMPORT_RUNNING = "import_running"
    IMPORT_PERMANENT = "import_permanent"
    IMPORT_UNUSABLE = "import_unusable"
    DISK_FULL = "disk_full"

    # Media.
    UPLOAD_MISSING = "upload_missing"
    UPLOAD_TOO_LARGE = "upload_too_large"
    UPLOAD_UNREADABLE = "upload_unreadable"
    UPLOAD_TOO_MANY_PIXELS = "upload_too_many_pixels"
    UPLOAD_WRONG_TYPE = "upload_wrong_type"
    PHOTO_MISSING = "photo_missing"

    # Chats.
    CHAT_FORBIDDEN = "chat_forbidden"
    CHAT_WITH_SELF = "chat_with_self"
    ACCOUNT_GONE = "account_gone"
    MESSAGE_UNKNOWN = "message_unknown"
    MESSAGE_FORBIDDEN = "message_forbidden"

    # The request itself.
    PATH_UNKNOWN = "path_unknown"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    PREFETCHED = "prefetched"
    INTERNAL = "internal"


class DomainError(Exception):
    """A request that the core rejects: a code with parameters.

    With `commits_changes`, the transaction is committed instead of rolled back, because the
    rejection itself has to be stored: a failed sign-in in the history, or the end of a session
    whose refresh token was stolen.
    """

    def __init__(self, code: Code, *, commits_changes: bool = False, **parameters: object) -> None:
        super().__init__(code, parameters)
        self.code = code
        self.parameters = parameters
        self.commits_changes = commits_changes


def field_invalid(field: str, reason: str) -> DomainError:
    """Return the error for an invalid value in `field`. `reason` is a stable word."""
    return DomainError(Code.FIELD_INVALID, field=field, reason=reason)
