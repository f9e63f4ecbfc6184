"""Handlers of this contract: parse the request, call one service, shape the response."""

from kinoteka.contracts.messenger import schemas
from kinoteka.contracts.messenger.errors import ANOTHER
from kinoteka.contracts.messenger.photos import photo_response
from kinoteka.core.media.model import PICTURES
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.http.mechanics.response import Response, json_response
from kinoteka.http.policy import sign_out as sign_out_policy
from kinoteka.http.policy.event_streams import ListenerStream
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.settings import zone
from kinoteka.infrastructure.spooled_files import SpooledFile


async def sign_up(request: Request, body: schemas.NewUserBody) -> Response:
    """Create an account, start its session and set the cookie."""
    result = await request.core.sessions.sign_up(
        request.actor, request.unit, request.visit, schemas.new_account(body)
    )
    return json_response(200, schemas.Nothing(), [request.session_cookie(result)])


async def sign_in(request: Request, body: schemas.SignInBody) -> Response:
    """Start a session and set its cookie."""
    result = await request.core.sessions.sign_in(
        request.actor, request.unit, request.visit, body.email, body.password
    )
    return json_response(200, schemas.user(result.account), [request.session_cookie(result)])


async def sign_out(request: Request) -> Response:
    """End the session and remove its cookie."""
    return json_response(200, schemas.Nothing(), await sign_out_policy.sign_out(request))


async def read_self(request: Request) -> schemas.User:
    """Return the signed-in user."""
    return schemas.user(await request.core.accounts.get_own(request.actor, request.unit))


async def read_user(request: Request, user_id: int) -> schemas.User:
    """Return any user."""
    return schemas.user(await request.core.accounts.get(request.unit, user_id))


async def change_user(request: Request, user_id: int, body: schemas.UserBody) -> schemas.User:
    """Replace the whole user."""
    _require_own(request, user_id)
    if body.id != user_id:
        raise field_invalid("id", "is not that of the path")
    change = schemas.user_change(
        body, await request.core.accounts.get_own(request.actor, request.unit)
    )
    account = await request.core.credentials.change_profile(
        request.actor, request.unit, change, contract=request.contract.name
    )
    return schemas.user(account)


async def search_users(request: Request, part: str) -> schemas.FoundUsers:
    """Return the users whose username contains a text."""
    found = await request.core.accounts.search(request.actor, request.unit, part)
    own_id = request.actor.account_id
    return schemas.FoundUsers([schemas.found_user(account, own_id) for account in found])


async def upload_photo(request: Request, file: SpooledFile) -> schemas.Nothing:
    """Store the uploaded picture as the user's photo."""
    await request.core.avatars.change_avatar(request.actor, request.unit, file, PICTURES)
    return schemas.Nothing()


async def read_photo(request: Request, user_id: int, query: schemas.PhotoQuery) -> Response:
    """Return a user's photo."""
    picture = await request.core.avatars.read_avatar(request.unit, user_id)
    return photo_response(picture, request.header(b"accept"), plain=query.plain)


async def open_chat(request: Request, body: schemas.ChatBody) -> schemas.Created:
    """Return the chat with another user. Create it if it does not exist."""
    return schemas.Created(await request.core.chats.open(request.actor, request.unit, body.user_id))


async def list_chats(request: Request, query: schemas.ChatsQuery) -> schemas.ChatList:
    """Return the user's chats, newest conversation first."""
    chats = await request.core.chats.list_chats(
        request.actor, request.unit, query.limit, query.before
    )
    return schemas.ChatList([schemas.chat(each) for each in chats])


async def list_chats_of(
    request: Request, user_id: int, query: schemas.ChatsQuery
) -> schemas.OtherChatList:
    """Return the user's chats as the document's front end reads them."""
    _require_own(request, user_id)
    chats = await request.core.chats.list_chats(
        request.actor, request.unit, query.limit, query.before
    )
    return schemas.OtherChatList([schemas.other_chat(each) for each in chats], [])


async def post_message(
    request: Request, chat_id: int, body: schemas.NewMessageBody
) -> schemas.Created:
    """Post a message."""
    message = await request.core.chats.post(
        request.actor, request.unit, chat_id, body.text, body.nonce
    )
    return schemas.Created(message.id)


async def list_messages(
    request: Request, chat_id: int, query: schemas.MessagesQuery
) -> schemas.MessageList:
    """Return messages of a chat, newest first."""
    messages = await request.core.chats.list_messages(
        request.actor, request.unit, chat_id, query.limit, before=query.before, after=query.after
    )
    return schemas.messages(messages, zone(request.settings.timezone))


async def search_messages(request: Request, text: str) -> schemas.FoundMessages:
    """Search the messages of the user's chats."""
    found = await request.core.message_search.find(request.actor, request.unit, text)
    local = zone(request.settings.timezone)
    return schemas.FoundMessages([schemas.local_message(each, local) for each in found])


async def edit_message(
    request: Request, message_id: int, body: schemas.TextBody
) -> schemas.Message:
    """Replace the text of one of the user's messages."""
    return schemas.message(
        await request.core.chats.edit(request.actor, request.unit, message_id, body.text)
    )


async def delete_message(request: Request, message_id: int) -> schemas.Nothing:
    """Delete one of the user's messages."""
    await request.core.chats.delete(request.actor, request.unit, message_id)
    return schemas.Nothing()


async def mark_read(request: Request, chat_id: int, body: schemas.ReadBody) -> schemas.Nothing:
    """Mark the messages of a chat as read up to one of them."""
    await request.core.chats.mark_read(request.actor, request.unit, chat_id, body.message_id)
    return schemas.Nothing()


async def follow_chat(request: Request, chat_id: int) -> ListenerStream:
    """Return a stream of the events in one chat."""
    listener = await request.core.chats.listen(request.actor, request.unit, chat_id)
    return ListenerStream(listener, schemas.notification)


async def follow_all(request: Request) -> ListenerStream:
    """Return a stream of the events in all of the user's chats."""
    listener = await request.core.chats.listen_to_all(request.actor, request.unit)
    return ListenerStream(listener, schemas.notification)


def _require_own(request: Request, user_id: int) -> None:
    """Raise an error unless the path names the signed-in account."""
    if request.actor.account_id != user_id:
        raise DomainError(Code.UNAUTHORIZED, whose=ANOTHER)
