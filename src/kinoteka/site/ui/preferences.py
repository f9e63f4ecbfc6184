"""Preferences of a browser: language and theme."""

import msgspec

from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.ui.cookies import set_cookie
from kinoteka.site.ui.languages import LANGUAGES
from kinoteka.site.ui.pages import THEMES, form, local_path, redirect


class PreferencesForm(msgspec.Struct):
    """A language or theme and the page to return to. Any unknown theme means the system theme."""

    language: str | None = None
    theme: str | None = None
    next: str = "/"


async def save_preferences(request: Request, body: PreferencesForm) -> Response:
    """Store the language or theme in cookies."""
    headers = []
    if body.language in LANGUAGES:
        headers.append(set_cookie(request, "language", body.language))
    if body.theme is not None:
        chosen = body.theme if body.theme in THEMES else ""
        headers.append(set_cookie(request, "theme", chosen, **({} if chosen else {"seconds": 0})))
    return redirect(request, local_path(body.next), extra=headers)


ROUTES = (
    form(
        "/preferences",
        save_preferences,
        "Choose a language or theme",
        body=PreferencesForm,
        signed_in=False,
    ),
)
