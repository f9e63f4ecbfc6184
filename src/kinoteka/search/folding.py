"""Folding: reduce different spellings of a word to one, in the same way for both engines.

Titles are folded before they are indexed, and queries before they are run. So the engines' own
rules for case, accents and words have no effect.

Public operations: fold, fold_word, folded_text, spellings, foreign_words, is_syllable, to_latin.
"""

import re
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

# Thai, Lao, Burmese, Khmer and Japanese syllables are written without spaces, too. A sign after its
# letter belongs to it.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff]"
    "[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3\u3099\u309a]*)"
)
_SEGMENT_ENDS = re.compile(r":\s|\s[-–—/|]\s|[()\[\]]")
_SEGMENT_SIGNS = (": ", " - ", "(", " / ", " | ")
SEGMENT_END = "\t"
"""Separates the parts of a title, such as the title and the subtitle of "Alien: Covenant"."""
_INITIALS = re.compile(r"(?<!\S)\w(?: \w)+(?!\S)")

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

    Hyphens separate words, and apostrophes are removed. In scripts without spaces each syllable is
    a word. A text of signs only ("???") is one word.
    """
    return folded_text(text).split()


def folded_text(text: str) -> str:
    """Return the words of a text like `fold`, separated by spaces."""
    return _split(_characters(text)) or _signs(text)


def fold_word(word: str) -> str | None:
    """Return the folding of a word between two spaces, wherever it occurs; "" for signs only.

    Return None for scripts without spaces, in which the folding depends on the whole text.
    """
    folded = _characters(word)
    if not folded.isascii() and (_UNSPACED.search(folded) or any(map(_is_han, folded))):
        return None
    return _split(folded)


def spellings(title: str) -> list[str]:
    """Return the spellings of a title, as words separated by spaces, the usual one first.

    Parts of a title ("Alien: Covenant") are separated by `SEGMENT_END`. Other spellings remove
    hyphens and split at apostrophes ("Spider-Man" as "spiderman", "L'Avventura" as "l avventura"),
    and join initials ("E.T." as "et").
    """
    folded = _characters(title)
    first = _segmented(title) or _split(folded) or _signs(title)
    if not first:
        return []
    spellings = [first]
    if "-" in folded or "'" in folded:
        spellings.append(_joined_words(folded))
    if "." in title or "*" in title:
        plain = first.replace(SEGMENT_END, " ")
        spellings.append(_INITIALS.sub(lambda found: found[0].replace(" ", ""), plain))
    if len(spellings) == 1:
        return spellings
    return [way for number, way in enumerate(spellings) if way and way not in spellings[:number]]


def foreign_words(text: str) -> str:
    """Return the folded words of a text in another script than Latin; empty for other texts.

    Chinese characters have no usual sound, so a text with any of them has none.
    """
    if text.isascii():
        return ""
    folded = _characters(text)
    if folded.isascii() or any(map(_is_han, folded)):
        return ""
    return " ".join(folded.replace("-", " ").replace("'", "").split())


def is_syllable(word: str) -> bool:
    """Return whether a folded word is a syllable of a script that is written without spaces."""
    return not word.isascii() and (_is_han(word[0]) or bool(_UNSPACED.match(word)))


def to_latin(word: str) -> str:
    """Return a folded word in Latin letters, if its script has a usual Latin spelling."""
    return word if word.isascii() else word.translate(_LATIN)


def _segmented(title: str) -> str:
    """Return the words of a title with several parts; an empty text for other titles."""
    if title.isascii() and not any(sign in title for sign in _SEGMENT_SIGNS):
        return ""
    parts = _SEGMENT_ENDS.split(title)
    if len(parts) == 1:
        return ""
    return SEGMENT_END.join(filter(None, (_split(_characters(part)) for part in parts)))


def _characters(text: str) -> str:
    """Fold each character; words stay separated by any number of spaces."""
    if text.isascii():
        return text.lower().translate(_ASCII)
    return unicodedata.normalize("NFC", text).translate(_CHARACTERS)


def _split(folded: str) -> str:
    if not folded.isascii():
        folded = _UNSPACED.sub(r" \1 ", folded)
    return " ".join(folded.replace("-", " ").replace("'", "").split())


def _joined_words(folded: str) -> str:
    if not folded.isascii():
        folded = _UNSPACED.sub(r" \1 ", folded)
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
