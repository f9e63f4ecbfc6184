"""Notices: what the page after a form says about what was done, once.

A redirect leaves the notice's name in a cookie, and the page that shows it takes the cookie away.
"""

from kinoteka.web.site.languages import N_

NAME = "notice"
SECONDS = 60

NOTICES: dict[str, str] = {
    "preferences_saved": N_("Your choice is saved."),
}
