"""Validate and compare usernames, e-mail addresses and the other fields of a profile."""

from datetime import UTC, date, datetime

from email_validator import ValidatedEmail
from precis_i18n import get_profile

from kinoteka.core.text import clean_name, clean_public_text, clean_text, has_excessive_marks
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.infrastructure.comparison import email_addresses
from kinoteka.infrastructure.comparison.look_alikes import is_highly_restrictive

USERNAME_MAX_LENGTH = 64
PATH_SEGMENTS = (".", "..")
"""Path segments with a special meaning (RFC 3986, 3.3)."""
TEXT_MAX_LENGTHS = {"given_name": 100, "family_name": 100, "status": 300, "phone": 40}
EMAIL_MAX_LENGTH = 320
URL_MAX_LENGTH = 2048

_username_profile = get_profile("UsernameCaseMapped")


def username_key(username: str) -> str:
    """Return the key by which usernames are compared (RFC 8265, UsernameCaseMapped).

    Raises:
        DomainError(USERNAME_INVALID): it is empty, too long, contains @, / or characters that the
            profile forbids, or consists of digits, which would read as an id.
    """
    if not username or len(username) > USERNAME_MAX_LENGTH:
        raise DomainError(Code.USERNAME_INVALID, reason="length")
    if username.isdigit():
        raise DomainError(Code.USERNAME_INVALID, reason="digits")
    try:
        key: str = _username_profile.enforce(username)
    except UnicodeEncodeError:
        raise DomainError(Code.USERNAME_INVALID, reason="characters") from None
    if "@" in key or "/" in key:  # full-width ones are plain by now
        raise DomainError(Code.USERNAME_INVALID, reason="characters")
    return key


def validate_username(username: str) -> str:
    """Return the key of a new username.

    Accounts keep usernames that are older than these rules: sign-in uses `username_key`.

    Raises:
        DomainError(USERNAME_INVALID): `username_key` rejects it, it is a special path segment, or
            it mixes scripts so that it could pass for another username (UTS 39, 5.2).
    """
    key = username_key(username)
    if username in PATH_SEGMENTS:
        raise DomainError(Code.USERNAME_INVALID, reason="dots")
    if not is_highly_restrictive(username):
        raise DomainError(Code.USERNAME_INVALID, reason="scripts")
    return key


def part_key(part: str) -> str | None:
    """Return the key of a part of a username (RFC 8265, 3.3.2). None: no username contains it."""
    try:
        return clean_text(part.lower(), "username", 2 * USERNAME_MAX_LENGTH) or None
    except DomainError:
        return None


def email_key(email: str) -> str:
    """Return the key by which addresses are compared: case-folded, the domain as A-labels.

    Raises:
        DomainError(EMAIL_INVALID): it is not an e-mail address (RFC 5321, RFC 6531).
    """
    return email_addresses.key_of(_parsed_email(email))


def normalize_email(email: str) -> str:
    """Return the e-mail address as displayed: the domain in lower case, Unicode composed.

    Raises:
        DomainError(EMAIL_INVALID): it is not an e-mail address (RFC 5321, RFC 6531).
    """
    return _parsed_email(email).normalized


def sign_in_key(identifier: str) -> tuple[str, str] | None:
    """Return the column and key to look up at sign-in. None: no account can have the identifier.

    An identifier with an @ is an e-mail address, any other a username. White space around it is
    ignored.
    """
    identifier = identifier.strip()
    try:
        if "@" in identifier:
            return "email_key", email_key(identifier)
        return "username_key", username_key(identifier)
    except DomainError:
        return None


def is_same_name(column: str, new: str | None, current: str | None) -> bool:
    """Return whether a username or an e-mail address equals the current one of the account."""
    name = (new or "").strip() or None
    if name is None or name == current or column == "username":
        return name == current
    try:
        return normalize_email(name) == current
    except DomainError:
        return False


def validate_birthday(birthday: str) -> str:
    """Return the date as YYYY-MM-DD.

    Raises:
        DomainError(BIRTHDAY_INVALID): it is not a date, in the future, or before 1900.
    """
    try:
        day = date.fromisoformat(birthday)
    except ValueError:
        raise DomainError(Code.BIRTHDAY_INVALID) from None
    if not date(1900, 1, 1) <= day <= datetime.now(UTC).date():
        raise DomainError(Code.BIRTHDAY_INVALID)
    return day.isoformat()


def validate_url(url: str, field: str) -> str:
    """Return the URL without white space around it.

    Raises:
        DomainError(FIELD_INVALID): it is not an http or https URL.
    """
    cleaned = clean_text(url, field, URL_MAX_LENGTH)
    if not cleaned.startswith(("http://", "https://")) or any(c in cleaned for c in " \"'<>"):
        raise field_invalid(field, "address")
    return cleaned


def validate_text(value: str | None, field: str) -> str | None:
    """Return a text of the profile, cleaned. None: it is empty."""
    if value is None:
        return None
    clean = clean_name if field in ("given_name", "family_name") else clean_public_text
    return clean(value, field, TEXT_MAX_LENGTHS[field]) or None


def _parsed_email(email: str) -> ValidatedEmail:
    # The library takes seconds for long addresses and for many combining marks.
    if len(email) > EMAIL_MAX_LENGTH or has_excessive_marks(email):
        raise DomainError(Code.EMAIL_INVALID)
    try:
        return email_addresses.parse(email)
    except ValueError:
        raise DomainError(Code.EMAIL_INVALID) from None
