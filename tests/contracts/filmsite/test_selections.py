"""Selections of films in the filmsite contract: request → status, body, effect."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.films import SampleFilm, fill_catalogue
from tests.support.servers import PASSWORD, RunningServer, run_server, unique_name

POSTER = "https://posters.example/1.jpg"
FILMS = (
    SampleFilm("Stalker", 1979, description="A guide and two men.", poster=POSTER),
    SampleFilm("Alien", 1979),
    SampleFilm("Ran", 1985),
)
NOT_FOUND = {"message": "movie selection not found", "status": 404}
NO_SESSION = {"message": "can't get info without session", "status": 0}


class Site:
    """A server with three films, members and an operator."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.films = fill_catalogue(server.settings, FILMS)
        server.make_superuser("root")

    def member(self) -> httpx.Client:
        """Return the client of a new member. It sends a CSRF token."""
        return self._with_token(self.server.signed_up(unique_name("member")))

    def operator(self) -> httpx.Client:
        client = self.server.client()
        client.post("/login", json={"login": "root", "password": PASSWORD})
        return self._with_token(client)

    def movies(self, *titles: str) -> list[dict[str, object]]:
        """Return films as selections have them."""
        described = {film.title: film for film in FILMS}
        return [
            {
                "id": self.films[title],
                "title": title,
                "description": described[title].description,
                "preview_url": f"/media/films/{self.films[title]}/poster",
            }
            for title in titles
        ]

    def contents(self, *titles: str) -> list[dict[str, object]]:
        """Return the same films as the other generation of front ends reads them."""
        years = {film.title: film.year for film in FILMS}
        return [
            movie | {"type": "film", "year": years[str(movie["title"])], "rating": None}
            for movie in self.movies(*titles)
        ]

    def create(self, client: httpx.Client, *titles: str, **fields: object) -> dict[str, object]:
        body = {"title": unique_name("selection"), "public": True, **fields}
        movies = [self.films[title] for title in titles]
        response = client.post("/selections", json=body | {"movies": movies})
        assert response.status_code == 200, response.text
        selection: dict[str, object] = response.json()["body"]["selection"]
        return selection

    def _with_token(self, client: httpx.Client) -> httpx.Client:
        client.headers["csrf-token"] = client.get("/user/csrf").json()["body"]["csrf"]
        return client


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with run_server(tmp_path_factory.mktemp("filmsite"), {}) as server:
        yield Site(server)


@pytest.fixture
def anonymous(site: Site) -> httpx.Client:
    return site.server.client()


@pytest.fixture
def member(site: Site) -> httpx.Client:
    return site.member()


@pytest.fixture
def operator(site: Site) -> httpx.Client:
    return site.operator()


def listed(client: httpx.Client, query: str = "") -> list[dict[str, object]]:
    response = client.get(f"/selections{query}")
    assert response.status_code == 200
    assert set(response.json()) == {"body"}
    assert set(response.json()["body"]) == {"movie_selections", "selections"}
    found: list[dict[str, object]] = response.json()["body"]["movie_selections"]
    return found


class TestList:
    """GET /selections"""

    def test_selection_has_both_forms(
        self, site: Site, anonymous: httpx.Client, operator: httpx.Client
    ) -> None:
        created = site.create(operator, "Stalker", "Alien", featured=True)
        header = {"id": created["id"], "title": created["title"]}
        assert listed(anonymous)[0] == header | {"movies": site.movies("Stalker", "Alien")}
        other = anonymous.get("/selections").json()["body"]["selections"]
        assert other[0] == header | {"content": site.contents("Stalker", "Alien")}
        assert [each["id"] for each in other] == [each["id"] for each in listed(anonymous)]

    def test_list_continues_at_an_offset(
        self, site: Site, anonymous: httpx.Client, operator: httpx.Client
    ) -> None:
        ids = [site.create(operator, "Ran", featured=True)["id"] for _ in range(17)]
        newest = ids[::-1]
        assert [each["id"] for each in listed(anonymous)] == newest[:15]
        page = listed(anonymous, "?limit=3&offset=2")
        assert [each["id"] for each in page] == newest[2:5]
        assert len(listed(anonymous, "?limit=100")) >= 17
        assert listed(anonymous, f"?offset={2**53 - 1}") == []

    def test_featured_filter_selects_featured_or_other_ones(
        self, site: Site, anonymous: httpx.Client, member: httpx.Client, operator: httpx.Client
    ) -> None:
        featured = site.create(operator, "Ran", featured=True)["id"]
        other = site.create(member, "Ran")["id"]
        assert listed(anonymous, "?featured=true")[0]["id"] == featured
        assert listed(anonymous, "?featured=false")[0]["id"] == other
        assert other not in [each["id"] for each in listed(anonymous, "?featured=true&limit=100")]

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=101",
            "limit=-1",
            "limit=ten",
            "limit=",
            "offset=-1",
            "offset=1.5",
            f"offset={2**63}",
            f"limit={'9' * 1000}",
            "featured=perhaps",
        ],
    )
    def test_invalid_query_value_is_named(self, anonymous: httpx.Client, query: str) -> None:
        response = anonymous.get(f"/selections?{query}")
        assert response.status_code == 400
        assert response.json()["message"].startswith(f"{query.partition('=')[0]}: ")
        assert response.json()["status"] == 0

    def test_list_is_cached_until_a_public_selection_changes(
        self, site: Site, anonymous: httpx.Client, member: httpx.Client
    ) -> None:
        path = "/selections?featured=false"
        created = site.create(member, "Ran")
        first = anonymous.get(path)
        known = {"if-none-match": first.headers["etag"]}
        site.create(member, "Alien", public=False)
        assert anonymous.get(path, headers=known).status_code == 304
        assert (
            member.patch(f"/selections/{created['id']}", json={"title": "New"}).status_code == 200
        )
        again = anonymous.get(path, headers=known)
        assert again.status_code == 200
        assert again.json()["body"]["movie_selections"][0]["title"] == "New"


