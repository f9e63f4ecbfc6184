"""Queries and forms of films, selections and imports as operators manage them."""

import msgspec
from msgspec import UNSET, UnsetType

from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.core.editing.model import EditableFilm, FilmFields
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
    """A film as it stands in fields; genres and directors a line each."""

    title: str = ""
    original_title: str = ""
    description: str = ""
    year: str = ""
    rating: str = ""
    trailer: str = ""
    poster: str = ""
    genres: str = ""
    directors: str = ""
    version: str = ""

    @classmethod
    def of(cls, film: EditableFilm) -> "FilmForm":
        """What stands in the fields at first."""
        fields = film.fields
        return cls(
            title=fields.title,
            original_title=fields.original_title or "",
            description=fields.description,
            year="" if fields.year is None else str(fields.year),
            rating="" if fields.rating is None else f"{fields.rating:g}",
            trailer=fields.trailer or "",
            poster=fields.poster or "",
            genres="\n".join(fields.genres),
            directors="\n".join(fields.directors),
            version=film.version,
        )

    def fields(self) -> FilmFields:
        """What the core is told."""
        return FilmFields(
            title=self.title,
            original_title=self.original_title,
            description=self.description,
            year=self.year,
            rating=self.rating,
            trailer=self.trailer,
            poster=self.poster,
            genres=lines(self.genres),
            directors=lines(self.directors),
        )


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
