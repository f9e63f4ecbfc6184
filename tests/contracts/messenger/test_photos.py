"""Photos of the messenger contract: 2.6 GET /photos/{id}, 2.7 POST /photos."""

from collections.abc import Callable
from io import BytesIO

import httpx
import pytest
from multipart import MultipartParser, parse_options_header
from PIL import Image

from kinoteka.contracts.messenger.photos import prefers_picture
from kinoteka.core.media.model import UPLOAD_LARGEST
from pictures import SVG, bomb, picture
from running import RunningServer

# What browsers send for <img>, as their documentation has it.
CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
FIREFOX = "image/avif,image/webp,*/*"
SAFARI = (
    "image/webp,image/avif,image/jxl,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
)


def upload(client: httpx.Client, content: bytes, field: str = "file") -> httpx.Response:
    return client.post("/photos", files={field: ("photo", content, "application/octet-stream")})


def own_id(client: httpx.Client) -> int:
    return client.get("/users").json()["id"]


def parts(answer: httpx.Response) -> dict[str, bytes]:
    media_type, options = parse_options_header(answer.headers["content-type"])
    assert media_type == "multipart/form-data"
    return {
        part.name: bytes(part.raw)
        for part in MultipartParser(BytesIO(answer.content), options["boundary"])
    }


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_an_upload_becomes_ones_photo(server: RunningServer, kind: str) -> None:
    client = server.signed_up()
    answer = upload(client, picture(kind))
    assert (answer.status_code, answer.json()) == (200, {})
    seen = server.signed_up().get(f"/photos/{own_id(client)}")
    assert seen.status_code == 200
    (file,) = parts(seen).values()
    assert list(parts(seen)) == ["file"]
    assert Image.open(BytesIO(file)).size == (64, 48)


@pytest.mark.parametrize("accept", ["image/*", CHROME, FIREFOX, SAFARI])
def test_is_the_picture_itself_where_an_image_is_preferred(
    server: RunningServer, accept: str
) -> None:
    client = server.signed_up()
    upload(client, picture())
    path = f"/photos/{own_id(client)}"
    answer = client.get(path, headers={"accept": accept})
    assert answer.headers["content-type"] == "image/jpeg"
    assert parts(client.get(path)) == {"file": answer.content}


def test_is_not_sent_again_to_who_has_it(server: RunningServer) -> None:
    client = server.signed_up()
    upload(client, picture())
    path = f"/photos/{own_id(client)}"
    for accept in ("*/*", "image/*"):
        first = client.get(path, headers={"accept": accept})
        known = {"accept": accept, "if-none-match": first.headers["etag"]}
        again = client.get(path, headers=known)
        assert (again.status_code, again.content) == (304, b"")
    other = {"accept": "*/*", "if-none-match": first.headers["etag"]}
    assert client.get(path, headers=other).status_code == 200
    head = client.head(path)
    assert head.headers["content-type"] == client.get(path).headers["content-type"]


def test_shows_through_the_other_contracts(server: RunningServer) -> None:
    client = server.signed_up()
    upload(client, picture())
    address = client.get("/profile").json()["avatar"]
    shown = client.get(f"/photos/{own_id(client)}", headers={"accept": "image/*"})
    assert client.get(address).content == shown.content


def test_there_may_be_none(server: RunningServer) -> None:
    client = server.signed_up()
    answer = client.get(f"/photos/{own_id(client)}")
    assert (answer.status_code, answer.json()["error"]) == (400, "no_photo")
    answer = client.get(f"/photos/{2**53}")
    assert (answer.status_code, answer.json()["error"]) == (400, "user_unknown")


@pytest.mark.parametrize(
    ("content", "field", "status", "mnemonic"),
    [
        (SVG, "file", 400, "upload_wrong_type"),
        (bomb(), "file", 400, "upload_unreadable"),
        (b"", "file", 400, "upload_unreadable"),
        (picture("JPEG")[:300], "file", 400, "upload_unreadable"),
        (picture("GIF"), "file", 400, "upload_wrong_type"),
        (picture(), "avatar", 400, "upload_missing"),
        (picture().ljust(UPLOAD_LARGEST + 1, b"\0"), "file", 413, "upload_too_large"),
    ],
    ids=lambda value: f"{value[:8]!r}+{len(value)}" if isinstance(value, bytes) else None,
)
def test_what_is_no_photo(
    server: RunningServer, content: bytes, field: str, status: int, mnemonic: str
) -> None:
    client = server.signed_up()
    answer = upload(client, content, field)
    assert (answer.status_code, answer.json()["error"]) == (status, mnemonic)
    assert client.get(f"/photos/{own_id(client)}").json()["error"] == "no_photo"


def test_ten_megabytes_are_not_too_large(server: RunningServer) -> None:
    filled = picture().ljust(UPLOAD_LARGEST, b"\0")
    assert upload(server.signed_up(), filled).status_code == 200


def test_is_a_png_whatever_its_name_says(server: RunningServer) -> None:
    files = {"file": ("me.jpg", picture("PNG"), "image/jpeg")}
    assert server.signed_up().post("/photos", files=files).status_code == 200


def test_only_so_many(start_server: Callable[..., RunningServer]) -> None:
    client = start_server(upload_limit="2 per hour").signed_up()
    statuses = [upload(client, picture()).status_code for _ in range(2)]
    answer = upload(client, picture())
    assert [*statuses, answer.status_code] == [200, 200, 429]
    assert answer.json()["error"] == "throttled"
    assert int(answer.headers["retry-after"]) > 0


def test_need_a_session(server: RunningServer) -> None:
    client = server.client()
    for answer in (upload(client, picture()), client.get("/photos/1")):
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", False),
        ("", False),
        ("multipart/form-data", False),
        ("application/json", False),
        ("multipart/form-data, image/*", False),
        ("multipart/form-data;q=0.5, image/*", True),
        ("image/*;q=0.1, */*", False),
        ("image/jpeg;q=0", False),
        ("image/jpeg;q=nonsense, */*;q=0.1", False),
        ("IMAGE/PNG", True),
        (CHROME, True),
        (FIREFOX, True),
        (SAFARI, True),
    ],
)
def test_what_prefers_a_picture(accept: str, expected: bool) -> None:
    assert prefers_picture(accept) is expected
