"""The routes of bookmarks and selections."""

from kinoteka.httpkit.routes import Route
from kinoteka.web.site.library import bookmarks, choosing, shapes
from kinoteka.web.site.pages import form, page

ROUTES: tuple[Route, ...] = (
    page(
        "/bookmarks",
        bookmarks.show_bookmarks,
        "One's bookmarks",
        query=shapes.PageQuery,
        signed_in=True,
    ),
    form(
        "/bookmarks/{id}",
        bookmarks.change_bookmark,
        "Bookmark a film, or no longer",
        body=shapes.BookmarkForm,
    ),
    page(
        "/films/{id}/selections",
        choosing.show_choices,
        "One's selections, to put a film into",
        signed_in=True,
    ),
    form(
        "/films/{id}/selections",
        choosing.change_choice,
        "Put a film into a selection, or take it out",
        body=shapes.ChoiceForm,
    ),
    form(
        "/films/{id}/selections/new",
        choosing.make_choice,
        "Make a selection that begins with a film",
        body=shapes.SelectionForm,
    ),
)
