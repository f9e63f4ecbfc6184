"""How usernames, e-mail addresses and the rest of a profile are checked and compared."""

from datetime import UTC, date, datetime

from email_validator import ValidatedEmail
from precis_i18n import get_profile

from kinoteka.core.text import clean_name, clean_public_text, clean_text, has_excessive_marks
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.infrastructure.comparison import email_addresses
from kinoteka.infrastructure.comparison.look_alikes import is_highly_restrictive

USERNAME_MAX_LENGTH = 64
PATH_SEGMENTS = (".", "..")
"""Names that are steps in a path (RFC 3986, 3.3)."""
TEXT_LONGEST = {"given_name": 100, "family_name": 100, "status": 300, "phone": 40}
EMAIL_MAX_LENGTH = 320
ADDRESS_LONGEST = 2048

_username_profile = get_profile("UsernameCaseMapped")


def username_key(username: str) -> str:
    """How a username is compared: RFC 8265, UsernameCaseMapped.

    Raises:
        DomainError(USERNAME_INVALID): empty, too long, an @ or characters the profile forbids,
            or digits alone (which would read as an id).
    """
    if not username or len(username) > USERNAME_MAX_LENGTH:
        raise DomainError(Code.USERNAME_INVALID, reason="length")
    if username.isdigit():
        raise DomainError(Code.USERNAME_INVALID, reason="digits")
    try:
        key: str = _username_profile.enforce(username)
    except UnicodeEncodeError:
        raise DomainError(Code.USERNAME_INVALID, reason="characters") from None
    if "@" in key or "/" in key:  # a full-width one has become a plain one by now
        raise DomainError(Code.USERNAME_INVALID, reason="characters")
    return key


def validate_username(username: str) -> str:
    """Return the key of a username that an account wants to have.

    Accounts that chose theirs before a rule was made keep it: they sign in by `username_key`.

    Raises:
        DomainError(USERNAME_INVALID): `username_key` rejects it, it would lead browsers to another
            path, or it mixes scripts so that it could pass for another (UTS 39, 5.2).
    """
    key = username_key(username)
    if username in PATH_SEGMENTS:
        raise DomainError(Code.USERNAME_INVALID, reason="dots")
    if not is_highly_restrictive(username):
        raise DomainError(Code.USERNAME_INVALID, reason="scripts")
    return key


def part_key(part: str) -> str | None:
    """How a part of a username is searched for (RFC 8265, 3.3.2); None: no username has it."""
    try:
        return clean_text(part.lower(), "username", 2 * USERNAME_MAX_LENGTH) or None
    except DomainError:
        return None


def email_key(email: str) -> str:
    """Return how an e-mail address is compared: the local part case-folded, the domain as A-labels.

    Raises:
        DomainError(EMAIL_INVALID): not an address (RFC 5321, RFC 6531).
    """
    return email_addresses.key_of(_parsed_email(email))


def normalize_email(email: str) -> str:
    """The address as it is shown: domain in lower case, Unicode composed.

    Raises:
        DomainError(EMAIL_INVALID): not an address (RFC 5321, RFC 6531).
    """
    return _parsed_email(email).normalized


def sign_in_key(identifier: str) -> tuple[str, str] | None:
    """The column and value that an identifier from a sign-in form means; None: nobody's.

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


def is_same_name(column: str, given: str | None, present: str | None) -> bool:
    """Whether a username or an e-mail address is the one that the account has."""
    name = (given or "").strip() or None
    if name is None or name == present or column == "username":
        return name == present
    try:
        return normalize_email(name) == present
    except DomainError:
        return False


def validate_birthday(birthday: str) -> str:
    """The date as YYYY-MM-DD.

    Raises:
        DomainError(BIRTHDAY_INVALID): no date, in the future, or before 1900.
    """
    try:
        day = date.fromisoformat(birthday)
    except ValueError:
        raise DomainError(Code.BIRTHDAY_INVALID) from None
    if not date(1900, 1, 1) <= day <= datetime.now(UTC).date():
        raise DomainError(Code.BIRTHDAY_INVALID)
    return day.isoformat()


def validate_url(address: str, field: str) -> str:
    """An http or https address.

    Raises:
        DomainError(FIELD_INVALID): anything else, such as javascript:.
    """
    cleaned = clean_text(address, field, ADDRESS_LONGEST)
    if not cleaned.startswith(("http://", "https://")) or any(c in cleaned for c in " \"'<>"):
        raise field_invalid(field, "address")
    return cleaned


def validate_text(value: str | None, field: str) -> str | None:
    """A line of the profile; empty is None."""
    if value is None:
        return None
    clean = clean_name if field in ("given_name", "family_name") else clean_public_text
    return clean(value, field, TEXT_LONGEST[field]) or None


def _parsed_email(email: str) -> ValidatedEmail:
    # Before the library looks at it: that takes seconds of what is long or has heaps of marks.
    if len(email) > EMAIL_MAX_LENGTH or has_excessive_marks(email):
        raise DomainError(Code.EMAIL_INVALID)
    try:
        return email_addresses.parse(email)
    except ValueError:
        raise DomainError(Code.EMAIL_INVALID) from None
