"""Clean texts from users: compose, trim, and reject what cannot be stored or displayed."""

import unicodedata

from kinoteka.errors import field_invalid

LINE_BREAKS = "\n\t"
BIDIRECTIONAL_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""The explicit and implicit directional characters of Unicode Standard Annex 9, section 2."""
BLANK_CHARACTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""Letters and symbols without a glyph: Hangul fillers, blank Braille, the null notehead."""
INVISIBLE_MARKS = frozenset("\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
"""Marks without a glyph, besides variation selectors (Default_Ignorable_Code_Point)."""
THIN_SPACES = frozenset("\u2006\u2008\u2009\u200a\u202f\u205f")
"""Spaces too narrow to be noticed between two letters."""
COMPOSITION_FACTOR = 4
"""The largest number of characters that NFC and NFKC compose into one."""
MAX_COMBINING_MARKS = 30
"""Marks on one letter, at most (Unicode Standard Annex 15, section 13, Stream-Safe Text)."""


def clean_text(value: str, field: str, max_length: int, *, multiline: bool = False) -> str:
    """Return the text in NFC and trimmed. Only a `multiline` text may have line breaks and tabs.

    Raises:
        DomainError(FIELD_INVALID): it is too long, or contains control characters, lone
            surrogates or too many combining marks in a row.
    """
    if multiline:
        value = value.replace("\r\n", "\n")
    value = value.strip()
    if len(value) > COMPOSITION_FACTOR * max_length:
        raise field_invalid(field, "too_long")
    if has_excessive_marks(value) or any(
        _is_forbidden(character, multiline) for character in value
    ):
        raise field_invalid(field, "characters")
    text = unicodedata.normalize("NFC", value)
    if len(text) > max_length:
        raise field_invalid(field, "too_long")
    return text


def clean_public_text(value: str, field: str, max_length: int, *, multiline: bool = False) -> str:
    """Return a text that other users will read, cleaned by `clean_text`. It may be empty.

    Raises:
        DomainError(FIELD_INVALID): `clean_text` rejects it, or nothing in it is visible.
    """
    text = clean_text(value, field, max_length, multiline=multiline)
    if text and not has_visible_character(text):
        raise field_invalid(field, "invisible")
    return text


def clean_name(value: str, field: str, max_length: int) -> str:
    """Return a name, cleaned by `clean_public_text`. It may be empty.

    Raises:
        DomainError(FIELD_INVALID): `clean_public_text` rejects it, or it contains bidirectional
            controls, which would reorder the text around the name.
    """
    name = clean_public_text(value, field, max_length)
    if not BIDIRECTIONAL_CONTROLS.isdisjoint(name):
        raise field_invalid(field, "characters")
    return name


def has_visible_character(text: str) -> bool:
    """Return whether the text has more than spaces, controls, marks and fillers."""
    return any(
        unicodedata.category(character)[0] not in "ZCM" or _may_have_a_glyph(character)
        for character in text
        if character not in BLANK_CHARACTERS
    )


def visible_form(name: str) -> str:
    """Return the name in NFKC, without invisible characters and thin spaces."""
    visible = (each for each in name if each not in THIN_SPACES and not _is_invisible(each))
    return unicodedata.normalize("NFKC", "".join(visible)).strip()


def has_excessive_marks(text: str) -> bool:
    """Return whether the text has more combining marks in a row than any language needs.

    Check this and the length before you normalize text from a user: normalization sorts marks in
    quadratic time, which takes 8 seconds for 60,000 marks.
    """
    if text.isascii():
        return False
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks > MAX_COMBINING_MARKS:
            return True
    return False


def _is_invisible(character: str) -> bool:
    return (
        unicodedata.category(character) == "Cf"
        or character in BLANK_CHARACTERS
        or character in INVISIBLE_MARKS
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0000" <= character <= "\U000e0fff"
    )


def _may_have_a_glyph(character: str) -> bool:
    """Return whether the character is private use, or unassigned in this Python's Unicode version.

    Newer Unicode versions assign emoji and letters to such code points, but never in the blocks of
    ignorable characters (Unicode Standard, section 5.21).
    """
    if unicodedata.category(character) not in ("Cn", "Co"):
        return False
    return not ("\ufff0" <= character <= "\ufff8" or "\U000e0000" <= character <= "\U000e0fff")


def _is_forbidden(character: str, multiline: bool) -> bool:
    if multiline and character in LINE_BREAKS:
        return False
    return unicodedata.category(character) in ("Cc", "Cs")
