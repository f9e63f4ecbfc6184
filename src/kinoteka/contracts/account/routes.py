"""The route table of this contract."""

from kinoteka.contracts.account import handlers, schemas
from kinoteka.contracts.account.errors import ERROR_TABLE, MEMBER_PATH, error_response
from kinoteka.core.media.model import MAX_UPLOAD_BYTES
from kinoteka.errors import Code
from kinoteka.http.mechanics.routes import Contract, Route, Upload

SIGN_IN = Route(
    "POST",
    "/login",
    handlers.sign_in,
    "Sign in",
    body=schemas.SignInBody,
    response=schemas.Nothing,
    example={"login": "anna", "password": "correct horse"},
    begins_session=True,
    errors=(
        Code.ACCOUNT_UNKNOWN,
        Code.PASSWORD_WRONG,
        Code.ACCOUNT_DISABLED,
        Code.THROTTLED,
    ),
)

ROUTES = (
    Route(
        "POST",
        "/signup",
        handlers.sign_up,
        "Sign up",
        body=schemas.SignUpBody,
        response=schemas.Nothing,
        begins_session=True,
        errors=(
            Code.USERNAME_INVALID,
            Code.USERNAME_TAKEN,
            Code.EMAIL_INVALID,
            Code.EMAIL_TAKEN,
            Code.PASSWORD_INVALID,
            Code.THROTTLED,
        ),
        client_names={"username": "login"},
        example={"login": "anna", "email": "anna@example.com", "password": "correct horse"},
    ),
    Route(
        "GET",
        "/logout",
        handlers.sign_out,
        "Sign out",
        response=schemas.Nothing,
        signed_in=True,
        ends_session=True,
        changes=True,
    ),
    Route(
        "POST",
        "/logout",
        handlers.sign_out_if_signed_in,
        "Sign out, with or without a session",
        body=schemas.SignOutBody,
        body_required=False,
        response=schemas.Nothing,
        ends_session=True,
        description="For clients of this contract and of messenger. Without a session it "
        "still returns 200 and removes the cookie.",
    ),
    Route(
        "GET",
        "/profile",
        handlers.read_profile,
        "Get your profile",
        response=schemas.Profile,
        signed_in=True,
    ),
    Route(
        "GET",
        "/whoami",
        handlers.read_self,
        "Get your profile in short form",
        response=schemas.WhoAmI,
        signed_in=True,
    ),
    Route(
        "GET",
        MEMBER_PATH,
        handlers.read_member,
        "Get the profile of another member",
        response=schemas.Member,
        signed_in=True,
        errors=(Code.ACCOUNT_UNKNOWN,),
        description="Finds the member by username, ignoring case.",
    ),
    Route(
        "PUT",
        "/profile",
        handlers.change_profile,
        "Change your profile",
        body=schemas.ProfileBody,
        response=schemas.Profile,
        signed_in=True,
        errors=(
            Code.SIGN_IN_AGAIN,
            Code.USERNAME_INVALID,
            Code.USERNAME_TAKEN,
            Code.EMAIL_INVALID,
            Code.EMAIL_TAKEN,
        ),
        client_names={"given_name": "firstname", "family_name": "lastname"},
        example={
            "username": "anna",
            "email": "anna@example.com",
            "firstname": "Anna",
            "lastname": "K.",
        },
        description="A missing key leaves its field unchanged. `name` is accepted for `firstname`.",
    ),
    Route(
        "DELETE",
        "/profile",
        handlers.delete_profile,
        "Delete your account",
        response=schemas.Nothing,
        signed_in=True,
        errors=(Code.SIGN_IN_AGAIN,),
    ),
    Route(
        "PUT",
        "/password",
        handlers.change_password,
        "Change your password",
        body=schemas.PasswordBody,
        response=schemas.Nothing,
        signed_in=True,
        errors=(Code.CURRENT_PASSWORD_WRONG, Code.PASSWORD_INVALID, Code.THROTTLED),
        client_names={"password": "new_password"},
        example={"old_password": "correct horse", "new_password": "battery staple"},
    ),
    Route(
        "PUT",
        "/avatar",
        handlers.change_avatar,
        "Upload an avatar",
        upload=Upload("avatar", MAX_UPLOAD_BYTES),
        response=schemas.Avatar,
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
)

CONTRACT = Contract(
    name="account",
    title="Account",
    description="The API of a site with a personal account page. Clients sign in with a cookie. "
    "Errors are 4xx with a message.",
    routes=(SIGN_IN, *ROUTES),
    error_responses=ERROR_TABLE,
    error_response=error_response,
    error_schema=schemas.Message,
)
