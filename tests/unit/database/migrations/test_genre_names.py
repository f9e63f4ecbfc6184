"""Common genres of a data folder of version 0.2.0 get names in other languages."""

from kinoteka.database.migrations import migrate
from tests.support.databases import rows
from tests.support.previous_versions import create_previous_database

NAMES = (
    "SELECT genres.id, genres.name, genre_names.name FROM genre_names"
    " JOIN genres ON genres.id = genre_id WHERE language = 'ru'"
)


def test_common_genres_and_the_genre_of_films_without_one_get_names(new_settings, tmp_path):
    create_previous_database(new_settings, tmp_path)
    genres = rows(new_settings, "SELECT name FROM genres")
    migrate(new_settings)
    names = {name: translated for _, name, translated in rows(new_settings, NAMES)}
    assert names["Unknown"] == "Не указан"
    assert names["Drama"] == "Драма"
    assert names.keys() <= set(genres)
