"""Detect the format of uploaded files, and check the operator's options against it.

Public operations: choose_format, preview_files, read_options, without_folders.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kinoteka.core.import_runs.model import ImportOptions
from kinoteka.core.imports.formats import ADULT_FORMATS, FORMATS, TABLES, TEXT_TABLES
from kinoteka.core.imports.formats.archives import expand_archives
from kinoteka.core.imports.formats.detection import detect_format
from kinoteka.core.imports.formats.encodings import check_encoding
from kinoteka.core.imports.formats.imdb import TITLE_TYPES
from kinoteka.core.imports.formats.kinds import parse_kinds
from kinoteka.core.imports.formats.mapping import parse_mapping
from kinoteka.core.imports.formats.sample import parse_scale
from kinoteka.core.imports.label_rules import LabelRules
from kinoteka.core.imports.preview import Preview, preview_import
from kinoteka.core.imports.readers import IMDB_FILM_TYPES, Format, Progress, ReadOptions
from kinoteka.core.imports.record import FormatCode, FormatError
from kinoteka.errors import Code, DomainError, field_invalid

MAX_SOURCE_LENGTH = 100
PREVIEW_LIMIT = 32 * 1024 * 1024
"""How many bytes of each file a preview reads, because a request waits for it."""
OPTION_FORMATS = {
    "mapping": TABLES,
    "source": TABLES,
    "columns": TEXT_TABLES,
    "kinds": TABLES,
    "scale": TABLES,
    "thousands": TABLES,
    "encoding": TABLES,
    "types": ("imdb",),
    "adult": ADULT_FORMATS,
}
FORM_FIELDS = {
    FormatCode.MAPPING_INVALID: "mapping",
    FormatCode.LABEL_RULE_INVALID: "labels",
    FormatCode.KIND_UNKNOWN: "kinds",
    FormatCode.SCALE_INVALID: "scale",
    FormatCode.ENCODING_UNKNOWN: "encoding",
}


def choose_format(files: Sequence[Path], options: ImportOptions) -> Format:
    """Return the format that the operator chose, or detect it from the content of the files.

    Raises:
        DomainError(FIELD_INVALID): an option is invalid, or does not apply to the format.
        DomainError(IMPORT_UNUSABLE): the files do not have the format. `reason` is a `FormatCode`.
    """
    try:
        read = read_options(options)
        expanded = expand_archives(files, Progress())
        chosen = _named(options.format) if options.format else detect_format(expanded, read)
        _check(chosen, options)
        chosen.parts(expanded, read, Progress())
    except FormatError as error:
        raise _domain_error(error) from None
    return chosen


def preview_files(files: Sequence[Path], options: ImportOptions) -> Preview:
    """Return how the files would be imported. Raise as `choose_format` does.

    What other options may solve is a question of the preview.
    """
    try:
        read = read_options(options)
        expanded = expand_archives(files, Progress())
        chosen = _named(options.format) if options.format else detect_format(expanded, read)
        _check(chosen, options)
        return preview_import(chosen, files, read, PREVIEW_LIMIT)
    except FormatError as error:
        raise _domain_error(error) from None


def read_options(options: ImportOptions) -> ReadOptions:
    """Return the options for readers.

    Raises:
        FormatError: a mapping, a label rule, a kind, a scale or an encoding is invalid.
    """
    return ReadOptions(
        labels=LabelRules(options.labels),
        mapping=parse_mapping(options.mapping),
        source=options.source,
        title_types=frozenset(options.types) or IMDB_FILM_TYPES,
        adult=options.adult,
        columns=options.columns,
        kinds=parse_kinds(options.kinds),
        scale=parse_scale(options.scale),
        thousands=options.thousands,
        encoding=check_encoding(options.encoding) if options.encoding else None,
    )


def _named(name: str) -> Format:
    if name not in FORMATS:
        raise field_invalid("format", "malformed")
    return FORMATS[name]


def _check(chosen: Format, options: ImportOptions) -> None:
    for name, formats in OPTION_FORMATS.items():
        if getattr(options, name) and chosen.name not in formats:
            raise field_invalid(name, "not_of_format")
    if any(each not in TITLE_TYPES for each in options.types):
        raise field_invalid("types", "malformed")
    if options.source is not None:
        if not options.source.strip() or not options.source.isprintable():
            raise field_invalid("source", "malformed")
        if len(options.source) > MAX_SOURCE_LENGTH:
            raise field_invalid("source", "too_long")


def _domain_error(error: FormatError) -> DomainError:
    field = FORM_FIELDS.get(error.code)
    if field is not None:
        return field_invalid(field, error.code.value)
    parameters = without_folders(error.parameters) | {"reason": error.code.value, "field": "files"}
    return DomainError(Code.IMPORT_UNUSABLE, **parameters)


def without_folders(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a format error with the names of files instead of their paths."""
    path = parameters.get("path")
    return parameters | ({"path": Path(str(path)).name} if path is not None else {})
