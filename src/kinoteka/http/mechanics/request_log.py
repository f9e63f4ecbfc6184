"""The log of requests, where it is asked for: a line each, without anything that is secret.

A path is logged without its query and its texts: they are names, e-mail addresses, and what
members search their messages for. Of who asks there is the account's id and the address.
"""

from urllib.parse import quote

import structlog

from kinoteka.http.mechanics.response import Scope
from kinoteka.infrastructure.logging import ENDPOINT

log = structlog.get_logger()

ACCOUNT = "kinoteka.account"
"""The key of a scope with the id of the account that sent the request."""
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""What machines ask for every few seconds."""


def log_request(scope: Scope, status: int, seconds: float) -> None:
    """Log a request that is answered, unless it is one of `QUIET`."""
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
