"""The revision of the database's schema, as a statement like any other."""

from sqlalchemy import column, select, table

from kinoteka.database.statement import Statement

REVISION: Statement[tuple[str]] = Statement(
    select(column("version_num")).select_from(table("alembic_version"))
)
