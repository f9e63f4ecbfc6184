"""The browsers and films of the library, for people's pages."""

from tests.site.library.conftest import anna, boris, browser, film, library

__all__ = ["anna", "boris", "browser", "film", "library"]
