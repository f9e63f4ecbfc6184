"""The contract of the server itself: unknown paths, media, documentation."""

import msgspec

from kinoteka.errors import DomainError
from kinoteka.http.mechanics.response import Response, json_response
from kinoteka.http.mechanics.routes import Contract, ErrorResponse, Route
from kinoteka.http.policy.error_messages import COMMON, error_message


class Message(msgspec.Struct):
    """An error response."""

    message: str


def error_response(
    error_response: ErrorResponse, error: DomainError, route: Route | None
) -> Response:
    """Return the response for a row of the error table, the same for every route."""
    del route
    return json_response(error_response.status, Message(error_message(error_response, error)))


def contract(name: str, title: str, description: str, routes: tuple[Route, ...]) -> Contract:
    """Return a contract of the server itself, with the common error messages."""
    return Contract(name, title, description, routes, COMMON, error_response, Message)
