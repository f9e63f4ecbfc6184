from kinoteka.site.ui.genres import NAMES, genre_names
from kinoteka.site.ui.languages import translations


def test_usual_genres_are_told_in_the_readers_language():
    tell = genre_names(translations("ru").pgettext)
    assert tell("Comedy") == "Комедия"
    assert all(tell(name) != name for name in NAMES - {"IMAX"})


def test_others_stay_as_they_are():
    assert genre_names(translations("ru").pgettext)("Фильм-катастрофа") == "Фильм-катастрофа"


def test_english_names_stay():
    assert genre_names(translations("en").pgettext)("Comedy") == "Comedy"
