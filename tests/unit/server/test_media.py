"""Pictures by their addresses, over a real socket: avatars and posters."""

import gzip
from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree

import httpx
import pytest
from PIL import Image

from tests.support.databases import execute
from tests.support.file_hosts import HOST, FileHost, run_file_host
from tests.support.films import ADULT, CATALOGUE, PREMIUM, SampleFilm, fill_catalogue
from tests.support.pictures import picture
from tests.support.polling import eventually
from tests.support.servers import PASSWORD, RunningServer, run_server

ODD_TITLES = [
    'Tom & Jerry: <The> "Movie" ]]>',
    "Летят журавли",
    "جدایی نادر از سیمین",
    "七人の侍",
    "W" * 300,
    "Word " * 60,
]
NO_FILM = {"message": "film not found"}


class World:
    """A server with films under two labels, and those who look at it."""

    def __init__(self, server: RunningServer) -> None:
        films = (*CATALOGUE, *(SampleFilm(title, 2000) for title in ODD_TITLES))
        self.ids = fill_catalogue(server.settings, films)
        self.server = server
        server.make_superuser("root")
        self.superuser = server.client()
        self.superuser.post("/login", json={"login": "root", "password": PASSWORD})
        self.holder = server.signed_up()
        role = {"name": "holders", "permissions": [f"films.view:{PREMIUM}"]}
        role_id = self.superuser.post("/api/v1/role", json=role).json()["id"]
        account_id = self.holder.get("/users").json()["id"]
        self.superuser.post(f"/api/v1/user/{account_id}/role/{role_id}")

    def poster(self, title: str) -> str:
        return f"/media/films/{self.ids[title]}.svg"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with run_server(tmp_path_factory.mktemp("media"), {"poster_hosts_allowed": HOST}) as server:
        yield World(server)


@pytest.fixture
def world(opened: World) -> World:
    """The world with clients that the end of another test has not closed."""
    jars = opened.holder.cookies, opened.superuser.cookies
    opened.holder, opened.superuser = opened.server.client(), opened.server.client()
    opened.holder.cookies, opened.superuser.cookies = jars
    return opened


@pytest.fixture
def avatar(server: RunningServer) -> str:
    """The address of an avatar that has just been uploaded."""
    response = server.signed_up().put("/avatar", files={"avatar": ("me.png", picture("PNG"))})
    return response.json()["avatar"]


class TestAvatars:
    def test_avatar_is_served_to_everybody_with_a_permanent_cache(self, server, avatar):
        response = server.client().get(avatar)
        assert response.status_code == 200
        assert Image.open(BytesIO(response.content)).format == "JPEG"
        assert response.headers["content-type"] == "image/jpeg"
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in response.headers["content-security-policy"]
        assert "vary" not in response.headers

    def test_avatar_is_not_sent_again_when_the_client_has_it(self, server, avatar):
        client = server.client()
        known = {"if-none-match": client.get(avatar).headers["etag"]}
        response = client.get(avatar, headers=known)
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["cache-control"].startswith("public")

    def test_head_request_returns_only_headers(self, server, avatar):
        client = server.client()
        got, head = client.get(avatar), client.head(avatar)
        assert head.content == b""
        assert head.headers["content-length"] == str(len(got.content))

    @pytest.mark.parametrize("token", ["nonsense", "undefined"])
    def test_avatar_is_served_without_authentication(self, server, avatar, token):
        client = server.client(authorization=f"Bearer {token}", cookie=f"session_id={token}")
        assert client.get(avatar).status_code == 200

    @pytest.mark.parametrize(
        "name",
        [
            "unknown.jpg",
            ".",
            "..",
            "%2e%2e",
            "..%2fkinoteka.sqlite3",
            "%2e%2e%2fsecret.key",
            "..%5csecret.key",
            "%00",
            "a" * 5000,
            "портрет.jpg",
        ],
    )
    def test_other_files_are_not_served(self, server, name):
        response = server.client().get(httpx.URL(f"{server.url}/media/avatars/{name}"))
        assert response.status_code == 404
        assert response.json()["message"]

    def test_other_methods_are_rejected(self, server, avatar):
        response = server.client().delete(avatar)
        assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS")

    def test_replaced_avatar_is_not_found(self, server):
        client = server.signed_up()
        old, new = (
            client.put("/avatar", files={"avatar": picture(size=(n, n))}).json()["avatar"]
            for n in (10, 20)
        )
        assert old != new
        assert client.get(new).status_code == 200
        assert_gone(client, old)

    def test_avatar_is_deleted_with_its_account(self, server):
        client = server.signed_up()
        address = client.put("/avatar", files={"avatar": picture()}).json()["avatar"]
        assert client.delete("/profile").status_code == 200
        assert_gone(server.client(), address)


