"""The routes of people."""

from kinoteka.httpkit.routes import Route
from kinoteka.web.site.library.shapes import PageQuery
from kinoteka.web.site.pages import page
from kinoteka.web.site.people import handlers

ROUTES: tuple[Route, ...] = (
    page("/people/{name:text}", handlers.show_person, "A person", query=PageQuery),
)
