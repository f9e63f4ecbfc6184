"""2.5 PUT /avatar of the account contract: request → status, body, effect."""

from collections.abc import Callable
from io import BytesIO

import httpx
import pytest
from PIL import Image

from kinoteka.core.media.model import MAX_UPLOAD_BYTES
from tests.support.pictures import SVG, bomb, noise, photograph, picture, two_colour_picture
from tests.support.servers import PASSWORD, RunningServer

NO_SESSION = {"message": "you must to be logged in"}
TOO_MANY_PIXELS = (
    400,
    "the picture is larger than 40 megapixels; make it smaller and try again",
)
UNREADABLE = (400, "the picture could not be read")
WRONG_TYPE = (400, "the picture must have one of these types: JPEG, PNG, WEBP")
MISSING = (400, "avatar: a file sent as multipart/form-data is required")
TOO_LARGE = (413, f"the file is larger than {MAX_UPLOAD_BYTES} bytes")

LARGE_PICTURE = noise((1500, 1400))
MAX_FILE = LARGE_PICTURE + bytes(MAX_UPLOAD_BYTES - len(LARGE_PICTURE))


def upload(
    client: httpx.Client,
    content: bytes,
    name: str = "me.jpg",
    media_type: str = "image/jpeg",
    field: str = "avatar",
) -> httpx.Response:
    return client.put("/avatar", files={field: (name, content, media_type)})


@pytest.fixture
def member(server: RunningServer) -> httpx.Client:
    return server.signed_up()


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (picture("JPEG"), "me.jpg", "image/jpeg"),
        (picture("PNG"), "me.png", "image/png"),
        (picture("WEBP"), "me.webp", "image/webp"),
        (picture("PNG"), "me.jpg", "image/jpeg"),
        (picture("JPEG"), "me.svg", "text/html"),
        (picture("JPEG"), "портрет.jpg", "application/octet-stream"),
        (picture("JPEG"), "../../me", "image/jpeg"),
        (MAX_FILE, "ten megabytes exactly.png", "image/png"),
    ],
)
def test_supported_picture_becomes_the_avatar(
    member: httpx.Client, content: bytes, name: str, media_type: str
) -> None:
    response = upload(member, content, name, media_type)
    assert response.status_code == 200
    assert list(response.json()) == ["avatar"]
    address = response.json()["avatar"]
    assert member.get("/profile").json()["avatar"] == address
    avatar = member.get(address)
    assert avatar.headers["content-type"] == "image/jpeg"
    assert Image.open(BytesIO(avatar.content)).format == "JPEG"


@pytest.mark.engines("sqlite")
def test_avatar_is_rotated_upright_and_has_no_metadata(member: httpx.Client) -> None:
    original = photograph(orientation=6)
    stored = member.get(upload(member, original).json()["avatar"]).content
    image = Image.open(BytesIO(stored))
    assert image.size == (100, 200)
    assert not image.getexif()
    assert b"Camera" in original
    assert b"Camera" not in stored


@pytest.mark.engines("sqlite")
def test_large_picture_is_scaled_down(member: httpx.Client) -> None:
    stream = BytesIO()
    Image.open(BytesIO(two_colour_picture())).resize((3000, 1500)).save(stream, "PNG")
    stored = member.get(upload(member, stream.getvalue()).json()["avatar"]).content
    assert Image.open(BytesIO(stored)).size == (1024, 512)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", UNREADABLE),
        (b"\xff\xd8\xff", UNREADABLE),
        (picture("JPEG")[:300], UNREADABLE),
        (picture("PNG")[:-30], UNREADABLE),
        (bomb(), TOO_MANY_PIXELS),
        (SVG, WRONG_TYPE),
        (picture("GIF"), WRONG_TYPE),
        (picture("BMP"), WRONG_TYPE),
        (b"%PDF-1.7", WRONG_TYPE),
        (b"<html><script>alert(1)</script></html>", WRONG_TYPE),
        (MAX_FILE + b"\0", TOO_LARGE),
        (bytes(30 * 1024 * 1024), TOO_LARGE),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else f"{value[:8]!r}+{len(value)}",
)
def test_unsuitable_file_is_rejected(
    member: httpx.Client, content: bytes, expected: tuple[int, str]
) -> None:
    response = upload(member, content)
    assert (response.status_code, response.json()) == (expected[0], {"message": expected[1]})
    assert member.get("/profile").json()["avatar"] == ""


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "send",
    [
        lambda client: upload(client, picture(), field="file"),
        lambda client: client.put("/avatar"),
        lambda client: client.put("/avatar", content=picture()),
        lambda client: client.put("/avatar", json={"avatar": "https://example.com/me.jpg"}),
        lambda client: client.put("/avatar", data={"avatar": "me.jpg"}),
        lambda client: client.put(
            "/avatar",
            content=b'--b\r\nContent-Disposition: form-data; name="avatar"\r\n\r\n' + picture(),
            headers={"content-type": "multipart/form-data; boundary=b"},
        ),
    ],
    ids=["other field", "no body", "bare file", "JSON", "form", "truncated body"],
)
def test_body_without_the_file_is_rejected(
    member: httpx.Client, send: Callable[[httpx.Client], httpx.Response]
) -> None:
    response = send(member)
    assert (response.status_code, response.json()) == (MISSING[0], {"message": MISSING[1]})


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("cookie", [None, "nonsense"])
def test_upload_without_a_session_is_rejected(server: RunningServer, cookie: str | None) -> None:
    client = server.client(cookie=f"session_id={cookie}") if cookie else server.client()
    response = upload(client, picture())
    assert (response.status_code, response.json()) == (403, NO_SESSION)


def test_upload_after_signing_out_is_rejected(server: RunningServer, member: httpx.Client) -> None:
    old = server.client(cookie=f"session_id={member.cookies['session_id']}")
    member.get("/logout")
    response = upload(old, picture())
    assert (response.status_code, response.json()) == (403, NO_SESSION)


@pytest.mark.engines("sqlite")
def test_upload_from_another_origin_is_rejected(member: httpx.Client) -> None:
    member.headers["sec-fetch-site"] = "cross-site"
    assert upload(member, picture()).status_code == 403


@pytest.mark.engines("sqlite")
def test_uploads_are_rate_limited(start_server: Callable[..., RunningServer]) -> None:
    server = start_server(upload_limit="2 per hour")
    client = server.signed_up()
    last = [upload(client, picture()) for _ in range(2)][-1].json()["avatar"]
    response = upload(client, picture())
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) > 0
    assert "too many requests" in response.json()["message"]
    assert client.get("/profile").json()["avatar"] == last


def test_avatar_is_kept_after_a_new_sign_in(server: RunningServer, member: httpx.Client) -> None:
    address = upload(member, picture()).json()["avatar"]
    login = member.get("/profile").json()["username"]
    client = server.client()
    client.post("/login", json={"login": login, "password": PASSWORD})
    assert client.get("/profile").json()["avatar"] == address


@pytest.mark.engines("sqlite")
def test_avatar_url_is_absolute_when_the_public_url_is_set(
    start_server: Callable[..., RunningServer],
) -> None:
    server = start_server(public_url="https://films.example")
    client = server.signed_up()
    cookie = f"session_id={client.cookies.get('session_id')}"
    response = upload(server.client(cookie=cookie), picture())
    assert response.json()["avatar"].startswith("https://films.example/media/avatars/")
