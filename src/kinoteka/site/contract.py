"""The site as a contract: the routes of all pages, with errors as pages."""

from kinoteka.http.mechanics.routes import Contract
from kinoteka.http.policy.default_contract import Message
from kinoteka.site.account import routes as account
from kinoteka.site.films import routes as films
from kinoteka.site.library import routes as library
from kinoteka.site.manage import routes as manage
from kinoteka.site.messages import routes as messages
from kinoteka.site.ui import assets, preferences
from kinoteka.site.ui.error_pages import ERROR_RESPONSES, error_response, request_error_response
from kinoteka.site.ui.pages import language_of

SITE = Contract(
    name="site",
    title="The site",
    description="Pages for people.",
    routes=(
        *films.ROUTES,
        *account.ROUTES,
        *library.ROUTES,
        *messages.ROUTES,
        *manage.ROUTES,
        *preferences.ROUTES,
        *assets.ROUTES,
    ),
    error_responses=ERROR_RESPONSES,
    error_response=error_response,
    error_schema=Message,
    request_error_response=request_error_response,
    language_of=language_of,
)
