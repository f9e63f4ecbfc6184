"""Build from an empty folder. Everything else about the package is in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build import build


class CleanBuild(build):
    """Remove what earlier builds left.

    setuptools copies sources into `build/lib` and packs that folder. It never removes a file from
    it, so a wheel built from a used checkout would contain modules and data that are deleted.
    """

    def run(self) -> None:
        """Build the package."""
        for left in (Path(self.build_lib), *Path(self.build_base).glob("bdist.*")):
            shutil.rmtree(left, ignore_errors=True)
        super().run()


setup(cmdclass={"build": CleanBuild})
