"""Folding: reduce different spellings of a word to one, in the same way for both engines.

Titles are folded before they are indexed, and queries before they are run. So the engines' own
rules for case, accents and words have no effect.

Public operations: fold, spellings, to_latin.
"""

import unicodedata

from anyascii import anyascii

HYPHENS = "-‐‑‒–−"
NO_SIGNS = "\"'`_"
"""Signs that a query cannot contain, because the indexes use them."""
APOSTROPHES = "'’‘ʼʻ`´ʹ′＇"

# Separate letters that Unicode does not decompose; й is not an и with an accent.
LETTERS = {
    "й": "й",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
    "ħ": "h",
}
OTHERS = {"&": " and ", "＆": " and "}

# Marks that are removed: accents, and the vowel signs that Hebrew and Arabic usually omit.
# The marks of other scripts distinguish words (が is not か).
REMOVED_MARKS = (
    range(0x0300, 0x0370),
    range(0x0591, 0x05C8),
    range(0x064B, 0x0660),
    range(0x1AB0, 0x1B00),
    range(0x1DC0, 0x1E00),
)
# Chinese characters are written without spaces, so each is a word and any part of a title matches.
# They get no Latin spelling, because the Chinese one is wrong for Japanese readers.
HAN = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0x20000, 0x32400))

FRACTION = "⁄"
"""The separator in the decomposition of ½."""

MAX_CACHED_CHARACTERS = 20_000
"""The maximum number of characters whose folding is cached."""


class _Characters(dict[int, str]):
    """The folding of each character, computed once."""

    def __missing__(self, code: int) -> str:
        folded = _folded(chr(code))
        if len(self) < MAX_CACHED_CHARACTERS:
            self[code] = folded
        return folded


class _Latin(dict[int, str]):
    """The Latin spelling of each folded character, computed once."""

    def __missing__(self, code: int) -> str:
        folded = _latin(chr(code))
        if len(self) < MAX_CACHED_CHARACTERS:
            self[code] = folded
        return folded


def fold(text: str) -> list[str]:
    """Return the words of a text without case, accents and punctuation.

    Hyphens separate words, and apostrophes are removed. A text of signs only ("???") is one word.
    """
    return (_split(_characters(text)) or _signs(text)).split()


def spellings(title: str) -> list[str]:
    """Return the spellings of a title, as words separated by spaces, the usual one first.

    Other spellings remove hyphens and split at apostrophes ("Spider-Man" as "spiderman",
    "L'Avventura" as "l avventura"), and write other scripts in Latin letters.
    """
    folded = _characters(title)
    spellings = [_split(folded) or _signs(title)]
    if "-" in folded or "'" in folded:
        spellings.append(_joined_words(folded))
    if not folded.isascii() and not any(map(_is_han, folded)):
        spellings.append(_split(folded.translate(_LATIN)))
    if len(spellings) == 1:
        return spellings if spellings[0] else []
    return [way for number, way in enumerate(spellings) if way and way not in spellings[:number]]


def to_latin(word: str) -> str:
    """Return a folded word in Latin letters, if its script has a usual Latin spelling."""
    return word if word.isascii() else word.translate(_LATIN)


def _characters(text: str) -> str:
    """Fold each character; words stay separated by any number of spaces."""
    if text.isascii():
        return text.lower().translate(_ASCII)
    return unicodedata.normalize("NFC", text).translate(_CHARACTERS)


def _split(folded: str) -> str:
    return " ".join(folded.replace("-", " ").replace("'", "").split())


def _joined_words(folded: str) -> str:
    return " ".join(folded.replace("-", "").replace("'", " ").split())


def _signs(text: str) -> str:
    kept = (c for c in text if unicodedata.category(c)[0] in "PS" and c not in NO_SIGNS)
    return "".join(kept)


def _folded(character: str) -> str:
    if character in OTHERS:
        return OTHERS[character]
    if character in HYPHENS:
        return "-"
    if character in APOSTROPHES:
        return "'"
    letters = (LETTERS.get(letter) or _bare(letter) for letter in character.casefold())
    return unicodedata.normalize("NFC", "".join(letters))


def _bare(letter: str) -> str:
    """Return a letter without accents; an empty text for an accent, a space for other signs."""
    if letter in APOSTROPHES:
        return "'"
    kept = ""
    for part in unicodedata.normalize("NFKD", letter).casefold():
        if any(ord(part) in marks for marks in REMOVED_MARKS):
            continue
        if _is_han(part):
            kept += f" {part} "
        else:
            kept += LETTERS.get(part, part if unicodedata.category(part)[0] in "LMN" else " ")
    return f" {kept} " if FRACTION in unicodedata.normalize("NFKD", letter) else kept


def _is_han(character: str) -> bool:
    return any(ord(character) in block for block in HAN)


def _latin(character: str) -> str:
    if character in "-' " or _is_han(character):
        return character
    return "".join(filter(str.isalnum, anyascii(character).lower()))


_CHARACTERS = _Characters()
_LATIN = _Latin()
_ASCII = {code: _CHARACTERS[code] for code in range(128)}
