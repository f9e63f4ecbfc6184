"""The command `kinoteka settings`."""

from pathlib import Path

import click

from kinoteka.cli.options import data_option
from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.server_addresses import without_passwords
from kinoteka.infrastructure.setting_values import plain


@click.command("settings")
@data_option
def show_settings(data: Path | None) -> None:
    """Show every setting with its value, its default if that differs, and its purpose."""
    settings = config.load(data=data)
    for name, kind, default, description in config.rows():
        value = getattr(settings, name.removeprefix(config.PREFIX).lower())
        note = "" if value == default else f"  (default: {plain(default)})"
        click.echo(f"{name} ({kind}) = {_text(name, value)}{note}\n    {description}")


def _text(name: str, value: object) -> str:
    """Return the value without secrets."""
    if name.endswith(("_KEY", "_TOKEN")) and value:
        return "(set)"
    if name.endswith("_URL"):
        return without_passwords(str(value))
    return plain(value)