class TestSelection:
    """GET /selections/{id}"""

    def test_selection_has_movies_and_content(
        self, site: Site, anonymous: httpx.Client, member: httpx.Client
    ) -> None:
        created = site.create(member, "Alien", "Stalker")
        selection = {
            "id": created["id"],
            "title": created["title"],
            "movies": site.movies("Alien", "Stalker"),
            "content": site.contents("Alien", "Stalker"),
        }
        response = anonymous.get(f"/selections/{created['id']}/")
        assert (response.status_code, response.json()) == (200, {"body": {"selection": selection}})

    @pytest.mark.parametrize(
        "selection_id",
        [
            *("0", "987654321", str(2**53), str(2**63), "-1", "1.5"),
            *("hello", "%00", "%D1%8F", "a%2Fb", "new", "mine", "new/"),
        ],
    )
    def test_unknown_selection_is_404(self, anonymous: httpx.Client, selection_id: str) -> None:
        response = anonymous.get(f"/selections/{selection_id}")
        assert (response.status_code, response.json()) == (404, NOT_FOUND)

    @pytest.mark.parametrize("method", ["PATCH", "DELETE"])
    def test_editing_with_an_id_that_is_not_a_number_is_404(
        self, member: httpx.Client, method: str
    ) -> None:
        response = member.request(method, "/selections/hello", json={})
        assert (response.status_code, response.json()) == (404, NOT_FOUND)

    def test_page_with_an_id_that_is_not_a_number_is_404(self, anonymous: httpx.Client) -> None:
        response = anonymous.get("/selections/hello", headers={"accept": "text/html"})
        assert response.status_code == 404
        assert response.headers["content-type"].startswith("text/html")

    @pytest.mark.parametrize("word", ["new", "mine"])
    def test_path_of_a_site_page_leads_browsers_to_it(self, anonymous, word) -> None:
        response = anonymous.get(f"/selections/{word}", headers={"accept": "text/html"})
        assert response.status_code == 303
        assert response.headers["location"].startswith("/sign-in")

    def test_private_selection_is_not_cached_for_others(
        self, site: Site, anonymous: httpx.Client, member: httpx.Client
    ) -> None:
        path = f"/selections/{site.create(member, 'Ran', public=False)['id']}"
        for client, status in (
            (member, 200),
            (anonymous, 404),
            (site.member(), 404),
            (member, 200),
        ):
            assert client.get(path).status_code == status
        for public, status in ((True, 200), (False, 404)):
            assert member.patch(path, json={"public": public}).status_code == 200
            assert anonymous.get(path).status_code == status


