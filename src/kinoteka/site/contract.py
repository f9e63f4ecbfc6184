"""The site as one contract: every page's route, and refusals that are pages."""

from kinoteka.http.mechanics.routes import Contract
from kinoteka.http.policy.default_contract import Message
from kinoteka.site.account import routes as account
from kinoteka.site.films import routes as films
from kinoteka.site.library import routes as library
from kinoteka.site.manage import routes as manage
from kinoteka.site.messages import routes as messages
from kinoteka.site.people import routes as people
from kinoteka.site.ui import preferences, statics
from kinoteka.site.ui.failures import REFUSALS, error_response, request_error_response

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
    error_responses=REFUSALS,
    error_response=error_response,
    error_schema=Message,
    request_error_response=request_error_response,
)
