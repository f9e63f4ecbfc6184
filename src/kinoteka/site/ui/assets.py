"""Static files of the site: styles, scripts and icons."""

from collections.abc import Sequence
from pathlib import Path

from kinoteka.http.mechanics.response import Response
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.mechanics.static_files import StaticFiles
from kinoteka.http.policy.request import Request

FOLDER = Path(__file__).parents[1] / "static"
FILES = StaticFiles(FOLDER, "/assets/{fingerprint}/{name}")
address = FILES.address


async def serve_asset(request: Request, fingerprint: str, *segments: str) -> Response:
    """Serve a static file."""
    return await FILES.read("/".join(segments), fingerprint, request.headers)


def _routes(depths: Sequence[int]) -> tuple[Route, ...]:
    return tuple(
        Route(
            "GET",
            "/assets/{version:text}"
            + "".join(f"/{{part{number}:text}}" for number in range(depth)),
            serve_asset,
            "A static file of the site",
            identity="ignored",
            for_browsers=True,
        )
        for depth in depths
    )


ROUTES = _routes((1, 2, 3))
