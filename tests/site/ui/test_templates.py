import pytest

from kinoteka.site.ui.languages import LANGUAGES
from kinoteka.site.ui.templates import FOLDER, environment, template

NAMES = environment("en").list_templates()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
async def test_every_template_compiles(language, name):
    assert (await template(language, name)).name == name


async def test_is_compiled_once():
    assert await template("en", "failure.html") is await template("en", "failure.html")


@pytest.mark.parametrize("name", NAMES)
def test_obeys_the_policy_and_trusts_nobody(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    for forbidden in (" style=", "<style", "javascript:", " onclick=", " hx-on", "|safe", "| safe"):
        assert forbidden not in text
    assert "autoescape false" not in text
