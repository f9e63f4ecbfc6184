"""Films as operators change them."""

from kinoteka.core.catalogue.model import FilmAccess
from kinoteka.core.editing.model import EditableFilm, FilmFields


def film(*, hidden: bool = False, **fields: object) -> EditableFilm:
    named = {"title": "Ran", **fields}
    access = FilmAccess(1, "Ran", None, None, hidden, False)
    return EditableFilm(1, FilmFields(**named), "tests", "1", 0, access)  # type: ignore[arg-type]


def test_a_version_tells_the_fields_apart() -> None:
    assert film().version == film(hidden=True).version
    assert len({film().version, film(year=1985).version, film(genres=("War",)).version}) == 3
