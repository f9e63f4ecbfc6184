"""Photos of the messenger contract: 2.6 GET /photos/{id}, 2.7 POST /photos."""

import subprocess
from collections.abc import Callable
from email import message_from_bytes
from email.policy import HTTP
from io import BytesIO

import httpx
import pytest
from multipart import (  # type: ignore[import-untyped]
    MultipartParser,
    parse_options_header,
)
from PIL import Image

from kinoteka.contracts.messenger.photos import prefers_picture
from kinoteka.core.media.model import MAX_UPLOAD_BYTES
from tests.support.pictures import SVG, bomb, picture
from tests.support.polling import TIMEOUT
from tests.support.servers import RunningServer

# The Accept headers that browsers send for <img>, from their documentation.
CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
FIREFOX = "image/avif,image/webp,*/*"
SAFARI = (
    "image/webp,image/avif,image/jxl,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
)


def upload(client: httpx.Client, content: bytes, field: str = "file") -> httpx.Response:
    return client.post("/photos", files={field: ("photo", content, "application/octet-stream")})


def own_id(client: httpx.Client) -> int:
    return client.get("/users").json()["id"]


def parts(response: httpx.Response) -> dict[str, bytes]:
    media_type, options = parse_options_header(response.headers["content-type"])
    assert media_type == "multipart/form-data"
    return {
        part.name: bytes(part.raw)
        for part in MultipartParser(BytesIO(response.content), options["boundary"])
    }


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_uploaded_picture_becomes_the_photo(server: RunningServer, kind: str) -> None:
    client = server.signed_up()
    response = upload(client, picture(kind))
    assert (response.status_code, response.json()) == (200, {})
    response = server.signed_up().get(f"/photos/{own_id(client)}")
    assert response.status_code == 200
    (file,) = parts(response).values()
    assert list(parts(response)) == ["file"]
    assert Image.open(BytesIO(file)).size == (64, 48)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("accept", ["image/*", CHROME, FIREFOX, SAFARI])
def test_client_that_prefers_an_image_gets_the_picture_itself(
    server: RunningServer, accept: str
) -> None:
    client = server.signed_up()
    upload(client, picture())
    path = f"/photos/{own_id(client)}"
    response = client.get(path, headers={"accept": accept})
    assert response.headers["content-type"] == "image/jpeg"
    assert parts(client.get(path)) == {"file": response.content}


def test_matching_validator_gets_304(server: RunningServer) -> None:
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


def test_photo_is_the_avatar_of_other_contracts(server: RunningServer) -> None:
    client = server.signed_up()
    upload(client, picture())
    address = client.get("/profile").json()["avatar"]
    photo = client.get(f"/photos/{own_id(client)}", headers={"accept": "image/*"})
    assert client.get(address).content == photo.content


def test_missing_photo_and_unknown_user_are_rejected(server: RunningServer) -> None:
    client = server.signed_up()
    response = client.get(f"/photos/{own_id(client)}")
    assert (response.status_code, response.json()["error"]) == (400, "no_photo")
    response = client.get(f"/photos/{2**53}")
    assert (response.status_code, response.json()["error"]) == (400, "user_unknown")


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("content", "field", "status", "mnemonic"),
    [
        (SVG, "file", 400, "upload_wrong_type"),
        (bomb(), "file", 400, "upload_too_many_pixels"),
        (b"", "file", 400, "upload_unreadable"),
        (picture("JPEG")[:300], "file", 400, "upload_unreadable"),
        (picture("GIF"), "file", 400, "upload_wrong_type"),
        (picture(), "avatar", 400, "upload_missing"),
        (picture().ljust(MAX_UPLOAD_BYTES + 1, b"\0"), "file", 413, "upload_too_large"),
    ],
    ids=lambda value: f"{value[:8]!r}+{len(value)}" if isinstance(value, bytes) else None,
)
def test_unsuitable_file_is_rejected(
    server: RunningServer, content: bytes, field: str, status: int, mnemonic: str
) -> None:
    client = server.signed_up()
    response = upload(client, content, field)
    assert (response.status_code, response.json()["error"]) == (status, mnemonic)
    assert client.get(f"/photos/{own_id(client)}").json()["error"] == "no_photo"


@pytest.mark.engines("sqlite")
def test_file_of_ten_megabytes_is_accepted(server: RunningServer) -> None:
    largest = picture().ljust(MAX_UPLOAD_BYTES, b"\0")
    assert upload(server.signed_up(), largest).status_code == 200


