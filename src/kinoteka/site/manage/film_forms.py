"""The form of a film: its fields, credits, titles, countries and ids."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, TypeVar, cast

import msgspec

from kinoteka.core.access.model import FILMS_EDIT
from kinoteka.core.catalogue.model import FIELDS, FilmFields
from kinoteka.core.catalogue.parts.queries import FilmTitle
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.film_editing.parts.model import EDITED_KINDS, PARTS, EditedCredit, EditedParts
from kinoteka.core.imports.formats.country_codes import all_codes
from kinoteka.http.policy.request import Request
from kinoteka.site.manage.catalogue_schemas import lines
from kinoteka.site.ui.departments import DEPARTMENTS, OTHERS, SITES, TITLE_KINDS
from kinoteka.site.ui.languages import formats
from kinoteka.site.ui.pages import locale_of

Row = TypeVar("Row")

FORM_FIELDS = (*FIELDS, *PARTS, *EDITED_KINDS)
"""The fields that show an error of the form."""
BLANK_CREDIT = EditedCredit("acting", "")
BLANK_TITLE = FilmTitle("", "translation", "")
BLANK_COUNTRY = ""
LISTS = ("cast", "titles", "countries")
"""The lists whose rows have buttons."""


class FilmForm(msgspec.Struct, frozen=True):
    """The form of a film: a text for each field, with one genre or director per line.

    `version` is the version of the film when the form was rendered. Each list has the values of one
    column of a table, in the order of its rows. `step` is the button that was pressed, if it is
    not the one that saves: `add-cast` for another row, or `remove-cast-3`, `up-cast-3` or
    `down-cast-3` with the index of a row. `has_lists` is false for forms without the tables.
    """

    version: str = ""
    step: str = ""
    has_lists: bool = False
    cast_departments: list[str] = []
    cast_people: list[str] = []
    cast_roles: list[str] = []
    title_languages: list[str] = []
    title_kinds: list[str] = []
    title_texts: list[str] = []
    country_codes: list[str] = []
    imdb: str = ""
    tmdb: str = ""
    kinopoisk: str = ""
    wikidata: str = ""

    @classmethod
    def blank(cls) -> "FilmForm":
        """Return the form of a new film."""
        return FILM_FORM(has_lists=True)

    @classmethod
    def from_film(cls, film: EditableFilm) -> "FilmForm":
        """Return the form filled with a film's fields."""
        form = cls.from_fields(film.fields, film.parts)
        return msgspec.structs.replace(form, version=film.version)

    @classmethod
    def from_fields(cls, fields: FilmFields, parts: EditedParts) -> "FilmForm":
        """Return the form filled with these fields."""
        texts: dict[str, Any] = {name: _text(getattr(fields, name)) for name in FIELDS}
        ids: dict[str, Any] = {
            kind: " ".join(value for each, value in parts.ids if each == kind)
            for kind in EDITED_KINDS
        }
        rows = _columns(parts.cast, parts.titles, parts.countries)
        return FILM_FORM(**texts, **ids, **rows, has_lists=True)

    @property
    def cast(self) -> list[EditedCredit]:
        """Return the rows of credits."""
        columns = (self.cast_departments, self.cast_people, self.cast_roles)
        return [EditedCredit(*row) for row in zip_longest(*columns, fillvalue="")]

    @property
    def titles(self) -> list[FilmTitle]:
        """Return the rows of titles."""
        columns = (self.title_languages, self.title_kinds, self.title_texts)
        return [FilmTitle(*row) for row in zip_longest(*columns, fillvalue="")]

    @property
    def countries(self) -> list[str]:
        """Return the codes of countries."""
        return self.country_codes

    def values(self) -> dict[str, object]:
        """Return the values of the fields for the core."""
        texts = {name: getattr(self, name) for name in FIELDS}
        values = texts | {name: lines(texts[name]) for name in ("genres", "directors")}
        if not self.has_lists:
            return values
        ids = tuple((kind, value) for kind in EDITED_KINDS for value in getattr(self, kind).split())
        lists = {name: tuple(getattr(self, name)) for name in LISTS}
        return values | lists | {"ids": ids}

    def after_step(self) -> "FilmForm":
        """Return the form after its step: with a row added, removed or moved."""
        action, _, rest = self.step.partition("-")
        name, _, index = rest.partition("-")
        lists: dict[str, list[Any]] = {each: list(getattr(self, each)) for each in LISTS}
        if name in lists:
            place = int(index) if index.isascii() and index.isdigit() and len(index) < 4 else -1
            _change(lists[name], action, place, BLANKS[name])
        return msgspec.structs.replace(self, step="", **_columns(**lists))


async def form_context(request: Request, form: FilmForm) -> dict[str, Any]:
    """Return what templates need to show a form. Each list gets a blank row at its end."""
    rows = {name: list(getattr(form, name)) for name in LISTS}
    for name, blank in BLANKS.items():
        if blank not in rows[name][-1:]:
            rows[name].append(blank)
    namesakes = (
        await request.core.film_editing.namesakes(
            request.actor, request.unit, [each.person for each in form.cast]
        )
        if request.actor.may(FILMS_EDIT)
        else {}
    )
    format_ = formats(locale_of(request))
    return {
        "form": form,
        "rows": rows,
        "blanks": BLANKS,
        "namesakes": namesakes,
        "countries": format_.countries(all_codes()),
        "title_languages": format_.languages(),
        "departments": [(each.name.lower(), DEPARTMENTS[each]) for each in OTHERS],
        "title_kinds": TITLE_KINDS,
        "sites": SITES,
    }


BLANKS: dict[str, Any] = {"cast": BLANK_CREDIT, "titles": BLANK_TITLE, "countries": BLANK_COUNTRY}


def _change(rows: list[Row], action: str, place: int, blank: Row) -> None:
    if action == "add":
        rows.append(blank)
    elif 0 <= place < len(rows):
        row = rows.pop(place)
        if action in ("up", "down"):
            rows.insert(max(place + (1 if action == "down" else -1), 0), row)


def _columns(
    cast: Sequence[EditedCredit], titles: Sequence[FilmTitle], countries: Sequence[str]
) -> dict[str, Any]:
    return {
        "cast_departments": [each.department for each in cast],
        "cast_people": [each.person for each in cast],
        "cast_roles": [each.role for each in cast],
        "title_languages": [each.language for each in titles],
        "title_kinds": [each.kind for each in titles],
        "title_texts": [each.title for each in titles],
        "country_codes": list(countries),
    }


FILM_FORM = cast(
    type[FilmForm],
    msgspec.defstruct(
        "FilmForm", [(name, str, "") for name in FIELDS], bases=(FilmForm,), frozen=True
    ),
)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "\n".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
