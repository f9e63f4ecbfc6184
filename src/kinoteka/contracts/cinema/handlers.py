"""Handlers of this contract: parse the request, call one service, shape the response."""

from kinoteka.contracts.cinema import schemas
from kinoteka.contracts.cinema.lists import list_response
from kinoteka.core.accounts.model import NewAccount
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request


async def list_movies(request: Request, query: schemas.MoviesQuery) -> Response:
    """Return all films or a page of them."""
    film_query = schemas.film_query(query)
    films = await request.core.catalogue.films(
        request.actor, request.unit, film_query, request.address
    )
    return await list_response(request, films, query.page, schemas.movie)


async def read_movie(request: Request, film_id: int) -> schemas.Movie:
    """Return a film."""
    return schemas.movie(await request.core.catalogue.film(request.actor, request.unit, film_id))


async def list_genres(request: Request, query: schemas.PageQuery) -> Response:
    """Return all genres or a page of them."""
    genres = await request.core.catalogue.genres(request.actor, request.unit)
    return await list_response(request, genres, query.page, schemas.named)


async def read_genre(request: Request, genre_id: int) -> schemas.Named:
    """Return a genre."""
    return schemas.named(await request.core.catalogue.genre(request.actor, request.unit, genre_id))


async def list_directors(request: Request, query: schemas.PageQuery) -> Response:
    """Return all directors or a page of them."""
    directors = await request.core.catalogue.directors(request.actor, request.unit)
    return await list_response(request, directors, query.page, schemas.named)


async def read_director(request: Request, director_id: int) -> schemas.Named:
    """Return a director."""
    return schemas.named(
        await request.core.catalogue.director(request.actor, request.unit, director_id)
    )


async def register(request: Request, body: schemas.RegisterBody) -> schemas.Registered:
    """Create an account."""
    new = NewAccount(email=body.email, password=body.password)
    account = await request.core.accounts.create(request.unit, new, request.address)
    return schemas.Registered(account.id)


async def sign_in(request: Request, body: schemas.SignInBody) -> schemas.Tokens:
    """Start a session and return its tokens."""
    result = await request.core.sessions.sign_in(
        request.actor, request.unit, request.visit, body.email, body.password
    )
    request.add_device_cookie(result.device)
    pair = request.core.tokens.issue(result.session, result.actor.roles)
    return schemas.Tokens(pair.access_token, pair.refresh_token)


async def renew(request: Request, body: schemas.TokensBody) -> schemas.Tokens:
    """Exchange a pair of tokens for a new pair."""
    pair = await request.core.tokens.refresh_pair(
        request.unit, body.access_token, body.refresh_token
    )
    return schemas.Tokens(pair.access_token, pair.refresh_token)


async def read_profile(request: Request) -> schemas.Profile:
    """Return the account's own profile."""
    return schemas.profile(await request.core.accounts.get_own(request.actor, request.unit))


async def change_profile(request: Request, body: schemas.ProfileBody) -> schemas.Profile:
    """Change the account's own profile."""
    change = schemas.profile_change(body)
    return schemas.profile(await request.core.accounts.change(request.actor, request.unit, change))


async def change_password(request: Request, body: schemas.PasswordBody) -> schemas.Profile:
    """Change the password and end every other session of the account."""
    change = schemas.password_change(body)
    account = await request.core.credentials.change_password(
        request.actor,
        request.unit,
        change.current,
        change.new,
        accepts_new_password_twice=change.accepts_new_password_twice,
    )
    await request.renew_device_cookie()
    return schemas.profile(account)


async def list_bookmarks(request: Request, query: schemas.PageQuery) -> Response:
    """Return all bookmarked films of the account or a page of them."""
    films = await request.core.bookmarks.list_films(request.actor, request.unit)
    return await list_response(request, films, query.page, schemas.movie)


async def add_bookmark(request: Request, film_id: int) -> schemas.Nothing:
    """Bookmark a film."""
    await request.core.bookmarks.add(request.actor, request.unit, film_id)
    return schemas.Nothing()


async def remove_bookmark(request: Request, film_id: int) -> None:
    """Remove a bookmark."""
    await request.core.bookmarks.remove(request.actor, request.unit, film_id)
