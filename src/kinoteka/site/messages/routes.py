"""The routes of chats: pages, forms, JSON for scripts, and the WebSocket."""

from kinoteka.errors import Code
from kinoteka.http.mechanics.routes import Route
from kinoteka.site.messages import handlers, live, schemas
from kinoteka.site.ui.pages import form, page

PAGES = (
    page(
        "/messages",
        handlers.show_chats,
        "List your chats",
        query=schemas.ChatsQuery,
        signed_in=True,
    ),
    page(
        "/messages/new",
        handlers.find_recipients,
        "Find a member to write to",
        query=schemas.RecipientsQuery,
        signed_in=True,
    ),
    page(
        "/messages/{chat_id}",
        handlers.show_chat,
        "A conversation",
        query=schemas.ChatQuery,
        signed_in=True,
    ),
    page("/messages/edit/{message_id}", handlers.show_edit, "Edit a message", signed_in=True),
    page("/messages/delete/{message_id}", handlers.show_delete, "Delete a message", signed_in=True),
    page("/messages/films/{film_id}", handlers.show_film, "A film's card", signed_in=True),
)

FORMS = (
    form("/messages/with/{account_id}", handlers.open_chat, "Open the chat with a member"),
    form("/messages/{chat_id}", handlers.post_message, "Write a message", body=schemas.MessageForm),
    form(
        "/messages/{chat_id}/read",
        handlers.mark_read,
        "Mark messages as read",
        body=schemas.ReadForm,
    ),
    form(
        "/messages/edit/{message_id}",
        handlers.edit_message,
        "Edit a message",
        body=schemas.TextForm,
    ),
    form("/messages/delete/{message_id}", handlers.delete_message, "Delete a message"),
)

SCRIPTS = (
    Route(
        "GET",
        "/messages/unread/count",
        live.count_unread,
        "Count unread messages",
        response=schemas.LiveUnread,
        signed_in=True,
        for_browsers=True,
    ),
    Route(
        "GET",
        "/messages/{chat_id}/history",
        live.list_history,
        "Messages of a chat, for scripts",
        query=schemas.HistoryQuery,
        response=schemas.History,
        signed_in=True,
        for_browsers=True,
        errors=(Code.CHAT_FORBIDDEN,),
    ),
    Route(
        "WEBSOCKET",
        "/messages/live",
        live.follow,
        "Events of all your chats, live",
        signed_in=True,
        for_browsers=True,
        errors=(Code.THROTTLED,),
    ),
)

ROUTES = (*PAGES, *FORMS, *SCRIPTS)
