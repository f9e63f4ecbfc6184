"""The routes of the account pages."""

from kinoteka.http.mechanics.routes import Route
from kinoteka.site.account import authentication, download, profile, schemas, security
from kinoteka.site.ui.pages import form, page

AUTHENTICATION: tuple[Route, ...] = (
    page("/sign-in", authentication.show_sign_in, "Sign in", query=schemas.SignInQuery),
    form(
        "/sign-in",
        authentication.sign_in,
        "Sign in",
        body=schemas.SignInForm,
        signed_in=False,
        begins_session=True,
    ),
    page("/sign-up", authentication.show_sign_up, "Sign up", query=schemas.SignInQuery),
    form(
        "/sign-up",
        authentication.sign_up,
        "Sign up",
        body=schemas.SignUpForm,
        signed_in=False,
        begins_session=True,
    ),
    form("/sign-out", authentication.sign_out, "Sign out", signed_in=False, ends_session=True),
    form(
        "/password-strength",
        authentication.show_password_strength,
        "Estimate the strength of a password",
        body=schemas.StrengthForm,
        signed_in=False,
    ),
)
PROFILE: tuple[Route, ...] = (
    page("/account", profile.show_profile, "Show your profile", signed_in=True),
    page("/account/avatar", profile.redirect_to_profile, "Show your profile", signed_in=True),
    form("/account", profile.save_profile, "Change your profile", body=schemas.ProfileForm),
    form("/account/avatar", profile.change_avatar, "Upload your picture"),
    form("/account/avatar/remove", profile.remove_avatar, "Remove your picture"),
)
SECURITY: tuple[Route, ...] = (
    page(
        "/account/password",
        security.show_password,
        "The form to change your password",
        signed_in=True,
    ),
    form(
        "/account/password",
        security.change_password,
        "Change your password",
        body=schemas.PasswordForm,
    ),
    page(
        "/.well-known/change-password",
        security.redirect_to_password,
        "The form to change your password",
    ),
    page("/account/sessions", security.show_sessions, "List your sessions", signed_in=True),
    page(
        "/account/sessions/{session_id}/end",
        security.redirect_to_sessions,
        "List your sessions",
        signed_in=True,
    ),
    page(
        "/account/sessions/end-others",
        security.redirect_to_sessions,
        "List your sessions",
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
        "List your sign-ins",
        query=schemas.HistoryQuery,
        signed_in=True,
    ),
    page("/account/data", download.show_data_download, "What your data contains", signed_in=True),
    form("/account/data", download.download_data, "Download your data"),
    page("/account/delete", security.show_delete_account, "Delete your account", signed_in=True),
    form(
        "/account/delete",
        security.delete_account,
        "Delete your account",
        body=schemas.DeleteForm,
    ),
)
ROUTES: tuple[Route, ...] = (*AUTHENTICATION, *PROFILE, *SECURITY)
