import gzip
import re

import pytest

from kinoteka.http.mechanics.static_files import TYPES
from kinoteka.site.ui.assets import FILES, FOLDER, address


def test_every_url_contains_the_digest_of_all_files():
    assert address("css/base.css") == f"/assets/{FILES.fingerprint}/css/base.css"


def test_unknown_file_has_no_url():
    with pytest.raises(KeyError):
        address("css/none.css")


@pytest.mark.parametrize("name", ["css/base.css", "js/site.js", "icons.svg"])
def test_asset_is_cached_permanently(server, name):
    response = server.client().get(address(name))
    assert response.status_code == 200
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-type"].encode() == TYPES["." + name.rpartition(".")[2]]
    assert response.content == (FOLDER / name).read_bytes()
    assert len(gzip.compress(response.content)) < len(response.content)


def test_pages_of_older_versions_find_their_files(server):
    response = server.client().get("/assets/older/css/base.css")
    assert (response.status_code, response.headers["cache-control"]) == (200, "public, no-cache")


@pytest.mark.parametrize(
    "path", ["css/none.css", "../contract.py", "css/..%2f..%2fcontract.py", "css", "a/b/c/d"]
)
def test_other_paths_are_not_served(server, path):
    assert server.client().get(f"/assets/{FILES.fingerprint}/{path}").status_code == 404


def test_no_file_refers_to_another_host():
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


def test_scripts_use_no_objects_as_maps():
    """Check that data never names a property: `__proto__` would change every object."""
    for path in (FOLDER / "js").rglob("*.js"):
        text = path.read_text()
        assert not re.search(r"[\w\])]\[[^\]]*[a-z][^\]]*\] *(=[^=]|[-+]=)", text), path
        assert not re.search(r"__proto__|\.prototype\b|\bfor \((const|let) \w+ in ", text), path
        for target in re.findall(r"Object\.(?:assign|fromEntries|defineProperty)\((\w*)", text):
            assert target == "button", path  # an element, with names that the script fixes


def test_vendored_files_have_licences():
    for folder in (FOLDER / "vendor").iterdir():
        assert (folder / "LICENSE.txt").is_file()
