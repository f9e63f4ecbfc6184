"""Logs: one line on standard error per event, as keys and values (logfmt) or as JSON.

Log lines of libraries and warnings have the same format. A line that belongs to a request has its
`request_id`, `contract` and `route`.
"""

import logging
import os
import sys
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog

from kinoteka.infrastructure.settings import Settings

Event = MutableMapping[str, Any]

REQUEST_ID = "kinoteka.request_id"
"""The key of an ASGI scope with the id of its request, in bytes."""
ENDPOINT = "kinoteka.endpoint"
"""The key of an ASGI scope with the `contract` and `route` that serve the request."""
REQUEST: ContextVar[Mapping[str, Any] | None] = ContextVar("request", default=None)
"""The ASGI scope of the current request, with the fields that the server adds."""

# The renderer escapes line breaks. Other control characters could manipulate a terminal.
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(10), *range(11, 32), *range(127, 160))}


def configure_logging(settings: Settings) -> None:
    """Send every line to standard error; rejected WebSocket handshakes are not errors."""
    logging.getLogger("uvicorn.error").addFilter(_is_not_rejected_handshake)
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    common: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request,
        *([_add_pid] if settings.workers > 1 else []),
        structlog.processors.format_exc_info,
    ]
    last: list[structlog.typing.Processor] = [_escape, _renderer(settings.log_format)]
    structlog.configure(
        processors=[*common, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    _configure_libraries(max(level, logging.WARNING), common, last)


def _renderer(form: str) -> structlog.typing.Processor:
    if form == "json":
        return structlog.processors.JSONRenderer()
    return structlog.processors.LogfmtRenderer()


def _configure_libraries(
    level: int,
    common: list[structlog.typing.Processor],
    last: list[structlog.typing.Processor],
) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *common],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)


def _is_not_rejected_handshake(record: logging.LogRecord) -> bool:
    # uvicorn 0.54 reports a handshake with an HTTP response as one without any response.
    return record.msg != "ASGI callable returned without completing handshake."


def _add_request(_: object, __: str, event: Event) -> Event:
    request = REQUEST.get()
    if request is not None:
        event.setdefault("request_id", request[REQUEST_ID].decode())
        if (endpoint := request.get(ENDPOINT)) is not None:
            event.setdefault("contract", endpoint.contract)
            event.setdefault("route", endpoint.route)
    return event


def _add_pid(_: object, __: str, event: Event) -> Event:
    event["pid"] = os.getpid()
    return event


def _escape(_: object, __: str, event: Event) -> Event:
    return {
        key: value.translate(CONTROLS) if isinstance(value, str) else value
        for key, value in event.items()
    }
