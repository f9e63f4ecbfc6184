"""How names of genres and directors are compared."""

from unicodedata import normalize

UNKNOWN = "Unknown"
"""The genre and the director (both have the id 1) of a film without any."""


def name_key(name: str) -> str:
    """What two spellings of one name share: case, composition and spaces are no difference."""
    if name.isascii():
        return " ".join(name.lower().split())
    return " ".join(normalize("NFC", normalize("NFC", name).casefold()).split())
