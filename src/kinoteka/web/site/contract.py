"""The site as one contract: every page's route, and refusals that are pages."""

from kinoteka.httpkit.routes import Contract
from kinoteka.web.neutral import Message
from kinoteka.web.site import preferences, statics
from kinoteka.web.site.account import routes as account
from kinoteka.web.site.failures import REFUSALS, refuse, refuse_call
from kinoteka.web.site.films import routes as films
from kinoteka.web.site.library import routes as library
from kinoteka.web.site.manage import routes as manage
from kinoteka.web.site.messages import routes as messages
from kinoteka.web.site.people import routes as people

SITE = Contract(
    name="site",
    title="The site",
    description="Pages for people.",
    routes=(
        *films.ROUTES,
        *account.ROUTES,
        *library.ROUTES,
        *people.ROUTES,
        *messages.ROUTES,
        *manage.ROUTES,
        *preferences.ROUTES,
        *statics.ROUTES,
    ),
    refusals=REFUSALS,
    refuse=refuse,
    error_shape=Message,
    refuse_call=refuse_call,
)
