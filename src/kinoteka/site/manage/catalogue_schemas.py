"""Queries and forms of the pages about films, selections and imports."""

import msgspec
from msgspec import UNSET, UnsetType

from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.core.film_merging.model import DuplicatePosition, Merge
from kinoteka.core.film_splitting.model import RecordKey, Split
from kinoteka.core.import_runs.columns import PreviewColumns
from kinoteka.core.import_runs.model import ImportOptions
from kinoteka.http.mechanics.numbers import Id, PageNumber

MAX_DIGITS = 19
"""The number of digits that every number of 64 bits is shorter than."""


class FilmsQuery(msgspec.Struct, frozen=True):
    """Filters of the list of films."""

    q: str = ""
    label: str = ""
    hidden: bool = False
    page: PageNumber = 1

    def film_query(self) -> FilmQuery:
        """Return the query for the catalogue."""
        return FilmQuery(text=self.q.strip() or None, label=self.label or None, hidden=self.hidden)


class PeopleQuery(msgspec.Struct, frozen=True):
    """A text that names of people contain."""

    q: str = ""


class NewFilmQuery(msgspec.Struct, frozen=True):
    """A text to look up at other sites, and the film chosen there (`tmdb:603`)."""

    q: str = ""
    film: str = ""


class ComparisonQuery(msgspec.Struct, frozen=True):
    """The film to compare with another one."""

    other: Id | None = None


class MergeForm(msgspec.Struct, frozen=True):
    """Two films to merge: the other one, the one that remains, and whose visibility it gets."""

    other: Id
    survivor: Id | None = None
    visibility: str = ""

    def merge(self, film_id: int) -> Merge:
        """Return the merge of a film with the other one. Otherwise, the first film remains."""
        survivor_id = film_id if self.survivor is None else self.survivor
        merged_id = self.other if survivor_id == film_id else film_id
        chosen = [each for each in (film_id, self.other) if str(each) == self.visibility]
        return Merge(survivor_id, merged_id, chosen[0] if chosen else None)


class SplitForm(msgspec.Struct, frozen=True):
    """The records that leave a film (`6:tt0133093`), and what moves with them."""

    leaving: list[str] = []
    references: str = ""
    parts: str = ""

    def split(self, film_id: int) -> Split:
        """Return the split of a film."""
        keys = [each.partition(":") for each in self.leaving]
        leaving = frozenset(
            RecordKey(int(source), external_id)
            for source, _, external_id in keys
            if source.isascii() and source.isdigit() and len(source) < MAX_DIGITS
        )
        return Split(
            film_id,
            leaving,
            moves_references=self.references == "move",
            moves_parts=self.parts == "move",
        )


class UndoMergeForm(msgspec.Struct, frozen=True):
    """The former id of a merged film."""

    merged: Id


class DuplicatesQuery(msgspec.Struct, frozen=True):
    """The place in the list of possible duplicates after which the page begins."""

    after: str = ""

    def position(self) -> DuplicatePosition | None:
        """Return the position, or None for the beginning and for an invalid one."""
        parts = self.after.split("-")
        if len(parts) != 4 or not all(
            each.isascii() and each.isdigit() and len(each) < MAX_DIGITS for each in parts
        ):
            return None
        return DuplicatePosition(*map(int, parts))

    @staticmethod
    def text(position: DuplicatePosition) -> str:
        """Return the text of a position."""
        return "-".join(map(str, msgspec.structs.astuple(position)))


class DuplicateForm(msgspec.Struct, frozen=True):
    """Two films that are not the same, and the page of the list to return to."""

    film: Id
    other: Id
    after: str = ""


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


class MappingForm(msgspec.Struct, frozen=True):
    """The name of a saved mapping."""

    name: str = ""


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
