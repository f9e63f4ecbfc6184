"""Compare names of genres and people."""

from unicodedata import normalize

from kinoteka.core.imports.genre_vocabulary import genre_key
from kinoteka.search.folding import fold

UNKNOWN = "Unknown"
"""The genre, or director, of a film that has none. Both have the id 1."""


def name_key(name: str) -> str:
    """Return a key that is equal for names that differ only in case, composition or spaces."""
    if name.isascii():
        return " ".join(name.lower().split())
    return " ".join(normalize("NFC", normalize("NFC", name).casefold()).split())


def sort_key(name: str) -> str:
    """Return the key by which people are sorted: the words without case, accents and signs."""
    return " ".join(fold(name)) or name_key(name)


def name_keys(kind: str, name: str) -> tuple[str, ...]:
    """Return the keys that are stored beside a name of this kind (genre or director)."""
    return name_key(name), (sort_key if kind == "director" else genre_key)(name)
