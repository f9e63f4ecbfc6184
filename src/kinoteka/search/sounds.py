"""How words sound: one spelling for all romanisations of a word.

"Ёлки", "yolki" and "jolki" sound alike, and so do "Тарковский", "Tarkovsky" and "Tarkovskij".

Public operations: sound, sounds, possible_sounds.
"""

import re

from anyascii import anyascii

SOUND_MARK = "~"
"""The prefix of a word that is compared by its sound, and of a film's year."""
MAX_CACHED_WORDS = 50_000

# Usual romanisations where they differ from those of anyascii.
_CYRILLIC = str.maketrans(
    {
        "ё": "e",
        "ж": "zh",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ъ": "",
        "ь": "",
        "ы": "y",
        "ю": "yu",
        "я": "ya",
        "й": "y",
        "э": "e",
        "є": "e",
        "і": "i",
        "ї": "yi",
        "ґ": "g",
        "ў": "u",
        "ј": "y",
        "љ": "ly",
        "њ": "ny",
        "ћ": "ch",
        "ђ": "dz",
        "џ": "dz",
        "ѕ": "dz",
        "ќ": "k",
        "ѓ": "g",
    }
)
_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("shch|sch|sh", "s"),
        ("tsch|tch|cz|ch|ts|tz", "C"),  # C: not a c that the rules below change
        ("dzh|zh|dz", "z"),
        ("kh", "h"),
        ("ph", "f"),
        ("gh", "g"),
        ("th", "t"),
        ("wh", "v"),
        ("c[kqh]?(?![eiy])|q", "k"),
        ("ck", "k"),
        ("x", "ks"),
        ("w", "v"),
        ("[cz]", "s"),
        ("[jy]o", "e"),  # yo and jo are ways to write ё, which is often written as е
        ("[jy]", "i"),
        ("i+([aeou])", r"\1"),
        ("([aou])e", r"\1"),
        (r"(.)\1+", r"\1"),
    )
)


# Letters that stand for different sounds, depending on the language of the romanisation.
_AMBIGUOUS = ((re.compile("c(?![hz])"), "ts"), (re.compile("x"), "kh"), (re.compile("j"), "zh"))


class _Sounds(dict[str, str]):
    """The sound of each folded word, computed once."""

    def __missing__(self, word: str) -> str:
        found = _sound(word)
        if len(self) >= MAX_CACHED_WORDS:
            self.clear()
        self[word] = found
        return found


def sound(word: str) -> str:
    """Return how a folded word sounds, in Latin letters; an empty text if that is unknown."""
    return _SOUNDS[word]


def sounds(words: str) -> str:
    """Return how folded words sound, separated by spaces."""
    return " ".join(filter(None, map(_SOUNDS.__getitem__, words.split())))


def possible_sounds(word: str) -> tuple[str, ...]:
    """Return how a word may sound, the usual way first: "matrica" may be "матрица"."""
    found = [sound(word)]
    if word.isascii():
        found += [sound(letter.sub(other, word)) for letter, other in _AMBIGUOUS]
    # Of a text like "zzzzqqqq", hardly anything remains.
    return tuple(each for each in dict.fromkeys(found) if each and 2 * len(each) >= len(word))


def _sound(word: str) -> str:
    if not word.isascii():
        word = anyascii(word.translate(_CYRILLIC)).lower()
    word = "".join(filter(str.isalnum, word))
    if word.isdigit():
        return word
    found = word
    for pattern, replacement in _RULES:
        found = pattern.sub(replacement, found)
    return found.lower() or word


_SOUNDS = _Sounds()
