"""The route table of this contract."""

from kinoteka.contracts.cinema import handlers, schemas
from kinoteka.contracts.cinema.errors import REFUSALS, error_response
from kinoteka.errors import Code
from kinoteka.http.mechanics.routes import Contract, Route

LIST_HEADERS = {
    "X-Total-Count": "How many there are on all pages.",
    "Link": "With a page: the first, previous, next and last ones (RFC 8288).",
}
CATALOGUE = ("catalogue",)

FILMS = (
    Route(
        "GET",
        "/movies/",
        handlers.list_movies,
        "Films",
        query=schemas.MoviesQuery,
        response=list[schemas.Movie],
        errors=(Code.THROTTLED,),
        headers=LIST_HEADERS,
        cached=CATALOGUE,
        description="12 to a page; all of them without `page`. By id; with `status=new` by year "
        "and id, newest first; with `q` the best match first.",
    ),
    Route(
        "GET",
        "/movies/{id}",
        handlers.read_movie,
        "One film",
        response=schemas.Movie,
        errors=(Code.FILM_UNKNOWN,),
        cached=CATALOGUE,
    ),
    Route(
        "GET",
        "/genres/",
        handlers.list_genres,
        "Genres",
        query=schemas.PageQuery,
        response=list[schemas.Named],
        headers=LIST_HEADERS,
        cached=CATALOGUE,
        description="12 to a page; all of them without `page`.",
    ),
    Route(
        "GET",
        "/genres/{id}",
        handlers.read_genre,
        "One genre",
        response=schemas.Named,
        errors=(Code.GENRE_UNKNOWN,),
        cached=CATALOGUE,
    ),
    Route(
        "GET",
        "/directors/",
        handlers.list_directors,
        "Directors",
        query=schemas.PageQuery,
        response=list[schemas.Named],
        headers=LIST_HEADERS,
        cached=CATALOGUE,
        description="12 to a page; all of them without `page`.",
    ),
    Route(
        "GET",
        "/directors/{id}",
        handlers.read_director,
        "One director",
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
        "Renew the tokens",
        body=schemas.TokensBody,
        response=schemas.Tokens,
        identity="none",
        errors=(Code.TOKEN_INVALID, Code.TOKEN_REUSED),
        description="Both tokens must be of one session; the access token may have expired.",
    ),
)

USER = (
    Route(
        "GET",
        "/user/",
        handlers.read_profile,
        "One's own profile",
        response=schemas.Profile,
        signed_in=True,
    ),
    Route(
        "PATCH",
        "/user/",
        handlers.change_profile,
        "Change one's own profile",
        body=schemas.ProfileBody,
        response=schemas.Profile,
        signed_in=True,
        errors=(Code.GENRE_UNKNOWN,),
        called={"given_name": "name", "family_name": "surname"},
        description="Null clears. The genre may be an id as a number or as a text.",
        example={"name": "Anna", "surname": "Karenina", "favorite_genre": 1},
    ),
    Route(
        "PUT",
        "/user/password",
        handlers.change_password,
        "Change one's own password",
        body=schemas.PasswordBody,
        response=schemas.Profile,
        signed_in=True,
        errors=(
            Code.CURRENT_PASSWORD_WRONG,
            Code.SIGN_IN_AGAIN,
            Code.PASSWORD_INVALID,
            Code.THROTTLED,
        ),
        called={"password": "password_2 (new_password)"},
        description="Every other session of the account ends. `password_1` is the current "
        "password and `password_2` the new one; `old_password` and `new_password` are the same "
        "pair by other names, and the two pairs cannot be mixed. A client may send the new "
        "password as both `password_1` and `password_2` within 15 minutes of its sign-in.",
        example={"password_1": "correct horse", "password_2": "battery staple"},
    ),
)

FAVORITES = (
    Route(
        "GET",
        "/favorites/movies/",
        handlers.list_bookmarks,
        "One's bookmarked films",
        query=schemas.PageQuery,
        response=list[schemas.Movie],
        signed_in=True,
        headers=LIST_HEADERS,
        description="The one bookmarked last first; 12 to a page, all of them without `page`.",
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
    description="A film catalogue with profiles and bookmarks: Bearer access tokens, bare arrays, "
    "errors 4xx with a message. A flat body may also be sent as "
    "application/x-www-form-urlencoded.",
    routes=(*FILMS, *AUTH, *USER, *FAVORITES),
    error_responses=REFUSALS,
    error_response=error_response,
    error_schema=schemas.Message,
    takes_forms=True,
)
