"""The command `kinoteka createsuperuser`."""

import os
from pathlib import Path

import click

from kinoteka.cli.options import data_option
from kinoteka.cli.preparation import prepare
from kinoteka.cli.services import open_services, run
from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.settings import Settings

PASSWORD_VARIABLE = "KINOTEKA_SUPERUSER_PASSWORD"


@click.command()
@data_option
@click.option("--login", required=True, help="The superuser's username or e-mail address.")
def createsuperuser(data: Path | None, login: str) -> None:
    """Create a superuser, who has every permission.

    Asks for the password twice without showing it, or takes it from KINOTEKA_SUPERUSER_PASSWORD.
    If the account exists already, it becomes a superuser and gets this password.
    """
    settings = config.load(data=data)
    password = os.environ.get(PASSWORD_VARIABLE) or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    prepare(settings)
    account_id, created = run(create_superuser(settings, login, password))
    click.echo(f"{'created' if created else 'promoted'} superuser {login} (id {account_id})")


async def create_superuser(settings: Settings, login: str, password: str) -> tuple[int, bool]:
    """Make `login` a superuser with this password. Return its id and whether it is new.

    Raises:
        DomainError: see `Accounts.create` and `CredentialChanges.reset_password`.
    """
    from kinoteka.core.accounts.model import NewAccount

    async with open_services(settings) as (services, unit):
        existing = await services.accounts.find_credentials(unit, login)
        if existing is not None:
            await services.credentials.reset_password(unit, existing.account_id, password)
            await services.accounts.set_superuser(unit, existing.account_id)
            return existing.account_id, False
        name = {"email": login} if "@" in login else {"username": login}
        new = NewAccount(password=password, **name)
        account = await services.accounts.create(unit, new, "console", superuser=True)
        return account.id, True
