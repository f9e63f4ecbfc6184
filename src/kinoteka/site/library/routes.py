"""The routes of bookmarks, selections and member pages."""

from kinoteka.http.mechanics.routes import Handler, Route
from kinoteka.site.library import (
    bookmarks,
    feeds,
    film_selections,
    people,
    schemas,
    selection_editor,
    selections,
)
from kinoteka.site.ui.atom import MEDIA_TYPE
from kinoteka.site.ui.pages import form, page


def feed(path: str, handler: Handler, summary: str) -> Route:
    """Return the route of an Atom feed. It ignores credentials, as feed readers have none."""
    return Route(
        "GET",
        path,
        handler,
        summary,
        query=schemas.FeedQuery,
        identity="ignored",
        media_type=MEDIA_TYPE,
        for_browsers=True,
    )


ROUTES: tuple[Route, ...] = (
    page(
        "/bookmarks",
        bookmarks.show_bookmarks,
        "List your bookmarks",
        query=schemas.PageQuery,
        signed_in=True,
    ),
    page(
        "/bookmarks/export",
        bookmarks.download_bookmarks,
        "Download your bookmarks",
        query=schemas.DownloadQuery,
        signed_in=True,
    ),
    form(
        "/bookmarks/{id}",
        bookmarks.change_bookmark,
        "Add or remove a bookmark",
        body=schemas.BookmarkForm,
    ),
    page(
        "/films/{id}/selections",
        film_selections.show_film_selections,
        "List your selections for a film",
        signed_in=True,
    ),
    form(
        "/films/{id}/selections",
        film_selections.change_film_selection,
        "Add a film to a selection, or remove it",
        body=schemas.FilmSelectionForm,
    ),
    form(
        "/films/{id}/selections/new",
        film_selections.create_film_selection,
        "Create a selection with a film",
        body=schemas.SelectionForm,
    ),
    page("/selections", selections.show_selections, "Selections", query=schemas.PageQuery),
    page(
        "/selections/mine",
        selections.show_own_selections,
        "List your selections",
        query=schemas.PageQuery,
        signed_in=True,
    ),
    page(
        "/selections/new",
        selections.show_new_selection,
        "The form of a new selection",
        signed_in=True,
    ),
    form(
        "/selections/new",
        selections.create_selection,
        "Create a selection",
        body=schemas.SelectionForm,
    ),
    page("/selections/{id}", selections.show_selection, "A selection"),
    page(
        "/selections/{id}/export",
        selections.download_selection,
        "Download the films of a selection",
        query=schemas.DownloadQuery,
    ),
    page(
        "/selections/{id}/edit",
        selection_editor.show_editor,
        "Edit a selection",
        query=schemas.EditorQuery,
        signed_in=True,
    ),
    form(
        "/selections/{id}/edit",
        selection_editor.change_selection,
        "Change the title, description or visibility of a selection",
        body=schemas.SelectionForm,
    ),
    form(
        "/selections/{id}/films",
        selection_editor.change_films,
        "Add a film to a selection, move it or remove it",
        body=schemas.FilmForm,
    ),
    form("/selections/{id}/delete", selection_editor.delete_selection, "Delete a selection"),
    feed("/feeds/films.atom", feeds.show_new_films, "Feed of new films"),
    feed("/feeds/selections.atom", feeds.show_selections, "Feed of public selections"),
    feed("/selections/{id}/feed.atom", feeds.show_selection, "Feed of a selection’s films"),
    page("/people/{name:text}", people.show_person, "A member", query=schemas.PageQuery),
)
