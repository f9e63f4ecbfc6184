"""Statements on chats and messages. Each uses an index, so its cost does not grow with them."""

from sqlalchemy import (
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    select,
    tuple_,
    update,
)

from kinoteka.core.chats.model import (
    Chat,
    Membership,
    Message,
    PostedMessage,
    ReadReceipt,
    UnreadCounts,
)
from kinoteka.database.schema import accounts, chat_members, chats, messages
from kinoteka.database.statement import Statement, in_list, insert_for, lock_rows, named_for

MESSAGE = (
    messages.c.id,
    messages.c.chat_id,
    messages.c.author_id,
    messages.c.text,
    messages.c.created_at,
    messages.c.edited_at,
    messages.c.nonce,
)
MEMBERS = 2


def _membership(
    chat_id: int, first_account_id: int, second_account_id: int, members: int
) -> Membership:
    return Membership(chat_id, (first_account_id, second_account_id), members == MEMBERS)


def _chat(
    chat_id: int,
    unread: int,
    own_id: int,
    read_id: int,
    other_id: int | None,
    other_read_id: int | None,
    username: str | None,
    given_name: str | None,
    message: Message | None,
) -> Chat:
    members = (own_id,) if other_id is None else tuple(sorted((own_id, other_id)))
    name = username or given_name
    return Chat(chat_id, members, other_id, name, message, unread, read_id, other_read_id or 0)


# Chats and their members.
CHAT_OF_PAIR: Statement[tuple[int]] = Statement(
    select(chats.c.id).where(
        chats.c.first_account_id == bindparam("first"),
        chats.c.second_account_id == bindparam("second"),
    )
)
INSERT_CHAT: Statement[tuple[int]] = Statement(
    lambda engine: (
        insert_for(engine, chats)
        .values(
            first_account_id=bindparam("first"),
            second_account_id=bindparam("second"),
            created_at=bindparam("at"),
        )
        .on_conflict_do_nothing(index_elements=["first_account_id", "second_account_id"])
        .returning(chats.c.id)
    )
)
INSERT_MEMBER: Statement[tuple[()]] = Statement(
    insert(chat_members).values(
        chat_id=bindparam("chat_id"),
        account_id=bindparam("account_id"),
        active_at=bindparam("at"),
        last_read_id=0,
        unread=0,
    )
)
_is_member = and_(
    chat_members.c.chat_id == bindparam("chat_id"),
    chat_members.c.account_id == bindparam("account_id"),
)
_each = chat_members.alias("each")
_members = select(func.count()).where(_each.c.chat_id == bindparam("chat_id")).label("members")
MEMBERSHIP: Statement[Membership] = Statement(
    select(
        chats.c.id.label("chat_id"), chats.c.first_account_id, chats.c.second_account_id, _members
    )
    .join(chat_members, chat_members.c.chat_id == chats.c.id)
    .where(_is_member),
    _membership,
)
ACTIVE_AT: Statement[tuple[int]] = Statement(select(chat_members.c.active_at).where(_is_member))
_own, _other = chat_members.alias("own"), chat_members.alias("other")
_listed = (
    select(
        _own.c.chat_id,
        _own.c.unread,
        _own.c.account_id.label("own_id"),
        _own.c.last_read_id.label("read_id"),
        _other.c.account_id.label("other_id"),
        _other.c.last_read_id.label("other_read_id"),
        accounts.c.username,
        accounts.c.given_name,
        *named_for("message", *MESSAGE),
    )
    .select_from(_own)
    .join(chats, chats.c.id == _own.c.chat_id)
    .outerjoin(
        _other,
        and_(_other.c.chat_id == _own.c.chat_id, _other.c.account_id != _own.c.account_id),
    )
    .outerjoin(accounts, accounts.c.id == _other.c.account_id)
    .outerjoin(messages, messages.c.id == chats.c.last_message_id)
    .where(_own.c.account_id == bindparam("account_id"))
)
CHAT_OF: Statement[Chat] = Statement(_listed.where(_own.c.chat_id == bindparam("chat_id")), _chat)
CHATS_OF: Statement[Chat] = Statement(
    _listed.where(
        tuple_(_own.c.active_at, _own.c.chat_id)
        < tuple_(bindparam("before_active_at"), bindparam("before_chat_id")),
    )
    .order_by(_own.c.active_at.desc(), _own.c.chat_id.desc())
    .limit(bindparam("limit")),
    _chat,
)
# A partial index holds the members with unread messages. Engines use it only if the zero is a
# literal, not a parameter.
_unread = chat_members.c.unread
_in_chat = case((chat_members.c.chat_id == bindparam("chat_id"), _unread), else_=0)
UNREAD: Statement[UnreadCounts] = Statement(
    select(
        func.coalesce(func.sum(_unread), 0).label("total"),
        func.coalesce(func.sum(_in_chat), 0).label("in_chat"),
    ).where(chat_members.c.account_id == bindparam("account_id"), _unread > literal_column("0")),
    UnreadCounts,
)
# Chats without a member other than this account.
DELETE_ABANDONED: Statement[tuple[()]] = Statement(
    delete(chats).where(
        chats.c.id.in_(select(_own.c.chat_id).where(_own.c.account_id == bindparam("account_id"))),
        ~select(_other.c.account_id)
        .where(_other.c.chat_id == chats.c.id, _other.c.account_id != bindparam("account_id"))
        .exists(),
    )
)

