"""Pages and forms of chats."""

import uuid

from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.messages import schemas
from kinoteka.site.messages.conversations import list_chat_rows, read_conversation
from kinoteka.site.ui.cookies import read_cookies
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import redirect, render, zone_of

TEMPLATE = "messages/page.html"


async def show_chats(request: Request, query: schemas.ChatsQuery) -> Response:
    """Show the chats of the user, most recent first."""
    rows = await list_chat_rows(request, query.before)
    return await render(request, TEMPLATE, part="chats", chats=rows, conversation=None)


async def show_chat(
    request: Request,
    chat_id: int,
    query: schemas.ChatQuery | None = None,
    *,
    typed: schemas.MessageForm | None = None,
    failed: PageError | None = None,
) -> Response:
    """Show a conversation beside the list. Viewing it does not mark it as read."""
    before = query.before if query is not None else None
    shown = await read_conversation(request, chat_id, zone_of(read_cookies(request)), before)
    form = typed or schemas.MessageForm(nonce=str(uuid.uuid4()), seen=shown.newest_id)
    return await render(
        request,
        TEMPLATE,
        chats=await list_chat_rows(request),
        conversation=shown,
        form=form,
        failed=failed,
    )


@redisplay_on_error(show_chat)
async def post_message(request: Request, chat_id: int, body: schemas.MessageForm) -> Response:
    """Send a message and mark the messages above the form as read."""
    chats = request.core.chats
    await chats.post(request.actor, request.unit, chat_id, body.text, body.nonce)
    if body.seen:
        await chats.mark_read(request.actor, request.unit, chat_id, body.seen)
    return redirect(request, f"/messages/{chat_id}#newest")


async def mark_read(request: Request, chat_id: int, body: schemas.ReadForm) -> Response:
    """Mark the messages up to the given one as read."""
    await request.core.chats.mark_read(request.actor, request.unit, chat_id, body.message_id)
    return redirect(request, f"/messages/{chat_id}#newest")


async def open_chat(request: Request, account_id: int) -> Response:
    """Open the chat with a member. Create it if there is none."""
    chat_id = await request.core.chats.open(request.actor, request.unit, account_id)
    return redirect(request, f"/messages/{chat_id}#newest")


async def find_recipients(request: Request, query: schemas.RecipientsQuery) -> Response:
    """Show the members whose usernames contain a text."""
    part = query.q.strip()
    found = await request.core.accounts.search(request.actor, request.unit, part) if part else []
    people = [account for account in found if account.id != request.actor.account_id]
    return await render(
        request, "messages/new.html", part="people", people=people, part_of_name=part
    )


async def show_edit(
    request: Request,
    message_id: int,
    *,
    typed: schemas.TextForm | None = None,
    failed: PageError | None = None,
) -> Response:
    """Show the form that edits a message of the user."""
    message = await request.core.chats.get_own_message(request.actor, request.unit, message_id)
    text = message.text if typed is None else typed.text
    return await render(request, "messages/edit.html", message=message, text=text, failed=failed)


@redisplay_on_error(show_edit)
async def edit_message(request: Request, message_id: int, body: schemas.TextForm) -> Response:
    """Edit a message of the user."""
    message = await request.core.chats.edit(request.actor, request.unit, message_id, body.text)
    return redirect(request, f"/messages/{message.chat_id}#message-{message.id}")


async def show_delete(request: Request, message_id: int) -> Response:
    """Ask before a message of the user is deleted."""
    message = await request.core.chats.get_own_message(request.actor, request.unit, message_id)
    return await render(request, "messages/delete.html", message=message)


async def delete_message(request: Request, message_id: int) -> Response:
    """Delete a message of the user."""
    chats = request.core.chats
    message = await chats.get_own_message(request.actor, request.unit, message_id)
    await chats.delete(request.actor, request.unit, message_id)
    return redirect(request, f"/messages/{message.chat_id}", notice="message_deleted")


async def show_film(request: Request, film_id: int) -> Response:
    """Show the card of a film, as below a message."""
    film = await request.core.catalogue.film(request.actor, request.unit, film_id)
    return await render(request, "messages/film.html", film=film)
