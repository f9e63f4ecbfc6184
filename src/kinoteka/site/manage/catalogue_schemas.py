"""Queries and forms of the pages about films, selections and imports."""

from typing import cast

import msgspec
from msgspec import UNSET, UnsetType

from kinoteka.core.catalogue.model import FIELDS, FilmFields, FilmQuery
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.import_runs.columns import PreviewColumns
from kinoteka.core.import_runs.model import ImportOptions
from kinoteka.http.mechanics.numbers import Id, PageNumber


class FilmsQuery(msgspec.Struct, frozen=True):
    """Filters of the list of films."""

    q: str = ""
    label: str = ""
    hidden: bool = False
    page: PageNumber = 1

    def film_query(self) -> FilmQuery:
        """Return the query for the catalogue."""
        return FilmQuery(text=self.q.strip() or None, label=self.label or None, hidden=self.hidden)


class FilmForm(msgspec.Struct, frozen=True):
    """The form of a film: a text for each field, with one genre or director per line.

    `version` is the version of the film when the form was rendered.
    """

    version: str = ""

    @classmethod
    def from_film(cls, film: EditableFilm) -> "FilmForm":
        """Return the form filled with a film's fields."""
        return msgspec.structs.replace(cls.from_fields(film.fields), version=film.version)

    @classmethod
    def from_fields(cls, fields: FilmFields) -> "FilmForm":
        """Return the form filled with these fields."""
        return FILM_FORM(**{name: _text(getattr(fields, name)) for name in FIELDS})

    def values(self) -> dict[str, object]:
        """Return the values of the fields for the core."""
        texts = {name: getattr(self, name) for name in FIELDS}
        return texts | {name: lines(texts[name]) for name in ("genres", "directors")}


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


class NewFilmQuery(msgspec.Struct, frozen=True):
    """A text to look up at other sites, and the film chosen there (`tmdb:603`)."""

    q: str = ""
    film: str = ""


class MergeForm(msgspec.Struct, frozen=True):
    """The film to merge into another, and whose visibility the remaining film gets."""

    other: Id
    visibility: str = ""


class UndoMergeForm(msgspec.Struct, frozen=True):
    """The former id of a merged film."""

    merged: Id


class DuplicateForm(msgspec.Struct, frozen=True):
    """Two films that are not the same."""

    film: Id
    other: Id


class UnlockForm(msgspec.Struct, frozen=True):
    """The field of a film that imports may change again."""

    field: str = ""


class FilmLabelForm(msgspec.Struct, frozen=True):
    """The new access label of a film; blank removes the label."""

    label: str = ""


NO_LABEL = "-"
"""The option for no label. No label can have this name."""


class FilmShowForm(msgspec.Struct, frozen=True):
    """The label of a film that becomes visible again; blank keeps its label."""

    label: str = ""

    def label_change(self) -> str | UnsetType | None:
        """Return the label, None for no label, or UNSET to keep it."""
        if not self.label:
            return UNSET
        return None if self.label == NO_LABEL else self.label


class SelectionsQuery(msgspec.Struct, frozen=True):
    """The page of the list of selections."""

    page: PageNumber = 1


class FeatureForm(msgspec.Struct, frozen=True):
    """Whether to feature a selection, and the page of the list to return to."""

    featured: bool = False
    page: PageNumber = 1


class SourceForm(msgspec.Struct, frozen=True):
    """The direction in which to move a source."""

    up: bool = False


class ImportsQuery(msgspec.Struct, frozen=True):
    """The import before which older ones are listed."""

    before: Id | None = None


THOUSANDS = (",", ".")


class ImportForm(msgspec.Struct, frozen=True):
    """The options of an import, with one mapping or label rule per line."""

    format: str = ""
    source: str = ""
    mapping: str = ""
    labels: str = ""
    scale: str = ""
    thousands: str = ""
    encoding: str = ""
    columns: str = ""
    kinds: str = ""
    adult: bool = False
    keep_going: bool = False
    replace: bool = False

    def options(self) -> ImportOptions:
        """Return the options for the core."""
        return ImportOptions(
            format=self.format or None,
            source=self.source.strip() or None,
            mapping=lines(self.mapping),
            labels=lines(self.labels),
            scale=self.scale.strip() or None,
            thousands=self.thousands if self.thousands in THOUSANDS else None,
            encoding=self.encoding.strip() or None,
            columns=_names(self.columns),
            kinds=tuple(name for name in _names(self.kinds) if name),
            adult=self.adult,
            keep_going=self.keep_going,
            replace=self.replace,
        )


class UploadForm(ImportForm, frozen=True):
    """The options of an upload, and the fields of its columns.

    `step` is the button: show the preview again, import, discard, or save the mapping as `save_as`.
    `saved` is the name of a mapping to use. On the form of a new import, it
    asks for a preview. `shown` is the key of the columns to which the `fields` belong.
    """

    step: str = ""
    shown: str = ""
    saved: str = ""
    save_as: str = ""
    fields: list[str] = []

    def chosen(self) -> PreviewColumns:
        """Return the fields that were chosen for the columns."""
        return PreviewColumns(self.shown, tuple(self.fields))

    @classmethod
    def from_options(cls, options: ImportOptions) -> "UploadForm":
        """Return the form filled with these options."""
        return cls(
            format=options.format or "",
            source=options.source or "",
            mapping="\n".join(options.mapping),
            labels="\n".join(options.labels),
            scale=options.scale or "",
            thousands=options.thousands or "",
            encoding=options.encoding or "",
            columns=",".join(options.columns),
            kinds=",".join(options.kinds),
            adult=options.adult,
            keep_going=options.keep_going,
            replace=options.replace,
        )


def _names(text: str) -> tuple[str, ...]:
    """Return the names between commas."""
    return tuple(name.strip() for name in text.split(",")) if text.strip() else ()


def lines(text: str) -> tuple[str, ...]:
    """Return the stripped lines that are not blank."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())
