"""Texts as the core takes them: composed, trimmed, without what cannot be stored or shown."""

import unicodedata

from kinoteka.errors import field_invalid

LINE_BREAKS = "\n\t"


def clean_text(value: str, field: str, longest: int, *, lines: bool = False) -> str:
    """The text in NFC, trimmed; with `lines`, line breaks and tabs may stand inside.

    Raises:
        DomainError(FIELD_INVALID): too long, or with control characters or lone surrogates.
    """
    if lines:
        value = value.replace("\r\n", "\n")
    text = unicodedata.normalize("NFC", value).strip()
    if len(text) > longest:
        raise field_invalid(field, "too_long")
    if any(_forbidden(character, lines) for character in text):
        raise field_invalid(field, "characters")
    return text


def _forbidden(character: str, lines: bool) -> bool:
    if lines and character in LINE_BREAKS:
        return False
    return unicodedata.category(character) in ("Cc", "Cs")
