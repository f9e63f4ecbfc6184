"""The example for nginx, run in front of real servers."""

import asyncio
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from kinoteka.core.media.model import MAX_UPLOAD_BYTES
from kinoteka.http.mechanics.bodies import DRAINED
from tests.support.films import SampleFilm, fill_catalogue
from tests.support.nginx import EXAMPLE, SITE, Proxy, run_nginx
from tests.support.pictures import picture
from tests.support.polling import TIMEOUT, eventually
from tests.support.servers import PASSWORD, RunningServer, run_server, unique_name

BEHIND = {"public_url": f"https://{SITE}", "trusted_proxies": "127.0.0.1"}
MANY = 3000


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[RunningServer]]:
    """Two processes over one data folder."""
    data = tmp_path_factory.mktemp("data")
    with ExitStack() as stack:
        first = stack.enter_context(run_server(data, BEHIND))
        fill_catalogue(
            first.settings, [SampleFilm(f"Film {n}", 1980, ("Drama",), ()) for n in range(MANY)]
        )
        yield [first, stack.enter_context(run_server(data, BEHIND))]


@pytest.fixture(scope="module")
def proxy(
    servers: list[RunningServer], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """The example in front of both."""
    with run_nginx(tmp_path_factory.mktemp("nginx"), *(server.url for server in servers)) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: Proxy) -> Iterator[httpx.Client]:
    with proxy.client() as client:
        yield client


def signed_up(client: httpx.Client) -> str:
    """Sign up with filmsite's contract; the e-mail address."""
    email = f"{unique_name()}@example.com"
    response = client.post("/user/signup", json={"email": email, "password": PASSWORD})
    assert response.status_code == 200, response.text
    return email


def backends(proxy: Proxy) -> set[str]:
    """The servers that have answered requests."""
    log = (proxy.folder / "kinoteka.log").read_text()
    return set(re.findall(r" ([\d.]+:\d+) [0-9a-f]{32}$", log, flags=re.MULTILINE))


def test_log_has_neither_queries_nor_texts_of_paths(proxy: Proxy, client: httpx.Client) -> None:
    for path in ("/films?q=swordfish", "/messages/swordfish", "/profile/swordfish@example.com"):
        client.get(path)
    client.get("/movies/1")
    log = proxy.folder / "kinoteka.log"
    eventually(lambda: "GET /movies/1 HTTP" in log.read_text())
    for logged in ("GET /films HTTP", "GET /messages/... HTTP", "GET /profile/... HTTP"):
        assert logged in log.read_text()
    assert "swordfish" not in log.read_text()