class TestEditing:
    """Beyond the document: POST, PATCH and DELETE of selections and their films."""

    def test_new_selection_is_returned_to_its_creator(
        self, site: Site, member: httpx.Client
    ) -> None:
        body = {"title": " Rainy evenings ", "movies": [site.films["Ran"]]}
        response = member.post("/selections", json=body)
        selection = response.json()["body"]["selection"]
        assert selection == {
            "id": selection["id"],
            "title": "Rainy evenings",
            "movies": site.movies("Ran"),
            "description": "",
            "public": False,
            "featured": False,
        }
        assert member.get("/user/selections").json() == {
            "body": {"movie_selections": [selection], "total": 1}
        }

    @pytest.mark.parametrize(
        ("body", "status", "message"),
        [
            ({}, 400, "failed to parse json string from the body: title: is missing"),
            ({"title": ""}, 400, "failed to parse json string from the body: title: must not"),
            ({"title": "x" * 201}, 400, "failed to parse json string from the body: title: too"),
            (
                {"title": "x", "movies": [2**63]},
                400,
                "failed to parse json string from the body: m",
            ),
            (
                {"title": "x", "movies": [1] * 1001},
                400,
                "failed to parse json string from the body",
            ),
            ({"title": "x", "movies": [987654321]}, 404, "movie not found"),
            (
                {"title": "x", "featured": True},
                403,
                "this requires the permission selections.feature",
            ),
        ],
    )
    def test_invalid_selection_is_rejected(
        self, member: httpx.Client, body: dict[str, object], status: int, message: str
    ) -> None:
        response = member.post("/selections", json=body)
        assert response.status_code == status
        assert response.json()["message"].startswith(message)
        assert response.json()["status"] == (0 if status == 400 else status)
        assert member.get("/user/selections").json()["body"]["total"] == 0

    def test_change_affects_only_the_fields_that_are_sent(
        self, site: Site, anonymous: httpx.Client, member: httpx.Client
    ) -> None:
        created = site.create(member, "Ran", description="Old.")
        path = f"/selections/{created['id']}"
        for change in ({"title": "New"}, {"description": ""}, {"public": False}, {}):
            created |= change
            response = member.patch(path, json=change)
            assert (response.status_code, response.json()["body"]["selection"]) == (200, created)
        assert anonymous.get(path).status_code == 404

    def test_films_are_added_moved_and_removed(
        self, site: Site, anonymous: httpx.Client, member: httpx.Client
    ) -> None:
        path = f"/selections/{site.create(member, 'Ran')['id']}"
        alien, stalker = (f"{path}/movies/{site.films[title]}" for title in ("Alien", "Stalker"))
        for method, film, body, titles in (
            ("PUT", alien, None, ["Ran", "Alien"]),
            ("PUT", stalker, {"position": 0}, ["Stalker", "Ran", "Alien"]),
            ("PUT", stalker, {}, ["Ran", "Alien", "Stalker"]),
            ("DELETE", alien, None, ["Ran", "Stalker"]),
            ("DELETE", alien, None, ["Ran", "Stalker"]),
        ):
            response = member.request(method, film, json=body)
            assert response.status_code == 200
            assert response.json()["body"]["selection"]["movies"] == site.movies(*titles)
            movies = anonymous.get(path).json()["body"]["selection"]["movies"]
            assert movies == site.movies(*titles)
        for method in ("PUT", "DELETE"):
            response = member.request(method, f"{path}/movies/987654321")
            assert response.json() == {"message": "movie not found", "status": 404}

    @pytest.mark.parametrize("position", [-1, "first", 1.5, 2**63, None])
    def test_invalid_position_is_rejected(
        self, site: Site, member: httpx.Client, position: object
    ) -> None:
        path = f"/selections/{site.create(member, 'Ran')['id']}/movies/{site.films['Ran']}"
        response = member.put(path, json={"position": position})
        assert response.status_code == 400
        assert "position" in response.json()["message"]

    def test_deleted_selection_is_404(
        self, site: Site, anonymous: httpx.Client, member: httpx.Client
    ) -> None:
        path = f"/selections/{site.create(member, 'Ran')['id']}"
        response = member.delete(path)
        assert (response.status_code, response.json()) == (200, {"body": {}})
        for client in (anonymous, member):
            assert (client.get(path).status_code, client.get(path).json()) == (404, NOT_FOUND)
        assert member.delete(path).status_code == 404

    STEPS = (
        ("PATCH", "", {"title": "Mine now"}),
        ("PUT", "/movies/1", None),
        ("DELETE", "/movies/1", None),
        ("DELETE", "", None),
    )

    def test_selection_of_another_member_can_be_edited_only_by_operators(
        self, site: Site, anonymous: httpx.Client, member: httpx.Client, operator: httpx.Client
    ) -> None:
        path = f"/selections/{site.create(member, 'Ran')['id']}"
        other = site.member()
        for method, rest, body in self.STEPS:
            response = anonymous.request(method, path + rest, json=body)
            assert (response.status_code, response.json()) == (400, NO_SESSION)
            assert other.request(method, path + rest, json=body).status_code == 403
            assert operator.request(method, path + rest, json=body).status_code == 200

    def test_operator_can_feature_a_members_selection(
        self, site: Site, anonymous: httpx.Client, member: httpx.Client, operator: httpx.Client
    ) -> None:
        selection_id = site.create(member, "Ran")["id"]
        path = f"/selections/{selection_id}"
        assert member.patch(path, json={"featured": True}).status_code == 403
        assert operator.patch(path, json={"featured": True}).status_code == 200
        assert selection_id in [each["id"] for each in listed(anonymous, "?featured=true")]
        assert member.patch(path, json={"title": "Advertisement"}).status_code == 403
        assert member.delete(path).status_code == 200

    def test_own_selections_need_a_session(self, anonymous: httpx.Client) -> None:
        for method, path in (("GET", "/user/selections"), ("POST", "/selections")):
            response = anonymous.request(method, path)
            assert (response.status_code, response.json()) == (400, NO_SESSION)
