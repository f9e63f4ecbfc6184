"""Sample content for the site, and every page with an example path and its viewers."""

import json
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from kinoteka.http.mechanics.routes import Route
from kinoteka.site.contract import SITE
from tests.support.databases import execute
from tests.support.films import SampleFilm, fill_catalogue
from tests.support.polling import eventually
from tests.support.servers import PASSWORD, RunningServer

# Fragments that scripts insert into a page.
FRAGMENTS = {
    "/films/directors",
    "/manage/films/people",
    "/messages/films/{film_id}",
    "/search/suggested",
}

# Files with a list of films.
DOWNLOADS = {
    "/films/export",
    "/search/export",
    "/bookmarks/export",
    "/selections/{id}/export",
}

# Paths that redirect to a page.
REDIRECTS = {
    "/.well-known/change-password",
    "/account/avatar",
    "/account/sessions/{session_id}/end",
    "/account/sessions/end-others",
    "/manage/members/{account_id}/disable",
    "/manage/members/{account_id}/enable",
    "/manage/films/{id}/label",
    "/manage/films/{id}/hide",
    "/manage/films/{id}/show",
    "/manage/films/{id}/poster",
    "/manage/films/{id}/poster/remove",
    "/manage/films/{id}/undo-merge",
    "/manage/films/{id}/unlock",
    "/manage/genres/{id}/names",
    "/manage/genres/{id}/aliases",
    "/manage/genres/{id}/aliases/remove",
    "/manage/imports/{id}/cancel",
    "/manage/imports/{id}/undo",
    "/manage/imports/{id}/report",
    "/manage/imports/sources/{id}/move",
}

# Pages that redirect users who are signed in.
SIGN_IN_PAGES = {"/sign-in", "/sign-up"}

# An example for each path with parameters. Names in braces are fields of `SampleSite`.
EXAMPLES: dict[str, str] = {
    "/films/{id}": "/films/{film}",
    "/films/{id}/selections": "/films/{film}/selections",
    "/genres/{id}": "/genres/{genre}",
    "/directors/{id}": "/directors/{director}",
    "/search": "/search?q=cinema",
    "/selections/{id}": "/selections/{selection}",
    "/selections/{id}/edit": "/selections/{own_selection}/edit?q=train",
    "/people/{name:text}": "/people/{person_name}",
    "/messages/{chat_id}": "/messages/{chat}",
    "/messages/edit/{message_id}": "/messages/edit/{message}",
    "/messages/delete/{message_id}": "/messages/delete/{message}",
    "/manage/members": "/manage/members?q=b",
    "/manage/members/{account_id}": "/manage/members/{person}",
    "/manage/roles/{role_id}": "/manage/roles/{role}",
    "/manage/films": "/manage/films?q=cinema",
    "/manage/films/{id}": "/manage/films/{film}",
    "/manage/films/{id}/merge": "/manage/films/{film}/merge?other={other_film}",
    "/manage/films/{id}/split": "/manage/films/{film}/split",
    "/manage/genres/{id}": "/manage/genres/{genre}",
    "/manage/genres/{id}/merge": "/manage/genres/{genre}/merge?other=Comedy",
    "/manage/imports/{id}": "/manage/imports/{run}",
    "/manage/imports/uploads/{key:text}": "/manage/imports/uploads/{upload}",
}


@dataclass(frozen=True)
class SampleTexts:
    """Sample texts for every field that pages show."""

    anna: str = "anna"
    boris: str = "boris"
    title: str = "The Long Way to the Cinema"
    original_title: str = "Долгая дорога в кино"
    genre: str = "Road Movie"
    director: str = "Vera Kinova"
    description: str = (
        "The town’s only cinema closes tonight. A retired projectionist sets out to see one last "
        "film, but half the town needs his help on the way."
    )
    selection: str = "For a rainy evening"
    note: str = "Quiet films that go well with a pot of tea."
    messages: tuple[str, ...] = (
        "Have you picked anything for tonight?",
        "Not yet. Something old, maybe? Or a comedy?",
        "How about this one?",
        "Oh, perfect! I’ve been meaning to see it for ages.",
        "Great, eight o’clock at mine. I’ll make tea.",
        "And I’ll bring biscuits.",
    )
    role: str = "curators"
    file: str = "New arrivals"
    agent: str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


