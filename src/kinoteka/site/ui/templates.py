"""Templates, compiled once per locale in a thread.

The macros in `templates/macros` are available in every template as `ui.<file>.<macro>`.
"""

import asyncio
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, meta
from markupsafe import Markup

from kinoteka.site.ui import assets, style_sheets
from kinoteka.site.ui.constant_folding import FoldingEnvironment
from kinoteka.site.ui.languages import LANGUAGES, formats, iso, language_of, translations

FOLDER = Path(__file__).parents[1] / "templates"

_ready: dict[tuple[str, str], Template] = {}


class _Macros:
    """The macro files by name."""

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
    """Return the template environment of a locale."""
    language = language_of(locale)
    result = FoldingEnvironment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    texts = translations(language)
    result.install_gettext_callables(  # type: ignore[attr-defined]
        texts.gettext,
        texts.ngettext,
        newstyle=True,
        pgettext=texts.pgettext,
        npgettext=texts.npgettext,
    )
    result.policies["ext.i18n.trimmed"] = True
    format_ = formats(locale)
    result.filters |= {
        "number": format_.number,
        "decimal": format_.decimal,
        "compact": format_.compact,
        "country": format_.country,
        "day": format_.day,
        "day_of": format_.day_of,
        "moment": format_.moment,
        "clock": format_.clock,
        "ago": format_.ago,
        "listed": format_.listed,
        "iso": iso,
    }
    result.globals |= {
        "asset": assets.address,
        "languages": LANGUAGES,
        "language": language,
        "locale": locale,
        "style_sheet": style_sheets.element,
        "ui": _Macros(result),
    }
    result.constants = {
        "_": lambda sentence: Markup(texts.gettext(sentence)) % {},  # noqa: S704 (translations are trusted)
        "asset": assets.address,
        "ui.icons.icon": lambda *arguments: result.globals["ui"].icons.icon(*arguments),  # type: ignore[attr-defined]
    }
    return result


async def template(locale: str, name: str) -> Template:
    """Return a template. Compile it and all templates that it refers to on first use."""
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


def _prepare_references(env: Environment, name: str, prepared: set[str]) -> None:
    if name in prepared or env.loader is None:
        return
    prepared.add(name)
    source, *_ = env.loader.get_source(env, name)
    for reference in meta.find_referenced_templates(env.parse(source)):
        if reference is not None:
            env.get_template(reference)
            _prepare_references(env, reference, prepared)
