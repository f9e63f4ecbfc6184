"""Every page of the site, with an address at which it shows something, and who looks at it."""

from dataclasses import dataclass

import httpx

from kinoteka.httpkit.routes import Route
from kinoteka.web.site.contract import SITE
from running import RunningServer

# Pieces that scripts put into a page.
PIECES: set[str] = {"/messages/films/{film_id}"}

# An address for each path with values. What stands in braces is a field of `World`.
EXAMPLES: dict[str, str] = {
    "/messages/{chat_id}": "/messages/{chat}",
    "/messages/edit/{message_id}": "/messages/edit/{message}",
    "/messages/delete/{message_id}": "/messages/delete/{message}",
}


@dataclass
class World:
    """A server with people who have done what there is to do, and where that is to be seen."""

    server: RunningServer
    anna: httpx.Client
    root: httpx.Client
    username: str = "anna"
    other: str = "boris"
    person: int = 0
    film: int = 0
    genre: int = 0
    director: int = 0
    selection: int = 0
    chat: int = 0
    message: int = 0
    role: int = 0


def pages() -> list[Route]:
    """The rows of the site's route table that are pages."""
    shown = (it for it in SITE.routes if it.method == "GET" and it.media_type == "text/html")
    return [route for route in shown if route.path not in PIECES]


def address(route: Route, world: World) -> str:
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
    if route.signed_in:
        return ["member"]
    return ["visitor", "member"]


def peopled(server: RunningServer, root: httpx.Client) -> World:
    """A world with two people who have films, selections and a chat."""
    world = World(server, server.signed_up("anna"), root)
    boris = server.signed_up(world.other)
    films = world.anna.get("/movies/?page=1").json()
    film = films[3]
    world.film, world.genre, world.director = film["id"], film["genre_id"], film["director_id"]
    for each in films[:7]:
        _done(world.anna.post(f"/favorites/movies/{each['id']}/"))
    world.selection = _selection(world, [each["id"] for each in films[:5]])
    _chat(world, boris)
    _role(world)
    return world


def _selection(world: World, films: list[int]) -> int:
    body = {
        "title": "For a rainy evening",
        "description": "Films that are best with tea.",
        "public": True,
        "movies": films,
    }
    body = body | {"featured": True}
    made = _done(world.root.post("/selections", json=body, headers=csrf(world.root)))
    _done(world.anna.post("/selections", json=body | {"featured": False}, headers=csrf(world.anna)))
    return int(made.json()["body"]["selection"]["id"])


def _chat(world: World, boris: httpx.Client) -> None:
    world.person = boris.get("/users").json()["id"]
    world.chat = _done(world.anna.post("/chats", json={"user_id": world.person})).json()["id"]
    for number in range(6):
        writer = (world.anna, boris)[number % 2]
        text = f"Have you seen it? {world.server.url}/films/{world.film}" if number else "Hello!"
        sent = _done(writer.post(f"/chats/{world.chat}/messages", json={"text": text}))
        if writer is world.anna:
            world.message = sent.json()["id"]


def _role(world: World) -> None:
    role = {"name": "curators", "permissions": ["films.edit", "films.label"]}
    world.role = _done(world.root.post("/api/v1/role", json=role)).json()["id"]
    _done(world.root.post(f"/api/v1/user/{world.person}/role/{world.role}"))


def csrf(client: httpx.Client) -> dict[str, str]:
    """The header that the contract of selections asks for."""
    return {"csrf-token": client.get("/user/csrf").json()["body"]["csrf"]}


def _done(answer: httpx.Response) -> httpx.Response:
    assert answer.status_code < 300, answer.text
    return answer
