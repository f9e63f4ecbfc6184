"""Style sheets: linked, or inlined in the first page that a browser loads.

A browser that arrives from another site would need a second round trip for the style sheets before
it can draw anything. So the first page contains them, and the browser prefetches the files into its
cache when it is idle. Later pages link the files. The Content-Security-Policy allows the inlined
sheets by their hashes and no other inline style (Content Security Policy Level 3, 2.3.1).
"""

import base64
import hashlib
from functools import cache

from markupsafe import Markup

from kinoteka.http.policy.request import Request
from kinoteka.site.ui import assets

EXTERNAL_SITES = frozenset({b"none", b"cross-site", b"same-site"})


def inlines_styles(request: Request) -> bool:
    """Return whether the reader comes from outside this site, by Fetch Metadata."""
    return request.headers.get(b"sec-fetch-site") in EXTERNAL_SITES


@cache
def element(name: str, inline: bool) -> Markup:
    """Return the HTML that includes the sheet `static/css/<name>.css`.

    Raises:
        KeyError: the sheet does not exist.
    """
    address = assets.address(f"css/{name}.css")
    if not inline:
        return Markup('<link rel="stylesheet" href="{}">').format(address)
    prefetch = Markup('<link rel="prefetch" as="style" href="{}">').format(address)
    return Markup("<style>{}</style>{}").format(Markup(_text(name)), prefetch)  # noqa: S704 (our own)


@cache
def sources() -> str:
    """Return the hashes of all sheets for the Content-Security-Policy."""
    names = sorted(path.stem for path in (assets.FOLDER / "css").glob("*.css"))
    digests = (hashlib.sha256(_text(name).encode()).digest() for name in names)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


@cache
def _text(name: str) -> str:
    return (assets.FOLDER / "css" / f"{name}.css").read_text(encoding="utf-8")
