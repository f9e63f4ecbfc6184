"""The folding and the sound of written words, computed once per word.

The same words occur in many titles and names, so most texts need no other folding. Texts with a
word that is not plain are left to `folding`.

Public operations: plain_title, marked_sounds.
"""

import re

from kinoteka.search.folding import fold_word
from kinoteka.search.sounds import SOUND_MARK, sounds

MAX_CACHED_WORDS = 30_000

# Other signs may separate the parts of a title, or lead to a second spelling.
_NOT_PLAIN = re.compile(r"[^\w,!?&]|_")


class _TitleWords(dict[str, str]):
    """The folding of each written word; empty if the word is not plain."""

    def __missing__(self, word: str) -> str:
        folded = "" if _NOT_PLAIN.search(word) else fold_word(word) or ""
        if len(self) >= MAX_CACHED_WORDS:
            self.clear()
        self[word] = folded
        return folded


class _NameWords(dict[str, str]):
    """The marked sounds of each written word; empty if they depend on the text or are unknown."""

    def __missing__(self, word: str) -> str:
        found = sounds(fold_word(word) or "")
        marked = SOUND_MARK + found.replace(" ", f" {SOUND_MARK}") if found else ""
        if len(self) >= MAX_CACHED_WORDS:
            self.clear()
        self[word] = marked
        return marked


def plain_title(title: str) -> str:
    """Return the only spelling of a title of plain words; empty for other titles."""
    words = list(map(_TITLE_WORDS.__getitem__, title.split()))
    return " ".join(words) if all(words) else ""


def marked_sounds(name: str) -> str:
    """Return the marked sounds of a name of plain words; empty for other names."""
    words = list(map(_NAME_WORDS.__getitem__, name.split()))
    return " ".join(words) if all(words) else ""


_TITLE_WORDS = _TitleWords()
_NAME_WORDS = _NameWords()
