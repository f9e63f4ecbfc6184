"""The routes of this part of the site."""

from kinoteka.http.mechanics.routes import Route
from kinoteka.site.account import download, entry, profile, schemas, security
from kinoteka.site.ui.pages import form, page

ENTRY: tuple[Route, ...] = (
    page("/sign-in", entry.show_sign_in, "Sign in", query=schemas.SignInQuery),
    form(
        "/sign-in",
        entry.sign_in,
        "Sign in",
        body=schemas.SignInForm,
        signed_in=False,
        begins_session=True,
    ),
    page("/sign-up", entry.show_sign_up, "Sign up", query=schemas.SignInQuery),
    form(
        "/sign-up",
        entry.sign_up,
        "Sign up",
        body=schemas.SignUpForm,
        signed_in=False,
        begins_session=True,
    ),
    form("/sign-out", entry.sign_out, "Sign out", signed_in=False, ends_session=True),
    form(
        "/password-strength",
        entry.judge_password,
        "How strong a password is",
        body=schemas.StrengthForm,
        signed_in=False,
    ),
)
PROFILE: tuple[Route, ...] = (
    page("/account", profile.show_profile, "One's profile", signed_in=True),
    page("/account/avatar", profile.lead_to_profile, "One's picture", signed_in=True),
    form("/account", profile.save_profile, "Change one's profile", body=schemas.ProfileForm),
    form("/account/avatar", profile.change_avatar, "Upload one's picture"),
    form("/account/avatar/remove", profile.remove_avatar, "Remove one's picture"),
)
SECURITY: tuple[Route, ...] = (
    page("/account/password", security.show_password, "One's password", signed_in=True),
    form(
        "/account/password",
        security.change_password,
        "Change one's password",
        body=schemas.PasswordForm,
    ),
    page("/.well-known/change-password", security.lead_to_password, "One's password"),
    page("/account/sessions", security.show_sessions, "Where one is signed in", signed_in=True),
    page(
        "/account/sessions/{session_id}/end",
        security.lead_to_sessions,
        "Where one is signed in",
        signed_in=True,
    ),
    page(
        "/account/sessions/end-others",
        security.lead_to_sessions,
        "Where one is signed in",
        signed_in=True,
    ),
    form(
        "/account/sessions",
        security.prove_password,
        "Confirm the current password",
        body=schemas.SessionsForm,
    ),
    form(
        "/account/sessions/{session_id}/end",
        security.end_session,
        "End a session",
        body=schemas.SessionsForm,
    ),
    form(
        "/account/sessions/end-others",
        security.end_other_sessions,
        "End all other sessions",
        body=schemas.SessionsForm,
    ),
    page(
        "/account/history",
        security.show_history,
        "One's sign-ins",
        query=schemas.HistoryQuery,
        signed_in=True,
    ),
    page("/account/data", download.show_data, "What one may take away", signed_in=True),
    form("/account/data", download.download_data, "Take one's data away"),
    page("/account/delete", security.show_deletion, "Delete one's account", signed_in=True),
    form(
        "/account/delete",
        security.delete_account,
        "Delete one's account",
        body=schemas.DeleteForm,
    ),
)
ROUTES: tuple[Route, ...] = (*ENTRY, *PROFILE, *SECURITY)