def test_nginx_accepts_the_configuration(proxy: Proxy) -> None:
    done = subprocess.run(proxy.command("-t"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_plain_http_request_for_a_page_is_redirected_to_https(proxy: Proxy) -> None:
    headers = {"host": "elsewhere.example", "accept": "text/html,*/*;q=0.8"}
    response = httpx.get(f"{proxy.plain_url}/films?page=2", headers=headers)
    assert response.status_code == 301
    assert response.headers["location"] == f"https://{SITE}/films?page=2"


@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_plain_http_request_of_a_program_is_rejected(proxy: Proxy, accept: str) -> None:
    response = httpx.get(f"{proxy.plain_url}/movies/", headers={"accept": accept})
    assert (response.status_code, response.text) == (403, f"Use https://{SITE}\n")


@contextmanager
def connected(proxy: Proxy, *protocols: str) -> Iterator[ssl.SSLSocket]:
    """A connection over which the test says every byte itself."""
    trust = ssl.create_default_context(cafile=proxy.folder / "certificate.pem")
    trust.set_alpn_protocols(protocols)
    with (
        socket.create_connection(("127.0.0.1", proxy.port), 10) as plain,
        trust.wrap_socket(plain, server_hostname=SITE) as wrapped,
    ):
        yield wrapped


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_has_forward_secrecy(proxy: Proxy, version: ssl.TLSVersion) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    address = ("127.0.0.1", httpx.URL(proxy.url).port)
    with (
        socket.create_connection(address, TIMEOUT) as plain,
        context.wrap_socket(plain, server_hostname=SITE) as connection,
    ):
        name, spoken, _ = connection.cipher() or ("", "", 0)
    assert name.startswith("ECDHE-" if version is ssl.TLSVersion.TLSv1_2 else "TLS_")
    assert spoken == {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}[version.name]


def test_old_tls_versions_and_ciphers_are_rejected() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert re.findall(r"ssl_protocols (.*);", text) == ["TLSv1.2 TLSv1.3"]
    (ciphers,) = re.findall(r"ssl_ciphers (.*);", text)
    assert all(re.match(r"ECDHE-\w+-(AES\d+-GCM|CHACHA20)", name) for name in ciphers.split(":"))


def test_http_2_is_supported(proxy: Proxy) -> None:
    with connected(proxy, "h2", "http/1.1") as client:
        assert client.selected_alpn_protocol() == "h2"


def test_session_and_csrf_token_are_valid_on_both_servers(
    proxy: Proxy, client: httpx.Client
) -> None:
    email = signed_up(client)
    assert "; Secure" in client.post(
        "/user/signin", json={"email": email, "password": PASSWORD}
    ).headers.get("set-cookie", "")
    for number in range(8):
        token = client.get("/user/csrf").json()["body"]["csrf"]
        headers = {"csrf-token": token, "origin": f"https://{SITE}"}
        response = client.post("/selections", json={"title": f"Nr {number}"}, headers=headers)
        assert response.status_code == 200, response.text
    assert len(backends(proxy)) == 2


def test_request_of_another_origin_is_rejected(client: httpx.Client) -> None:
    signed_up(client)
    response = client.post(
        "/chats", json={"user_id": 1}, headers={"origin": "https://evil.example"}
    )
    assert (response.status_code, response.json()["error"]) == (403, "cross_origin")


def test_upload_arrives_complete(client: httpx.Client) -> None:
    signed_up(client)
    large = picture("PNG", (1500, 1500))
    assert client.post("/photos", files={"file": ("me.png", large)}).status_code == 200
    own = client.get("/users").json()["id"]
    assert client.get(f"/photos/{own}", headers={"accept": "image/*"}).content[:2] == b"\xff\xd8"


def test_too_large_body_is_rejected_in_the_contracts_format(client: httpx.Client) -> None:
    signed_up(client)
    response = client.post("/photos", files={"file": ("me.png", b"x" * (MAX_UPLOAD_BYTES + 1))})
    assert (response.status_code, response.json()["error"]) == (413, "upload_too_large")


def test_huge_body_is_rejected_at_once(proxy: Proxy) -> None:
    with connected(proxy, "http/1.1") as client:
        head = f"POST /login HTTP/1.1\r\nHost: {SITE}\r\nContent-Length: {DRAINED + 1}\r\n\r\n"
        client.sendall(head.encode())
        assert client.recv(100).startswith(b"HTTP/1.1 413 ")


def test_long_list_is_streamed(client: httpx.Client) -> None:
    with client.stream("GET", "/movies/") as response:
        assert response.headers["transfer-encoding"] == "chunked"
        assert response.headers["x-total-count"] == str(MANY)
        response.read()
    assert len(response.json()) == MANY


def test_every_header_is_sent_once(client: httpx.Client) -> None:
    response = client.get("/movies/?page=1")
    names = [name.lower() for name, _ in response.headers.multi_items()]
    for name in ("x-content-type-options", "content-security-policy", "strict-transport-security"):
        assert names.count(name) == 1
    assert response.headers["server"] == "nginx"


@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics/", "//metrics", "/x/../metrics", "/%6detrics"]
)
def test_metrics_are_not_public(proxy: Proxy, path: str) -> None:
    with proxy.client() as client:
        response = client.send(client.build_request("GET", httpx.URL(proxy.url + path)))
    assert response.status_code == 404
    assert response.headers["content-type"] == "text/html"  # nginx's own: no server was asked


class TestWebSockets:
    @pytest.fixture
    def address(self, proxy: Proxy) -> str:
        return f"wss://127.0.0.1:{proxy.port}/notifications"

    async def test_websocket_stays_open_until_its_session_ends(
        self, proxy: Proxy, client: httpx.Client, address: str
    ) -> None:
        signed_up(client)
        cookie = f"session_id={client.cookies['session_id']}"
        origin = Origin(f"https://{SITE}")
        async with (
            asyncio.timeout(TIMEOUT),
            connect(
                address, ssl=proxy.trust, additional_headers={"Cookie": cookie}, origin=origin
            ) as listening,
        ):
            await (await listening.ping())
            assert (await asyncio.to_thread(client.delete, "/logout")).status_code == 200
            with pytest.raises(ConnectionClosed) as closed:
                await listening.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401

    async def test_rejected_handshake_has_the_servers_response(
        self, proxy: Proxy, address: str
    ) -> None:
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, ssl=proxy.trust)
        assert refused.value.response.status_code == 401
        assert b'"unauthorized"' in (refused.value.response.body or b"")


def test_client_address_cannot_be_forged(tmp_path: Path) -> None:
    limited = BEHIND | {"sign_in_address_limit": "2 per hour"}
    with (
        run_server(tmp_path, limited) as server,
        run_nginx(tmp_path, server.url) as proxy,
        proxy.client("127.0.0.1") as one,
        proxy.client("127.0.0.2") as other,
    ):

        def status(client: httpx.Client, **headers: str) -> int:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            body = {"login": unique_name(), "password": "wrong password"}
            return client.post("/login", json=body, headers=named).status_code

        assert [status(one) for _ in range(3)] == [403, 403, 429]
        assert status(one, x_forwarded_for="192.0.2.7") == 429
        assert status(other) == 403


def test_other_server_answers_when_one_is_down(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with (
        run_server(data, BEHIND) as first,
        run_server(data, BEHIND) as second,
        run_nginx(tmp_path, first.url, second.url) as proxy,
        proxy.client() as client,
    ):
        second.process.kill()
        second.process.wait(TIMEOUT)
        signed_up(client)
        assert {client.get("/movies/?page=1").status_code for _ in range(10)} == {200}
