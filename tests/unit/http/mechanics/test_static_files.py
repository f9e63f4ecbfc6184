"""Static files are compressed, and cached permanently at addresses that name their content."""

import gzip

import pytest

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.static_files import StaticFiles

CSS = b"a { color: red }" * 100
FILES = {"css/a.css": CSS, "b.js": b"f();" * 200, "secret.key": b"key"}


@pytest.fixture
def folder(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return tmp_path


@pytest.fixture
def files(folder):
    return StaticFiles(folder, "/assets/{fingerprint}/{name}")


async def read(files, name, fingerprint=None, **headers):
    sent = {key.replace("_", "-").encode(): value for key, value in headers.items()}
    response = await files.read(name, fingerprint, sent)
    return response, dict(response.headers)


@pytest.mark.parametrize("name", ["a.css", "../css/a.css", "css", "secret.key", ""])
async def test_other_names_are_not_found(files, name):
    with pytest.raises(DomainError) as caught:
        await files.read(name, files.fingerprint, {})
    assert caught.value.code is Code.PATH_UNKNOWN
    with pytest.raises(KeyError):
        files.address(name)


async def test_only_listed_files_are_found_when_names_are_given(folder):
    files = StaticFiles(folder, "/docs/{name}?v={fingerprint}", {"style.css": "css/a.css"})
    assert (await read(files, "style.css"))[0].body == CSS
    assert files.address("style.css") == f"/docs/style.css?v={files.fingerprint}"
    with pytest.raises(DomainError):
        await files.read("b.js", None, {})


async def test_file_is_permanent_at_the_address_of_its_content(files):
    response, headers = await read(files, "css/a.css", files.fingerprint)
    assert (response.status, response.body) == (200, CSS)
    assert headers[b"content-type"] == b"text/css; charset=utf-8"
    assert headers[b"cache-control"] == b"public, max-age=31536000, immutable"
    assert headers[b"vary"] == b"accept-encoding"
    assert headers[b"x-content-type-options"] == b"nosniff"


@pytest.mark.parametrize("fingerprint", [None, "", "older"])
async def test_file_is_checked_for_changes_at_any_other_address(files, fingerprint):
    response, headers = await read(files, "css/a.css", fingerprint)
    assert (response.body, headers[b"cache-control"]) == (CSS, b"public, no-cache")


async def test_file_is_sent_compressed(files):
    response, headers = await read(files, "b.js", accept_encoding=b"gzip, br")
    assert headers[b"content-encoding"] == b"gzip"
    assert gzip.decompress(response.body) == FILES["b.js"]


async def test_unchanged_file_gets_304_with_the_same_caching(files):
    _, headers = await read(files, "css/a.css", files.fingerprint)
    response, again = await read(
        files, "css/a.css", files.fingerprint, if_none_match=headers[b"etag"]
    )
    assert (response.status, response.body) == (304, b"")
    assert again[b"cache-control"] == headers[b"cache-control"]


def test_fingerprint_changes_with_the_content_and_the_name_of_any_file(folder):
    fingerprints = [StaticFiles(folder, "").fingerprint]
    (folder / "b.js").write_bytes(b"g();")
    fingerprints.append(StaticFiles(folder, "").fingerprint)
    (folder / "b.js").rename(folder / "c.js")
    fingerprints.append(StaticFiles(folder, "").fingerprint)
    assert len(set(fingerprints)) == 3
