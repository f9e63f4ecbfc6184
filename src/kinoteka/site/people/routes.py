"""The routes of people."""

from kinoteka.http.mechanics.routes import Route
from kinoteka.site.library.schemas import PageQuery
from kinoteka.site.people import handlers
from kinoteka.site.ui.pages import page

ROUTES: tuple[Route, ...] = (
    page("/people/{name:text}", handlers.show_person, "A person", query=PageQuery),
)
