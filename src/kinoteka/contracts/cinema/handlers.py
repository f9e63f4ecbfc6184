"""What this contract does: parse, one call of a service, shape."""

from kinoteka.contracts.cinema import shapes
from kinoteka.contracts.cinema.lists import answer_list
from kinoteka.core.accounts.model import NewAccount
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call


async def list_movies(call: Call, query: shapes.MoviesQuery) -> Answer:
    """Films, all or a page."""
    wanted = shapes.film_query(query)
    films = await call.core.catalogue.films(call.actor, call.unit, wanted, call.address)
    return await answer_list(call, films, query.page, shapes.movie)


async def read_movie(call: Call, film_id: int) -> shapes.Movie:
    """One film."""
    return shapes.movie(await call.core.catalogue.film(call.actor, call.unit, film_id))


async def list_genres(call: Call, query: shapes.PageQuery) -> Answer:
    """Genres, all or a page."""
    genres = await call.core.catalogue.genres(call.actor, call.unit)
    return await answer_list(call, genres, query.page, shapes.named)


async def read_genre(call: Call, genre_id: int) -> shapes.Named:
    """One genre."""
    return shapes.named(await call.core.catalogue.genre(call.actor, call.unit, genre_id))


async def list_directors(call: Call, query: shapes.PageQuery) -> Answer:
    """Directors, all or a page."""
    directors = await call.core.catalogue.directors(call.actor, call.unit)
    return await answer_list(call, directors, query.page, shapes.named)


async def read_director(call: Call, director_id: int) -> shapes.Named:
    """One director."""
    return shapes.named(await call.core.catalogue.director(call.actor, call.unit, director_id))


async def register(call: Call, body: shapes.RegisterBody) -> shapes.Registered:
    """Make an account."""
    new = NewAccount(email=body.email, password=body.password)
    account = await call.core.accounts.create(call.unit, new, call.address)
    return shapes.Registered(account.id)


async def sign_in(call: Call, body: shapes.SignInBody) -> shapes.Tokens:
    """Begin a session and give its tokens."""
    started = await call.core.sessions.sign_in(
        call.actor, call.unit, call.visit, body.email, body.password
    )
    call.remember_device(started.device)
    pair = call.core.tokens.issue(started.session, started.actor.roles)
    return shapes.Tokens(pair.access_token, pair.refresh_token)


async def renew(call: Call, body: shapes.TokensBody) -> shapes.Tokens:
    """Give a new pair for a pair."""
    pair = await call.core.tokens.renew(call.unit, body.access_token, body.refresh_token)
    return shapes.Tokens(pair.access_token, pair.refresh_token)


async def read_profile(call: Call) -> shapes.Profile:
    """One's own profile."""
    return shapes.profile(await call.core.accounts.own(call.actor, call.unit))


async def change_profile(call: Call, body: shapes.ProfileBody) -> shapes.Profile:
    """Change one's own profile."""
    change = shapes.profile_change(body)
    return shapes.profile(await call.core.accounts.change(call.actor, call.unit, change))


async def change_password(call: Call, body: shapes.PasswordBody) -> shapes.Profile:
    """Change the password; every other session ends."""
    change = shapes.password_change(body)
    account = await call.core.credentials.change_password(
        call.actor,
        call.unit,
        change.present,
        change.new,
        may_be_new_twice=change.may_be_new_twice,
    )
    await call.renew_device()
    return shapes.profile(account)


async def list_bookmarks(call: Call, query: shapes.PageQuery) -> Answer:
    """One's bookmarked films, all or a page."""
    films = await call.core.bookmarks.films(call.actor, call.unit)
    return await answer_list(call, films, query.page, shapes.movie)


async def add_bookmark(call: Call, film_id: int) -> shapes.Nothing:
    """Bookmark a film."""
    await call.core.bookmarks.add(call.actor, call.unit, film_id)
    return shapes.Nothing()


async def remove_bookmark(call: Call, film_id: int) -> None:
    """Remove a bookmark."""
    await call.core.bookmarks.remove(call.actor, call.unit, film_id)
