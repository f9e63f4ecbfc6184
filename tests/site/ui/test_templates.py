import pytest

from kinoteka.site.ui import languages
from kinoteka.site.ui.templates import FOLDER, environment, template

NAMES = environment("en-GB").list_templates()
LOCALES = [locales[0] for locales in languages.LOCALES.values()]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", NAMES)
async def test_every_template_compiles(locale, name):
    assert (await template(locale, name)).name == name


async def test_template_is_compiled_once():
    assert await template("en-GB", "error.html") is await template("en-GB", "error.html")


@pytest.mark.parametrize("name", NAMES)
def test_templates_have_no_inline_code_and_no_unescaped_values(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    for forbidden in (" style=", "<style", "javascript:", " onclick=", " hx-on", "|safe", "| safe"):
        assert forbidden not in text
    assert "autoescape false" not in text
