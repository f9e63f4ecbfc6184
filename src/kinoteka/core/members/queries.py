"""Statements by which operators find accounts, each off an index."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select

from kinoteka.core.accounts.model import Account
from kinoteka.core.accounts.queries import COLUMNS
from kinoteka.database.schema import account_roles, accounts
from kinoteka.database.statement import Statement


def _begins(name: str) -> ColumnElement[bool]:
    column = accounts.c[name]
    return and_(column >= bindparam("first"), column < bindparam("last"))


def _found(condition: ColumnElement[bool], *order: Any) -> Statement[Account]:
    found: Select[Any] = select(*COLUMNS).where(condition).order_by(*order)
    return Statement(found.limit(bindparam("most")), Account)


_newest = accounts.c.id.desc()
_is_disabled = accounts.c.disabled_at.is_not(None)
NEWEST = _found(accounts.c.id < bindparam("before"), _newest)
DISABLED = _found(and_(_is_disabled, accounts.c.id < bindparam("before")), _newest)
HOLDERS: Statement[Account] = Statement(
    select(*COLUMNS)
    .join(account_roles, account_roles.c.account_id == accounts.c.id)
    .where(account_roles.c.role_id == bindparam("role_id"), accounts.c.id < bindparam("before"))
    .order_by(_newest)
    .limit(bindparam("most")),
    Account,
)
BY_ID = _found(accounts.c.id == bindparam("account_id"))
BY_USERNAME = _found(_begins("username_key"), accounts.c.username_key)
BY_EMAIL = _found(_begins("email_key"), accounts.c.email_key)
# Ordered by their index alone: very many may have one name.
BY_GIVEN_NAME = _found(_begins("given_name"), accounts.c.given_name)
BY_FAMILY_NAME = _found(_begins("family_name"), accounts.c.family_name)
BY_NAMES = _found(
    and_(accounts.c.given_name == bindparam("given"), _begins("family_name")),
    accounts.c.family_name,
)
COUNT_DISABLED: Statement[tuple[int]] = Statement(
    select(func.count()).select_from(accounts).where(_is_disabled)
)
