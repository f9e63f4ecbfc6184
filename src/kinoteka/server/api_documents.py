"""Serve the OpenAPI documents and a viewer for them, which loads nothing from other hosts.

Documents and the viewer's files are created at the first request for them.
"""

import asyncio
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import Any

import msgspec

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.representations import Representations, choose, represent
from kinoteka.http.mechanics.response import JSON, Response
from kinoteka.http.mechanics.routes import Contract, Route
from kinoteka.http.mechanics.static_files import StaticFiles
from kinoteka.http.policy import default_contract as neutral
from kinoteka.http.policy.error_responses import error_response
from kinoteka.http.policy.request import Request

TITLE = "Kinoteka"
DESCRIPTION = """A server for a film community: one core, five contracts. Each tag is a contract \
with its own dialect; accounts, sessions, films and chats are the same in all of them. Any \
endpoint takes a session's cookie or an access token."""

FOLDER = Path(__file__).with_name("static")
FILES = {
    "swagger-ui-bundle.js": "swagger-ui/swagger-ui-bundle.js",
    "swagger-ui-bundle.js.LICENSE.txt": "swagger-ui/swagger-ui-bundle.js.LICENSE.txt",
    "swagger-ui.css": "swagger-ui/swagger-ui.css",
    "viewer.js": "docs/viewer.js",
    "viewer.css": "docs/viewer.css",
}

# The viewer has icons in data: URLs, and fetches documents and the requests that users try out.
POLICY = (
    b"default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; "
    b"img-src 'self' data:; connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


class Documentation:
    """Serves the documentation of these contracts."""

    def __init__(self, contracts: Sequence[Contract]) -> None:
        self._contracts = {contract.name: contract for contract in contracts}
        self._files = StaticFiles(FOLDER, "/docs/assets/{name}?v={fingerprint}", FILES)
        self._cache: dict[str, Representations] = {}

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of the documents and the viewer."""
        summary = "The OpenAPI document of"
        return (
            Route("GET", "/openapi.json", self.read_all, f"{summary} all contracts"),
            Route("GET", "/openapi/{file:text}", self.read_one, f"{summary} one contract"),
            Route("GET", "/docs", self.show, "A viewer", media_type="text/html"),
            Route("GET", "/docs/assets/{file:text}", self.read_asset, "The viewer's files"),
        )

    def document(self, name: str | None = None) -> dict[str, Any]:
        """Return the document of the contract `name`, or of all contracts.

        Raises:
            KeyError: the contract does not exist.
        """
        # Imported here, so that a server without requests for documents does not load it.
        from kinoteka.http.mechanics.openapi import document

        server = neutral.contract("server", TITLE, DESCRIPTION, ())
        if name is None:
            chosen, title, description = list(self._contracts.values()), TITLE, DESCRIPTION
        else:
            contract = self._contracts[name]
            chosen, title, description = [contract], contract.title, contract.description
        return document(
            chosen,
            server,
            error_response,
            title=title,
            description=description,
            version=version("kinoteka"),
        )

    async def read_all(self, request: Request) -> Response:
        """Return the document of all contracts."""
        return await self._json(request, None)

    async def read_one(self, request: Request, file: str) -> Response:
        """Return the document of one contract, `<name>.json`."""
        name = file.removesuffix(".json")
        if name == file or name not in self._contracts:
            raise DomainError(Code.PATH_UNKNOWN)
        return await self._json(request, name)

    async def show(self, request: Request) -> Response:
        """Return the viewer's page."""
        cached = self._cache.get("/docs")
        if cached is None:
            cached = self._cache["/docs"] = represent(Response(200, self._page(), PAGE_HEADERS))
        return choose(cached, request.headers)

    async def read_asset(self, request: Request, file: str) -> Response:
        """Return one of the viewer's files."""
        return await self._files.read(file, request.query_items().get("v"), request.headers)

    async def _json(self, request: Request, name: str | None) -> Response:
        key = name or ""
        cached = self._cache.get(key)
        if cached is None:
            # In a thread, because the document of all contracts takes long to build.
            cached = self._cache[key] = await asyncio.to_thread(self._encode, name)
        return choose(cached, request.headers)

    def _encode(self, name: str | None) -> Representations:
        return represent(Response(200, msgspec.json.encode(self.document(name)), JSON))

    def _page(self) -> bytes:
        options = "\n".join(
            f'<option value="{contract.name}">{contract.title}</option>'
            for contract in self._contracts.values()
        )
        page = Template((FOLDER / "docs" / "viewer.html").read_text(encoding="utf-8"))
        return page.substitute(
            options=options,
            swagger_js=self._files.address("swagger-ui-bundle.js"),
            swagger_css=self._files.address("swagger-ui.css"),
            viewer_js=self._files.address("viewer.js"),
            viewer_css=self._files.address("viewer.css"),
        ).encode()