# Messages. Transactions that insert or delete messages lock their chat first. So the messages of
# a chat become visible in the order of their ids, and there are no deadlocks.
LOCK: Statement[tuple[int]] = Statement(
    lock_rows(select(chats.c.id).where(chats.c.id == bindparam("chat_id")), key_share=True)
)
LOCK_ALL: Statement[tuple[int]] = Statement(
    lock_rows(
        select(chats.c.id)
        .join(chat_members, chat_members.c.chat_id == chats.c.id)
        .where(chat_members.c.account_id == bindparam("account_id"))
        .order_by(chats.c.id),
        key_share=True,
        of=chats,
    )
)
NEWEST: Statement[tuple[int]] = Statement(select(func.coalesce(func.max(messages.c.id), 0)))
_of_chat = messages.c.chat_id == bindparam("chat_id")
BEFORE: Statement[Message] = Statement(
    select(*MESSAGE)
    .where(_of_chat, messages.c.id < bindparam("before"))
    .order_by(messages.c.id.desc())
    .limit(bindparam("limit")),
    Message,
)
AFTER: Statement[Message] = Statement(
    select(*MESSAGE)
    .where(_of_chat, messages.c.id > bindparam("after"))
    .order_by(messages.c.id)
    .limit(bindparam("limit")),
    Message,
)
# A search reads the newest messages of the most recently active chats. The subquery finds the
# oldest message to read in each chat by walking its index.
_recent = (
    select(chat_members.c.chat_id)
    .where(chat_members.c.account_id == bindparam("account_id"))
    .order_by(chat_members.c.active_at.desc(), chat_members.c.chat_id.desc())
    .limit(bindparam("chats"))
)
RECENT_CHATS: Statement[tuple[int]] = Statement(_recent)
_recent_chats = _recent.subquery("recent")
_counted = messages.alias("counted")
_oldest = (
    select(_counted.c.id)
    .where(_counted.c.chat_id == _recent_chats.c.chat_id)
    .order_by(_counted.c.id.desc())
    .limit(1)
    .offset(bindparam("skipped"))
    .correlate(_recent_chats)
    .scalar_subquery()
)
_spans = select(_recent_chats.c.chat_id, func.coalesce(_oldest, 0).label("oldest")).subquery(
    "spans"
)
NEWEST_IDS: Statement[tuple[int]] = Statement(
    select(messages.c.id)
    .select_from(_spans)
    .join(
        messages,
        and_(messages.c.chat_id == _spans.c.chat_id, messages.c.id >= _spans.c.oldest),
    )
)
TEXTS: Statement[tuple[int, str]] = Statement(
    select(messages.c.id, messages.c.text).where(in_list(messages.c.id, bindparam("ids")))
)
BY_IDS: Statement[Message] = Statement(
    select(*MESSAGE).where(in_list(messages.c.id, bindparam("ids"))).order_by(messages.c.id.desc()),
    Message,
)
BY_NONCE: Statement[Message] = Statement(
    select(*MESSAGE).where(
        _of_chat,
        messages.c.author_id == bindparam("author_id"),
        messages.c.nonce == bindparam("nonce"),
    ),
    Message,
)
# A message in one of the account's chats.
MESSAGE_OF_MEMBER: Statement[Message] = Statement(
    select(*MESSAGE)
    .join(chat_members, chat_members.c.chat_id == messages.c.chat_id)
    .where(
        messages.c.id == bindparam("message_id"),
        chat_members.c.account_id == bindparam("account_id"),
    ),
    Message,
)
_last = (
    select(func.coalesce(chats.c.last_message_id, 0))
    .where(chats.c.id == bindparam("chat_id"))
    .scalar_subquery()
)
INSERT_MESSAGE: Statement[PostedMessage] = Statement(
    lambda engine: (
        insert_for(engine, messages)
        .values(
            chat_id=bindparam("chat_id"),
            author_id=bindparam("author_id"),
            text=bindparam("text"),
            nonce=bindparam("nonce"),
            created_at=bindparam("at"),
        )
        .on_conflict_do_nothing(index_elements=["chat_id", "author_id", "nonce"])
        .returning(*named_for("message", *MESSAGE), _last.label("after"))
    ),
    PostedMessage,
)
_is_authors = and_(
    messages.c.id == bindparam("message_id"), messages.c.author_id == bindparam("author_id")
)
EDIT: Statement[Message] = Statement(
    update(messages)
    .where(_is_authors)
    .values(text=bindparam("new_text"), edited_at=bindparam("at"))
    .returning(*MESSAGE),
    Message,
)
DELETE: Statement[Message] = Statement(
    delete(messages).where(_is_authors).returning(*MESSAGE), Message
)