RUSSIAN = SampleTexts(
    anna="анна",
    boris="борис",
    title="Долгая дорога в кино",
    original_title="",
    genre="Роуд-муви",
    director="Вера Кинова",
    description=(
        "Сегодня единственный кинотеатр городка закрывается. Старый киномеханик хочет успеть на "
        "последний сеанс, но по дороге его помощь нужна половине города."
    ),
    selection="Для дождливого вечера",
    note="Тихие фильмы под чай с печеньем.",
    messages=(
        "Выбрал, что смотрим сегодня?",
        "Пока нет. Может, старое кино? Или комедию?",
        "А вот это как тебе?",
        "О, давай! Давно хочу посмотреть.",
        "Тогда в восемь у меня. С меня чай.",
        "А с меня печенье.",
    ),
    role="кураторы",
    file="Новые поступления",
)


@dataclass
class SampleSite:
    """A server with sample content, three signed-in clients, and the ids for example paths."""

    server: RunningServer
    words: SampleTexts
    anna: httpx.Client
    boris: httpx.Client
    root: httpx.Client
    person: int = 0
    person_name: str = ""
    film: int = 0
    other_film: int = 1
    genre: int = 0
    director: int = 0
    selection: int = 0
    own_selection: int = 0
    chat: int = 0
    message: int = 0
    role: int = 0
    run: int = 0
    upload: str = ""


def pages() -> list[Route]:
    """Return the routes of the site that are pages."""
    html = (it for it in SITE.routes if it.method == "GET" and it.media_type == "text/html")
    return [route for route in html if route.path not in FRAGMENTS | DOWNLOADS | REDIRECTS]


def example_path(route: Route, site: SampleSite) -> str:
    """Return a path of the page at which the sample site has content.

    Raises:
        KeyError: the path has parameters, and `EXAMPLES` has no values for them.
    """
    path = EXAMPLES[route.path] if "{" in route.path else EXAMPLES.get(route.path, route.path)
    return path.format_map(vars(site))


def viewers(route: Route) -> list[str]:
    """Return who can open a page: visitor, member or operator."""
    if route.permission or route.path.startswith("/manage"):
        return ["operator"]
    if route.path in SIGN_IN_PAGES:
        return ["visitor"]
    if route.signed_in:
        return ["member"]
    return ["visitor", "member"]


def create_sample_site(server: RunningServer, words: SampleTexts | None = None) -> SampleSite:
    """Create two members with bookmarks, selections and a chat, and an operator."""
    words = words or SampleTexts()
    site = SampleSite(
        server,
        words,
        _sign_up(server, words.anna, "anna@example.com", words.agent),
        _sign_up(server, words.boris, "boris@example.com", words.agent),
        _sign_in_operator(server),
    )
    _add_film(site)
    _add_records(site)
    for film_id in range(1, 8):
        _succeed(site.anna.post(f"/favorites/movies/{film_id}/"))
    site.selection = _create_selection(site, site.root, featured=True)
    site.own_selection = _create_selection(site, site.anna)
    _start_chat(site)
    _assign_role(site)
    _import_films(site)
    return site


def csrf(client: httpx.Client) -> dict[str, str]:
    """Return the CSRF header that the contract filmsite requires."""
    return {"csrf-token": client.get("/user/csrf").json()["body"]["csrf"]}


def _sign_up(server: RunningServer, name: str, email: str, agent: str) -> httpx.Client:
    client = server.client(user_agent=agent)
    body = {"login": name, "password": PASSWORD, "email": email}
    _succeed(client.post("/signup", json=body))
    return client


