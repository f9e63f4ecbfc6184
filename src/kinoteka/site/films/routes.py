"""The routes of films."""

from kinoteka.http.mechanics.routes import Route
from kinoteka.site.films import handlers, schemas
from kinoteka.site.ui.pages import page

ROUTES: tuple[Route, ...] = (
    page("/", handlers.show_first_page, "The first page"),
    page("/films", handlers.list_films, "Films, by filters", query=schemas.FilmsQuery),
    page("/films/{id}", handlers.show_film, "A film"),
    page(
        "/films/directors",
        handlers.suggest_directors,
        "Directors by the beginning of a name",
        query=schemas.DirectorsQuery,
    ),
    page("/genres/{id}", handlers.show_genre, "A genre's films", query=schemas.SortedQuery),
    page(
        "/directors/{id}", handlers.show_director, "A director's films", query=schemas.SortedQuery
    ),
    page("/search", handlers.search_films, "Films that words find", query=schemas.SearchQuery),
    page(
        "/search/suggested",
        handlers.suggest_films,
        "What is suggested while somebody types",
        query=schemas.SearchQuery,
    ),
)
