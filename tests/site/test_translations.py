"""Every sentence of the site is there in every language, and fits."""

import re
from io import BytesIO

import pytest
from babel.messages.mofile import read_mo

from kinoteka.site.ui.languages import DEFAULT, LANGUAGES
from tools import messages

SAID = messages.sentences()
OTHERS = [language for language in LANGUAGES if language != DEFAULT]
BLANKS = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def translations(compiled: bytes) -> dict[tuple[tuple[str, ...], str | None], object]:
    return {(forms(it.id), it.context): it.string for it in read_mo(BytesIO(compiled)) if it.id}


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
            most = {blank for form in forms(message.id) for blank in BLANKS.findall(form)}
            for form in forms(message.string):
                assert set(BLANKS.findall(form)) <= most, message.id
            if isinstance(message.id, str):
                assert isinstance(message.string, str)
                assert set(BLANKS.findall(message.string)) == most, message.id

    def test_are_compiled_as_they_are(self, language):
        compiled = messages.as_mo(messages.updated(language, messages.sentences()))
        committed = messages.mo_path(language).read_bytes()
        assert translations(compiled) == translations(committed)
