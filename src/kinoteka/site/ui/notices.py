"""Notices: what the page after a form says about what was done, once.

A redirect leaves the notice's name in a cookie, and the page that shows it takes the cookie away.
"""

from kinoteka.site.ui.languages import N_

NAME = "notice"
SECONDS = 60

NOTICES: dict[str, str] = {
    "message_deleted": N_("The message is deleted."),
    "bookmark_added": N_("The film is bookmarked."),
    "bookmark_removed": N_("The film is no longer bookmarked."),
    "selection_made": N_("Your selection is made."),
    "selection_saved": N_("The selection is saved."),
    "selection_deleted": N_("The selection is deleted."),
    "film_put": N_("The film is in the selection."),
    "film_removed": N_("The film is no longer in the selection."),
    "film_moved": N_("The film has moved."),
    "film_saved": N_("The film is saved."),
    "field_unlocked": N_("Imports may change this field again."),
    "film_added": N_("The film is added."),
    "film_labelled": N_("The film’s label is set."),
    "film_hidden": N_("The film is hidden: only operators see it."),
    "film_shown": N_("The film is shown again."),
    "selection_featured": N_("The selection is featured."),
    "selection_unfeatured": N_("The selection is no longer featured."),
    "import_ending": N_("The import is being cancelled."),
    "signed_up": N_("Welcome! Your account is made."),
    "signed_out": N_("You are signed out."),
    "profile_saved": N_("Your profile is saved."),
    "avatar_saved": N_("Your picture is saved."),
    "avatar_removed": N_("Your picture is removed."),
    "password_changed": N_("Your password is changed, and every other session has ended."),
    "session_ended": N_("That session has ended."),
    "sessions_ended": N_("All other sessions have ended."),
    "account_deleted": N_("Your account is deleted."),
    "account_disabled": N_("The account is disabled, and its sessions have ended."),
    "account_enabled": N_("The account is enabled again."),
    "their_sessions_ended": N_("Those sessions have ended."),
    "role_given": N_("The role is given."),
    "role_taken_away": N_("The role is taken away."),
    "role_saved": N_("The role is saved."),
    "role_deleted": N_("The role is deleted."),
    "label_made": N_("The label is made."),
}
