"""Editable films and their versions."""

from kinoteka.core.catalogue.model import FIELDS, FilmAccess, FilmFields
from kinoteka.core.film_editing.model import EditableFilm


def film(*, hidden: bool = False, **fields: object) -> EditableFilm:
    named = dict.fromkeys(FIELDS) | {"title": "Ran", "genres": (), **fields}
    access = FilmAccess(1, "Ran", None, None, hidden, False)
    return EditableFilm(1, FilmFields(**named), "tests", "1", 0, access)  # type: ignore[arg-type]


def test_version_depends_on_the_fields_only() -> None:
    assert film().version == film(hidden=True).version
    assert len({film().version, film(year=1985).version, film(genres=("War",)).version}) == 3
