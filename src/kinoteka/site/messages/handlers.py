"""Pages and forms of chats: parse, one call of a service, render."""

import uuid

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.messages import schemas
from kinoteka.site.messages.shown import list_rows, read_conversation
from kinoteka.site.ui.cookies import read_cookies
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render, zone_of

TEMPLATE = "messages/page.html"


async def show_chats(request: Request, query: schemas.ChatsQuery) -> Response:
    """One's chats, newest conversation first."""
    rows = await list_rows(request, query.before)
    return await render(request, TEMPLATE, part="chats", chats=rows, conversation=None)


async def show_chat(
    request: Request,
    chat_id: int,
    query: schemas.ChatQuery | None = None,
    *,
    typed: schemas.MessageForm | None = None,
    failed: Failure | None = None,
) -> Response:
    """A conversation beside the list; looking at it changes nothing."""
    before = query.before if query is not None else None
    shown = await read_conversation(request, chat_id, zone_of(read_cookies(request)), before)
    form = typed or schemas.MessageForm(nonce=str(uuid.uuid4()), seen=shown.newest_id)
    return await render(
        request,
        TEMPLATE,
        chats=await list_rows(request),
        conversation=shown,
        form=form,
        failed=failed,
    )


@shown_again_by(show_chat)
async def post_message(request: Request, chat_id: int, body: schemas.MessageForm) -> Response:
    """Write a message; what stood above the form then has been read."""
    chats = request.core.chats
    await chats.post(request.actor, request.unit, chat_id, body.text, body.nonce)
    if body.seen:
        await chats.mark_read(request.actor, request.unit, chat_id, body.seen)
    return redirect(request, f"/messages/{chat_id}#newest")


async def mark_read(request: Request, chat_id: int, body: schemas.ReadForm) -> Response:
    """Note that one has read what is shown."""
    await request.core.chats.mark_read(request.actor, request.unit, chat_id, body.message_id)
    return redirect(request, f"/messages/{chat_id}#newest")


async def open_chat(request: Request, account_id: int) -> Response:
    """Open the chat with somebody, new or not."""
    chat_id = await request.core.chats.open(request.actor, request.unit, account_id)
    return redirect(request, f"/messages/{chat_id}#newest")


async def find_people(request: Request, query: schemas.PeopleQuery) -> Response:
    """Find somebody to write to."""
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
    failed: Failure | None = None,
) -> Response:
    """The form to edit one's message."""
    message = await request.core.chats.get_own_message(request.actor, request.unit, message_id)
    text = message.text if typed is None else typed.text
    return await render(request, "messages/edit.html", message=message, text=text, failed=failed)


@shown_again_by(show_edit)
async def edit_message(request: Request, message_id: int, body: schemas.TextForm) -> Response:
    """Edit one's message."""
    message = await request.core.chats.edit(request.actor, request.unit, message_id, body.text)
    return redirect(request, f"/messages/{message.chat_id}#message-{message.id}")


async def show_delete(request: Request, message_id: int) -> Response:
    """Ask before one's message is deleted."""
    message = await request.core.chats.get_own_message(request.actor, request.unit, message_id)
    return await render(request, "messages/delete.html", message=message)


async def delete_message(request: Request, message_id: int) -> Response:
    """Delete one's message."""
    chats = request.core.chats
    message = await chats.get_own_message(request.actor, request.unit, message_id)
    await chats.delete(request.actor, request.unit, message_id)
    return redirect(request, f"/messages/{message.chat_id}", notice="message_deleted")


async def show_film(request: Request, film_id: int) -> Response:
    """The card of a film, as it stands below a message."""
    found = await request.core.catalogue.films_by_id(request.actor, request.unit, [film_id])
    if not found:
        raise DomainError(Code.FILM_UNKNOWN)
    return await render(request, "messages/film.html", film=found[0])
