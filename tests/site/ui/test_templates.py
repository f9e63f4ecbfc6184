import pytest

from kinoteka.site.ui import languages
from kinoteka.site.ui.templates import FOLDER, environment, template
from tests.support.cases import check_each, named

NAMES = environment("en-GB").list_templates()
FORBIDDEN = (
    *(" style=", "<style", "javascript:", " onclick=", " hx-on"),
    *("|safe", "| safe", "autoescape false"),
)
LOCALES = [locales[0] for locales in languages.LOCALES.values()]


@pytest.mark.parametrize("locale", LOCALES)
async def test_every_template_compiles(locale):
    for name in NAMES:
        assert (await template(locale, name)).name == name


async def test_template_is_compiled_once():
    assert await template("en-GB", "error.html") is await template("en-GB", "error.html")


def test_templates_have_no_inline_code_and_no_unescaped_values():
    def check(name):
        text = (FOLDER / name).read_text(encoding="utf-8")
        for forbidden in FORBIDDEN:
            assert forbidden not in text

    check_each(named(NAMES), check)
