"""Setting text for posters without knowing the font: what is guessed is rather too wide.

Texts may be of any script, of any length, and may hold what no document may.
"""

import re
import unicodedata
from functools import lru_cache
from html import escape

import msgspec

ELLIPSIS = "…"
LEADING = 1.16
LONGEST = 600  # more letters than any box here has room for

# What XML 1.0 (2.2) does not have, and what turns the direction of a whole document around.
UNFIT = re.compile(
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)
JOINER = "\u200d"

# Widths in em of a bold sans serif of the broad kind (DejaVu, Verdana).
NARROW = frozenset("iljtfrI.,:;'’!|()[]/- ")
BROAD = frozenset("mwMW@%—ЖШЩЮЫФМжшщюыфмQ&")


Sizes = tuple[float, ...]


class Setting(msgspec.Struct, frozen=True):
    """A text in lines, at a size in the picture's units; `height` of one line likewise."""

    lines: tuple[str, ...]
    size: float
    height: float

    @property
    def total(self) -> float:
        """How high all lines are."""
        return self.height * len(self.lines)


def fit(text: str, width: float, height: float, whole: Sizes, breaking: Sizes) -> Setting:
    """A text at the largest size at which it fits into the box.

    Both lists fall; words are broken where the text fits at none of the sizes for `whole` words,
    and what fits at none at all is cut off.
    """
    words = _words(readable(text)[:LONGEST])
    for size in whole:
        lines = _wrap(words, width / size)
        if lines is not None and len(lines) * size * LEADING <= height:
            return Setting(tuple(lines), size, size * LEADING)
    for size in breaking:
        lines = _wrap(_broken(words, width / size), width / size) or []
        if len(lines) * size * LEADING <= height:
            return Setting(tuple(lines), size, size * LEADING)
    return _cut(words, width, height, breaking[-1])


def fit_line(text: str, width: float, size: float) -> str:
    """A text on one line, cut off where it does not fit."""
    return _shorten(readable(text), width / size)


def readable(text: str) -> str:
    """A text on one line, without what cannot stand in a document."""
    return " ".join(UNFIT.sub(" ", text).split())


def element_text(text: str) -> str:
    """A text as it stands in an element or an attribute."""
    return escape(UNFIT.sub("", text), quote=True)


def is_right_to_left(text: str) -> bool:
    """Whether the text begins on the right (UAX #9, P2 and P3)."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def width_of(text: str) -> float:
    """How wide a text is at most, in em."""
    return sum(map(_letter_width, text))


@lru_cache(maxsize=2000)
def _letter_width(letter: str) -> float:
    if letter in NARROW:
        return 0.43
    if letter in BROAD:
        return 1.12
    if letter == JOINER or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.05
    return 0.82 if letter.isupper() else 0.72


def _words(text: str) -> list[str]:
    """What a line may be broken between; a word that goes on a line's middle begins with a space.

    Chinese and Japanese are written without spaces, and may be broken nearly anywhere.
    """
    words: list[str] = []
    for word in text.split(" "):
        start = " "
        for piece in _pieces(word):
            words.append(start + piece)
            start = ""
    return words


def _pieces(word: str) -> list[str]:
    pieces: list[str] = []
    for cluster in _clusters(word):
        previous = pieces[-1][-1] if pieces else ""
        if previous and not (_breaks(previous) or _breaks(cluster[0])):
            pieces[-1] += cluster
        elif previous and unicodedata.category(cluster[0]).startswith("P"):
            pieces[-1] += cluster  # a sign never begins a line
        else:
            pieces.append(cluster)
    return pieces


def _breaks(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _clusters(word: str) -> list[str]:
    """Letters with the marks that belong to them (roughly UAX #29)."""
    clusters: list[str] = []
    for letter in word:
        is_mark = unicodedata.category(letter).startswith("M") or letter == JOINER
        if clusters and (is_mark or clusters[-1].endswith(JOINER)):
            clusters[-1] += letter
        else:
            clusters.append(letter)
    return clusters


def _wrap(words: list[str], width: float) -> list[str] | None:
    """Lines no wider than `width` (in em); None where a word alone is wider."""
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


def _cut(words: list[str], width: float, height: float, size: float) -> Setting:
    most = max(1, int(height // (size * LEADING)))
    lines = _wrap(_broken(words, width / size), width / size) or []
    if len(lines) > most:
        last = _shorten(f"{lines[most - 1]} {lines[most]}", width / size)
        lines = [*lines[: most - 1], last]
    return Setting(tuple(lines), size, size * LEADING)


def _broken(words: list[str], width: float) -> list[str]:
    """The words, those that are wider than a line in parts."""
    return [part for word in words for part in _break(word, width)]


def _break(word: str, width: float) -> list[str]:
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
    kept = ""
    for cluster in _clusters(text):
        if width_of(kept + cluster + ELLIPSIS) > width:
            break
        kept += cluster
    return kept.rstrip() + ELLIPSIS
