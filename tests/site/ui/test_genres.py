from kinoteka.site.ui.genres import NAMES, folded_names, genre_names
from kinoteka.site.ui.languages import translations


def test_common_genres_are_translated():
    tell = genre_names(translations("ru").pgettext)
    assert tell("Comedy") == "Комедия"
    assert all(tell(name) != name for name in NAMES - {"IMAX"})


def test_other_genres_keep_their_names():
    assert genre_names(translations("ru").pgettext)("Фильм-катастрофа") == "Фильм-катастрофа"


def test_english_names_are_unchanged():
    assert genre_names(translations("en").pgettext)("Comedy") == "Comedy"


def test_names_are_folded_in_every_language():
    assert folded_names("Science Fiction") == (("science", "fiction"), ("фантастика",))
    assert folded_names("Oddity") == (("oddity",),)
