"""What scripts are told of events."""

from kinoteka.core.chats.model import EventKind, Message, MessageEvent, ReadReceipt, UnreadCounts
from kinoteka.http.mechanics.response import encode
from kinoteka.site.messages.schemas import MessageFrame, event_frame

MESSAGE = Message(7, 3, 1, "hello", 1000, None, "nonce")


def test_message_event_becomes_a_frame():
    observed = event_frame(MessageEvent(EventKind.NEW, MESSAGE, 6), 1, UnreadCounts(2, 1))
    assert encode(observed) == (
        b'{"type":"new","message":{"id":7,"chat_id":3,"author_id":1,"text":"hello","at":1000,'
        b'"edited_at":null,"nonce":"nonce"},"unread":{"total":2,"in_chat":1}}'
    )


def test_only_the_author_receives_the_nonce():
    observed = event_frame(MessageEvent(EventKind.EDITED, MESSAGE, 7), 2, UnreadCounts(0, 0))
    assert isinstance(observed, MessageFrame)
    assert (observed.type, observed.message.nonce) == ("edited", None)


def test_read_receipt_becomes_a_frame():
    assert encode(event_frame(ReadReceipt(3, 2, 7), 1, UnreadCounts(0, 0))) == (
        b'{"type":"read","chat_id":3,"account_id":2,"message_id":7,'
        b'"unread":{"total":0,"in_chat":0}}'
    )
