"""What a browser has chosen: language and theme."""

import msgspec

from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.ui.cookies import set_cookie
from kinoteka.site.ui.languages import LANGUAGES
from kinoteka.site.ui.pages import THEMES, form, own_path, redirect


class PreferencesForm(msgspec.Struct):
    """A choice, and where to go on; a theme that is none follows the system."""

    language: str | None = None
    theme: str | None = None
    next: str = "/"


async def save_preferences(request: Request, body: PreferencesForm) -> Response:
    """Leave a choice with the browser."""
    headers = []
    if body.language in LANGUAGES:
        headers.append(set_cookie(request, "language", body.language))
    if body.theme is not None:
        chosen = body.theme if body.theme in THEMES else ""
        headers.append(set_cookie(request, "theme", chosen, **({} if chosen else {"seconds": 0})))
    return redirect(request, own_path(body.next), extra=headers)


ROUTES = (
    form(
        "/preferences",
        save_preferences,
        "Choose a language or theme",
        body=PreferencesForm,
        signed_in=False,
    ),
)
