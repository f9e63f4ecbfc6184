"""Statements with which operators list and search accounts. Each uses an index."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select

from kinoteka.core.accounts.model import Account
from kinoteka.core.accounts.queries import COLUMNS
from kinoteka.database.schema import account_roles, accounts
from kinoteka.database.statement import Statement


def _has_prefix(name: str) -> ColumnElement[bool]:
    column = accounts.c[name]
    return and_(column >= bindparam("first"), column < bindparam("last"))


def _select(condition: ColumnElement[bool], *order: Any) -> Statement[Account]:
    statement: Select[Any] = select(*COLUMNS).where(condition).order_by(*order)
    return Statement(statement.limit(bindparam("limit")), Account)


_newest = accounts.c.id.desc()
_is_disabled = accounts.c.disabled_at.is_not(None)
NEWEST = _select(accounts.c.id < bindparam("before"), _newest)
DISABLED = _select(and_(_is_disabled, accounts.c.id < bindparam("before")), _newest)
HOLDERS: Statement[Account] = Statement(
    select(*COLUMNS)
    .join(account_roles, account_roles.c.account_id == accounts.c.id)
    .where(account_roles.c.role_id == bindparam("role_id"), accounts.c.id < bindparam("before"))
    .order_by(_newest)
    .limit(bindparam("limit")),
    Account,
)
BY_ID = _select(accounts.c.id == bindparam("account_id"))
BY_USERNAME = _select(_has_prefix("username_key"), accounts.c.username_key)
BY_EMAIL = _select(_has_prefix("email_key"), accounts.c.email_key)
# Ordered by the indexed column only, because many accounts may have the same name.
BY_GIVEN_NAME = _select(_has_prefix("given_name"), accounts.c.given_name)
BY_FAMILY_NAME = _select(_has_prefix("family_name"), accounts.c.family_name)
BY_NAMES = _select(
    and_(accounts.c.given_name == bindparam("given"), _has_prefix("family_name")),
    accounts.c.family_name,
)
COUNT_DISABLED: Statement[tuple[int]] = Statement(
    select(func.count()).select_from(accounts).where(_is_disabled)
)
