"""Keys by which titles are sorted: the order of their bytes is the order that readers expect.

Neither engine sorts by the rules of a language, so the keys are computed here and stored. A key has
no case, accents, punctuation and leading article, and its numbers sort by their value.

Public operations: title_key.
"""

import re
import unicodedata

from kinoteka.search.folding import APOSTROPHES, folded_text

ARTICLES: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "": "the a an le la les der das el los las il gli",
        "da": "den det de en et",
        "de": "der die das ein eine",
        "en": "the a an",
        "es": "el la los las un una",
        "fr": "le la les un une",
        "hu": "a az egy",
        "it": "il lo la i gli le un uno una",
        "nb": "den det de en et",
        "nl": "de het een",
        "no": "den det de en et",
        "pt": "o a os as um uma",
        "ru": "",
        "sv": "den det de en ett",
    }.items()
}
"""Articles by the language of the title; "" if it is unknown: those that are articles in every
likely language ("die" is an English word, too)."""
ELISIONS = {"": frozenset("l"), "fr": frozenset("l"), "it": frozenset("l")}
"""Articles that are joined with an apostrophe, as in L'Avventura."""
NAMES = frozenset(
    f"{article} {rest}"
    for article, names in {
        "el": ("paso", "salvador"),
        "la": ("la", "paz"),
        "las": ("vegas",),
        "le": ("mans",),
        "los": ("alamos", "angeles"),
    }.items()
    for rest in names
)
"""Beginnings of titles of unknown language that look like articles and are names."""
OPENING = "\"'“”„‘’«»(¿¡….*#- "
"""Signs before an article."""

CYRILLIC = ("Ѐ", "ԯ")
LATIN = (("A", "ɏ"), ("Ḁ", "ỿ"))
FIRST_SCRIPT = {"ru": CYRILLIC}
"""The script that readers of a language find before the others."""
SIGNS, DIGITS, OWN_SCRIPT, LATIN_SCRIPT, CYRILLIC_SCRIPT, OTHER_SCRIPTS = "012345"
"""The first character of a key: the order of titles by their first character."""

LETTERS = str.maketrans({"ґ": "гӿ", "є": "еӿ", "і": "иӿ"})
"""Ukrainian letters come after their Russian neighbours, in spite of their code points."""
LONG_NUMBER = 9
_NUMBER = re.compile("[0-9]+")
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")


def title_key(title: str, reader: str = "", language: str = "") -> str:
    """Return the key of a title for readers of a language. `language` is that of the title.

    An unknown language is an empty text. ё sorts like е, and after it if nothing else differs.
    """
    if "," in title:
        title = _THOUSANDS.sub("", title)
    words = _NUMBER.sub(_numbered, folded_text(_without_article(title, language)))
    if words.isascii():
        return (LATIN_SCRIPT if words[:1].isalpha() else _first_character(words, reader)) + words
    return _first_character(words, reader) + words.translate(LETTERS) + _order_of_yo(title)


def _without_article(title: str, language: str) -> str:
    bare = title.lstrip(OPENING)
    first, _, rest = bare.partition(" ")
    word = first.casefold()
    if word in ARTICLES.get(language, ()):
        following = rest.partition(" ")[0].casefold()
        is_name = not language and f"{word} {following}" in NAMES
        return title if is_name or not any(map(str.isalnum, rest)) else rest
    if word[1:2] in APOSTROPHES and word[2:] and word[0] in ELISIONS.get(language, ()):
        return bare[2:]
    return title


def _numbered(number: re.Match[str]) -> str:
    """Return a number so that the order of texts is the order of numbers: shorter ones first."""
    digits = number[0].lstrip("0") or "0"
    if len(digits) < LONG_NUMBER:
        return f"{len(digits)}{digits}"
    return f"{LONG_NUMBER}{len(digits):04}{digits}"


def _order_of_yo(title: str) -> str:
    """Return what sorts titles that differ only in ё: the one with е first."""
    folded = unicodedata.normalize("NFC", title).casefold()
    return "\t" + "".join(each for each in folded if each in "её") if "ё" in folded else ""


def _first_character(words: str, reader: str) -> str:
    first = words[:1]
    if "0" <= first <= "9":
        return DIGITS
    if not first.isalpha():
        return SIGNS
    own = FIRST_SCRIPT.get(reader)
    if own is not None and own[0] <= first <= own[1]:
        return OWN_SCRIPT
    if any(start <= first <= end for start, end in LATIN):
        return LATIN_SCRIPT
    return CYRILLIC_SCRIPT if CYRILLIC[0] <= first <= CYRILLIC[1] else OTHER_SCRIPTS