@pytest.mark.engines("sqlite")
def test_type_is_recognized_by_content(server: RunningServer) -> None:
    files = {"file": ("me.jpg", picture("PNG"), "image/jpeg")}
    assert server.signed_up().post("/photos", files=files).status_code == 200


@pytest.mark.engines("sqlite")
def test_uploads_are_rate_limited(start_server: Callable[..., RunningServer]) -> None:
    client = start_server(upload_limit="2 per hour").signed_up()
    statuses = [upload(client, picture()).status_code for _ in range(2)]
    response = upload(client, picture())
    assert [*statuses, response.status_code] == [200, 200, 429]
    assert response.json()["error"] == "throttled"
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.engines("sqlite")
def test_request_without_a_session_is_rejected(server: RunningServer) -> None:
    client = server.client()
    for response in (upload(client, picture()), client.get("/photos/1")):
        assert (response.status_code, response.json()["error"]) == (401, "unauthorized")


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
def test_accept_header_decides_whether_a_picture_is_preferred(accept: str, expected: bool) -> None:
    assert prefers_picture(accept) is expected


@pytest.mark.engines("sqlite")
class TestBody:
    """The body can be read as a picture and as multipart/form-data."""

    NODE = """
    const [url, cookie] = process.argv.slice(1);
    const response = await fetch(url, { headers: { cookie } });
    const file = (await response.formData()).get("file");
    process.stdout.write(Buffer.from(await file.arrayBuffer()));
    """

    @pytest.fixture
    def owner(self, server: RunningServer) -> httpx.Client:
        client = server.signed_up()
        assert upload(client, picture()).status_code == 200
        client.headers["accept"] = "*/*"
        return client

    @pytest.fixture
    def path(self, owner: httpx.Client) -> str:
        return f"/photos/{own_id(owner)}"

    @pytest.fixture
    def stored(self, owner: httpx.Client, path: str) -> bytes:
        return owner.get(path, headers={"accept": "image/*"}).content

    def test_decoder_reads_the_preamble_as_the_picture(
        self, owner: httpx.Client, path: str, stored: bytes
    ) -> None:
        response = owner.get(path)
        assert response.content.startswith(stored)
        assert Image.open(BytesIO(response.content)).size == (64, 48)
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-type"].startswith("multipart/form-data; boundary=")

    @pytest.mark.parametrize(("query", "begins"), [("?plain=1", b"--"), ("?plain=0", b"\xff\xd8")])
    def test_plain_leaves_the_preamble_out(
        self, owner: httpx.Client, path: str, stored: bytes, query: str, begins: bytes
    ) -> None:
        response = owner.get(path + query)
        assert response.content.startswith(begins)
        assert parts(response) == {"file": stored}
        known = {"if-none-match": response.headers["etag"]}
        assert owner.get(path + query, headers=known).status_code == 304
        other = "?plain=0" if query == "?plain=1" else "?plain=1"
        assert owner.get(path + other, headers=known).status_code == 200

    def test_other_value_of_plain_is_rejected(self, owner: httpx.Client, path: str) -> None:
        response = owner.get(f"{path}?plain=perhaps")
        assert (response.status_code, response.json()["error"]) == (400, "field_invalid")

    @pytest.mark.parametrize("query", ["", "?plain=1"])
    def test_email_parser_finds_the_part(
        self, owner: httpx.Client, path: str, stored: bytes, query: str
    ) -> None:
        response = owner.get(path + query)
        head = f"Content-Type: {response.headers['content-type']}\r\n\r\n".encode()
        (part,) = message_from_bytes(head + response.content, policy=HTTP).iter_parts()
        assert part.get_param("name", header="content-disposition") == "file"
        assert part.get_content() == stored

    def test_node_parser_finds_the_part_without_preamble(
        self, owner: httpx.Client, path: str, stored: bytes
    ) -> None:
        found = self.node(owner, f"{path}?plain=1")
        assert (found.returncode, found.stdout) == (0, stored), found.stderr

    def node(self, owner: httpx.Client, path: str) -> "subprocess.CompletedProcess[bytes]":
        cookie = f"session_id={owner.cookies['session_id']}"
        return subprocess.run(
            ["node", "--input-type=module", "-e", self.NODE, f"{owner.base_url}{path}", cookie],
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
