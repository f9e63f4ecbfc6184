"""Every sentence of the site is there in every language, and fits."""

import gettext
import re
from io import BytesIO

import pytest

from kinoteka.site.ui.languages import DEFAULT, LANGUAGES
from tools import messages

SAID = messages.sentences()
OTHERS = [language for language in LANGUAGES if language != DEFAULT]
BLANKS = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_the_tool_knows_every_language():
    assert set(messages.LANGUAGES) == set(OTHERS)


@pytest.mark.parametrize("language", OTHERS)
class TestTranslations:
    def test_are_complete(self, language):
        catalogue = messages.read(language)
        wanted = {(message.id, message.context) for message in SAID if message.id}
        written = {
            (message.id, message.context)
            for message in catalogue
            if message.id and messages.is_translated(message) and not message.fuzzy
        }
        assert wanted == written

    def test_keep_the_blanks_that_are_filled_in(self, language):
        for message in messages.read(language):
            if not message.id:
                continue
            most = set().union(*(BLANKS.findall(form) for form in forms(message.id)))
            for form in forms(message.string):
                assert set(BLANKS.findall(form)) <= most, message.id
            if isinstance(message.id, str):
                assert set(BLANKS.findall(message.string)) == most, message.id

    def test_are_compiled_as_they_are(self, language):
        compiled = messages.as_mo(messages.updated(language, messages.sentences()))
        kept = gettext.GNUTranslations(BytesIO(messages.mo_path(language).read_bytes()))
        assert gettext.GNUTranslations(BytesIO(compiled))._catalog == kept._catalog
