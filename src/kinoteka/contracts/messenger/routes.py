"""The route table of this contract."""

from kinoteka.contracts.messenger import handlers, schemas
from kinoteka.contracts.messenger.errors import REFUSALS, SIGN_IN_PATH, error_response
from kinoteka.contracts.messenger.photos import BYTES, FIELD, MULTIPART, PICTURE
from kinoteka.core.media.model import UPLOAD_LARGEST
from kinoteka.errors import Code
from kinoteka.http.mechanics.routes import Contract, Route, Upload

CALLED = {"given_name": "name"}
NAME_ERRORS = (
    Code.USERNAME_INVALID,
    Code.USERNAME_TAKEN,
    Code.EMAIL_INVALID,
    Code.EMAIL_TAKEN,
)

SIGN_IN = Route(
    "POST",
    SIGN_IN_PATH,
    handlers.sign_in,
    "Sign in",
    body=schemas.SignInBody,
    response=schemas.User,
    begins_session=True,
    errors=(
        Code.ACCOUNT_UNKNOWN,
        Code.PASSWORD_WRONG,
        Code.ACCOUNT_DISABLED,
        Code.THROTTLED,
    ),
    description="Sets the cookie `session_id`.",
    example={"email": "anna@example.com", "password": "correct horse"},
)

USERS = (
    Route(
        "POST",
        "/users",
        handlers.sign_up,
        "Sign up",
        body=schemas.NewUserBody,
        response=schemas.Nothing,
        begins_session=True,
        errors=(*NAME_ERRORS, Code.PASSWORD_INVALID, Code.THROTTLED),
        called=CALLED,
        description="Makes a user and sets the cookie `session_id`. Any field of the user may be "
        "given; an empty one is as absent.",
        example={"email": "anna@example.com", "password": "correct horse", "name": "Anna"},
    ),
    Route(
        "DELETE",
        "/logout",
        handlers.sign_out,
        "Sign out",
        response=schemas.Nothing,
        signed_in=True,
        ends_session=True,
    ),
    Route(
        "GET",
        "/users",
        handlers.read_self,
        "The user of the session",
        response=schemas.User,
        signed_in=True,
    ),
    Route(
        "GET",
        "/users/{id}",
        handlers.read_user,
        "A user",
        response=schemas.User,
        signed_in=True,
        errors=(Code.ACCOUNT_UNKNOWN,),
    ),
    Route(
        "PUT",
        "/users/{id}",
        handlers.change_user,
        "Change one's own user",
        body=schemas.UserBody,
        response=schemas.User,
        signed_in=True,
        errors=(*NAME_ERRORS, Code.PASSWORD_NOT_CHANGED_HERE, Code.SIGN_IN_AGAIN),
        called=CALLED,
        description="The body is the whole user, with the id of the path. Another's id is a 401. "
        "`fullname` and `fstatus` may replace or accompany `name` and `status`; of two that "
        "differ, the one that differs from the stored value counts. `phone` is stored if present. "
        "`password` must be absent or empty.",
        example={
            "id": 1,
            "email": "anna@example.com",
            "username": "anna",
            "name": "Anna",
            "status": "at the pictures",
        },
    ),
    Route(
        "GET",
        "/users/{name:text}",
        handlers.search_users,
        "Search users by username",
        response=schemas.FoundUsers,
        signed_in=True,
        errors=(Code.THROTTLED,),
        description="Every user whose username contains the text, without regard to case; at "
        "most 50, ordered by how early it stands and then by username.",
    ),
)

PHOTOS = (
    Route(
        "POST",
        "/photos",
        handlers.upload_photo,
        "Upload one's photo",
        upload=Upload(FIELD, UPLOAD_LARGEST),
        response=schemas.Nothing,
        signed_in=True,
        errors=(
            Code.UPLOAD_WRONG_TYPE,
            Code.UPLOAD_UNREADABLE,
            Code.UPLOAD_TOO_MANY_PIXELS,
            Code.THROTTLED,
        ),
        description="JPEG, PNG or WebP by content. It is drawn anew as a JPEG without metadata, "
        "at most 1024 pixels on its longer side.",
    ),
    Route(
        "GET",
        "/photos/{id}",
        handlers.read_photo,
        "A user's photo",
        media_type=f"{MULTIPART}, {PICTURE}, {BYTES}",
        query=schemas.PhotoQuery,
        headers={"etag": ""},
        signed_in=True,
        errors=(Code.ACCOUNT_UNKNOWN, Code.PHOTO_MISSING),
        description="One part named `file`, with the same picture before it as the preamble, so "
        "that the body can be read as multipart and as a picture; `?plain=1` leaves the preamble "
        "out. Or the picture itself, where Accept prefers an image or names plain bytes alone.",
    ),
)

