"""The optional log of requests: one line each, without secrets.

A path is logged without its query and its texts, which are names, e-mail addresses and searches.
Of the client, the id of the account and the address are logged.
"""

from urllib.parse import quote

import structlog

from kinoteka.http.mechanics.response import Scope
from kinoteka.infrastructure.logging import ENDPOINT

log = structlog.get_logger()

ACCOUNT = "kinoteka.account"
"""The key of a scope with the id of the account that sent the request."""
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""Paths that monitoring requests every few seconds."""


def log_request(scope: Scope, status: int, seconds: float) -> None:
    """Log a request after its response, unless its path is one of `QUIET`."""
    if scope[ENDPOINT].route in QUIET:
        return
    client = scope.get("client")
    log.info(
        "request",
        method=scope.get("method", "WEBSOCKET"),
        path=_logged_path(scope["path"], scope[ENDPOINT].route),
        status=status,
        milliseconds=round(seconds * 1000, 3),
        address=client[0] if client else None,
        account=scope.get(ACCOUNT),
    )


def _logged_path(path: str, route: str) -> str:
    return route if ":text}" in route else quote(path, safe="/:@!$&'()*+,;~")
