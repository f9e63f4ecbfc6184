"""Detect the encoding of a text file that is not UTF-8.

charset-normalizer proposes encodings. Tables of films are short and full of names, so its
statistics often leave several; the one whose words look like words of its scripts is chosen.

Public operations: detect_encoding, check_encoding.
"""

import codecs
import re
from collections.abc import Callable
from contextlib import suppress

from charset_normalizer import from_bytes

from kinoteka.core.imports.record import FormatCode, FormatError

UTF8 = "utf-8"
CANDIDATES = ("cp1251", "gb18030", "koi8_r", "cp932", "cp949", "big5", "cp1252", "cp1250")

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 64 * 1024
_LONGEST_SEQUENCE = 4
_FEWEST_LETTERS = 3
_PLAUSIBLE = 0.8
_WORD = re.compile(r"[^\W\d_]+")
_PUNCTUATION = frozenset("\u00a0«»„“”‘’–—…№·©®™°、。，：！？（）《》「」・ー～")
_FIRST_RARE_HANZI = 0xD8
"""The lead byte at which GB 2312 has rare characters, sorted by radical."""


def check_encoding(name: str) -> str:
    """Return the standard name of an encoding that an operator named.

    Raise `FormatError` ENCODING_UNKNOWN (`encoding`).
    """
    try:
        found = codecs.lookup(name)
        with suppress(UnicodeDecodeError):
            b"a".decode(found.name)
    except LookupError:
        raise FormatError(FormatCode.ENCODING_UNKNOWN, encoding=name) from None
    return found.name


def detect_encoding(start: bytes) -> str:
    """Return the encoding of a file that begins like this; UTF-8 if no other one is plausible."""
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    if utf16 := _utf16_without_mark(start):
        return utf16
    if _is_mostly_utf8(start):
        return UTF8
    sample = b"\n".join(line for line in start[:_SAMPLE].splitlines()[:-1] if not line.isascii())
    return _best(sample or start[:_SAMPLE])


def _utf16_without_mark(start: bytes) -> str | None:
    pairs = len(start) // 2
    if pairs < 2:
        return None
    if start[1::2].count(0) > pairs * 0.4 and start[::2].count(0) <= pairs * 0.05:
        return "utf-16-le"
    if start[::2].count(0) > pairs * 0.4 and start[1::2].count(0) <= pairs * 0.05:
        return "utf-16-be"
    return None


def _is_mostly_utf8(start: bytes) -> bool:
    """Return whether valid sequences outnumber invalid bytes. The end may be cut off."""
    decoded = start.decode(errors="replace")
    invalid = decoded[:-_LONGEST_SEQUENCE].count("\ufffd")
    if not invalid and not _is_invalid_at_end(start):
        return True
    valid = sum(1 for character in decoded if character > "\x7f" and character != "\ufffd")
    return valid >= max(invalid, 1)


def _is_invalid_at_end(start: bytes) -> bool:
    try:
        codecs.getincrementaldecoder(UTF8)().decode(start)
    except UnicodeDecodeError:
        return True
    return False


def _best(sample: bytes) -> str:
    scores: dict[str, tuple[float, float]] = {}
    for match in from_bytes(sample, cp_isolation=list(CANDIDATES), threshold=0.5):
        for encoding in match.could_be_from_charset:
            scores[encoding] = _plausibility(str(match), encoding), -match.chaos
    best = max(CANDIDATES, key=lambda name: scores.get(name, (0, 0)))  # the first one of equals
    return best if scores.get(best, (0, 0))[0] >= _PLAUSIBLE else UTF8


def _plausibility(text: str, encoding: str) -> float:
    """Return the share of characters beyond ASCII in words that look like words."""
    total = sum(1 for character in text if character > "\x7f" and character not in _PUNCTUATION)
    looks_right = _LOOKS_RIGHT[encoding]
    plausible = 0
    for word in _WORD.findall(text):
        if not word.isascii() and looks_right(word):
            plausible += sum(1 for character in word if character > "\x7f")
    fewest = 1 if looks_right is _is_latin else _FEWEST_LETTERS
    return plausible / total if total and plausible >= fewest else 0.0


def _has_usual_case(word: str) -> bool:
    return word.islower() or word.isupper() or word.istitle()


def _is_cyrillic(word: str) -> bool:
    return all("А" <= letter <= "я" or letter in "ёЁ" for letter in word) and _has_usual_case(word)


def _is_latin(word: str) -> bool:
    ascii_letters = sum(1 for letter in word if letter.isascii())
    latin = all(letter < "\u0250" for letter in word)
    return latin and 2 * ascii_letters >= len(word) and _has_usual_case(word)


def _is_chinese(word: str) -> bool:
    codes = word.encode("gb2312", "replace")
    common = sum(1 for lead in codes[::2] if 0xB0 <= lead < _FIRST_RARE_HANZI)
    return len(codes) == 2 * len(word) and common >= 0.8 * len(word)


def _is_japanese(word: str) -> bool:
    return all("\u3040" <= letter <= "\u9fff" for letter in word) and any(
        "\u3040" <= letter <= "\u30ff" for letter in word
    )


def _is_korean(word: str) -> bool:
    return all("\uac00" <= letter <= "\ud7a3" for letter in word)


def _is_traditional(word: str) -> bool:
    codes = word.encode("big5", "replace")
    return len(codes) == 2 * len(word) and all(0xA4 <= lead <= 0xC6 for lead in codes[::2])


_LOOKS_RIGHT: dict[str, Callable[[str], bool]] = {
    "cp1251": _is_cyrillic,
    "koi8_r": _is_cyrillic,
    "gb18030": _is_chinese,
    "cp932": _is_japanese,
    "cp949": _is_korean,
    "big5": _is_traditional,
    "cp1252": _is_latin,
    "cp1250": _is_latin,
}