def assert_gone(client: httpx.Client, address: str) -> None:
    """What is deleted goes soon after, not before the answer."""
    for _ in range(100):
        response = client.get(address)
        if response.status_code != 200:
            break
    assert (response.status_code, response.json()) == (404, {"message": "picture not found"})


@pytest.fixture(scope="module")
def posted(opened: World) -> Iterator[tuple[World, FileHost]]:
    """A world in which some films have posters on a host of the same network."""
    with run_file_host() as host:
        for title in ("Stalker", "Rashomon", "Solaris"):
            address = f"{host.url}/poster.png"
            execute(
                opened.server.settings,
                "UPDATE films SET poster = ? WHERE id = ?",
                address,
                opened.ids[title],
            )
        yield opened, host


class TestStoredPosters:
    SMALL, LARGE = "/media/films/{}/poster-small", "/media/films/{}/poster"

    def fetched(self, world: World, address: str) -> httpx.Response:
        """Return the response as soon as the server has fetched the poster."""
        client = world.server.client()
        eventually(lambda: client.get(address).headers["content-type"] == "image/webp")
        return client.get(address)

    def test_first_view_shows_a_drawn_poster_and_later_ones_the_fetched_one(self, posted):
        world, _ = posted
        address = self.LARGE.format(world.ids["Stalker"])
        first = world.server.client().get(address)
        assert (first.status_code, first.headers["content-type"]) == (200, "image/svg+xml")
        assert first.content == world.server.client().get(world.poster("Stalker")).content
        stored = self.fetched(world, address)
        assert stored.headers["cache-control"] == "public, no-cache"
        assert "sandbox" in stored.headers["content-security-policy"]
        assert Image.open(BytesIO(stored.content)).size == (800, 1200)
        small = world.server.client().get(self.SMALL.format(world.ids["Stalker"]))
        assert Image.open(BytesIO(small.content)).size == (400, 600)

    def test_stored_poster_is_not_sent_again_when_the_client_has_it(self, posted):
        world, _ = posted
        stored = self.fetched(world, self.SMALL.format(world.ids["Rashomon"]))
        known = {"if-none-match": stored.headers["etag"]}
        response = world.server.client().get(stored.request.url.path, headers=known)
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == stored.headers["etag"]

    def test_hidden_film_has_no_poster(self, posted):
        world, _ = posted
        address = self.SMALL.format(world.ids["Solaris"])
        stored = self.fetched(world, address)
        execute(
            world.server.settings,
            "UPDATE films SET hidden_at = 1 WHERE id = ?",
            world.ids["Solaris"],
        )
        known = {"if-none-match": stored.headers["etag"]}
        assert world.server.client().get(address).status_code == 404
        assert world.server.client().get(address, headers=known).status_code == 404

    def test_poster_of_an_unknown_film_is_not_found(self, world):
        for film_id in (999999, 10**30, "x"):
            for address in (self.SMALL, self.LARGE):
                assert world.server.client().get(address.format(film_id)).status_code == 404

    def test_direct_mode_redirects_to_the_other_server(self, start_server):
        server = start_server(posters="direct")
        film = SampleFilm("Дом", 2000, poster="https://posters.example/дом 1.jpg")
        film_id = fill_catalogue(server.settings, [film])["Дом"]
        response = server.client().get(self.LARGE.format(film_id))
        assert response.status_code == 302
        expected = "https://posters.example/%D0%B4%D0%BE%D0%BC%201.jpg"
        assert response.headers["location"] == expected
        assert response.headers["cache-control"] == "private, no-cache"


