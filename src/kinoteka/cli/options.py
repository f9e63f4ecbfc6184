"""Options and types of values that several commands share."""

from pathlib import Path
from typing import Any

import click

from kinoteka.infrastructure import settings as config

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that holds all state (KINOTEKA_DATA; ./data).",
)


class WholeNumber(click.ParamType[int]):
    """A whole number from `least`."""

    name = "number"

    def __init__(self, least: int) -> None:
        self._least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or end the command with what is wrong."""
        try:
            number = int(value)
        except ValueError:
            number = None
        if number is None or number < self._least:
            self.fail(f"{value} is not a whole number from {self._least}.", param, ctx)
        return number


class SettingValue(click.ParamType[str]):
    """The value of a setting, checked as it is checked in the environment."""

    name = "number"

    def __init__(self, setting: str) -> None:
        self._setting = setting

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text, or end the command with what is wrong."""
        if problem := config.check_value(self._setting, value):
            self.fail(f"{problem}.", param, ctx)
        return str(value)
