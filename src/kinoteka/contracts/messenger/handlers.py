"""What this contract does: parse, one call of a service, shape."""

from kinoteka.contracts.messenger import shapes
from kinoteka.contracts.messenger.errors import ANOTHER
from kinoteka.contracts.messenger.photos import photo_answer
from kinoteka.core.media.model import PICTURES
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.http.mechanics.response import Answer, json_answer
from kinoteka.http.mechanics.websockets import Following
from kinoteka.http.policy import sign_out as signing_out
from kinoteka.http.policy.request import Call
from kinoteka.infrastructure.settings import zone
from kinoteka.infrastructure.spooled_files import SpooledFile


async def sign_up(call: Call, body: shapes.NewUserBody) -> Answer:
    """Make an account, begin its session and set its cookie."""
    started = await call.core.sessions.sign_up(
        call.actor, call.unit, call.visit, shapes.new_account(body)
    )
    return json_answer(200, shapes.Nothing(), [call.give_session(started)])


async def sign_in(call: Call, body: shapes.SignInBody) -> Answer:
    """Begin a session and set its cookie."""
    started = await call.core.sessions.sign_in(
        call.actor, call.unit, call.visit, body.email, body.password
    )
    return json_answer(200, shapes.user(started.account), [call.give_session(started)])


async def sign_out(call: Call) -> Answer:
    """End the session and remove its cookie."""
    return json_answer(200, shapes.Nothing(), await signing_out.sign_out(call))


async def read_self(call: Call) -> shapes.User:
    """The user of the session."""
    return shapes.user(await call.core.accounts.own(call.actor, call.unit))


async def read_user(call: Call, user_id: int) -> shapes.User:
    """Any user."""
    return shapes.user(await call.core.accounts.get(call.unit, user_id))


async def change_user(call: Call, user_id: int, body: shapes.UserBody) -> shapes.User:
    """Put the whole user in place of the old one."""
    if call.actor.account_id != user_id:
        raise DomainError(Code.UNAUTHORIZED, whose=ANOTHER)
    if body.id != user_id:
        raise field_invalid("id", "is not that of the path")
    change = shapes.user_change(body, await call.core.accounts.own(call.actor, call.unit))
    account = await call.core.credentials.change_profile(
        call.actor, call.unit, change, through=call.contract.name
    )
    return shapes.user(account)


async def search_users(call: Call, part: str) -> shapes.FoundUsers:
    """Users whose username contains a text."""
    found = await call.core.accounts.search(call.actor, call.unit, part)
    own_id = call.actor.account_id
    return shapes.FoundUsers([shapes.found_user(account, own_id) for account in found])


async def upload_photo(call: Call, file: SpooledFile) -> shapes.Nothing:
    """Make a picture one's photo."""
    await call.core.avatars.change_avatar(call.actor, call.unit, file, PICTURES)
    return shapes.Nothing()


async def read_photo(call: Call, user_id: int, query: shapes.PhotoQuery) -> Answer:
    """A user's photo."""
    picture = await call.core.avatars.read_avatar(call.unit, user_id)
    return photo_answer(picture, call.header(b"accept"), plain=query.plain)


async def open_chat(call: Call, body: shapes.ChatBody) -> shapes.Created:
    """One's chat with another user."""
    return shapes.Created(await call.core.chats.open(call.actor, call.unit, body.user_id))


async def list_chats(call: Call, query: shapes.ChatsQuery) -> shapes.ChatList:
    """One's chats, newest conversation first."""
    chats = await call.core.chats.own(call.actor, call.unit, query.limit, query.before)
    return shapes.ChatList([shapes.chat(found) for found in chats])


async def list_chats_of(call: Call, user_id: int, query: shapes.ChatsQuery) -> shapes.OtherChatList:
    """List the user's own chats as the document's front end reads them."""
    if call.actor.account_id != user_id:
        raise DomainError(Code.UNAUTHORIZED, whose=ANOTHER)
    chats = await call.core.chats.own(call.actor, call.unit, query.limit, query.before)
    return shapes.OtherChatList([shapes.other_chat(found) for found in chats], [])


async def post_message(call: Call, chat_id: int, body: shapes.NewMessageBody) -> shapes.Created:
    """Write a message."""
    message = await call.core.chats.post(call.actor, call.unit, chat_id, body.text, body.nonce)
    return shapes.Created(message.id)


async def list_messages(
    call: Call, chat_id: int, query: shapes.MessagesQuery
) -> shapes.MessageList:
    """Messages of a chat, newest first."""
    messages = await call.core.chats.messages(
        call.actor, call.unit, chat_id, query.limit, before=query.before, after=query.after
    )
    return shapes.messages(messages, zone(call.settings.timezone))


async def search_messages(call: Call, text: str) -> shapes.FoundMessages:
    """Find messages in the user's own chats."""
    found = await call.core.message_search.find(call.actor, call.unit, text)
    local = zone(call.settings.timezone)
    return shapes.FoundMessages([shapes.local_message(each, local) for each in found])


async def edit_message(call: Call, message_id: int, body: shapes.TextBody) -> shapes.MessageShape:
    """Put another text into a message of one's own."""
    return shapes.message(await call.core.chats.edit(call.actor, call.unit, message_id, body.text))


async def delete_message(call: Call, message_id: int) -> shapes.Nothing:
    """Delete a message of one's own."""
    await call.core.chats.delete(call.actor, call.unit, message_id)
    return shapes.Nothing()


async def mark_read(call: Call, chat_id: int, body: shapes.ReadBody) -> shapes.Nothing:
    """Note how far one has read."""
    await call.core.chats.mark_read(call.actor, call.unit, chat_id, body.message_id)
    return shapes.Nothing()


async def follow_chat(call: Call, chat_id: int) -> Following:
    """Hear what happens in one chat."""
    listener = await call.core.chats.listen(call.actor, call.unit, chat_id)
    return Following(listener, shapes.notification)


async def follow_all(call: Call) -> Following:
    """Hear what happens in all of one's chats."""
    listener = await call.core.chats.listen_to_all(call.actor, call.unit)
    return Following(listener, shapes.notification)
