"""The route table of this contract."""

from kinoteka.contracts.messenger import handlers, schemas
from kinoteka.contracts.messenger.errors import ERROR_TABLE, SIGN_IN_PATH, error_response
from kinoteka.contracts.messenger.photos import BYTES, FIELD, MULTIPART, PICTURE
from kinoteka.core.media.model import MAX_UPLOAD_BYTES
from kinoteka.errors import Code
from kinoteka.http.mechanics.routes import Contract, Route, Upload

FIELD_NAMES = {"given_name": "name"}
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
        client_names=FIELD_NAMES,
        description="Creates a user, signs in and sets the cookie `session_id`. The body may have "
        "any field of the user. An empty field counts as absent.",
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
        "Get the signed-in user",
        response=schemas.User,
        signed_in=True,
    ),
    Route(
        "GET",
        "/users/{id}",
        handlers.read_user,
        "Get a user",
        response=schemas.User,
        signed_in=True,
        errors=(Code.ACCOUNT_UNKNOWN,),
    ),
    Route(
        "PUT",
        "/users/{id}",
        handlers.change_user,
        "Replace the signed-in user",
        body=schemas.UserBody,
        response=schemas.User,
        signed_in=True,
        errors=(*NAME_ERRORS, Code.PASSWORD_NOT_CHANGED_HERE, Code.SIGN_IN_AGAIN),
        client_names=FIELD_NAMES,
        description="The body is the whole user, with the id of the path. The id of another user "
        "is a 401. `fullname` and `fstatus` are aliases of `name` and `status`. If a key and its "
        "alias differ, the one that differs from the stored value counts. `phone` is stored if "
        "present. `password` must be absent or empty.",
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
        description="Returns users whose username contains the text, ignoring case. At most 50, "
        "ordered by the position of the text and then by username.",
    ),
)

PHOTOS = (
    Route(
        "POST",
        "/photos",
        handlers.upload_photo,
        "Upload your photo",
        upload=Upload(FIELD, MAX_UPLOAD_BYTES),
        response=schemas.Nothing,
        signed_in=True,
        errors=(
            Code.UPLOAD_WRONG_TYPE,
            Code.UPLOAD_UNREADABLE,
            Code.UPLOAD_TOO_MANY_PIXELS,
            Code.THROTTLED,
        ),
        description="Accepts JPEG, PNG and WebP, recognized by content. The picture is stored as a "
        "JPEG without metadata, at most 1024 pixels on its longer side.",
    ),
    Route(
        "GET",
        "/photos/{id}",
        handlers.read_photo,
        "Get the photo of a user",
        media_type=f"{MULTIPART}, {PICTURE}, {BYTES}",
        query=schemas.PhotoQuery,
        headers={"etag": ""},
        signed_in=True,
        errors=(Code.ACCOUNT_UNKNOWN, Code.PHOTO_MISSING),
        description="Returns multipart with one part named `file`. The preamble before it is the "
        "same picture, so that the body can also be read as a picture. `?plain=1` leaves the "
        "preamble out. If Accept prefers an image, or names only plain bytes, returns the picture "
        "itself.",
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
        "List your chats",
        query=schemas.ChatsQuery,
        response=schemas.ChatList,
        signed_in=True,
        errors=(Code.CHAT_FORBIDDEN,),
        description="The newest conversation first. To get the next chats, send the id of the last "
        "chat as `before`.",
    ),
    Route(
        "GET",
        "/users/{id}/chats",
        handlers.list_chats_of,
        "List your chats in the form of the document's front end",
        query=schemas.ChatsQuery,
        response=schemas.OtherChatList,
        signed_in=True,
        errors=(Code.CHAT_FORBIDDEN,),
        description="The id of another user is a 401. `Workspaces` is always empty.",
    ),
    Route(
        "POST",
        "/chats/{id}/messages",
        handlers.post_message,
        "Post a message",
        body=schemas.NewMessageBody,
        response=schemas.Created,
        signed_in=True,
        errors=(Code.CHAT_FORBIDDEN, Code.ACCOUNT_GONE, Code.THROTTLED),
        description="Repeating a request with the same `nonce` in the same chat returns the same "
        "message, so that clients can safely retry.",
        example={"text": "Stalker tonight?", "nonce": "8c2f"},
    ),
    Route(
        "GET",
        "/chats/{id}/messages",
        handlers.list_messages,
        "List the messages of a chat",
        query=schemas.MessagesQuery,
        response=schemas.MessageList,
        signed_in=True,
        errors=(Code.CHAT_FORBIDDEN,),
        description="Newest first. `before` returns the messages just before an id. `after` "
        "returns the oldest messages that follow an id: repeat it with the highest id of each "
        "response until the list is empty to get all of them. `Messages` has the same messages, "
        "oldest first, with times as DD.MM.YYYY HH:mm in the server's time zone.",
    ),
    Route(
        "PUT",
        "/messages/{id}",
        handlers.edit_message,
        "Edit a message",
        body=schemas.TextBody,
        response=schemas.Message,
        signed_in=True,
        errors=(Code.MESSAGE_UNKNOWN, Code.MESSAGE_FORBIDDEN, Code.ACCOUNT_GONE, Code.THROTTLED),
        example={"text": "Stalker tomorrow?"},
    ),
    Route(
        "DELETE",
        "/messages/{id}",
        handlers.delete_message,
        "Delete a message",
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
        description="Returns the newest 50 messages from your chats that contain every word of the "
        "text, ignoring case. Every single path segment is a text, even a number. A client that "
        "prefers text/html gets the site's page at this path.",
    ),
    Route(
        "POST",
        "/chats/{id}/read",
        handlers.mark_read,
        "Mark messages as read",
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
        "Receive the events of a chat",
        response=schemas.Notification,
        signed_in=True,
        errors=(Code.CHAT_FORBIDDEN, Code.THROTTLED),
    ),
    Route(
        "WEBSOCKET",
        "/notifications",
        handlers.follow_all,
        "Receive the events of all your chats",
        response=schemas.Notification,
        signed_in=True,
        errors=(Code.THROTTLED,),
    ),
)

CONTRACT = Contract(
    name="messenger",
    title="Messenger",
    description="A messenger: users, photos, chats, messages and live notifications. Clients sign "
    "in with a cookie. Errors have a mnemonic and a message.",
    routes=(SIGN_IN, *USERS, *PHOTOS, *CHATS, *SOCKETS),
    error_responses=ERROR_TABLE,
    error_response=error_response,
    error_schema=schemas.Refused,
)
