"""Lay out text for posters without knowing the font: estimated widths are rather too large.

Texts may be in any script, of any length, and contain characters that XML does not allow.
"""

import re
import unicodedata
from functools import lru_cache
from html import escape

import msgspec

ELLIPSIS = "…"
LEADING = 1.16
MAX_CHARACTERS = 600  # More than fit into any box of a poster.

# Characters that XML 1.0 (2.2) does not allow, and controls of the text direction.
DISALLOWED = re.compile(
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)
JOINER = "\u200d"

# Letters that are narrow or wide in bold, wide sans-serif fonts (DejaVu, Verdana).
NARROW = frozenset("iljtfrI.,:;'’!|()[]/- ")
WIDE = frozenset("mwMW@%—ЖШЩЮЫФМжшщюыфмQ&")


Sizes = tuple[float, ...]


class TextLayout(msgspec.Struct, frozen=True):
    """A text in lines. The font size and the height of a line are in the picture's units."""

    lines: tuple[str, ...]
    size: float
    height: float

    @property
    def total(self) -> float:
        """Return the height of all lines."""
        return self.height * len(self.lines)


def fit_text(text: str, width: float, height: float, whole: Sizes, breaking: Sizes) -> TextLayout:
    """Lay out a text at the largest size at which it fits into the box.

    Sizes are in descending order. If the text fits at none of the sizes in `whole`, words are
    broken at the sizes in `breaking`; if it still does not fit, the text is truncated.
    """
    words = _split_words(clean_line(text)[:MAX_CHARACTERS])
    for size in whole:
        lines = _wrap(words, width / size)
        if lines is not None and len(lines) * size * LEADING <= height:
            return TextLayout(tuple(lines), size, size * LEADING)
    for size in breaking:
        lines = _wrap(_split_wide_words(words, width / size), width / size) or []
        if len(lines) * size * LEADING <= height:
            return TextLayout(tuple(lines), size, size * LEADING)
    return _truncate(words, width, height, breaking[-1])


def fit_line(text: str, width: float, size: float) -> str:
    """Return a text on one line, truncated to the width."""
    return _shorten(clean_line(text), width / size)


def clean_line(text: str) -> str:
    """Return a text on one line, without characters that XML does not allow."""
    return " ".join(DISALLOWED.sub(" ", text).split())


def element_text(text: str) -> str:
    """Return a text escaped for an element or an attribute."""
    return escape(DISALLOWED.sub("", text), quote=True)


def is_right_to_left(text: str) -> bool:
    """Return whether the text is written from right to left (UAX #9, P2 and P3)."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def width_of(text: str) -> float:
    """Return the estimated width of a text in em."""
    return sum(map(_letter_width, text))


@lru_cache(maxsize=2000)
def _letter_width(letter: str) -> float:
    if letter in NARROW:
        return 0.43
    if letter in WIDE:
        return 1.12
    if letter == JOINER or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.05
    return 0.82 if letter.isupper() else 0.72


def _split_words(text: str) -> list[str]:
    """Return the parts between which lines may break; a space before a part is kept with it.

    Chinese and Japanese have no spaces, and lines may break almost anywhere.
    """
    words: list[str] = []
    for word in text.split(" "):
        start = " "
        for piece in _breakable_parts(word):
            words.append(start + piece)
            start = ""
    return words


def _breakable_parts(word: str) -> list[str]:
    pieces: list[str] = []
    for cluster in _clusters(word):
        previous = pieces[-1][-1] if pieces else ""
        if previous and not (_may_break_at(previous) or _may_break_at(cluster[0])):
            pieces[-1] += cluster
        elif previous and unicodedata.category(cluster[0]).startswith("P"):
            pieces[-1] += cluster  # A line never begins with punctuation.
        else:
            pieces.append(cluster)
    return pieces


def _may_break_at(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _clusters(word: str) -> list[str]:
    """Return letters together with their combining marks (roughly UAX #29)."""
    clusters: list[str] = []
    for letter in word:
        is_mark = unicodedata.category(letter).startswith("M") or letter == JOINER
        if clusters and (is_mark or clusters[-1].endswith(JOINER)):
            clusters[-1] += letter
        else:
            clusters.append(letter)
    return clusters


def _wrap(words: list[str], width: float) -> list[str] | None:
    """Return lines up to `width` (in em), or None if a word is wider."""
    lines: list[str] = []
    used = width
    for word in words:
        wide = width_of(word)
        if lines and used + wide <= width:
            lines[-1] += word
            used += wide
            continue
        start = word.lstrip()
        used = width_of(start)
        if used > width:
            return None
        lines.append(start)
    return lines


def _truncate(words: list[str], width: float, height: float, size: float) -> TextLayout:
    most = max(1, int(height // (size * LEADING)))
    lines = _wrap(_split_wide_words(words, width / size), width / size) or []
    if len(lines) > most:
        last = _shorten(f"{lines[most - 1]} {lines[most]}", width / size)
        lines = [*lines[: most - 1], last]
    return TextLayout(tuple(lines), size, size * LEADING)


def _split_wide_words(words: list[str], width: float) -> list[str]:
    """Return the words; words wider than a line are split into parts."""
    return [part for word in words for part in _split_word(word, width)]


def _split_word(word: str, width: float) -> list[str]:
    if width_of(word) <= width:
        return [word]
    parts = [""]
    used = 0.0
    for cluster in _clusters(word):
        wide = width_of(cluster)
        if used + wide > width:
            parts.append("")
            used = 0.0
        parts[-1] += cluster
        used += wide
    return parts


def _shorten(text: str, width: float) -> str:
    if width_of(text) <= width:
        return text
    start = ""
    for cluster in _clusters(text):
        if width_of(start + cluster + ELLIPSIS) > width:
            break
        start += cluster
    return start.rstrip() + ELLIPSIS
