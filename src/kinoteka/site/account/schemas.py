"""What forms and addresses of the account's pages hold, and what these pages show."""

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
"""Through what somebody has signed in: the contracts, as people know them."""


class SignInQuery(msgspec.Struct):
    """Where to go on to once one is signed in."""

    next: str = "/"


class SignInForm(msgspec.Struct):
    """Who comes, and where to go on to; `identifier` is a username or an e-mail address."""

    identifier: str = ""
    password: str = ""
    next: str = "/"


class SignUpForm(msgspec.Struct):
    """Who wants an account, and where to go on to."""

    username: str = ""
    email: str = ""
    password: str = ""
    next: str = "/"

    def account(self) -> NewAccount:
        """What the core makes of it."""
        return NewAccount(
            password=self.password, username=self.username.strip(), email=self.email.strip() or None
        )


class StrengthForm(msgspec.Struct):
    """A password that is being chosen, and what others may know of who chooses it."""

    password: str = ""
    username: str = ""
    email: str = ""


class ProfileForm(msgspec.Struct):
    """The profile; what is left blank is cleared.

    Another username or e-mail address needs the `present` password.
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
        """What the core makes of it."""
        values = {name: value.strip() for name, value in texts(self).items() if name != "present"}
        return ProfileChange(favourite_genre_id=self.favourite_genre_id, **values)


class PasswordForm(msgspec.Struct):
    """The present password and the new one."""

    present: str = ""
    password: str = ""


class DeleteForm(msgspec.Struct):
    """The present password, as proof of who deletes the account."""

    password: str = ""


class SessionsForm(msgspec.Struct):
    """The current password, where ending other sessions needs it."""

    present: str = ""


class HistoryQuery(msgspec.Struct):
    """Which page of the history, from 1."""

    page: Annotated[int, Meta(ge=1, le=1000)] = 1


class Visited(msgspec.Struct, frozen=True):
    """A session or a sign-in as it is shown: with what device, and from where."""

    of: OwnSession | SignIn
    device: Device
    is_near: bool
    through: str


def texts(form: ProfileForm) -> dict[str, str]:
    """The form's fields that are texts."""
    return {name: value for name, value in msgspec.structs.asdict(form).items() if _is_text(value)}


def profile_form(account: Account) -> ProfileForm:
    """The form as it stands before anything is changed."""
    names = (name for name in ProfileForm.__struct_fields__ if name != "present")
    values = {name: getattr(account, name) for name in names}
    return ProfileForm(**{name: value for name, value in values.items() if value is not None})


def visited(line: OwnSession | SignIn, devices: dict[str, Device]) -> Visited:
    """A session or a sign-in as it is shown."""
    through = METHODS.get(line.method, line.method)
    return Visited(line, devices[line.user_agent], is_near(line.address), through)


def is_near(address: str) -> bool:
    """Whether an address is of this machine or of the network that it is in."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return parsed.is_loopback or parsed.is_private or parsed.is_link_local


def _is_text(value: object) -> bool:
    return isinstance(value, str)
