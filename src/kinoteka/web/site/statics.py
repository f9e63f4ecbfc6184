"""The site's own files: styles, scripts and icons."""

from collections.abc import Sequence
from pathlib import Path

from kinoteka.httpkit.answers import Answer
from kinoteka.httpkit.call import Call
from kinoteka.httpkit.routes import Route
from kinoteka.httpkit.static_files import StaticFiles

FOLDER = Path(__file__).with_name("static")
FILES = StaticFiles(FOLDER, "/assets/{fingerprint}/{name}")
address = FILES.address


async def read_asset(call: Call, fingerprint: str, *segments: str) -> Answer:
    """One of the files."""
    return await FILES.read("/".join(segments), fingerprint, call.headers)


def _routes(depths: Sequence[int]) -> tuple[Route, ...]:
    return tuple(
        Route(
            "GET",
            "/assets/{version:text}"
            + "".join(f"/{{part{number}:text}}" for number in range(depth)),
            read_asset,
            "One of the site's files",
            identity="none",
            for_browsers=True,
        )
        for depth in depths
    )


ROUTES = _routes((1, 2, 3))
