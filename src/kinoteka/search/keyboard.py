"""Texts that were typed with the wrong keyboard layout.

Public operations: other_layout.
"""

_ENGLISH = "qwertyuiop[]asdfghjkl;'zxcvbnm,./`"
_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбю.ё"
_TO_RUSSIAN = str.maketrans(_ENGLISH, _RUSSIAN)
_TO_ENGLISH = str.maketrans(_RUSSIAN, _ENGLISH)


def other_layout(text: str) -> str | None:
    """Return what the same keys write in the other layout: "vfnhbwf" was meant as "матрица".

    Returns None for a text that is in neither layout.
    """
    lower = text.lower()
    if lower.isascii() and any(map(str.isalpha, lower)):
        return lower.translate(_TO_RUSSIAN)
    if any(ord(letter) in _TO_ENGLISH and letter.isalpha() for letter in lower):
        return lower.translate(_TO_ENGLISH)
    return None