# Values that are stored beside the messages and change with them.
SET_LAST: Statement[tuple[()]] = Statement(
    update(chats)
    .where(chats.c.id == bindparam("chat_id"))
    .values(last_message_id=bindparam("message_id"))
)
FIND_LAST: Statement[tuple[()]] = Statement(
    update(chats)
    .where(chats.c.id == bindparam("chat_id"), chats.c.last_message_id == bindparam("message_id"))
    .values(
        last_message_id=select(func.max(messages.c.id))
        .where(messages.c.chat_id == bindparam("chat_id"))
        .scalar_subquery()
    )
)
COUNT_NEW: Statement[tuple[()]] = Statement(
    update(chat_members)
    .where(chat_members.c.chat_id == bindparam("chat_id"))
    .values(
        active_at=bindparam("at"),
        unread=chat_members.c.unread
        + case((chat_members.c.account_id != bindparam("author_id"), 1), else_=0),
    )
)
COUNT_DELETED: Statement[tuple[()]] = Statement(
    update(chat_members)
    .where(
        chat_members.c.chat_id == bindparam("chat_id"),
        chat_members.c.account_id != bindparam("author_id"),
        chat_members.c.last_read_id < bindparam("message_id"),
    )
    .values(unread=chat_members.c.unread - 1)
)
# Mark messages as read, never past the last message. The statement counts only the messages that
# become read, so it counts each message once; reading a whole chat needs no counting.
_reads_all = bindparam("message_id") >= _last
_reached = case((_reads_all, _last), else_=bindparam("message_id"))
_newly_read = (
    select(func.count())
    .where(
        _of_chat,
        messages.c.id > chat_members.c.last_read_id,
        messages.c.id <= bindparam("message_id"),
        messages.c.author_id.is_distinct_from(chat_members.c.account_id),
    )
    .correlate(chat_members)
    .scalar_subquery()
)
MARK_READ: Statement[ReadReceipt] = Statement(
    update(chat_members)
    .where(_is_member, chat_members.c.last_read_id < _reached)
    .values(
        unread=case((_reads_all, 0), else_=chat_members.c.unread - _newly_read),
        last_read_id=_reached,
    )
    .returning(
        chat_members.c.chat_id,
        chat_members.c.account_id,
        chat_members.c.last_read_id.label("message_id"),
    ),
    ReadReceipt,
)
