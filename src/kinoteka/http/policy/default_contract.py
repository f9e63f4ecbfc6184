"""What is answered where no contract is spoken to: unknown paths, media, documentation."""

import msgspec

from kinoteka.errors import DomainError
from kinoteka.http.mechanics.response import Response, json_response
from kinoteka.http.mechanics.routes import Contract, ErrorResponse, Route
from kinoteka.http.policy.error_messages import COMMON, error_message


class Message(msgspec.Struct):
    """A refusal."""

    message: str


def error_response(
    error_response: ErrorResponse, error: DomainError, route: Route | None
) -> Response:
    """Write a refusal down; every route does it alike."""
    del route
    return json_response(error_response.status, Message(error_message(error_response, error)))


def contract(name: str, title: str, description: str, routes: tuple[Route, ...]) -> Contract:
    """A contract of the server's own, in the plain dialect."""
    return Contract(name, title, description, routes, COMMON, error_response, Message)
