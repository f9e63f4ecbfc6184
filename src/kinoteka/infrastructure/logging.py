"""Logs: one line on standard error for each event, of keys and values (logfmt) or as JSON.

What libraries log, and warnings, are lines of the same kind. A line that is logged on behalf of a
request tells which: `request_id`, `contract`, `route`.
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

REQUEST: ContextVar[Mapping[str, Any] | None] = ContextVar("request", default=None)
"""What is known of the request that is being served: its ASGI scope, with what the server adds."""

# A line break is escaped by the renderer; others could move or recolour what a terminal shows.
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(10), *range(11, 32), *range(127, 160))}


def configure_logging(settings: Settings) -> None:
    """Send every line to standard error; refused handshakes of WebSockets are no errors."""
    logging.getLogger("uvicorn.error").addFilter(_is_no_refused_handshake)
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
    _take_over_libraries(max(level, logging.WARNING), common, last)


def _renderer(form: str) -> structlog.typing.Processor:
    if form == "json":
        return structlog.processors.JSONRenderer()
    return structlog.processors.LogfmtRenderer()


def _take_over_libraries(
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


def _is_no_refused_handshake(record: logging.LogRecord) -> bool:
    # uvicorn (0.54) takes a handshake that was answered by HTTP for one that was forgotten.
    return record.msg != "ASGI callable returned without completing handshake."


def _add_request(_: object, __: str, event: Event) -> Event:
    request = REQUEST.get()
    if request is not None:
        event.setdefault("request_id", request["request_id"].decode())
        event.setdefault("contract", request["endpoint"].contract)
        event.setdefault("route", request["endpoint"].route)
    return event


def _add_pid(_: object, __: str, event: Event) -> Event:
    event["pid"] = os.getpid()
    return event


def _escape(_: object, __: str, event: Event) -> Event:
    return {
        key: value.translate(CONTROLS) if isinstance(value, str) else value
        for key, value in event.items()
    }
