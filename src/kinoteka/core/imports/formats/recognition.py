"""Recognise the files of a data set by their header rows, not by their names or order."""

import csv
from collections.abc import Sequence

import msgspec

from kinoteka.core.imports.formats.archives import ZipMember
from kinoteka.core.imports.formats.files import first_line
from kinoteka.core.imports.readers import InputPath, Progress
from kinoteka.core.imports.record import FormatCode, FormatError


class Role(msgspec.Struct, frozen=True):
    """A file of a data set: its usual name, and the columns that distinguish it.

    `order` has the columns of a file that may lack a header row; all its cells are numbers.
    """

    name: str
    columns: frozenset[str]
    needed: bool = False
    used: bool = True
    order: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True):
    """A recognised file with its columns in order and the line of its header row."""

    path: InputPath
    columns: tuple[str, ...]
    header: int = 1


def recognise(
    files: Sequence[InputPath], roles: Sequence[Role], delimiter: str, progress: Progress
) -> dict[str, Table]:
    """Return the tables by the name of their role. The first matching role gets a file.

    Raise `FormatError` FILE_UNRECOGNISED (`path`, `expected`), COLUMN_MISSING (`path`,
    `columns`), FILE_REPEATED (`path`, `role`), FILE_NEEDED (`role`), or those of
    `first_line`.
    """
    found: dict[str, Table] = {}
    for path in files:
        columns, header = columns_of(first_line(path), delimiter), 1
        try:
            role = _role_of(path, columns, roles)
        except FormatError:
            if not isinstance(path, ZipMember):
                raise
            progress.ignored.append(path)  # a file of an archive that is not of the data set
            continue
        if role.order and not role.columns <= set(columns):
            columns, header = role.order, 0
        if not role.used:
            progress.ignored.append(path)
        elif role.name in found:
            raise FormatError(FormatCode.FILE_REPEATED, path=str(path), role=role.name)
        else:
            found[role.name] = Table(path, columns, header)
    for role in roles:
        if role.needed and role.name not in found:
            raise FormatError(FormatCode.FILE_NEEDED, role=role.name)
    return found


def columns_of(header: str, delimiter: str) -> tuple[str, ...]:
    """Return the column names of a header row, trimmed and without quotes."""
    return tuple(name.strip() for row in csv.reader([header], delimiter=delimiter) for name in row)


def _role_of(path: InputPath, columns: tuple[str, ...], roles: Sequence[Role]) -> Role:
    for role in roles:
        if role.columns <= set(columns):
            return role
    for role in roles:
        if path.name.startswith(role.name + "."):
            if not role.used or _lacks_header(columns, role):
                return role
            missing = sorted(role.columns - set(columns))
            raise FormatError(FormatCode.COLUMN_MISSING, path=str(path), columns=missing)
    expected = [role.name for role in roles if role.used]
    raise FormatError(FormatCode.FILE_UNRECOGNISED, path=str(path), expected=expected)


def _lacks_header(columns: tuple[str, ...], role: Role) -> bool:
    return len(columns) == len(role.order) and columns[0].isdecimal()
