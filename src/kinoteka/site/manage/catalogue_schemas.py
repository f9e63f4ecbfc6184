"""Queries and forms of films, selections and imports as operators manage them."""

from typing import cast

import msgspec
from msgspec import UNSET, UnsetType

from kinoteka.core.catalogue.model import FIELDS, FilmQuery
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.import_runs.model import ImportOptions
from kinoteka.http.mechanics.numbers import Id, PageNumber


class FilmsQuery(msgspec.Struct, frozen=True):
    """Which films are listed."""

    q: str = ""
    label: str = ""
    hidden: bool = False
    page: PageNumber = 1

    def wanted(self) -> FilmQuery:
        """As the catalogue is asked."""
        return FilmQuery(text=self.q.strip() or None, label=self.label or None, hidden=self.hidden)


class FilmForm(msgspec.Struct, frozen=True):
    """The form of a film: a text for each of its fields; genres and directors one on each line.

    `version` is the version of the fields that the form was filled with.
    """

    version: str = ""

    @classmethod
    def of(cls, film: EditableFilm) -> "FilmForm":
        """Return the form filled with a film's fields."""
        written = {name: _written(getattr(film.fields, name)) for name in FIELDS}
        return FILM_FORM(**written, version=film.version)

    def typed(self) -> dict[str, object]:
        """Return what was typed, as the core takes it."""
        texts = {name: getattr(self, name) for name in FIELDS}
        return texts | {name: lines(texts[name]) for name in ("genres", "directors")}


FILM_FORM = cast(
    type[FilmForm],
    msgspec.defstruct(
        "FilmForm", [(name, str, "") for name in FIELDS], bases=(FilmForm,), frozen=True
    ),
)


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "\n".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


class UnlockForm(msgspec.Struct, frozen=True):
    """The field of a film that imports may change again."""

    field: str = ""


class FilmLabelForm(msgspec.Struct, frozen=True):
    """The access label that a film is to have; a blank one is none."""

    label: str = ""


NO_LABEL = "-"
"""The choice of no label; a label cannot be called so."""


class FilmShowForm(msgspec.Struct, frozen=True):
    """The label for a film that is shown again; a blank one leaves its label as it is."""

    label: str = ""

    def wanted(self) -> str | UnsetType | None:
        """Return the label, None for no label, or UNSET to leave it."""
        if not self.label:
            return UNSET
        return None if self.label == NO_LABEL else self.label


class SelectionsQuery(msgspec.Struct, frozen=True):
    """Which page of the selections."""

    page: PageNumber = 1


class FeatureForm(msgspec.Struct, frozen=True):
    """Whether a selection is to be featured, and the page to go back to."""

    featured: bool = False
    page: PageNumber = 1


class ImportsQuery(msgspec.Struct, frozen=True):
    """The imports before this one."""

    before: Id | None = None


class ImportForm(msgspec.Struct, frozen=True):
    """What is chosen beside the files of an import; a mapping and rules a line each."""

    format: str = ""
    source: str = ""
    mapping: str = ""
    labels: str = ""
    adult: bool = False
    keep_going: bool = False

    def options(self) -> ImportOptions:
        """What the core is told."""
        return ImportOptions(
            format=self.format or None,
            source=self.source.strip() or None,
            mapping=lines(self.mapping),
            labels=lines(self.labels),
            adult=self.adult,
            keep_going=self.keep_going,
        )


def lines(text: str) -> tuple[str, ...]:
    """The lines that say something."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())
