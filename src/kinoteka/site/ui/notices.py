"""Notices: confirmations that the page after a form shows once.

A redirect stores the name of the notice in a cookie. The next page shows it and deletes the cookie.
"""

from kinoteka.site.ui.languages import N_

NAME = "notice"
SECONDS = 60

NOTICES: dict[str, str] = {
    "message_deleted": N_("Message deleted."),
    "bookmark_added": N_("Bookmark added."),
    "bookmark_removed": N_("Bookmark removed."),
    "selection_made": N_("Selection created."),
    "selection_saved": N_("Selection saved."),
    "selection_deleted": N_("Selection deleted."),
    "film_put": N_("Film added to the selection."),
    "film_removed": N_("Film removed from the selection."),
    "film_moved": N_("Film moved."),
    "film_saved": N_("Film saved."),
    "field_unlocked": N_("Imports can change this field again."),
    "film_added": N_("Film added."),
    "film_labelled": N_("Film label changed."),
    "film_merged": N_("The films are one now."),
    "genre_saved": N_("Names of the genre saved."),
    "alias_added": N_("Alias added."),
    "alias_removed": N_("Alias removed."),
    "genre_merged": N_("The genres are one now."),
    "film_split": N_("The film was split. This is the new film."),
    "merge_undone": N_("The merge was undone."),
    "duplicate_dismissed": N_("The films are no longer listed as duplicates."),
    "film_hidden": N_("The film is now hidden. Only administrators can see it."),
    "film_shown": N_("The film is visible again."),
    "selection_featured": N_("Selection featured."),
    "selection_unfeatured": N_("Selection no longer featured."),
    "mapping_saved": N_("Columns and options saved."),
    "mapping_deleted": N_("Saved mapping deleted."),
    "upload_discarded": N_("Files discarded. Nothing was saved."),
    "import_ending": N_("The import is being cancelled."),
    "import_undone": N_("The import has been undone."),
    "source_moved": N_("Order of sources saved."),
    "signed_up": N_("Welcome! Your account has been created."),
    "signed_out": N_("You have signed out."),
    "profile_saved": N_("Profile saved."),
    "poster_saved": N_("Poster saved."),
    "poster_removed": N_("Poster removed."),
    "avatar_saved": N_("Picture saved."),
    "avatar_removed": N_("Picture removed."),
    "password_changed": N_("Password changed. All your other sessions have ended."),
    "session_ended": N_("Session ended."),
    "sessions_ended": N_("All other sessions ended."),
    "account_deleted": N_("Your account has been deleted."),
    "account_disabled": N_("Account disabled. All its sessions have ended."),
    "account_enabled": N_("Account enabled."),
    "their_sessions_ended": N_("Sessions ended."),
    "role_given": N_("Role assigned."),
    "role_taken_away": N_("Role removed."),
    "role_saved": N_("Role saved."),
    "role_deleted": N_("Role deleted."),
    "label_made": N_("Label created."),
}
