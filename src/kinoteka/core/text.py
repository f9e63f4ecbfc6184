"""Texts as the core takes them: composed, trimmed, without what cannot be stored or shown."""

import unicodedata

from kinoteka.errors import field_invalid

LINE_BREAKS = "\n\t"
BIDIRECTIONAL_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Unicode Standard Annex 9, 2."""
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""Letters and signs that show nothing: fillers of Hangul, empty Braille, the null notehead."""
UNSEEN_MARKS = frozenset("\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
"""Marks that show nothing, beside the variation selectors (Default_Ignorable_Code_Point)."""
THIN_SPACES = frozenset("\u2006\u2008\u2009\u200a\u202f\u205f")
"""Spaces that readers overlook between two letters."""
COMPOSITION_FACTOR = 4
"""How many characters composing makes one of, at most."""
MAX_COMBINING_MARKS = 30
"""How many marks may stand on one letter (Unicode Standard Annex 15, 13, Stream-Safe Text)."""


def clean_text(value: str, field: str, longest: int, *, lines: bool = False) -> str:
    """The text in NFC, trimmed; with `lines`, line breaks and tabs may stand inside.

    Raises:
        DomainError(FIELD_INVALID): too long, or with control characters, lone surrogates or
            heaps of marks.
    """
    if lines:
        value = value.replace("\r\n", "\n")
    value = value.strip()
    if len(value) > COMPOSITION_FACTOR * longest:
        raise field_invalid(field, "too_long")
    if has_excessive_marks(value) or any(_forbidden(character, lines) for character in value):
        raise field_invalid(field, "characters")
    text = unicodedata.normalize("NFC", value)
    if len(text) > longest:
        raise field_invalid(field, "too_long")
    return text


def clean_public_text(value: str, field: str, longest: int, *, lines: bool = False) -> str:
    """Return a text that others will read, cleaned by `clean_text`; it may be empty.

    Raises:
        DomainError(FIELD_INVALID): `clean_text` rejects it, or nothing in it is visible.
    """
    text = clean_text(value, field, longest, lines=lines)
    if text and not has_visible_character(text):
        raise field_invalid(field, "invisible")
    return text


def clean_name(value: str, field: str, longest: int) -> str:
    """Return a name, cleaned by `clean_public_text`; it may be empty.

    Raises:
        DomainError(FIELD_INVALID): `clean_public_text` rejects it, or it contains bidirectional
            controls, which would reorder the text around the name.
    """
    name = clean_public_text(value, field, longest)
    if not BIDIRECTIONAL_CONTROLS.isdisjoint(name):
        raise field_invalid(field, "characters")
    return name


def has_visible_character(text: str) -> bool:
    """Return whether a reader sees anything: not only spaces, controls, marks and fillers."""
    return any(
        unicodedata.category(character)[0] not in "ZCM" or _may_be_new(character)
        for character in text
        if character not in BLANK
    )


def visible_form(name: str) -> str:
    """Return what a reader sees of a name: in NFKC, without what is invisible or hardly visible."""
    seen = (each for each in name if each not in THIN_SPACES and not _is_unseen(each))
    return unicodedata.normalize("NFKC", "".join(seen)).strip()


def has_excessive_marks(text: str) -> bool:
    """Whether more marks stand in a row than any language needs.

    Normalizing sorts them, which takes time by the square of their number: 8 seconds for 60,000.
    So no text of a stranger is normalized before it has been asked this, and its length.
    """
    if text.isascii():
        return False
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks > MAX_COMBINING_MARKS:
            return True
    return False


def _is_unseen(character: str) -> bool:
    return (
        unicodedata.category(character) == "Cf"
        or character in BLANK
        or character in UNSEEN_MARKS
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0000" <= character <= "\U000e0fff"
    )


def _may_be_new(character: str) -> bool:
    """Return whether it is private, or unassigned in the Unicode version of this Python.

    Newer versions assign emoji and letters there, but never in the blocks of ignorable characters
    (Unicode Standard 5.21).
    """
    if unicodedata.category(character) not in ("Cn", "Co"):
        return False
    return not ("\ufff0" <= character <= "\ufff8" or "\U000e0000" <= character <= "\U000e0fff")


def _forbidden(character: str, lines: bool) -> bool:
    if lines and character in LINE_BREAKS:
        return False
    return unicodedata.category(character) in ("Cc", "Cs")
