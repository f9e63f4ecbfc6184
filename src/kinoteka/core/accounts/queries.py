"""Statements on accounts."""

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal,
    not_,
    null,
    or_,
    select,
    update,
)

from kinoteka.core.accounts.model import Account, Credentials
from kinoteka.database.schema import accounts
from kinoteka.database.statement import Statement, lock_rows, position_in

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
CREDENTIALS = (accounts.c.id.label("account_id"), accounts.c.password_hash)
INSERTED = (
    "username",
    "username_key",
    "username_skeleton",
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


INSERT: Statement[tuple[int]] = Statement(
    insert(accounts).values({name: bindparam(name) for name in INSERTED}).returning(accounts.c.id)
)
BY_ID: Statement[Account] = Statement(
    select(*COLUMNS).where(accounts.c.id == bindparam("account_id")), Account
)
ID_BY_USERNAME: Statement[tuple[int]] = Statement(
    select(accounts.c.id).where(accounts.c.username_key == bindparam("key"))
)
CREDENTIALS_BY = {
    column: Statement[Credentials](
        select(*CREDENTIALS).where(accounts.c[column] == bindparam("key")),
        Credentials,
    )
    for column in ("id", "email_key", "username_key")
}
# The first statement of a change that depends on an account. Such changes run one after another.
LOCK: Statement[Credentials] = Statement(
    lock_rows(select(*CREDENTIALS).where(accounts.c.id == bindparam("account_id")), key_share=True),
    Credentials,
)
# The first statement of a sign-in, which must not succeed after a change of the password.
LOCK_ENABLED: Statement[tuple[int]] = Statement(
    lock_rows(
        select(accounts.c.id).where(
            accounts.c.id == bindparam("account_id"),
            accounts.c.password_hash == bindparam("password_hash"),
            accounts.c.disabled_at.is_(None),
        ),
        key_share=True,
    )
)
UPDATE = {
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
UPDATE_NAME = {
    name: Statement[tuple[()]](
        update(accounts)
        .where(accounts.c.id == bindparam("account_id"))
        .values({name: bindparam("value")} | {column: bindparam(column) for column in derived})
    )
    for name, derived in {
        "username": ("username_key", "username_skeleton"),
        "email": ("email_key",),
    }.items()
}
UPDATE_AVATAR: Statement[tuple[()]] = Statement(
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(avatar_file=bindparam("file"), avatar_address=null())
)
DELETE: Statement[tuple[()]] = Statement(
    delete(accounts).where(accounts.c.id == bindparam("account_id"))
)
_position = position_in(accounts.c.username_key, bindparam("part"))


def _search(engine: str) -> Select[Any]:
    # PostgreSQL has an index for LIKE; SQLite would be slower with it than without.
    matches = accounts.c.username_key.like(bindparam("pattern"))
    return (
        select(*COLUMNS)
        .where(matches if engine == "postgresql" else _position > 0)
        .where(accounts.c.disabled_at.is_(None))
        .order_by(_position, accounts.c.username_key)
        .limit(SEARCH_LIMIT)
    )


def _beyond_ascii(engine: str, key: ColumnElement[Any]) -> ColumnElement[bool]:
    if engine == "postgresql":
        return key.regexp_match("[^ -~]")
    return key.bool_op("GLOB")("*[^ -~]*")


def _looks_like(engine: str) -> Select[Any]:
    # Two usernames in ASCII may look alike, as user1 and userl do.
    return (
        select(accounts.c.id)
        .where(accounts.c.username_skeleton == bindparam("skeleton"))
        .where(accounts.c.username_key != bindparam("key"))
        .where(
            or_(
                _beyond_ascii(engine, accounts.c.username_key),
                not_(bindparam("is_ascii", type_=Boolean())),
            )
        )
        .limit(1)
    )


LOOKS_LIKE: Statement[tuple[int]] = Statement(_looks_like)


def _namesake(engine: str) -> Select[Any]:
    # As above, but an ASCII name matches an ASCII username only if they are equal.
    return (
        select(accounts.c.username)
        .where(accounts.c.username_skeleton == bindparam("skeleton"))
        .where(accounts.c.id != bindparam("account_id"))
        .where(
            or_(
                accounts.c.username_key == bindparam("key"),
                _beyond_ascii(engine, accounts.c.username_key),
                not_(bindparam("is_ascii", type_=Boolean())),
            )
        )
        .order_by(accounts.c.id)
        .limit(1)
    )


NAMESAKE: Statement[tuple[str]] = Statement(_namesake)


def _look_alikes(engine: str) -> Select[Any]:
    other = accounts.alias("other")
    return (
        select(accounts.c.username, other.c.username)
        .join(other, other.c.username_skeleton == accounts.c.username_skeleton)
        .where(_beyond_ascii(engine, accounts.c.username_key))
        .where(other.c.id != accounts.c.id)
        .where(
            or_(
                other.c.id < accounts.c.id,
                not_(_beyond_ascii(engine, other.c.username_key)),
            )
        )
        .order_by(accounts.c.id, other.c.id)
        .limit(bindparam("limit"))
    )


LOOK_ALIKES: Statement[tuple[str, str]] = Statement(_look_alikes)
# The migration of keys appended `#id` to duplicate keys. No domain contains this sign.
DUPLICATE_EMAILS: Statement[tuple[int, str, str]] = Statement(
    select(accounts.c.id, accounts.c.email, accounts.c.email_key)
    .where(accounts.c.email_key.like("%@%#%"))
    .order_by(accounts.c.id)
)


def _lock_skeleton(engine: str) -> Select[Any]:
    # On SQLite, a transaction that writes is the only writer.
    if engine == "sqlite":
        return select(literal(1)).where(bindparam("skeleton") == bindparam("skeleton"))
    key = func.hashtextextended(bindparam("skeleton", type_=Text()), 0)
    return select(literal(1)).where(func.pg_advisory_xact_lock(key).is_not(None))


LOCK_SKELETON: Statement[tuple[int]] = Statement(_lock_skeleton)
"""Block other usernames with this skeleton until the transaction ends."""
WITHOUT_SKELETON: Statement[tuple[int, str]] = Statement(
    select(accounts.c.id, accounts.c.username)
    .where(accounts.c.username_skeleton.is_(None), accounts.c.username_key.is_not(None))
    .order_by(accounts.c.id)
    .limit(bindparam("limit"))
)
SET_SKELETON: Statement[tuple[()]] = Statement(
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"), accounts.c.username == bindparam("username"))
    .values(username_skeleton=bindparam("skeleton"))
)
SEARCH: Statement[Account] = Statement(_search, Account)
