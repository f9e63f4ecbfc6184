"""The routes of this part of the site."""

from kinoteka.httpkit.routes import Route

ROUTES: tuple[Route, ...] = ()
