"""The route table of this contract."""

from kinoteka.contracts.account import handlers, shapes
from kinoteka.contracts.account.errors import MEMBER_PATH, REFUSALS, refuse
from kinoteka.core.media.model import UPLOAD_LARGEST
from kinoteka.errors import Code
from kinoteka.httpkit.routes import Contract, Route, Upload

SIGN_IN = Route(
    "POST",
    "/login",
    handlers.sign_in,
    "Sign in",
    body=shapes.SignInBody,
    answer=shapes.Nothing,
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
        body=shapes.SignUpBody,
        answer=shapes.Nothing,
        begins_session=True,
        errors=(
            Code.USERNAME_INVALID,
            Code.USERNAME_TAKEN,
            Code.EMAIL_INVALID,
            Code.EMAIL_TAKEN,
            Code.PASSWORD_INVALID,
            Code.THROTTLED,
        ),
        called={"username": "login"},
        example={"login": "anna", "email": "anna@example.com", "password": "correct horse"},
    ),
    Route(
        "GET",
        "/logout",
        handlers.sign_out,
        "Sign out",
        answer=shapes.Nothing,
        signed_in=True,
        ends_session=True,
        changes=True,
    ),
    Route(
        "POST",
        "/logout",
        handlers.sign_out_if_signed_in,
        "Sign out, signed in or not",
        body=shapes.SignOutBody,
        body_required=False,
        answer=shapes.Nothing,
        ends_session=True,
        description="For clients of this contract and of messenger alike.",
    ),
    Route(
        "GET",
        "/profile",
        handlers.read_profile,
        "One's own profile",
        answer=shapes.Profile,
        signed_in=True,
    ),
    Route(
        "GET",
        "/whoami",
        handlers.read_self,
        "The user of the session in short",
        answer=shapes.WhoAmI,
        signed_in=True,
    ),
    Route(
        "GET",
        MEMBER_PATH,
        handlers.read_member,
        "Another member's profile",
        answer=shapes.Member,
        signed_in=True,
        errors=(Code.ACCOUNT_UNKNOWN,),
        description="By username, without regard to case.",
    ),
    Route(
        "PUT",
        "/profile",
        handlers.change_profile,
        "Change one's own profile",
        body=shapes.ProfileBody,
        answer=shapes.Profile,
        signed_in=True,
        errors=(
            Code.USERNAME_INVALID,
            Code.USERNAME_TAKEN,
            Code.EMAIL_INVALID,
            Code.EMAIL_TAKEN,
        ),
        called={"given_name": "firstname", "family_name": "lastname"},
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
        "Delete one's own account",
        answer=shapes.Nothing,
        signed_in=True,
    ),
    Route(
        "PUT",
        "/password",
        handlers.change_password,
        "Change one's own password",
        body=shapes.PasswordBody,
        answer=shapes.Nothing,
        signed_in=True,
        errors=(Code.PASSWORD_WRONG, Code.PASSWORD_INVALID, Code.THROTTLED),
        called={"password": "new_password"},
        example={"old_password": "correct horse", "new_password": "battery staple"},
    ),
    Route(
        "PUT",
        "/avatar",
        handlers.change_avatar,
        "Upload an avatar",
        upload=Upload("avatar", UPLOAD_LARGEST),
        answer=shapes.Avatar,
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
)

CONTRACT = Contract(
    name="account",
    title="Account",
    description="A site with a personal account page: cookies, errors 403 and 409.",
    routes=(SIGN_IN, *ROUTES),
    refusals=REFUSALS,
    refuse=refuse,
    error_shape=shapes.Message,
)
