"""One vocabulary of genres: names that mean the same genre have the same key.

Public operations: genre_key.
"""

from kinoteka.search.folding import fold

SAME_GENRES: tuple[tuple[str, ...], ...] = (
    ("Action", "Action Film", "Боевик", "Экшен"),
    ("Adventure", "Adventures", "Приключения"),
    ("Animation", "Animated", "Cartoon", "Мультфильм", "Анимация"),
    ("Biography", "Biographical", "Biopic", "Биография"),
    ("Children", "Children's", "Kids", "Детский"),
    ("Comedy", "Комедия"),
    ("Crime", "Криминал"),
    ("Documentary", "Documentary Film", "Документальный"),
    ("Drama", "Драма"),
    ("Family", "Семейный"),
    ("Fantasy", "Фэнтези"),
    ("Film Noir", "Noir", "Нуар", "Фильм-нуар"),
    ("History", "Historical", "История", "Исторический"),
    ("Horror", "Ужасы"),
    ("Music", "Музыка"),
    ("Musical", "Мюзикл"),
    ("Mystery", "Детектив"),
    ("Romance", "Romantic", "Мелодрама"),
    ("Science Fiction", "Sci-Fi", "SciFi", "SF", "Фантастика"),
    ("Short", "Short Film", "Короткометражный", "Короткометражка"),
    ("Sport", "Sports", "Спорт"),
    ("Thriller", "Триллер"),
    ("TV Movie", "Television Film", "Телефильм"),
    ("War", "War Film", "Военный"),
    ("Western", "Вестерн"),
)
"""Names of the same genre."""


def _letters(name: str) -> str:
    return "".join(fold(name)) or name


_KEYS = {_letters(name): _letters(names[0]) for names in SAME_GENRES for name in names}


def genre_key(name: str) -> str:
    """Return a key that is equal for all names of a genre.

    Case, accents and punctuation do not matter: Film-Noir, film noir and Noir are the same.
    """
    key = _letters(name)
    return _KEYS.get(key, key)
