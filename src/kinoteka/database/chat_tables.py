"""The tables of chats and messages."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, UniqueConstraint

from kinoteka.database.schema_columns import (
    Id,
    Text,
    id_column,
    metadata,
    partial_index,
    reference,
)

# A chat of two accounts, the smaller id first. The columns have no foreign keys, so that the pair
# remains when an account is deleted. chat_members has the remaining members.
chats = Table(
    "chats",
    metadata,
    id_column(),
    Column("first_account_id", Id, nullable=False),
    Column("second_account_id", Id, nullable=False),
    Column("last_message_id", Id),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("first_account_id", "second_account_id"),
    sqlite_autoincrement=True,
)

# active_at is the time of the last message in the chat. Each member has a copy, so that one index
# returns an account's newest chats.
chat_members = Table(
    "chat_members",
    metadata,
    reference("chat_id", "chats.id", primary_key=True),
    reference("account_id", "accounts.id", primary_key=True),
    Column("active_at", BigInteger, nullable=False),
    Column("last_read_id", Id, nullable=False),
    Column("unread", Integer, nullable=False),
    Index("ix_chat_members_account_id_active_at", "account_id", "active_at", "chat_id"),
)
# Every page shows the total of unread messages. Most chats have none.
_unread = chat_members.c.unread > 0
partial_index(
    "ix_chat_members_unread",
    _unread,
    chat_members.c.account_id,
    chat_members.c.chat_id,
    chat_members.c.unread,
)

messages = Table(
    "messages",
    metadata,
    id_column(),
    reference("chat_id", "chats.id", nullable=False),
    reference("author_id", "accounts.id", on_delete="SET NULL", index=True),
    Column("text", Text, nullable=False),
    Column("nonce", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("edited_at", BigInteger),
    Index("ix_messages_chat_id_id", "chat_id", "id"),
    UniqueConstraint("chat_id", "author_id", "nonce"),
    sqlite_autoincrement=True,
)
