"""The route table of this contract."""

from kinoteka.contracts.authservice import handlers, schemas
from kinoteka.contracts.authservice.errors import ERROR_TABLE, error_response
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
        description="Creates an account and starts its first session. Also sets the cookie. A "
        "request with a valid access token is rejected.",
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
        description="Exchanges a login and password for a pair of tokens. Also sets the cookie.",
        example={"login": "anna", "password": "correct horse"},
    ),
    Route(
        "POST",
        "/api/v1/token/refresh",
        handlers.refresh,
        "Refresh the tokens",
        body=schemas.RefreshBody,
        body_required=False,
        response=schemas.Tokens,
        identity="ignored",
        errors=(Code.UNAUTHORIZED, Code.TOKEN_INVALID, Code.TOKEN_REUSED),
        description="Send the refresh token in the body or as the Bearer token. Each refresh token "
        "works once. Repeating a request within ten seconds returns the same new pair. Using a "
        "token after its successor has been used ends the session.",
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
        description="Ends the sessions of the access token (even an expired one), of the refresh "
        "token in the body and of the cookie. Removes the cookie.",
    ),
    Route(
        "PATCH",
        "/api/v1/user/{id}",
        handlers.change_user,
        "Change the login or password of a user",
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
        description="For the user and for superusers. A new password ends every other session of "
        "the user.",
    ),
    Route(
        "GET",
        "/api/v1/login/history",
        handlers.read_history,
        "List your sign-ins",
        query=schemas.HistoryQuery,
        response=schemas.HistoryPage,
        signed_in=True,
    ),
    Route(
        "GET",
        "/.well-known/jwks.json",
        handlers.read_keys,
        "Get the public keys of access tokens",
        response=schemas.KeySet,
    ),
)

ROLES = (
    Route(
        "GET",
        "/api/v1/role",
        handlers.list_roles,
        "List all roles",
        response=list[schemas.Role],
        permission=ROLES_MANAGE,
    ),
    Route(
        "POST",
        "/api/v1/role",
        handlers.create_role,
        "Create a role",
        body=schemas.RoleBody,
        response=schemas.Role,
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
        response=schemas.Role,
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
        "Remove a role from a user",
        status=204,
        permission=ROLES_MANAGE,
        errors=(Code.ACCOUNT_UNKNOWN, Code.ROLE_UNKNOWN, Code.ROLE_BUILT_IN),
    ),
    Route(
        "GET",
        "/api/v1/user/{user_id}/role",
        handlers.read_grants,
        "Get the roles and permissions of a user",
        query=schemas.GrantsQuery,
        response=schemas.UserGrants,
        errors=(Code.UNAUTHORIZED, Code.FORBIDDEN, Code.ACCOUNT_UNKNOWN),
        description="For the user and for holders of the permission `roles.manage`. With "
        "`?permission=` the response also has `allowed`.",
    ),
)

CONTRACT = Contract(
    name="authservice",
    title="Auth service",
    description="Accounts, tokens and roles for a site, a personal account page and other "
    "services. Clients sign in with Bearer access tokens. Errors are 4xx with a message. A flat "
    "body may also be sent as application/x-www-form-urlencoded.",
    routes=(*USERS, *ROLES),
    error_responses=ERROR_TABLE,
    error_response=error_response,
    error_schema=schemas.Message,
    takes_forms=True,
)
