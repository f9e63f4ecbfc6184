"""Pictures of the site for its documents: `make screenshots` writes `docs/screenshots/`.

A server with the demo catalogue and the people of the tests' world is looked at on a desk, a tablet
and a phone, by day and by night. Pictures are WebP, small enough to be kept.
"""

import asyncio
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]

from tests.support.browsers import Visitor, browser_window, chromium  # noqa: E402
from tests.support.servers import run_server  # noqa: E402
from tests.support.site_pages import RUSSIAN, SampleSite, create_sample_site  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
DESK, TABLET, PHONE = (
    {"width": 1280, "height": 800},
    {"width": 768, "height": 1000},
    {"width": 360, "height": 740},
)
QUALITY = 70
# The montage for the README: names of pictures, side by side at one height.
MONTAGE = ("first-desk-light", "film-desk-dark", "messages-phone-light")
MONTAGE_HEIGHT = 520
GAP = 12
UNLIMITED = {f"{name}_limit": "100000 per minute" for name in ("sign_in", "sign_up", "message")}


@dataclass(frozen=True)
class View:
    """A page as somebody sees it."""

    name: str
    path: str
    viewer: str = "member"
    language: str = "en"


VIEWS = (
    View("first", "/", "visitor"),
    View("films", "/films"),
    View("film", "/films/{film}"),
    View("selection", "/selections/{selection}"),
    View("messages", "/messages/{chat}"),
    View("sessions", "/account/sessions"),
    View("manage", "/manage", "operator"),
    View("first-ru", "/", "visitor", "ru"),
    View("messages-ru", "/messages/{chat}", "member", "ru"),
)
LOOKS = (
    ("desk-light", DESK, False),
    ("desk-dark", DESK, True),
    ("tablet-light", TABLET, False),
    ("phone-light", PHONE, False),
    ("phone-dark", PHONE, True),
)


def main() -> None:
    """Write every picture anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    pictures = _pictures_in("en") | _pictures_in("ru")
    for name, picture in pictures.items():
        picture.save(FOLDER / f"{name}.webp", quality=QUALITY, method=6)
    _montage(pictures).save(FOLDER / "montage.webp", quality=QUALITY, method=6)
    total = sum(path.stat().st_size for path in FOLDER.iterdir())
    print(f"{len(pictures) + 1} pictures, {total / 1024:,.0f} KB")


def _pictures_in(language: str) -> dict[str, Image.Image]:
    """Take the pictures of a server whose members write in this language."""
    views = [view for view in VIEWS if view.language == language]
    with (
        tempfile.TemporaryDirectory() as folder,
        run_server(Path(folder), UNLIMITED, "--workers", "1") as server,
    ):
        texts = RUSSIAN if language == "ru" else None
        return asyncio.run(_pictures(create_sample_site(server, texts), views))


async def _pictures(world: SampleSite, views: list[View]) -> dict[str, Image.Image]:
    taken: dict[str, Image.Image] = {}
    async with chromium() as browser:
        for look, size, dark in LOOKS:
            for view in views:
                if view.language != "en" and look != "desk-light":
                    continue
                async with browser_window(
                    browser, world.server.url, language=view.language, dark=dark, size=size
                ) as visitor:
                    taken[f"{view.name}-{look}"] = await _picture(visitor, view, world)
    return taken


async def _picture(visitor: Visitor, view: View, world: SampleSite) -> Image.Image:
    client = {"member": world.anna, "operator": world.root}.get(view.viewer)
    if client is not None:
        await visitor.become(view.viewer, client)
    page = await visitor.open(view.path.format_map(vars(world)))
    await page.wait_for_load_state("networkidle")
    return Image.open(io.BytesIO(await page.screenshot(animations="disabled"))).convert("RGB")


def _montage(pictures: dict[str, Image.Image]) -> Image.Image:
    """Some of them side by side."""
    parts = [pictures[name] for name in MONTAGE]
    parts = [it.resize((it.width * MONTAGE_HEIGHT // it.height, MONTAGE_HEIGHT)) for it in parts]
    width = sum(part.width for part in parts) + GAP * (len(parts) - 1)
    montage = Image.new("RGB", (width, MONTAGE_HEIGHT), "white")
    left = 0
    for part in parts:
        montage.paste(part, (left, 0))
        left += part.width + GAP
    return montage


if __name__ == "__main__":
    main()
