"""Compare names of genres and directors."""

from unicodedata import normalize

UNKNOWN = "Unknown"
"""The genre, or director, of a film that has none. Both have the id 1."""


def name_key(name: str) -> str:
    """Return a key that is equal for names that differ only in case, composition or spaces."""
    if name.isascii():
        return " ".join(name.lower().split())
    return " ".join(normalize("NFC", normalize("NFC", name).casefold()).split())
