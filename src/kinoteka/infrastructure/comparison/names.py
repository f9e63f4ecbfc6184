"""Names that are compared after NFKC and case folding (Unicode Standard, D146).

Public operations: compatible_key.
"""

import unicodedata


def compatible_key(name: str) -> str:
    """Return the key that is equal for names that differ only in case, width or ligatures."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded)
