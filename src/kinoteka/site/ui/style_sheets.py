"""Style sheets of pages: by their address, or within the page for whoever comes from elsewhere.

A browser that has just arrived would ask for them in a second round trip before it draws anything.
It gets them with the page, and fetches them into its cache when it is idle: the next pages of the
site, which it asks for from here, name their addresses. The policy allows what stands within a page
by its hash (Content Security Policy Level 3, 2.3.1), so nothing else can stand there.
"""

import base64
import hashlib
from functools import cache

from markupsafe import Markup

from kinoteka.http.policy.request import Request
from kinoteka.site.ui import statics

FROM_ELSEWHERE = frozenset({b"none", b"cross-site", b"same-site"})


def arrives(request: Request) -> bool:
    """Whether a browser says that it does not come from a page of this site (Fetch Metadata)."""
    return request.headers.get(b"sec-fetch-site") in FROM_ELSEWHERE


@cache
def element(name: str, is_within: bool) -> Markup:
    """What stands in the head of a page for the sheet of this name in `static/css`.

    Raises:
        KeyError: there is none.
    """
    address = statics.address(f"css/{name}.css")
    if not is_within:
        return Markup('<link rel="stylesheet" href="{}">').format(address)
    later = Markup('<link rel="prefetch" as="style" href="{}">').format(address)
    return Markup("<style>{}</style>{}").format(Markup(_text(name)), later)  # noqa: S704 (our own)


@cache
def sources() -> str:
    """What the policy allows where sheets stand within a page: their hashes."""
    names = sorted(path.stem for path in (statics.FOLDER / "css").glob("*.css"))
    digests = (hashlib.sha256(_text(name).encode()).digest() for name in names)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


@cache
def _text(name: str) -> str:
    return (statics.FOLDER / "css" / f"{name}.css").read_text(encoding="utf-8")
