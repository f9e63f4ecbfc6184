"""Films as operators change them."""

from kinoteka.core.editing.model import HIDDEN, EditableFilm, FilmFields


def film(label: str | None = None, **fields: object) -> EditableFilm:
    named = {"title": "Ran", **fields}
    return EditableFilm(1, FilmFields(**named), "tests", "1", 0, label, 1)  # type: ignore[arg-type]


def test_a_version_tells_the_fields_apart() -> None:
    assert film().version == film(HIDDEN).version
    assert len({film().version, film(year=1985).version, film(genres=("War",)).version}) == 3


def test_hidden_is_a_label() -> None:
    assert film(HIDDEN).is_hidden
    assert not film("premium").is_hidden
