"""Folding: what different spellings of the same words share, the same for every engine.

A text is folded before it is indexed and before it is looked up, so that no engine's own idea of
case, accents or words plays a part.

Public operations: fold, readings.
"""

import unicodedata

from anyascii import anyascii

HYPHENS = "-‐‑‒–−"
NO_SIGNS = "\"'`_"
"""Signs that are not looked for even alone; indexes use them for themselves."""
APOSTROPHES = "'’‘ʼʻ`´ʹ′＇"

# Letters of their own right, which Unicode does not take apart; й is no и with an accent.
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

# Marks that are dropped: accents, and the vowel signs that Hebrew and Arabic mostly leave out.
# Other scripts' marks tell words apart (が is not か).
DROPPED = (
    range(0x0300, 0x0370),
    range(0x0591, 0x05C8),
    range(0x064B, 0x0660),
    range(0x1AB0, 0x1B00),
    range(0x1DC0, 0x1E00),
)
# Chinese characters: written without spaces, so each is a word and any part of a title is found.
# They get no Latin spelling: the Chinese one says nothing to those who read them in Japanese.
HAN = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0x20000, 0x32400))

FRACTION = "⁄"
"""What parts the numbers of ½ when it is taken apart."""

MOST_KNOWN = 20_000
"""Characters whose folding is cached; no script but Chinese has as many."""


class _Characters(dict[int, str]):
    """What each character becomes: worked out when it is first met, then looked up."""

    def __missing__(self, code: int) -> str:
        becomes = _folded(chr(code))
        if len(self) < MOST_KNOWN:
            self[code] = becomes
        return becomes


class _Latin(dict[int, str]):
    """How each folded character is written in Latin letters."""

    def __missing__(self, code: int) -> str:
        becomes = _latin(chr(code))
        if len(self) < MOST_KNOWN:
            self[code] = becomes
        return becomes


def fold(text: str) -> list[str]:
    """The words of a text: no case, no accents, no punctuation.

    Words joined by hyphens are parted, apostrophes left out. A text of nothing but signs
    ("???") is one word of them.
    """
    return (_parted(_characters(text)) or _signs(text)).split()


def readings(title: str) -> list[str]:
    """The ways in which somebody may write a title, as words parted by spaces; the usual first.

    Beside the plain words: hyphens closed up and apostrophes opened ("Spider-Man" as
    "spiderman", "L'Avventura" as "l avventura"), and what is not Latin in Latin letters.
    """
    folded = _characters(title)
    ways = [_parted(folded) or _signs(title)]
    if "-" in folded or "'" in folded:
        ways.append(_joined(folded))
    if not folded.isascii() and not any(map(_is_han, folded)):
        ways.append(_parted(folded.translate(_LATIN)))
    if len(ways) == 1:
        return ways if ways[0] else []
    return [way for number, way in enumerate(ways) if way and way not in ways[:number]]


def latin(word: str) -> str:
    """A folded word in Latin letters, as far as its script has a usual spelling in them."""
    return word if word.isascii() else word.translate(_LATIN)


def _characters(text: str) -> str:
    """Each character folded; words are still apart by any number of spaces."""
    if text.isascii():
        return text.lower().translate(_ASCII)
    return unicodedata.normalize("NFC", text).translate(_CHARACTERS)


def _parted(folded: str) -> str:
    return " ".join(folded.replace("-", " ").replace("'", "").split())


def _joined(folded: str) -> str:
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
    """A letter without its accents; nothing for an accent alone, a space for what is none."""
    if letter in APOSTROPHES:
        return "'"
    kept = ""
    for part in unicodedata.normalize("NFKD", letter).casefold():
        if any(ord(part) in marks for marks in DROPPED):
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
