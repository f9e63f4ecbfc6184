"""Route tables: the endpoints of a contract, as data.

Validation, the OpenAPI document and the required permissions come from these tables.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response

# read: unusable credentials make the request anonymous. ignored: credentials
# are ignored, the database is not used for them, and the actor has no permissions.
Identity = Literal["read", "ignored"]
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing (RFC 9110, 9.2.1)."""
Handler = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart body with one file in `field`, of at most `limit` bytes."""

    field: str
    limit: int


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. `http/README.md` describes every field.

    `handler` gets the request, the values of the path, then the query, body, form and file that
    the route declares. It returns a Struct of the type `response`, or a `Response`.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    response: Any = None
    status: int = 200
    body: Any = None
    body_required: bool = True
    query: Any = None
    form: Any = None
    upload: Upload | None = None
    for_browsers: bool = False
    signed_in: bool = False
    permission: str | None = None
    identity: Identity = "read"
    begins_session: bool = False
    ends_session: bool = False
    csrf: bool = False
    changes: bool | None = None
    errors: tuple[Code, ...] = ()
    client_names: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    cached: tuple[str, ...] | None = None
    takes_any_id: bool = False
    description: str = ""
    example: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_unsafe: bool = field(init=False)
    has_input: bool = field(init=False)

    def __post_init__(self) -> None:
        inputs = (self.query, self.body, self.form, self.upload)
        object.__setattr__(self, "has_input", any(each is not None for each in inputs))
        is_unsafe = self.changes
        if is_unsafe is None:
            is_unsafe = self.method not in SAFE_METHODS
        object.__setattr__(self, "is_unsafe", is_unsafe)

    @property
    def path_format(self) -> str:
        """The path with the names of its parameters alone, as in `/users/{name}`."""
        return self.path.replace(":text}", "}")


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """A row of an error table: the status and message of one error code.

    `{name}` in the message stands for a parameter of the error. `mnemonic` is the number or word
    that clients of some contracts switch on.
    """

    status: int
    message: str
    mnemonic: int | str = 0


@dataclass(frozen=True, slots=True)
class Contract:
    """One dialect: its routes, its error table, and how it writes error responses.

    `request_error_response`, if set, also gets the request. Its unit of work has been rolled back,
    and its actor may not be known yet.

    `language_of`, if set, returns the language in which the client of a request sees titles and
    names. In other contracts the setting `catalogue_language` decides. A contract with it has no
    cached routes, because all languages would share the response.

    A contract that `takes_forms` also accepts flat bodies as application/x-www-form-urlencoded.
    """

    name: str
    title: str
    description: str
    routes: tuple[Route, ...]
    error_responses: Mapping[Code, ErrorResponse]
    error_response: Callable[[ErrorResponse, DomainError, Route | None], Response]
    error_schema: Any
    request_error_response: Callable[[Any, DomainError], Awaitable[Response]] | None = None
    takes_forms: bool = False
    language_of: Callable[[Any], str] | None = None

    def __post_init__(self) -> None:
        if self.language_of is not None:
            for route in self.routes:
                if route.cached is not None:
                    raise ValueError(f"{route.path} is cached for readers of several languages")