CHATS = (
    Route(
        "POST",
        "/chats",
        handlers.open_chat,
        "Open a chat with a user",
        body=schemas.ChatBody,
        response=schemas.Created,
        signed_in=True,
        errors=(Code.ACCOUNT_UNKNOWN, Code.CHAT_WITH_SELF, Code.THROTTLED),
        description="The same two users always get the same chat.",
        example={"user_id": 2},
    ),
    Route(
        "GET",
        "/chats",
        handlers.list_chats,
        "One's chats",
        query=schemas.ChatsQuery,
        response=schemas.ChatList,
        signed_in=True,
        errors=(Code.CHAT_FORBIDDEN,),
        description="The newest conversation first. `before` is the id of the last chat that "
        "one has, to go on after it.",
    ),
    Route(
        "GET",
        "/users/{id}/chats",
        handlers.list_chats_of,
        "The user's own chats, as the document's front end reads them",
        query=schemas.ChatsQuery,
        response=schemas.OtherChatList,
        signed_in=True,
        errors=(Code.CHAT_FORBIDDEN,),
        description="Another user's id is a 401. `Workspaces` is always empty.",
    ),
    Route(
        "POST",
        "/chats/{id}/messages",
        handlers.post_message,
        "Write a message",
        body=schemas.NewMessageBody,
        response=schemas.Created,
        signed_in=True,
        errors=(Code.CHAT_FORBIDDEN, Code.ACCOUNT_GONE, Code.THROTTLED),
        description="The same `nonce` in the same chat gives the same message again, so that it "
        "is safe to try again.",
        example={"text": "Stalker tonight?", "nonce": "8c2f"},
    ),
    Route(
        "GET",
        "/chats/{id}/messages",
        handlers.list_messages,
        "Messages of a chat",
        query=schemas.MessagesQuery,
        response=schemas.MessageList,
        signed_in=True,
        errors=(Code.CHAT_FORBIDDEN,),
        description="Always the newest first. `before` gives those just before a message; "
        "`after` the oldest of those that follow one, so that asking again after the highest id, "
        "until nothing comes, misses none. `Messages` are the same messages, oldest first, with "
        "times as DD.MM.YYYY HH:mm in the server's time zone.",
    ),
    Route(
        "PUT",
        "/messages/{id}",
        handlers.edit_message,
        "Edit one's own message",
        body=schemas.TextBody,
        response=schemas.MessageSchema,
        signed_in=True,
        errors=(Code.MESSAGE_UNKNOWN, Code.MESSAGE_FORBIDDEN, Code.ACCOUNT_GONE, Code.THROTTLED),
        example={"text": "Stalker tomorrow?"},
    ),
    Route(
        "DELETE",
        "/messages/{id}",
        handlers.delete_message,
        "Delete one's own message",
        response=schemas.Nothing,
        signed_in=True,
        errors=(Code.MESSAGE_UNKNOWN, Code.MESSAGE_FORBIDDEN),
    ),
    Route(
        "GET",
        "/messages/{text:text}",
        handlers.search_messages,
        "Search messages",
        response=schemas.FoundMessages,
        signed_in=True,
        errors=(Code.FIELD_INVALID, Code.THROTTLED),
        description="The newest 50 messages from the user's own chats that contain every word of "
        "the text, without regard to case. Any single path segment is a text, also a number. "
        "A client that prefers text/html gets the site's page at this address.",
    ),
    Route(
        "POST",
        "/chats/{id}/read",
        handlers.mark_read,
        "Note how far one has read",
        body=schemas.ReadBody,
        response=schemas.Nothing,
        signed_in=True,
        errors=(Code.CHAT_FORBIDDEN,),
        example={"message_id": 1},
    ),
)

SOCKETS = (
    Route(
        "WEBSOCKET",
        "/chats/{id}/notifications",
        handlers.follow_chat,
        "What happens in a chat, live",
        response=schemas.Notification,
        signed_in=True,
        errors=(Code.CHAT_FORBIDDEN, Code.THROTTLED),
    ),
    Route(
        "WEBSOCKET",
        "/notifications",
        handlers.follow_all,
        "What happens in all of one's chats, live",
        response=schemas.Notification,
        signed_in=True,
        errors=(Code.THROTTLED,),
    ),
)

CONTRACT = Contract(
    name="messenger",
    title="Messenger",
    description="A messenger: users, photos, chats, messages, live notifications.",
    routes=(SIGN_IN, *USERS, *PHOTOS, *CHATS, *SOCKETS),
    error_responses=REFUSALS,
    error_response=error_response,
    error_schema=schemas.Refused,
)
