"""The routes of films."""

from kinoteka.http.mechanics.routes import Route
from kinoteka.site.films import downloads, handlers, schemas, search
from kinoteka.site.ui.pages import page

ROUTES: tuple[Route, ...] = (
    page("/", handlers.show_home, "Home page"),
    page("/films", handlers.list_films, "List films with filters", query=schemas.FilmsQuery),
    page("/films/{id}", handlers.show_film, "A film"),
    page(
        "/films/directors",
        handlers.suggest_directors,
        "Suggest directors by the beginning of a name",
        query=schemas.DirectorsQuery,
    ),
    page(
        "/films/export",
        downloads.download_films,
        "Download the films that match the filters",
        query=schemas.FilmsDownload,
    ),
    page(
        "/search/export",
        downloads.download_search,
        "Download the films that match a search",
        query=schemas.SearchDownload,
    ),
    page("/genres/{id}", handlers.show_genre, "A genre's films", query=schemas.SortedQuery),
    page(
        "/directors/{id}", handlers.show_director, "A director's films", query=schemas.SortedQuery
    ),
    page(
        "/search",
        search.search,
        "Search films, people, genres and selections",
        query=schemas.SearchQuery,
    ),
    page(
        "/search/suggested",
        search.suggest,
        "Suggestions for a search text",
        query=schemas.SearchQuery,
    ),
)
