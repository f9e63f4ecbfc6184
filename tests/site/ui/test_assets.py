import gzip
import re

import pytest

from kinoteka.http.mechanics.static_files import TYPES
from kinoteka.site.ui.assets import FILES, FOLDER, address


def test_every_file_has_an_address_with_the_digest_of_all():
    assert address("css/base.css") == f"/assets/{FILES.fingerprint}/css/base.css"


def test_what_is_not_there_has_none():
    with pytest.raises(KeyError):
        address("css/none.css")


@pytest.mark.parametrize("name", ["css/base.css", "js/site.js", "icons.svg"])
def test_is_served_for_good(server, name):
    response = server.client().get(address(name))
    assert response.status_code == 200
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-type"].encode() == TYPES["." + name.rpartition(".")[2]]
    assert response.content == (FOLDER / name).read_bytes()
    assert len(gzip.compress(response.content)) < len(response.content)


def test_a_page_of_an_older_version_finds_its_files(server):
    response = server.client().get("/assets/older/css/base.css")
    assert (response.status_code, response.headers["cache-control"]) == (200, "public, no-cache")


@pytest.mark.parametrize(
    "path", ["css/none.css", "../contract.py", "css/..%2f..%2fcontract.py", "css", "a/b/c/d"]
)
def test_nothing_else_is(server, path):
    assert server.client().get(f"/assets/{FILES.fingerprint}/{path}").status_code == 404


def test_no_file_names_another_host():
    for path in FOLDER.rglob("*.css"):
        assert not re.search(r"url\(|@import", path.read_text()), path
    for path in (FOLDER / "js").rglob("*.js"):
        # Players of trailers, which nobody sees before a click, and names of XML are no requests.
        text = re.sub(
            r"https://(www\.youtube-nocookie|player\.vimeo)\.com|http://www\.w3",
            "",
            path.read_text(),
        )
        assert not re.search(r"https?://", text), path


def test_scripts_use_no_object_as_a_map():
    """Check that data never names a property: `__proto__` would change every object."""
    for path in (FOLDER / "js").rglob("*.js"):
        text = path.read_text()
        assert not re.search(r"[\w\])]\[[^\]]*[a-z][^\]]*\] *(=[^=]|[-+]=)", text), path
        assert not re.search(r"__proto__|\.prototype\b|\bfor \((const|let) \w+ in ", text), path
        for target in re.findall(r"Object\.(?:assign|fromEntries|defineProperty)\((\w*)", text):
            assert target == "button", path  # an element, with names that the script fixes


def test_what_is_taken_from_elsewhere_has_its_licence():
    for folder in (FOLDER / "vendor").iterdir():
        assert (folder / "LICENSE.txt").is_file()