class TestPosters:
    def test_poster_shows_the_film(self, world):
        response = world.server.client().get(world.poster("Stalker"))
        assert response.status_code == 200
        texts = [element.text for element in sound(response) if element.tag.endswith("}text")]
        assert texts == ["SCIENCE FICTION", "Stalker", "Andrei Tarkovsky", "1979"]

    def test_poster_omits_unknown_facts(self, world):
        response = world.server.client().get(world.poster("Nobody Knows When"))
        assert "Unknown" not in response.text.replace("Nobody Knows", "")

    def test_posters_differ(self, world):
        client = world.superuser
        assert len({client.get(f"/media/films/{n}.svg").content for n in range(1, 21)}) == 20

    @pytest.mark.parametrize("title", ODD_TITLES)
    def test_poster_can_show_any_title(self, world, title):
        assert len(sound(world.server.client().get(world.poster(title)))) > 5

    def test_poster_runs_and_loads_nothing(self, world):
        headers = world.server.client().get(world.poster("Ran")).headers
        assert headers["content-type"] == "image/svg+xml"
        assert headers["x-content-type-options"] == "nosniff"
        assert (
            headers["content-security-policy"]
            == "default-src 'none'; object-src 'none'; base-uri 'none'; "
            "frame-ancestors 'none'; sandbox"
        )

    def test_open_poster_is_cached_publicly_and_revalidated(self, world):
        client = world.server.client()
        first = client.get(world.poster("Ran"))
        assert first.headers["cache-control"] == "public, no-cache"
        assert first.headers["vary"] == "accept-encoding"
        again = client.get(world.poster("Ran"), headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == "public, no-cache"
        other = client.get(world.poster("M"), headers={"if-none-match": first.headers["etag"]})
        assert other.status_code == 200

    def test_poster_is_compressed(self, world):
        client = world.server.client()
        plain = client.get(world.poster("Ran"), headers={"accept-encoding": "identity"})
        with client.stream(
            "GET", world.poster("Ran"), headers={"accept-encoding": "gzip"}
        ) as response:
            raw = b"".join(response.iter_raw())
        assert "content-encoding" not in plain.headers
        assert gzip.decompress(raw) == plain.content
        assert response.headers["etag"] != plain.headers["etag"]

    @pytest.mark.parametrize(
        "file",
        [
            "0.svg",
            "999999.svg",
            f"{2**53}.svg",
            f"{2**63}.svg",
            f"{'9' * 1000}.svg",
            "1",
            "1.png",
            "1.svg.svg",
            "-1.svg",
            "%D9%A1.svg",
            "1%00.svg",
            ".svg",
        ],
    )
    def test_poster_of_an_unknown_film_is_not_found(self, world, file):
        response = world.server.client().get(f"/media/films/{file}")
        assert (response.status_code, response.json()) == (404, NO_FILM)


class TestLabels:
    TITLE = "Man with a Movie Camera"

    def test_poster_is_visible_when_its_film_is_visible(self, world):
        hidden, other = world.poster(self.TITLE), world.poster("After Midnight")
        clients = {
            "anonymous": world.server.client(),
            "member": world.server.signed_up(),
            "holder": world.holder,
            "superuser": world.superuser,
        }
        statuses = {
            who: (client.get(hidden).status_code, client.get(other).status_code)
            for who, client in clients.items()
        }
        assert statuses == {
            "anonymous": (404, 404),
            "member": (404, 404),
            "holder": (200, 404),
            "superuser": (200, 200),
        }

    def test_invisible_poster_is_not_found(self, world):
        response = world.server.client().get(world.poster(self.TITLE))
        assert response.json() == NO_FILM
        assert response.headers["cache-control"] == "no-store"

    def test_known_validator_does_not_reveal_an_invisible_poster(self, world):
        known = {"if-none-match": world.holder.get(world.poster(self.TITLE)).headers["etag"]}
        address = world.poster(self.TITLE)
        assert world.holder.get(address, headers=known).status_code == 304
        assert world.server.client().get(address, headers=known).status_code == 404

    def test_labelled_poster_is_cached_privately(self, world):
        headers = world.holder.get(world.poster(self.TITLE)).headers
        assert headers["cache-control"] == "private, no-cache"
        assert headers["vary"] == "authorization, cookie, accept-encoding"

    def test_poster_is_not_found_when_its_film_gets_a_label(self, world):
        address = world.poster("Dreams")
        client = world.server.client()
        known = {"if-none-match": client.get(address).headers["etag"]}
        execute(
            world.server.settings,
            "UPDATE films SET label_id = (SELECT id FROM labels WHERE name = ?) WHERE id = ?",
            ADULT,
            world.ids["Dreams"],
        )
        assert client.get(address, headers=known).status_code == 404


def sound(response: httpx.Response) -> list[ElementTree.Element]:
    """The elements of a well-formed document."""
    return list(ElementTree.fromstring(response.content).iter())  # noqa: S314