def _sign_in_operator(server: RunningServer) -> httpx.Client:
    server.make_superuser("root")
    client = server.client()
    _succeed(client.post("/login", json={"login": "root", "password": PASSWORD}))
    return client


def _add_film(site: SampleSite) -> None:
    words = site.words
    film = SampleFilm(
        words.title,
        2024,
        (words.genre, "Comedy"),
        (words.director,),
        rating=7.5,
        original_title=words.original_title,
        description=words.description,
        trailer="https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    )
    site.film = fill_catalogue(site.server.settings, [film])[words.title]
    eventually(lambda: site.anna.get(f"/movies/{site.film}").status_code == 200)
    found = site.anna.get(f"/movies/{site.film}").json()
    site.genre, site.director = found["genre_id"], found["director_id"]
    _succeed(site.anna.post(f"/favorites/movies/{site.film}/"))


def _add_records(site: SampleSite) -> None:
    """Give the film the record of another source, and make it a possible duplicate."""
    settings = site.server.settings
    execute(settings, "INSERT INTO sources (name, rank) VALUES ('demo 2', 99)")
    record = json.dumps({"title": site.words.title, "directors": [site.words.director]})
    execute(
        settings,
        "INSERT INTO film_values (source_id, external_id, film_id, fingerprint,"
        " fingerprint_version, record) SELECT id, '7', ?, 0, 0, ? FROM sources"
        " WHERE name = 'demo 2'",
        site.film,
        record,
    )
    pair = "INSERT INTO possible_duplicates (film_id, other_id, reason) VALUES (?, ?, 'title')"
    execute(settings, pair, *sorted((site.film, site.other_film)))


def _create_selection(site: SampleSite, client: httpx.Client, *, featured: bool = False) -> int:
    body = {
        "title": site.words.selection,
        "description": site.words.note,
        "public": True,
        "featured": featured,
        "movies": [1, 2, 3, 4, site.film],
    }
    created = _succeed(client.post("/selections", json=body, headers=csrf(client)))
    return int(created.json()["body"]["selection"]["id"])


def _start_chat(site: SampleSite) -> None:
    site.person_name = quote(site.words.boris, safe="")
    site.person = site.boris.get("/users").json()["id"]
    site.chat = _succeed(site.anna.post("/chats", json={"user_id": site.person})).json()["id"]
    for number, text in enumerate(site.words.messages):
        writer = (site.anna, site.boris)[number % 2]
        link = f" {site.server.url}/films/{site.film}" if number == 2 else ""
        body = {"text": text + link}
        sent = _succeed(writer.post(f"/chats/{site.chat}/messages", json=body)).json()["id"]
        if writer is site.anna:
            site.message = sent


def _assign_role(site: SampleSite) -> None:
    role = {"name": site.words.role, "permissions": ["films.edit", "films.label"]}
    site.role = _succeed(site.root.post("/api/v1/role", json=role)).json()["id"]
    _succeed(site.root.post(f"/api/v1/user/{site.person}/role/{site.role}"))


def _import_films(site: SampleSite) -> None:
    """Import a new film and a row that is rejected."""
    table = f'title,year\n"{site.words.file}",1999\n,2001\n'
    files = {"files": (f"{site.words.file}.csv"[:60], table.encode(), "text/csv")}
    sent = site.root.post(
        "/manage/imports/new",
        files=files,
        data={"keep_going": "true"},
        headers={"origin": site.server.url},
    )
    assert sent.status_code == 303, sent.text
    site.run = int(sent.headers["location"].rpartition("/")[2])
    page = f"/manage/imports/{site.run}"
    eventually(lambda: "hx-trigger" not in site.root.get(page).text)
    sent = site.root.post(
        "/manage/imports/new",
        files=files,
        data={"step": "preview"},
        headers={"origin": site.server.url},
    )
    assert sent.status_code == 303, sent.text
    site.upload = sent.headers["location"].rpartition("/")[2]


def _succeed(response: httpx.Response) -> httpx.Response:
    assert response.status_code < 300, response.text
    return response
