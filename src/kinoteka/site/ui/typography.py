"""Russian typography: keep short words, dashes and numbers off the end of a line.

Every translation passes through `bind` when it is compiled (`tools.messages`), and so does every
Russian date and relative time. Translators write plain spaces.
"""

import re

NO_BREAK = "\u00a0"
NUMBERS = ("count", "done", "limit", "most", "number", "place", "seconds", "shown", "total")
"""Placeholders that stand for numbers."""

# Prepositions, conjunctions and particles: a word of one or two letters and the next word.
_SHORT_WORD = re.compile(r"(?<![\w-])([а-яё]{1,2}) (?=\S)", re.IGNORECASE)
_DASH = re.compile(r" (?=[–—](?:\s|$))")
_UNIT = re.compile(
    rf"(\d|%\((?:{'|'.join(NUMBERS)})\)s|\{{(?:{'|'.join(NUMBERS)})\}}|№) (?=[%{{\dа-яё])",
    re.IGNORECASE,
)


def bind(text: str) -> str:
    """Return `text` with non-breaking spaces where a Russian line must not break.

    These are the spaces after words of one or two letters, before dashes, and between a number
    and what it counts.
    """
    text = _SHORT_WORD.sub(rf"\1{NO_BREAK}", text)
    text = _DASH.sub(NO_BREAK, text)
    return _UNIT.sub(rf"\1{NO_BREAK}", text)
