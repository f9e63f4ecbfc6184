"""The routes of bookmarks and selections."""

from kinoteka.http.mechanics.routes import Route
from kinoteka.site.library import bookmarks, choosing, editing, schemas, selections
from kinoteka.site.ui.pages import form, page

ROUTES: tuple[Route, ...] = (
    page(
        "/bookmarks",
        bookmarks.show_bookmarks,
        "One's bookmarks",
        query=schemas.PageQuery,
        signed_in=True,
    ),
    form(
        "/bookmarks/{id}",
        bookmarks.change_bookmark,
        "Bookmark a film, or no longer",
        body=schemas.BookmarkForm,
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
        body=schemas.ChoiceForm,
    ),
    form(
        "/films/{id}/selections/new",
        choosing.make_choice,
        "Make a selection that begins with a film",
        body=schemas.SelectionForm,
    ),
    page("/selections", selections.show_selections, "Selections", query=schemas.PageQuery),
    page(
        "/selections/mine",
        selections.show_own_selections,
        "One's selections",
        query=schemas.PageQuery,
        signed_in=True,
    ),
    page(
        "/selections/new",
        selections.show_new_selection,
        "A selection to be",
        signed_in=True,
    ),
    form(
        "/selections/new",
        selections.make_selection,
        "Make a selection",
        body=schemas.SelectionForm,
    ),
    page("/selections/{id}", selections.show_selection, "A selection"),
    page(
        "/selections/{id}/edit",
        editing.show_editing,
        "Edit a selection",
        query=schemas.FindQuery,
        signed_in=True,
    ),
    form(
        "/selections/{id}/edit",
        editing.change_selection,
        "Rename, describe, publish or withdraw a selection",
        body=schemas.SelectionForm,
    ),
    form(
        "/selections/{id}/films",
        editing.change_films,
        "Put a film into a selection, move it within, or take it out",
        body=schemas.FilmForm,
    ),
    form("/selections/{id}/delete", editing.delete_selection, "Delete a selection"),
)
