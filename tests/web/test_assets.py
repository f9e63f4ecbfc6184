import gzip

import pytest

from kinoteka.web.assets import FOLDER, Assets

CSS = (FOLDER / "docs" / "viewer.css").read_bytes()


@pytest.fixture
def assets():
    return Assets("/assets", {"a.css": "docs/viewer.css", "b.js": "docs/viewer.js"})


async def test_what_is_not_listed_is_not_there(assets):
    for name in ("viewer.css", "../docs/viewer.css", "docs/viewer.css", ""):
        assert await assets.answer(name, {}) is None


async def test_is_served_for_good(assets):
    answer = await assets.answer("a.css", {})
    headers = dict(answer.headers)
    assert (answer.status, answer.body) == (200, CSS)
    assert headers[b"content-type"] == b"text/css; charset=utf-8"
    assert headers[b"cache-control"] == b"public, max-age=31536000, immutable"
    assert headers[b"vary"] == b"accept-encoding"
    assert headers[b"x-content-type-options"] == b"nosniff"


async def test_is_served_compressed(assets):
    answer = await assets.answer("b.js", {b"accept-encoding": b"gzip, br"})
    headers = dict(answer.headers)
    assert headers[b"content-encoding"] == b"gzip"
    assert gzip.decompress(answer.body) == (FOLDER / "docs" / "viewer.js").read_bytes()


async def test_is_not_sent_again(assets):
    validator = dict((await assets.answer("a.css", {})).headers)[b"etag"]
    answer = await assets.answer("a.css", {b"if-none-match": validator})
    assert (answer.status, answer.body) == (304, b"")
    assert dict(answer.headers)[b"cache-control"].startswith(b"public")


def test_an_address_changes_with_the_content(assets):
    addresses = {assets.address("a.css"), assets.address("b.js")}
    assert len({address.partition("?v=")[2] for address in addresses}) == 2
    assert all(address.startswith("/assets/") for address in addresses)
