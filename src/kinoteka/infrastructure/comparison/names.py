"""Names that are compared by NFKC and without regard to case (Unicode Standard, D146).

Public operations: compatible_key.
"""

import unicodedata


def compatible_key(name: str) -> str:
    """Return what names have in common that differ in case, width or ligatures alone."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded)
