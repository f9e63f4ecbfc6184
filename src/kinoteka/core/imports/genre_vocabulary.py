"""One vocabulary of genres: names that mean the same genre have the same key.

Public operations: genre_key, translated_names.
"""

import re

from kinoteka.search.folding import fold

SAME_GENRES: tuple[tuple[str, ...], ...] = (
    ("Action", "Action Film", "Боевик", "Экшен"),
    ("Adult", "Для взрослых"),
    ("Adventure", "Adventures", "Приключения"),
    ("Animation", "Animated", "Cartoon", "Анимация", "Мультфильм"),
    ("Biography", "Biographical", "Biopic", "Биография"),
    ("Children", "Children's", "Kids", "Детский"),
    ("Comedy", "Комедия"),
    ("Crime", "Криминал"),
    ("Documentary", "Documentary Film", "Документальный"),
    ("Drama", "Драма"),
    ("Family", "Семейный"),
    ("Fantasy", "Фэнтези"),
    ("Film Noir", "Noir", "Фильм-нуар", "Нуар"),
    ("History", "Historical", "Исторический", "История"),
    ("Horror", "Ужасы"),
    ("Music", "Музыка"),
    ("Musical", "Мюзикл"),
    ("Mystery", "Детектив"),
    ("News", "Новости"),
    ("Romance", "Romantic", "Мелодрама"),
    ("Science Fiction", "Sci-Fi", "SciFi", "SF", "Фантастика"),
    ("Short", "Short Film", "Короткометражный", "Короткометражка"),
    ("Sport", "Sports", "Спорт"),
    ("Thriller", "Триллер"),
    ("TV Movie", "Television Film", "Телефильм"),
    ("War", "War Film", "Военный"),
    ("Western", "Вестерн"),
)
"""Names of the same genre. The first one of each language is shown to its readers."""
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def _letters(name: str) -> str:
    return "".join(fold(name)) or name


_NAMES = {_letters(name): names for names in SAME_GENRES for name in names}
_KEYS = {_letters(name): _letters(names[0]) for names in SAME_GENRES for name in names}


def genre_key(name: str) -> str:
    """Return a key that is equal for all names of a genre.

    Case, accents and punctuation do not matter: Film-Noir, film noir and Noir are the same.
    """
    key = _letters(name)
    return _KEYS.get(key, key)


def translated_names(name: str) -> dict[str, str]:
    """Return the names of a common genre by language, without the language of the name itself."""
    key = _letters(name)
    translated: dict[str, str] = {}
    for each in _NAMES.get(key, ()):
        translated.setdefault(_language_of(each), each)
    translated.pop(_language_of(name), None)
    return translated


def _language_of(name: str) -> str:
    return "ru" if _CYRILLIC.search(name) else "en"
