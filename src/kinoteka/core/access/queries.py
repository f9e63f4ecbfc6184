"""Statements on roles, their permissions and holders, and labels."""

from sqlalchemy import bindparam, delete, func, insert, select, update

from kinoteka.database.schema import account_roles, accounts, labels, role_permissions, roles
from kinoteka.database.statement import Statement, insert_for, lock_rows

ALL_ROLES: Statement[tuple[int, str, bool]] = Statement(
    select(roles.c.id, roles.c.name, roles.c.built_in).order_by(roles.c.id)
)
ALL_PERMISSIONS: Statement[tuple[int, str]] = Statement(
    select(role_permissions.c.role_id, role_permissions.c.permission).order_by(
        role_permissions.c.permission
    )
)
ALL_LABELS: Statement[tuple[int, str]] = Statement(
    select(labels.c.id, labels.c.name).order_by(labels.c.id)
)

INSERT_LABEL: Statement[tuple[()]] = Statement(
    lambda engine: (
        insert_for(engine, labels).values(name=bindparam("name")).on_conflict_do_nothing()
    )
)

INSERT_ROLE: Statement[tuple[int]] = Statement(
    insert(roles)
    .values(name=bindparam("name"), name_key=bindparam("name_key"), built_in=False)
    .returning(roles.c.id)
)
ROLE_BY_NAME: Statement[tuple[int]] = Statement(
    select(roles.c.id).where(roles.c.name_key == bindparam("name_key"))
)
NAMES_AND_KEYS: Statement[tuple[str, str]] = Statement(
    select(roles.c.name, roles.c.name_key).order_by(roles.c.id)
)
LOCK_ROLE: Statement[tuple[int]] = Statement(
    lock_rows(select(roles.c.id).where(roles.c.id == bindparam("role_id")))
)
RENAME_ROLE: Statement[tuple[()]] = Statement(
    update(roles)
    .where(roles.c.id == bindparam("role_id"))
    .values(name=bindparam("name"), name_key=bindparam("name_key"))
)
DELETE_ROLE: Statement[tuple[()]] = Statement(
    delete(roles).where(roles.c.id == bindparam("role_id"))
)
DELETE_PERMISSIONS: Statement[tuple[()]] = Statement(
    delete(role_permissions).where(role_permissions.c.role_id == bindparam("role_id"))
)
INSERT_PERMISSION: Statement[tuple[()]] = Statement(
    insert(role_permissions).values(
        role_id=bindparam("role_id"), permission=bindparam("permission")
    )
)


ASSIGN: Statement[tuple[()]] = Statement(
    lambda engine: (
        insert_for(engine, account_roles)
        .values(account_id=bindparam("account_id"), role_id=bindparam("role_id"))
        .on_conflict_do_nothing()
    )
)
# Assignments to one account run one after another, so that they can be counted.
LOCK_ACCOUNT: Statement[tuple[int]] = Statement(
    lock_rows(select(accounts.c.id).where(accounts.c.id == bindparam("account_id")), key_share=True)
)
REVOKE: Statement[tuple[()]] = Statement(
    delete(account_roles).where(
        account_roles.c.account_id == bindparam("account_id"),
        account_roles.c.role_id == bindparam("role_id"),
    )
)
ASSIGNED_ROLES: Statement[tuple[int]] = Statement(
    select(account_roles.c.role_id)
    .where(account_roles.c.account_id == bindparam("account_id"))
    .order_by(account_roles.c.role_id)
)
COUNT_HOLDERS: Statement[tuple[int, int]] = Statement(
    select(account_roles.c.role_id, func.count()).group_by(account_roles.c.role_id)
)
IS_SUPERUSER: Statement[tuple[bool]] = Statement(
    select(accounts.c.superuser).where(accounts.c.id == bindparam("account_id"))
)
