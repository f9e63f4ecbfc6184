"""Tracing with the ASGI middleware of OpenTelemetry and the script in docs/operations.md."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from kinoteka.core.services import Services
from kinoteka.http.mechanics.response import Receive, Scope, Send
from kinoteka.server import app
from kinoteka.site.contract import SITE

DOCUMENT = Path(__file__).parents[3] / "docs" / "operations.md"

# Tracing does not depend on the database.
pytestmark = pytest.mark.engines("sqlite")

Hooks = dict[str, Callable[..., None]]


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> Hooks:
    """The functions of the script, which adds its middleware to the application."""
    monkeypatch.setattr(app, "MIDDLEWARES", [])
    (script,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {"__name__": "traced"}
    exec(script, names)  # noqa: S102
    assert [names["trace"]] == app.MIDDLEWARES
    return names


class Tracing:
    """A traced server in this process."""

    def __init__(self, services: Services, hooks: Hooks) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.scopes: list[Scope] = []
        self.inner = app.asgi_application(services, *app.compose(), SITE)
        traced = OpenTelemetryMiddleware(
            self.application,
            server_request_hook=hooks["store_span"],
            client_response_hook=hooks["name_span"],
            tracer_provider=provider,
        )
        transport = httpx.ASGITransport(traced)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://films.example")

    async def application(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        await self.inner(scope, receive, send)

    def spans(self) -> list[ReadableSpan]:
        """Return the spans of requests."""
        return [span for span in self.exporter.get_finished_spans() if span.kind is SpanKind.SERVER]


@pytest.fixture
async def tracing(
    services: Services, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Tracing]:
    monkeypatch.setattr(app, "MIDDLEWARES", [])
    tracing = Tracing(services, hooks)
    async with tracing.client:
        yield tracing


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/genres/", "GET /genres/"),
        ("GET", "/movies/999/", "GET /movies/{id}"),
        ("PUT", "/profile", "PUT /profile"),
        ("GET", "/users/boris", "GET /users/{name}"),
    ],
)
async def test_span_is_named_after_the_route(
    tracing: Tracing, method: str, path: str, name: str
) -> None:
    await tracing.client.request(method, path)
    (span,) = tracing.spans()
    assert span.name == name
    assert span.attributes is not None
    assert span.attributes["http.route"] == name.partition(" ")[2]


async def test_span_is_named_after_the_route_when_the_response_is_cached(tracing: Tracing) -> None:
    for _ in range(3):
        await tracing.client.get("/genres/?page=1")
    assert [span.name for span in tracing.spans()] == ["GET /genres/"] * 3


async def test_span_keeps_its_name_when_no_route_serves_the_path(tracing: Tracing) -> None:
    await tracing.client.get("/no/such/path")
    (span,) = tracing.spans()
    assert span.name == "GET /no/such/path"


async def test_scope_has_the_route_and_the_handler(tracing: Tracing) -> None:
    for _ in range(2):  # the second response is cached
        await tracing.client.get("/genres/?page=1")
    for scope in tracing.scopes:
        assert (scope["route"].path, scope["route"].path_format) == ("/genres/", "/genres/")
        assert scope["endpoint"] is scope["route"].handler
