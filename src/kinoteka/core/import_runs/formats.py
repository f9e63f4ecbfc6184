"""Detect the format of uploaded files, and check the operator's options against it.

Public operations: choose_format, read_options, without_folders.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kinoteka.core.import_runs.model import ImportOptions
from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.formats.files import first_bytes
from kinoteka.core.imports.formats.imdb import TITLE_TYPES
from kinoteka.core.imports.formats.mapping import parse_mapping
from kinoteka.core.imports.label_rules import LabelRules
from kinoteka.core.imports.readers import IMDB_FILM_TYPES, Format, Progress, ReadOptions
from kinoteka.core.imports.record import FormatCode, FormatError
from kinoteka.errors import Code, DomainError, field_invalid

MAX_SOURCE_LENGTH = 100
TABLES = ("csv", "jsonl", "json")
OPTION_FORMATS = {
    "mapping": TABLES,
    "source": TABLES,
    "types": ("imdb",),
    "adult": ("imdb", "tmdb"),
}
FORM_FIELDS = {FormatCode.MAPPING_INVALID: "mapping", FormatCode.LABEL_RULE_INVALID: "labels"}
WIKIPEDIA_KEYS = (b'"href"', b'"extract"')


def choose_format(files: Sequence[Path], options: ImportOptions) -> Format:
    """Return the format that the operator chose, or detect it from the content of the files.

    Raises:
        DomainError(FIELD_INVALID): an option is invalid, or does not apply to the format.
        DomainError(IMPORT_UNUSABLE): the files do not have the format. `reason` is a `FormatCode`.
    """
    try:
        chosen = _named(options.format) if options.format else _detected(files)
        _check(chosen, options)
        chosen.parts(files, read_options(options), Progress())
    except FormatError as error:
        raise _domain_error(error) from None
    return chosen


def read_options(options: ImportOptions) -> ReadOptions:
    """Return the options for readers.

    Raises:
        FormatError: a mapping or a label rule is invalid.
    """
    return ReadOptions(
        labels=LabelRules(options.labels),
        mapping=parse_mapping(options.mapping),
        source=options.source,
        title_types=frozenset(options.types) or IMDB_FILM_TYPES,
        adult=options.adult,
    )


def _named(name: str) -> Format:
    if name not in FORMATS:
        raise field_invalid("format", "malformed")
    return FORMATS[name]


def _detected(files: Sequence[Path]) -> Format:
    first = [first_bytes(path).lstrip() for path in files]
    if all(content.startswith(b"[") for content in first):
        is_wikipedia = all(all(key in content for key in WIKIPEDIA_KEYS) for content in first)
        return FORMATS["wikipedia" if is_wikipedia else "json"]
    if all(content.startswith(b"{") for content in first):
        return FORMATS["jsonl"]
    for chosen in FORMATS.values():
        if chosen.joined and _is_readable(chosen, files):
            return chosen
    return FORMATS["csv"]


def _is_readable(chosen: Format, files: Sequence[Path]) -> bool:
    try:
        chosen.parts(files, ReadOptions(), Progress())
    except FormatError:
        return False
    return True


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
