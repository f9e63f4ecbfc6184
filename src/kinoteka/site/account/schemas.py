"""Queries and forms of the account pages, and sessions as the pages show them."""

from ipaddress import ip_address
from typing import Annotated

import msgspec
from msgspec import Meta

from kinoteka.core.accounts.model import Account, NewAccount, ProfileChange
from kinoteka.core.sessions.devices import Device
from kinoteka.core.sessions.model import OwnSession, SignIn
from kinoteka.site.ui.languages import N_

METHODS = {
    "site": N_("this site"),
    "filmsite": N_("a film app"),
    "account": N_("a profile app"),
    "messenger": N_("a messenger app"),
    "authservice": N_("an app that uses access tokens"),
    "cinema": N_("a film catalogue app"),
}
"""The names of the contracts through which users sign in."""


class SignInQuery(msgspec.Struct):
    """The page to show after the sign-in."""

    next: str = "/"


class SignInForm(msgspec.Struct):
    """Credentials and the next page; `identifier` is a username or an email address."""

    identifier: str = ""
    password: str = ""
    next: str = "/"


class SignUpForm(msgspec.Struct):
    """A new account and the next page."""

    username: str = ""
    email: str = ""
    password: str = ""
    next: str = "/"

    def account(self) -> NewAccount:
        """Return the new account."""
        return NewAccount(
            password=self.password, username=self.username.strip(), email=self.email.strip() or None
        )


class StrengthForm(msgspec.Struct):
    """A new password, with personal data that makes it easier to guess."""

    password: str = ""
    username: str = ""
    email: str = ""


class ProfileForm(msgspec.Struct):
    """The profile. Blank fields are cleared.

    A new username or email address requires the current password in `present`.
    """

    username: str = ""
    email: str = ""
    given_name: str = ""
    family_name: str = ""
    birthday: str = ""
    favourite_genre_id: int | None = None
    status: str = ""
    phone: str = ""
    present: str = ""

    def change(self) -> ProfileChange:
        """Return the changes of the profile."""
        values = {
            name: value.strip() for name, value in text_fields(self).items() if name != "present"
        }
        return ProfileChange(favourite_genre_id=self.favourite_genre_id, **values)


class PasswordForm(msgspec.Struct):
    """The current password and the new one."""

    present: str = ""
    password: str = ""


class DeleteForm(msgspec.Struct):
    """The current password, as proof that the owner deletes the account."""

    password: str = ""


class SessionsForm(msgspec.Struct):
    """The current password, if ending other sessions requires it."""

    present: str = ""


class HistoryQuery(msgspec.Struct):
    """The page of the history, from 1."""

    page: Annotated[int, Meta(ge=1, le=1000)] = 1


class SessionView(msgspec.Struct, frozen=True):
    """A session or sign-in as a page shows it: with its device, network and contract."""

    record: OwnSession | SignIn
    device: Device
    is_local: bool
    method: str


def text_fields(form: ProfileForm) -> dict[str, str]:
    """Return the text fields of the form."""
    return {name: value for name, value in msgspec.structs.asdict(form).items() if _is_text(value)}


def filled_profile_form(account: Account) -> ProfileForm:
    """Return the form filled with the current profile."""
    names = (name for name in ProfileForm.__struct_fields__ if name != "present")
    values = {name: getattr(account, name) for name in names}
    return ProfileForm(**{name: value for name, value in values.items() if value is not None})


def session_view(record: OwnSession | SignIn, devices: dict[str, Device]) -> SessionView:
    """Return a session or sign-in as a page shows it."""
    method = METHODS.get(record.method, record.method)
    return SessionView(record, devices[record.user_agent], is_local(record.address), method)


def is_local(address: str) -> bool:
    """Return whether an address is on this machine or in a private network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return parsed.is_loopback or parsed.is_private or parsed.is_link_local


def _is_text(value: object) -> bool:
    return isinstance(value, str)
