"""Statements on accounts."""

from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, null, select, update

from kinoteka.core.accounts.model import Account, Credentials
from kinoteka.storage.schema import accounts
from kinoteka.storage.statement import Statement, place_of

COLUMNS = (
    accounts.c.id,
    accounts.c.username,
    accounts.c.email,
    accounts.c.given_name,
    accounts.c.family_name,
    accounts.c.birthday,
    accounts.c.status,
    accounts.c.phone,
    accounts.c.avatar_file,
    accounts.c.avatar_address,
    accounts.c.favourite_genre_id,
    accounts.c.superuser,
    accounts.c.created_at,
    accounts.c.disabled_at,
)
NEW = (
    "username",
    "username_key",
    "email",
    "email_key",
    "password_hash",
    "given_name",
    "family_name",
    "birthday",
    "status",
    "phone",
    "avatar_address",
    "superuser",
    "created_at",
)
SEARCH_LIMIT = 50


def as_account(*row: Any) -> Account:
    """An account from `COLUMNS`."""
    values: tuple[Any, ...] = (*row[:-3], bool(row[-3]), *row[-2:])
    return Account(*values)


INSERT: Statement[tuple[int]] = Statement(
    insert(accounts).values({name: bindparam(name) for name in NEW}).returning(accounts.c.id)
)
BY_ID: Statement[Account] = Statement(
    select(*COLUMNS).where(accounts.c.id == bindparam("account_id")), as_account
)
ID_BY_USERNAME: Statement[tuple[int]] = Statement(
    select(accounts.c.id).where(accounts.c.username_key == bindparam("key"))
)
CREDENTIALS_BY = {
    column: Statement[Credentials](
        select(accounts.c.id, accounts.c.password_hash).where(
            accounts.c[column] == bindparam("key")
        ),
        Credentials,
    )
    for column in ("id", "email_key", "username_key")
}
# Whoever changes what rests on an account begins with this; it is then the only one.
LOCK: Statement[Credentials] = Statement(
    select(accounts.c.id, accounts.c.password_hash)
    .where(accounts.c.id == bindparam("account_id"))
    .with_for_update(key_share=True),
    Credentials,
)
CHANGE = {
    name: Statement[tuple[()]](
        update(accounts)
        .where(accounts.c.id == bindparam("account_id"))
        .values({name: bindparam("value")})
    )
    for name in (
        "given_name",
        "family_name",
        "birthday",
        "status",
        "phone",
        "favourite_genre_id",
        "password_hash",
        "superuser",
        "disabled_at",
    )
}
CHANGE_NAME = {
    name: Statement[tuple[()]](
        update(accounts)
        .where(accounts.c.id == bindparam("account_id"))
        .values({name: bindparam("value"), name + "_key": bindparam("key")})
    )
    for name in ("username", "email")
}
CHANGE_AVATAR: Statement[tuple[()]] = Statement(
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(avatar_file=bindparam("file"), avatar_address=null())
)
DELETE: Statement[tuple[()]] = Statement(
    delete(accounts).where(accounts.c.id == bindparam("account_id"))
)
_position = place_of(accounts.c.username_key, bindparam("part"))


def _search(engine: str) -> Select[Any]:
    # PostgreSQL has an index for LIKE; SQLite would be slower with it than without.
    found = accounts.c.username_key.like(bindparam("pattern"))
    return (
        select(*COLUMNS)
        .where(found if engine == "postgresql" else _position > 0)
        .where(accounts.c.disabled_at.is_(None))
        .order_by(_position, accounts.c.username_key)
        .limit(SEARCH_LIMIT)
    )


SEARCH: Statement[Account] = Statement(_search, as_account)
