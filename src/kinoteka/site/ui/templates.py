"""Templates: compiled once for each locale, off the event loop.

Macros stand in `templates/macros` and are there in every template as `ui.<file>.<macro>`.
"""

import asyncio
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, meta
from markupsafe import Markup

from kinoteka.site.ui import statics, style_sheets
from kinoteka.site.ui.folding import FoldingEnvironment
from kinoteka.site.ui.genres import genre_names
from kinoteka.site.ui.languages import LANGUAGES, formats, iso, language_of, translations

FOLDER = Path(__file__).parents[1] / "templates"

_ready: dict[tuple[str, str], Template] = {}


class _Macros:
    """The files of macros, by name."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def __getattr__(self, name: str) -> Any:
        try:
            module = self._environment.get_template(f"macros/{name}.html").module
        except Exception as error:
            raise AttributeError(name) from error
        setattr(self, name, module)
        return module


@cache
def environment(locale: str) -> Environment:
    """Return the templates as they are compiled for a locale."""
    language = language_of(locale)
    made = FoldingEnvironment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    chosen = translations(language)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        chosen.gettext,
        chosen.ngettext,
        newstyle=True,
        pgettext=chosen.pgettext,
        npgettext=chosen.npgettext,
    )
    made.policies["ext.i18n.trimmed"] = True
    written = formats(locale)
    made.filters |= {
        "number": written.number,
        "decimal": written.decimal,
        "day": written.day,
        "day_of": written.day_of,
        "moment": written.moment,
        "clock": written.clock,
        "ago": written.ago,
        "listed": written.listed,
        "iso": iso,
        "genre": genre_names(chosen.pgettext),
    }
    made.globals |= {
        "asset": statics.address,
        "languages": LANGUAGES,
        "language": language,
        "locale": locale,
        "style_sheet": style_sheets.element,
        "ui": _Macros(made),
    }
    made.constants = {
        "_": lambda sentence: Markup(chosen.gettext(sentence)) % {},  # noqa: S704 (our own words)
        "asset": statics.address,
        "ui.icons.icon": lambda *given: made.globals["ui"].icons.icon(*given),  # type: ignore[attr-defined]
    }
    return made


async def template(locale: str, name: str) -> Template:
    """A template with everything that it refers to."""
    found = _ready.get((locale, name))
    if found is None:
        found = await asyncio.to_thread(_prepare, locale, name)
    return found


def _prepare(locale: str, name: str) -> Template:
    env = environment(locale)
    for macros in sorted(FOLDER.glob("macros/*.html")):
        getattr(env.globals["ui"], macros.stem)
    _prepare_references(env, name, set())
    found = _ready[locale, name] = env.get_template(name)
    return found


def _prepare_references(env: Environment, name: str, seen: set[str]) -> None:
    if name in seen or env.loader is None:
        return
    seen.add(name)
    source, *_ = env.loader.get_source(env, name)
    for reference in meta.find_referenced_templates(env.parse(source)):
        if reference is not None:
            env.get_template(reference)
            _prepare_references(env, reference, seen)
