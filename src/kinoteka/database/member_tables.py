"""The tables of genres and directors, by the kinds that imports stage."""

from typing import NamedTuple

from kinoteka.database.schema import Department


class MemberTables(NamedTuple):
    """The table of names and the table of links to films; `column` refers to the names.

    `department` is set if the links are credits.
    """

    names: str
    name_columns: tuple[str, ...]
    links: str
    column: str
    department: Department | None = None

    @property
    def constants(self) -> dict[str, str]:
        """Return the columns of links that have one value for the kind."""
        return {} if self.department is None else {"department": str(self.department.value)}

    @property
    def condition(self) -> str:
        """Return the SQL condition on links of the kind."""
        return " AND ".join(f"{name} = {value}" for name, value in self.constants.items()) or "true"


MEMBER_TABLES: dict[str, MemberTables] = {
    "genre": MemberTables("genres", ("name", "name_key"), "film_genres", "genre_id"),
    "director": MemberTables(
        "people",
        ("name", "name_key", "sort_key"),
        "credits",
        "person_id",
        Department.DIRECTING,
    ),
}
KINDS: tuple[str, ...] = tuple(MEMBER_TABLES)
