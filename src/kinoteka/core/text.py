"""Texts as the core takes them: composed, trimmed, without what cannot be stored or shown."""

import unicodedata

from kinoteka.errors import field_invalid

LINE_BREAKS = "\n\t"
COMPOSED_MOST = 4
"""How many characters composing makes one of, at most."""
MARKS_MOST = 30
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
    if len(value) > COMPOSED_MOST * longest:
        raise field_invalid(field, "too_long")
    if has_heaps_of_marks(value) or any(_forbidden(character, lines) for character in value):
        raise field_invalid(field, "characters")
    text = unicodedata.normalize("NFC", value)
    if len(text) > longest:
        raise field_invalid(field, "too_long")
    return text


def has_heaps_of_marks(text: str) -> bool:
    """Whether more marks stand in a row than any language needs.

    Normalizing sorts them, which takes time by the square of their number: 8 seconds for 60,000.
    So no text of a stranger is normalized before it has been asked this, and its length.
    """
    if text.isascii():
        return False
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks > MARKS_MOST:
            return True
    return False


def _forbidden(character: str, lines: bool) -> bool:
    if lines and character in LINE_BREAKS:
        return False
    return unicodedata.category(character) in ("Cc", "Cs")
