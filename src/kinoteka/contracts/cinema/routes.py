"""The route table of this contract."""

from kinoteka.contracts.cinema import handlers, schemas
from kinoteka.contracts.cinema.errors import ERROR_TABLE, error_response
from kinoteka.errors import Code
from kinoteka.http.mechanics.routes import Contract, Route

LIST_HEADERS = {
    "X-Total-Count": "The number of items on all pages.",
    "Link": "With `page`: the first, previous, next and last page (RFC 8288).",
}
CATALOGUE = ("catalogue",)

FILMS = (
    Route(
        "GET",
        "/movies/",
        handlers.list_movies,
        "List films",
        query=schemas.MoviesQuery,
        response=list[schemas.Movie],
        errors=(Code.THROTTLED,),
        headers=LIST_HEADERS,
        cached=CATALOGUE,
        description="12 films per page; without `page` all films. Ordered by id. With "
        "`status=new` ordered by year and id, newest first. With `q` the best match first.",
    ),
    Route(
        "GET",
        "/movies/{id}",
        handlers.read_movie,
        "Get a film",
        response=schemas.Movie,
        errors=(Code.FILM_UNKNOWN,),
        cached=CATALOGUE,
    ),
    Route(
        "GET",
        "/genres/",
        handlers.list_genres,
        "List genres",
        query=schemas.PageQuery,
        response=list[schemas.Named],
        headers=LIST_HEADERS,
        cached=CATALOGUE,
        description="12 items per page; without `page` all items.",
    ),
    Route(
        "GET",
        "/genres/{id}",
        handlers.read_genre,
        "Get a genre",
        response=schemas.Named,
        errors=(Code.GENRE_UNKNOWN,),
        cached=CATALOGUE,
    ),
    Route(
        "GET",
        "/directors/",
        handlers.list_directors,
        "List directors",
        query=schemas.PageQuery,
        response=list[schemas.Named],
        headers=LIST_HEADERS,
        cached=CATALOGUE,
        description="12 items per page; without `page` all items.",
    ),
    Route(
        "GET",
        "/directors/{id}",
        handlers.read_director,
        "Get a director",
        response=schemas.Named,
        errors=(Code.DIRECTOR_UNKNOWN,),
        cached=CATALOGUE,
    ),
)

AUTH = (
    Route(
        "POST",
        "/auth/register",
        handlers.register,
        "Register",
        body=schemas.RegisterBody,
        response=schemas.Registered,
        status=201,
        begins_session=True,
        errors=(
            Code.EMAIL_INVALID,
            Code.EMAIL_TAKEN,
            Code.PASSWORD_INVALID,
            Code.THROTTLED,
        ),
        example={"email": "anna@example.com", "password": "correct horse"},
    ),
    Route(
        "POST",
        "/auth/login",
        handlers.sign_in,
        "Sign in",
        body=schemas.SignInBody,
        response=schemas.Tokens,
        begins_session=True,
        errors=(
            Code.ACCOUNT_UNKNOWN,
            Code.PASSWORD_WRONG,
            Code.ACCOUNT_DISABLED,
            Code.THROTTLED,
        ),
        example={"email": "anna@example.com", "password": "correct horse"},
    ),
    Route(
        "PUT",
        "/auth/login",
        handlers.renew,
        "Refresh the tokens",
        body=schemas.TokensBody,
        response=schemas.Tokens,
        identity="ignored",
        errors=(Code.TOKEN_INVALID, Code.TOKEN_REUSED),
        description="Both tokens must belong to the same session. The access token may have "
        "expired.",
    ),
)

USER = (
    Route(
        "GET",
        "/user/",
        handlers.read_profile,
        "Get your profile",
        response=schemas.Profile,
        signed_in=True,
    ),
    Route(
        "PATCH",
        "/user/",
        handlers.change_profile,
        "Change your profile",
        body=schemas.ProfileBody,
        response=schemas.Profile,
        signed_in=True,
        errors=(Code.GENRE_UNKNOWN,),
        client_names={"given_name": "name", "family_name": "surname"},
        description="Null clears a field. The genre is an id, as a number or as a string.",
        example={"name": "Anna", "surname": "Karenina", "favorite_genre": 1},
    ),
    Route(
        "PUT",
        "/user/password",
        handlers.change_password,
        "Change your password",
        body=schemas.PasswordBody,
        response=schemas.Profile,
        signed_in=True,
        errors=(
            Code.CURRENT_PASSWORD_WRONG,
            Code.SIGN_IN_AGAIN,
            Code.PASSWORD_INVALID,
            Code.THROTTLED,
        ),
        client_names={"password": "password_2 (new_password)"},
        description="Ends every other session of the account. `password_1` is the current "
        "password and `password_2` the new one. `old_password` and `new_password` are other names "
        "for them; the two pairs cannot be mixed. Within 15 minutes of its sign-in, a client may "
        "send the new password as both `password_1` and `password_2`.",
        example={"password_1": "correct horse", "password_2": "battery staple"},
    ),
)

FAVORITES = (
    Route(
        "GET",
        "/favorites/movies/",
        handlers.list_bookmarks,
        "List your bookmarks",
        query=schemas.PageQuery,
        response=list[schemas.Movie],
        signed_in=True,
        headers=LIST_HEADERS,
        description="The newest bookmark first. 12 films per page; without `page` all films.",
    ),
    Route(
        "POST",
        "/favorites/movies/{id}/",
        handlers.add_bookmark,
        "Bookmark a film",
        response=schemas.Nothing,
        status=201,
        signed_in=True,
        errors=(Code.FILM_UNKNOWN,),
    ),
    Route(
        "DELETE",
        "/favorites/movies/{id}/",
        handlers.remove_bookmark,
        "Remove a bookmark",
        status=204,
        signed_in=True,
        errors=(Code.FILM_UNKNOWN,),
    ),
)

CONTRACT = Contract(
    name="cinema",
    title="Cinema",
    description="A film catalogue with profiles and bookmarks. Clients sign in with Bearer access "
    "tokens. Lists are bare arrays. Errors are 4xx with a message. A flat body may also be sent as "
    "application/x-www-form-urlencoded.",
    routes=(*FILMS, *AUTH, *USER, *FAVORITES),
    error_responses=ERROR_TABLE,
    error_response=error_response,
    error_schema=schemas.Message,
    takes_forms=True,
)
