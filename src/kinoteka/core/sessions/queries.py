"""Statements on sessions and the sign-in history."""

from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, func, insert, or_, select, update

from kinoteka.core.sessions.model import OwnSession, Session, SignIn
from kinoteka.database.schema import accounts, sessions, sign_ins
from kinoteka.database.statement import Statement, lock_rows

SIGN_INS_PER_PAGE = 20
MAX_LISTED_SESSIONS = 100

INSERTED = (
    "account_id",
    "token_hash",
    "refresh_seed",
    "refresh_generation",
    "refreshed_at",
    "created_at",
    "last_seen_at",
    "expires_at",
    "address",
    "user_agent",
    "method",
    "proved_at",
    "began_by",
)


def _sessions() -> Select[Any]:
    return select(
        sessions.c.id,
        sessions.c.account_id,
        accounts.c.superuser,
        sessions.c.refresh_seed,
        sessions.c.refresh_generation,
        sessions.c.refreshed_at,
        sessions.c.last_seen_at,
        sessions.c.expires_at,
        # Sessions from versions without these columns began with a sign-in.
        func.coalesce(sessions.c.proved_at, sessions.c.created_at).label("proved_at"),
        func.coalesce(sessions.c.began_by, sessions.c.method).label("began_by"),
    ).join(accounts, accounts.c.id == sessions.c.account_id)


INSERT: Statement[tuple[int]] = Statement(
    insert(sessions).values({name: bindparam(name) for name in INSERTED}).returning(sessions.c.id)
)
BY_TOKEN: Statement[Session] = Statement(
    _sessions().where(sessions.c.token_hash == bindparam("hash")), Session
)
BY_ID: Statement[Session] = Statement(
    _sessions().where(sessions.c.id == bindparam("session_id")), Session
)
ROTATE: Statement[tuple[int]] = Statement(
    update(sessions)
    .where(
        sessions.c.id == bindparam("session_id"),
        sessions.c.refresh_generation == bindparam("generation"),
    )
    .values(
        refresh_generation=sessions.c.refresh_generation + 1,
        refreshed_at=bindparam("at"),
        last_seen_at=bindparam("at"),
    )
    .returning(sessions.c.id)
)
UPDATE_LAST_SEEN: Statement[tuple[()]] = Statement(
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"), sessions.c.last_seen_at < bindparam("at"))
    .values(last_seen_at=bindparam("at"))
)
RECORD_PROOF: Statement[tuple[()]] = Statement(
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"))
    .values(proved_at=bindparam("at"))
)
END: Statement[tuple[()]] = Statement(
    delete(sessions).where(sessions.c.id == bindparam("session_id"))
)
# Ordered, because several workers lock the same rows.
LOCK_ALL: Statement[tuple[int]] = Statement(
    lock_rows(
        select(sessions.c.id)
        .where(sessions.c.account_id == bindparam("account_id"))
        .order_by(sessions.c.id)
    )
)
END_ALL: Statement[tuple[int]] = Statement(
    delete(sessions)
    .where(
        sessions.c.account_id == bindparam("account_id"), sessions.c.id != bindparam("except_id")
    )
    .returning(sessions.c.id)
)
_expired = or_(
    sessions.c.expires_at <= bindparam("at"),
    sessions.c.last_seen_at <= bindparam("idle_since"),
)
LOCK_EXPIRED: Statement[tuple[int]] = Statement(
    lock_rows(select(sessions.c.id).where(_expired).order_by(sessions.c.id))
)
PRUNE: Statement[tuple[int]] = Statement(delete(sessions).where(_expired).returning(sessions.c.id))
_active = and_(
    sessions.c.account_id == bindparam("account_id"),
    sessions.c.expires_at > bindparam("at"),
    sessions.c.last_seen_at > bindparam("idle_since"),
)
ACTIVE_SESSIONS: Statement[OwnSession] = Statement(
    select(
        sessions.c.id,
        sessions.c.created_at,
        sessions.c.last_seen_at,
        sessions.c.address,
        sessions.c.user_agent,
        sessions.c.method,
    )
    .where(_active)
    .order_by(
        (sessions.c.id == bindparam("current")).desc(),
        sessions.c.last_seen_at.desc(),
        sessions.c.id.desc(),
    )
    .limit(MAX_LISTED_SESSIONS),
    OwnSession,
)
COUNT_ACTIVE_SESSIONS: Statement[tuple[int]] = Statement(
    select(func.count()).select_from(sessions).where(_active)
)
INSERT_SIGN_IN: Statement[tuple[()]] = Statement(
    insert(sign_ins).values(
        {
            name: bindparam(name)
            for name in ("account_id", "at", "address", "user_agent", "method", "success")
        }
    )
)
SIGN_INS: Statement[SignIn] = Statement(
    select(
        sign_ins.c.at,
        sign_ins.c.address,
        sign_ins.c.user_agent,
        sign_ins.c.method,
        sign_ins.c.success,
    )
    .where(sign_ins.c.account_id == bindparam("account_id"))
    .order_by(sign_ins.c.id.desc())
    .limit(SIGN_INS_PER_PAGE)
    .offset(bindparam("offset")),
    SignIn,
)
COUNT_SIGN_INS: Statement[tuple[int]] = Statement(
    select(func.count())
    .select_from(sign_ins)
    .where(sign_ins.c.account_id == bindparam("account_id"))
)
# An account has at most a thousand sign-ins, so that counting them stays cheap.
DELETE_OLD_SIGN_INS: Statement[tuple[()]] = Statement(
    delete(sign_ins).where(
        sign_ins.c.account_id == bindparam("account_id"),
        sign_ins.c.id
        <= select(sign_ins.c.id)
        .where(sign_ins.c.account_id == bindparam("account_id"))
        .order_by(sign_ins.c.id.desc())
        .limit(1)
        .offset(1000)
        .scalar_subquery(),
    )
)
