"""The route table of this contract."""

from kinoteka.contracts.authservice import handlers, schemas
from kinoteka.contracts.authservice.errors import REFUSALS, error_response
from kinoteka.core.access.model import ROLES_MANAGE
from kinoteka.errors import Code
from kinoteka.http.mechanics.routes import Contract, Route

LOGIN_ERRORS = (
    Code.USERNAME_INVALID,
    Code.USERNAME_TAKEN,
    Code.EMAIL_INVALID,
    Code.EMAIL_TAKEN,
)

USERS = (
    Route(
        "POST",
        "/api/v1/user",
        handlers.sign_up,
        "Sign up",
        body=schemas.SignUpBody,
        response=schemas.SignedUp,
        status=201,
        begins_session=True,
        errors=(
            *LOGIN_ERRORS,
            Code.SIGNED_IN,
            Code.PASSWORD_INVALID,
            Code.THROTTLED,
        ),
        description="Makes an account and begins its first session; also sets the cookie. For "
        "anonymous users: refused where an access token is sent that is good.",
        example={"login": "anna", "password": "correct horse"},
    ),
    Route(
        "POST",
        "/api/v1/user/login",
        handlers.sign_in,
        "Sign in",
        body=schemas.SignInBody,
        response=schemas.Tokens,
        begins_session=True,
        errors=(
            Code.ACCOUNT_UNKNOWN,
            Code.PASSWORD_WRONG,
            Code.ACCOUNT_DISABLED,
            Code.THROTTLED,
        ),
        description="Exchanges login and password for a pair of tokens; also sets the cookie.",
        example={"login": "anna", "password": "correct horse"},
    ),
    Route(
        "POST",
        "/api/v1/token/refresh",
        handlers.refresh,
        "Renew the tokens",
        body=schemas.RefreshBody,
        body_required=False,
        response=schemas.Tokens,
        identity="none",
        errors=(Code.UNAUTHORIZED, Code.TOKEN_INVALID, Code.TOKEN_REUSED),
        description="The refresh token stands in the body or, without one, as the Bearer. It "
        "works once; repeated within ten seconds it gives the same successor. One that is used "
        "after its successor has been used ends the session.",
    ),
    Route(
        "POST",
        "/api/v1/user/logout",
        handlers.sign_out,
        "Sign out",
        body=schemas.RefreshBody,
        body_required=False,
        response=schemas.Nothing,
        signed_in=True,
        ends_session=True,
        description="Ends the session of the access token, even of an expired one, of the refresh "
        "token in the body, and of the cookie, and removes the cookie.",
    ),
    Route(
        "PATCH",
        "/api/v1/user/{id}",
        handlers.change_user,
        "Change login or password",
        body=schemas.CredentialsChange,
        response=schemas.User,
        signed_in=True,
        errors=(
            *LOGIN_ERRORS,
            Code.SIGN_IN_AGAIN,
            Code.FORBIDDEN,
            Code.ACCOUNT_UNKNOWN,
            Code.PASSWORD_INVALID,
            Code.THROTTLED,
        ),
        example={"password": "battery staple"},
        description="By the user or a superuser. With the password every other session ends.",
    ),
    Route(
        "GET",
        "/api/v1/login/history",
        handlers.read_history,
        "One's own sign-ins",
        query=schemas.HistoryQuery,
        response=schemas.HistoryPage,
        signed_in=True,
    ),
    Route(
        "GET",
        "/.well-known/jwks.json",
        handlers.read_keys,
        "Public keys of the access tokens",
        response=schemas.KeySet,
    ),
)

ROLES = (
    Route(
        "GET",
        "/api/v1/role",
        handlers.list_roles,
        "Every role",
        response=list[schemas.RoleSchema],
        permission=ROLES_MANAGE,
    ),
    Route(
        "POST",
        "/api/v1/role",
        handlers.create_role,
        "Make a role",
        body=schemas.RoleBody,
        response=schemas.RoleSchema,
        status=201,
        permission=ROLES_MANAGE,
        errors=(Code.ROLE_TAKEN,),
        example={"name": "premium", "permissions": ["films.view:premium"]},
    ),
    Route(
        "PUT",
        "/api/v1/role/{id}",
        handlers.change_role,
        "Change a role",
        body=schemas.RoleChange,
        response=schemas.RoleSchema,
        permission=ROLES_MANAGE,
        errors=(Code.ROLE_UNKNOWN, Code.ROLE_TAKEN, Code.ROLE_BUILT_IN),
        example={"permissions": ["films.view:premium"]},
    ),
    Route(
        "DELETE",
        "/api/v1/role/{id}",
        handlers.delete_role,
        "Delete a role",
        status=204,
        permission=ROLES_MANAGE,
        errors=(Code.ROLE_UNKNOWN, Code.ROLE_BUILT_IN),
    ),
    Route(
        "POST",
        "/api/v1/user/{user_id}/role/{role_id}",
        handlers.assign_role,
        "Give a user a role",
        response=schemas.Nothing,
        status=201,
        permission=ROLES_MANAGE,
        errors=(
            Code.ACCOUNT_UNKNOWN,
            Code.ROLE_UNKNOWN,
            Code.ROLE_BUILT_IN,
            Code.ROLES_TOO_MANY,
        ),
    ),
    Route(
        "DELETE",
        "/api/v1/user/{user_id}/role/{role_id}",
        handlers.take_role_away,
        "Take a role from a user",
        status=204,
        permission=ROLES_MANAGE,
        errors=(Code.ACCOUNT_UNKNOWN, Code.ROLE_UNKNOWN, Code.ROLE_BUILT_IN),
    ),
    Route(
        "GET",
        "/api/v1/user/{user_id}/role",
        handlers.read_grants,
        "What a user holds",
        query=schemas.GrantsQuery,
        response=schemas.UserGrants,
        errors=(Code.UNAUTHORIZED, Code.FORBIDDEN, Code.ACCOUNT_UNKNOWN),
        description="One's own, or anybody's with the permission roles.manage. With "
        "`?permission=` the answer also has `allowed`.",
    ),
)

CONTRACT = Contract(
    name="authservice",
    title="Auth service",
    description="Accounts, tokens and roles for a site, a personal account page and other "
    "services: Bearer access tokens, errors 4xx with a message. A flat body may also be sent as "
    "application/x-www-form-urlencoded.",
    routes=(*USERS, *ROLES),
    error_responses=REFUSALS,
    error_response=error_response,
    error_schema=schemas.Message,
    takes_forms=True,
)
