"""Every page of the site, with an address at which it shows something, and who looks at it."""

from dataclasses import dataclass
from urllib.parse import quote

import httpx

from kinoteka.http.mechanics.routes import Route
from kinoteka.site.contract import SITE
from tests.support.films import SampleFilm, fill_catalogue
from tests.support.polling import eventually
from tests.support.servers import PASSWORD, RunningServer

# Pieces that scripts put into a page.
FRAGMENTS = {"/films/directors", "/messages/films/{film_id}", "/search/suggested"}

# Addresses that lead on to a page.
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
    "/manage/films/{id}/unlock",
    "/manage/imports/{id}/cancel",
    "/manage/imports/{id}/report",
}

# Pages that lead on who is signed in.
SIGN_IN_PAGES = {"/sign-in", "/sign-up"}

# An address for each path with values. What stands in braces is a field of `World`.
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
    "/manage/imports/{id}": "/manage/imports/{run}",
}


@dataclass(frozen=True)
class SampleTexts:
    """What people have written, in every field that pages show."""

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
    """A server with people who have done what there is to do, and where that is to be seen."""

    server: RunningServer
    words: SampleTexts
    anna: httpx.Client
    boris: httpx.Client
    root: httpx.Client
    person: int = 0
    person_name: str = ""
    film: int = 0
    genre: int = 0
    director: int = 0
    selection: int = 0
    own_selection: int = 0
    chat: int = 0
    message: int = 0
    role: int = 0
    run: int = 0


def pages() -> list[Route]:
    """The rows of the site's route table that are pages."""
    shown = (it for it in SITE.routes if it.method == "GET" and it.media_type == "text/html")
    return [route for route in shown if route.path not in FRAGMENTS | REDIRECTS]


def example_path(route: Route, world: SampleSite) -> str:
    """Where a page shows something.

    Raises:
        KeyError: its path has values, and EXAMPLES does not tell which.
    """
    path = EXAMPLES[route.path] if "{" in route.path else EXAMPLES.get(route.path, route.path)
    return path.format_map(vars(world))


def viewers(route: Route) -> list[str]:
    """Who may look at a page, of: a visitor, a member, an operator."""
    if route.permission or route.path.startswith("/manage"):
        return ["operator"]
    if route.path in SIGN_IN_PAGES:
        return ["visitor"]
    if route.signed_in:
        return ["member"]
    return ["visitor", "member"]


def create_sample_site(server: RunningServer, words: SampleTexts | None = None) -> SampleSite:
    """A world with two people who have films, selections and a chat, and an operator."""
    words = words or SampleTexts()
    world = SampleSite(
        server,
        words,
        _signed_up(server, words.anna, "anna@example.com", words.agent),
        _signed_up(server, words.boris, "boris@example.com", words.agent),
        _operator(server),
    )
    _film(world)
    for each in range(1, 8):
        _done(world.anna.post(f"/favorites/movies/{each}/"))
    world.selection = _selection(world, world.root, featured=True)
    world.own_selection = _selection(world, world.anna)
    _chat(world)
    _role(world)
    _import(world)
    return world


def csrf(client: httpx.Client) -> dict[str, str]:
    """The header that the contract of selections asks for."""
    return {"csrf-token": client.get("/user/csrf").json()["body"]["csrf"]}


def _signed_up(server: RunningServer, name: str, email: str, agent: str) -> httpx.Client:
    client = server.client(user_agent=agent)
    body = {"login": name, "password": PASSWORD, "email": email}
    _done(client.post("/signup", json=body))
    return client


def _operator(server: RunningServer) -> httpx.Client:
    server.make_superuser("root")
    client = server.client()
    _done(client.post("/login", json={"login": "root", "password": PASSWORD}))
    return client


def _film(world: SampleSite) -> None:
    words = world.words
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
    world.film = fill_catalogue(world.server.settings, [film])[words.title]
    eventually(lambda: world.anna.get(f"/movies/{world.film}").status_code == 200)
    found = world.anna.get(f"/movies/{world.film}").json()
    world.genre, world.director = found["genre_id"], found["director_id"]
    _done(world.anna.post(f"/favorites/movies/{world.film}/"))


def _selection(world: SampleSite, client: httpx.Client, *, featured: bool = False) -> int:
    body = {
        "title": world.words.selection,
        "description": world.words.note,
        "public": True,
        "featured": featured,
        "movies": [1, 2, 3, 4, world.film],
    }
    made = _done(client.post("/selections", json=body, headers=csrf(client)))
    return int(made.json()["body"]["selection"]["id"])


def _chat(world: SampleSite) -> None:
    world.person_name = quote(world.words.boris, safe="")
    world.person = world.boris.get("/users").json()["id"]
    world.chat = _done(world.anna.post("/chats", json={"user_id": world.person})).json()["id"]
    for number, text in enumerate(world.words.messages):
        writer = (world.anna, world.boris)[number % 2]
        link = f" {world.server.url}/films/{world.film}" if number == 2 else ""
        body = {"text": text + link}
        sent = _done(writer.post(f"/chats/{world.chat}/messages", json=body)).json()["id"]
        if writer is world.anna:
            world.message = sent


def _role(world: SampleSite) -> None:
    role = {"name": world.words.role, "permissions": ["films.edit", "films.label"]}
    world.role = _done(world.root.post("/api/v1/role", json=role)).json()["id"]
    _done(world.root.post(f"/api/v1/user/{world.person}/role/{world.role}"))


def _import(world: SampleSite) -> None:
    """An import with a film that is new and a row that is refused."""
    table = f'title,year\n"{world.words.file}",1999\n,2001\n'
    files = {"files": (f"{world.words.file}.csv"[:60], table.encode(), "text/csv")}
    sent = world.root.post(
        "/manage/imports/new",
        files=files,
        data={"keep_going": "true"},
        headers={"origin": world.server.url},
    )
    assert sent.status_code == 303, sent.text
    world.run = int(sent.headers["location"].rpartition("/")[2])
    page = f"/manage/imports/{world.run}"
    eventually(lambda: "hx-trigger" not in world.root.get(page).text)


def _done(response: httpx.Response) -> httpx.Response:
    assert response.status_code < 300, response.text
    return response
