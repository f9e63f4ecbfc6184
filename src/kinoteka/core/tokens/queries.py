"""Statements on the fingerprints of server keys."""

from sqlalchemy import bindparam, select

from kinoteka.database.schema import key_fingerprints
from kinoteka.database.statement import Statement, insert_for

ALL_FINGERPRINTS: Statement[tuple[str, str]] = Statement(
    select(key_fingerprints.c.name, key_fingerprints.c.value)
)
INSERT_FINGERPRINT: Statement[tuple[()]] = Statement(
    lambda engine: (
        insert_for(engine, key_fingerprints)
        .values(name=bindparam("name"), value=bindparam("value"))
        .on_conflict_do_nothing()
    )
)
REPLACE_FINGERPRINT: Statement[tuple[()]] = Statement(
    lambda engine: (
        insert_for(engine, key_fingerprints)
        .values(name=bindparam("name"), value=bindparam("value"))
        .on_conflict_do_update(index_elements=["name"], set_={"value": bindparam("value")})
    )
)
