"""Pages and forms of chats: parse, one call of a service, render."""

import uuid

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.messages import shapes
from kinoteka.site.messages.shown import list_rows, read_conversation
from kinoteka.site.ui.cookies import read_cookies
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render, zone_of

TEMPLATE = "messages/page.html"


async def show_chats(call: Call, query: shapes.ChatsQuery) -> Answer:
    """One's chats, newest conversation first."""
    rows = await list_rows(call, query.before)
    return await render(call, TEMPLATE, part="chats", chats=rows, conversation=None)


async def show_chat(
    call: Call,
    chat_id: int,
    query: shapes.ChatQuery | None = None,
    *,
    typed: shapes.MessageForm | None = None,
    failed: Failure | None = None,
) -> Answer:
    """A conversation beside the list; looking at it changes nothing."""
    before = query.before if query is not None else None
    shown = await read_conversation(call, chat_id, zone_of(read_cookies(call)), before)
    form = typed or shapes.MessageForm(nonce=str(uuid.uuid4()), seen=shown.newest_id)
    return await render(
        call,
        TEMPLATE,
        chats=await list_rows(call),
        conversation=shown,
        form=form,
        failed=failed,
    )


@shown_again_by(show_chat)
async def post_message(call: Call, chat_id: int, body: shapes.MessageForm) -> Answer:
    """Write a message; what stood above the form then has been read."""
    chats = call.core.chats
    await chats.post(call.actor, call.unit, chat_id, body.text, body.nonce)
    if body.seen:
        await chats.mark_read(call.actor, call.unit, chat_id, body.seen)
    return redirect(call, f"/messages/{chat_id}#newest")


async def mark_read(call: Call, chat_id: int, body: shapes.ReadForm) -> Answer:
    """Note that one has read what is shown."""
    await call.core.chats.mark_read(call.actor, call.unit, chat_id, body.message_id)
    return redirect(call, f"/messages/{chat_id}#newest")


async def open_chat(call: Call, account_id: int) -> Answer:
    """Open the chat with somebody, new or not."""
    chat_id = await call.core.chats.open(call.actor, call.unit, account_id)
    return redirect(call, f"/messages/{chat_id}#newest")


async def find_people(call: Call, query: shapes.PeopleQuery) -> Answer:
    """Find somebody to write to."""
    part = query.q.strip()
    found = await call.core.accounts.search(call.actor, call.unit, part) if part else []
    people = [account for account in found if account.id != call.actor.account_id]
    return await render(call, "messages/new.html", part="people", people=people, part_of_name=part)


async def show_edit(
    call: Call,
    message_id: int,
    *,
    typed: shapes.TextForm | None = None,
    failed: Failure | None = None,
) -> Answer:
    """The form to edit one's message."""
    message = await call.core.chats.own_message(call.actor, call.unit, message_id)
    text = message.text if typed is None else typed.text
    return await render(call, "messages/edit.html", message=message, text=text, failed=failed)


@shown_again_by(show_edit)
async def edit_message(call: Call, message_id: int, body: shapes.TextForm) -> Answer:
    """Edit one's message."""
    message = await call.core.chats.edit(call.actor, call.unit, message_id, body.text)
    return redirect(call, f"/messages/{message.chat_id}#message-{message.id}")


async def show_delete(call: Call, message_id: int) -> Answer:
    """Ask before one's message is deleted."""
    message = await call.core.chats.own_message(call.actor, call.unit, message_id)
    return await render(call, "messages/delete.html", message=message)


async def delete_message(call: Call, message_id: int) -> Answer:
    """Delete one's message."""
    chats = call.core.chats
    message = await chats.own_message(call.actor, call.unit, message_id)
    await chats.delete(call.actor, call.unit, message_id)
    return redirect(call, f"/messages/{message.chat_id}", notice="message_deleted")


async def show_film(call: Call, film_id: int) -> Answer:
    """The card of a film, as it stands below a message."""
    found = await call.core.catalogue.films_by_id(call.actor, call.unit, [film_id])
    if not found:
        raise DomainError(Code.FILM_UNKNOWN)
    return await render(call, "messages/film.html", film=found[0])
